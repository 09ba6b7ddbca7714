"""Which names moved along though nobody asked for them, and other code uses them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Disposition, Plan
from codemods.project import Tree

_DOTTED = re.compile(r"[\w.]+")


def taken_along(plan: Plan, asked: str) -> set[str]:
    """The names that move with the one that was asked for."""
    moving = (group for group in plan.groups if group.disposition is Disposition.GOES_ALONG)
    return {name for group in moving for name in group.names} - {asked}


def unasked(plan: Plan, tree: Tree, source: str, asked: str) -> list[str]:
    """Of those the public ones that somebody else uses: code that stays, or a file that names the module."""
    along = {name for name in taken_along(plan, asked) if not name.startswith("_")}
    if not along:
        return []
    moved = taken_along(plan, asked) | {asked}
    staying = [node for node in ast.parse(tree.read(source)).body if not moved & {*bound(node)}]
    used = {word for node in staying for word in _words(node)} & along
    used |= {name for name in along - used if name in _words_of_others(tree, source)}
    return sorted(used)


def bound(node: ast.stmt) -> Iterator[str]:
    """The names that a top-level statement binds, imports aside."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name
    else:
        yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _words(node: ast.stmt) -> Iterator[str]:
    """The names that a statement reads, and those in ``__all__`` and other texts."""
    for inner in ast.walk(node):
        yield from _words_of(inner)


def _words_of_others(tree: Tree, source: str) -> set[str]:
    """The names that other files use which name the module: imported, read, as attributes, or as dotted paths in texts;
    not those that such a file defines itself."""
    folder, _, file = source.removesuffix(".py").rpartition("/")
    stem = folder.rpartition("/")[2] if file == "__init__" else file
    found: set[str] = set()
    for path in tree.code_with([stem]):
        if path != source and path.endswith(".py"):
            module = ast.parse(tree.read(path))
            words = {word for node in ast.walk(module) for word in _words_of(node)}
            found |= words - {name for node in module.body for name in bound(node)}
    return found


def _words_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield node.name
    elif isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from node.value.split(".") if _DOTTED.fullmatch(node.value) else ()
