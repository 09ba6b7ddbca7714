"""Modules that are packages of the same dotted name in the new tree, and nothing else: they are read where they stood.

`shop/models/__init__.py` stands one folder deeper than `shop/models.py`. The checks compare places and texts; so the
new tree is read as if the file had gone back: relative imports with a dot less, one step less from `__file__` up to a
folder, the new path as the old one in texts. What is then as it was before, was right; the checks find what is not.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from codemods.model import Check, Finding, Kind, Place
from codemods.project import OverlayTree, Source, Tree, Unreadable
from codemods.proof.comparison.comparison import Comparison

SAYS = "a module that became a package is read in its old place by the checks above"

# Functions and methods whose result is the path that they were given.
_NO_STEP = ("Path", "PurePath", "abspath", "realpath", "normpath", "str", "fspath", "resolve", "absolute")


def check(comparison: Comparison) -> Check:
    """How many statements were compared with the module's; ``comparison`` is of the trees as they are written."""
    stood = [old for _, (old, _) in _packages(comparison) if old in comparison.old_statements]
    asking = tuple(finding for old in stood for finding in _asks_where_it_is(comparison.old, old))
    return Check("packages", SAYS, sum(len(comparison.old_statements[old]) for old in stood), asking)


def _asks_where_it_is(tree: Tree, old: str) -> Iterator[Finding]:
    """Code of a module by which others look beside it: its package's name, or its own beside the name of a file."""
    source = _source(tree, old)
    folder = old.rpartition("/")[0]
    beside = {"/".join(path.split("/")[: old.count("/") + 1]) for path in tree.paths}
    for node in (*source.nodes.of(ast.Name), *source.nodes.of(ast.Call)) if source is not None else ():
        if isinstance(node, ast.Name) and node.id == "__package__":
            message = "`__package__` is the module itself where it is a package, and was the package around it"
            yield Finding(Place(old, node.lineno), message, "module-attribute", Kind.BROKEN)
        given = [*node.args, *(k.value for k in node.keywords)] if isinstance(node, ast.Call) else []
        if any(isinstance(value, ast.Name) and value.id == "__name__" for value in given):
            texts = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
            for text in texts:
                if text and posixpath.join(folder, text.partition("/")[0]) in beside:
                    message = f"`{text}` is looked for beside this module, which stands one folder deeper now"
                    yield Finding(Place(old, node.lineno), message, "module-attribute", Kind.BROKEN)


def modules_in_place(comparison: Comparison) -> Comparison:
    """The same comparison, with the modules of the new tree that have become packages where they were."""
    packages = dict(_packages(comparison))
    if not packages:
        return comparison
    changes = {p: comparison.new.read(p) if p in comparison.new.paths else None for p in comparison.touched}
    changes |= dict.fromkeys(packages) | dict(packages.values())
    for path in comparison.touched:
        if path in comparison.old.paths and path in comparison.new.paths:
            changes[path] = _named_as_before(path, comparison.new.read(path), {n: o for n, (o, _) in packages.items()})
    return replace(comparison, new=OverlayTree(comparison.old, changes))


def _packages(comparison: Comparison) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """(path, (the path before, the bytes as they would be there)) of each package that was a module."""
    for path in comparison.touched:
        folder, _, name = path.rpartition("/")
        if name not in ("__init__.py", "__init__.pyi") or path not in comparison.new.paths:
            continue
        old = folder + name.removeprefix("__init__")
        if old not in comparison.old.paths or old in comparison.new.paths:
            continue
        inside = {p for p in comparison.new.paths | comparison.old.paths if p.startswith(folder + "/")}
        source = _source(comparison.new, path)
        alone = not any(p.endswith(".py") and p != f"{folder}/__init__.py" for p in inside)
        if alone and source is not None and _from_above(source):
            yield path, (old, source.encode(_one_folder_up(source)))


def _from_above(source: Source) -> bool:
    """Does each relative import leave the package?"""
    return all(n.level != 1 for n in ast.walk(source.tree) if isinstance(n, ast.ImportFrom))


def _named_as_before(path: str, raw: bytes, packages: dict[str, str]) -> bytes:
    folder = path.rpartition("/")[0] + "/" if "/" in path else ""
    for new, old in packages.items():
        for start in {"", folder if new.startswith(folder) else ""}:
            named = re.escape(new[len(start) :].encode())
            raw = re.sub(rb"(?<![\w/-])" + named + rb"(?![\w/-])", old[len(start) :].encode(), raw)
    return raw


def _one_folder_up(source: Source) -> str:
    """The text as it would stand one folder further up."""
    cuts: list[tuple[int, int, str]] = []
    above = {id(child): node for node in ast.walk(source.tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "__file__":
            cuts += _step(source, node, above)
        elif isinstance(node, ast.ImportFrom) and node.level:
            dot = source.text.index(".", source.start(node))
            cuts.append((dot, dot + 1, ""))
    text = source.text
    for start, end, new in sorted(cuts, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _step(source: Source, node: ast.expr, above: dict[int, ast.AST]) -> list[tuple[int, int, str]]:
    """The first step from a file to its folder, as (start, end, what stands there instead)."""
    outer = above.get(id(node))
    while isinstance(outer, (ast.Call, ast.Attribute)) and _name(outer) in _NO_STEP:
        node, outer = outer, above.get(id(outer))
    if isinstance(outer, ast.Attribute) and outer.attr == "parent":
        return [(source.end(node), source.end(outer), "")]
    if isinstance(outer, ast.Call) and _name(outer) == "dirname":
        return [(source.start(outer), source.start(node), ""), (source.end(node), source.end(outer), "")]
    if isinstance(outer, ast.Attribute) and outer.attr == "parents":
        index = above.get(id(outer))
        if isinstance(index, ast.Subscript) and isinstance(index.slice, ast.Constant):
            value = index.slice.value
            if isinstance(value, int) and value > 0:
                return [(source.start(index.slice), source.end(index.slice), str(value - 1))]
    return []


def _name(node: ast.Call | ast.Attribute) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _source(tree: Tree, path: str) -> Source | None:
    try:
        source = tree.source(path)
        return source if source.tree else None
    except (Unreadable, OSError):
        return None
