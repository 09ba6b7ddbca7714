"""Code that makes names of the files of a folder: each is a plugin, a command, an entry of ``__all__``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.references.built_texts import UNKNOWN
from codemods.planning.references.module_values import last_name
from codemods.project import Tree, walk
from codemods.project.call_scan import calling
from codemods.project.manuals import DOCUMENTING

_WALKING = frozenset({"glob", "iglob", "iterdir", "listdir", "scandir"})
_FINDING = frozenset({"iter_modules"})
_OWN = ("__file__", "__path__")
# What makes the name of a module of that of a file, or takes the file for something by its name.
_CUTTING = frozenset(
    {
        *("splitext", "removesuffix", "rsplit", "split", "partition", "rpartition", "replace", "getmodulename"),
        *("stem", "name", "basename", "listdir", "spec_from_file_location", "run_path"),
    }
)


def listed_by_name(facts: Facts) -> Iterator[Place]:
    """The places that scan the folder of the destination."""
    folder = facts.move.destination.rpartition("/")[0]
    cutting = cache(_cuts)
    for module in facts.project.modules_at(_listing(facts.project.tree)):
        for call in module.source.nodes.of(ast.Call):
            called = last_name(call.func)
            if called not in _WALKING | _FINDING:
                continue
            around = _around(module, call)
            if called in _FINDING and folder in _packages(facts, module, call) and _keeps_names(around):
                yield module.source.place(call)
            elif called in _WALKING and cutting(around) and _walks(facts, module, call, around, folder):
                yield module.source.place(call)


def _listing(tree: Tree) -> Iterator[str]:
    """The files that may do so: only a text with ``.py`` tells that the files of a folder are modules."""
    walking, finding = calling(*_WALKING), calling(*_FINDING)
    for path in sorted(tree.code_with([*_WALKING, *_FINDING])):
        if path.endswith(".py") and ((b".py" in (raw := tree.peek(path)) and walking(raw)) or finding(raw)):
            if DOCUMENTING.encode() not in raw:
                yield path


def _around(module: Module, call: ast.Call) -> ast.AST:
    """The function or class at the top of the module around a place, its decorators too, or the statement."""
    return next(n for n in module.source.tree.body if call.lineno <= (n.end_lineno or 0))


def _keeps_names(around: ast.AST) -> bool:
    """Are the names that were found more than what is imported? An import uses them up."""
    nodes = [n for n in ast.walk(around) if isinstance(n, ast.Call)]
    return not any(last_name(n.func) in ("import_module", "__import__", "find_spec", "find_module") for n in nodes)


def _cuts(around: ast.AST) -> bool:
    """Is more made of files than their text: ``name[:-3]``, ``path.stem``, ``os.listdir(folder)``?"""
    nodes = walk(around)
    if not any(isinstance(n, ast.Constant) and isinstance(n.value, str) and ".py" in n.value for n in nodes):
        return False
    return any(
        (isinstance(n, ast.Attribute) and n.attr in _CUTTING)
        or (isinstance(n, ast.Name) and n.id in _CUTTING)
        or (isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Slice) and ast.unparse(n.slice) == ":-3")
        for n in nodes
    )


def _packages(facts: Facts, module: Module, call: ast.Call) -> set[str]:
    """The folders of the packages whose ``__path__`` is given."""
    found = set()
    for node in ast.walk(call):
        if isinstance(node, ast.Name) and node.id == "__path__":
            found.add(module.path.rpartition("/")[0])
        elif isinstance(node, ast.Attribute) and node.attr == "__path__":
            chain = chain_of(node.value)
            for dotted in facts.referrers.values.dotted_of(module, chain) if chain else ():
                path = facts.project.names.find(dotted, module.path) or ""
                found.add(path.removesuffix("/__init__.py"))
    return found


def _walks(facts: Facts, module: Module, call: ast.Call, around: ast.AST, folder: str) -> bool:
    """Is it this folder that is walked, as far as the texts in its path tell?"""
    values = {
        target.id: node.value
        for root in (*(n for n in module.source.tree.body if not isinstance(n, FUNCTIONS)), around)
        for node in walk(root)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    parts = [*_path_of(call.func, values), *(part for given in call.args[:1] for part in _path_of(given, values))]
    if any("**" in part for part in parts):
        return False
    others = [part for part in parts if part.endswith(_OWN) and part not in _OWN]
    starts = {_folder_of(facts, module, other.rpartition(".")[0]) for other in others}
    if None in starts:
        return False  # a library's
    below = "/".join(p.strip("./") for p in parts if ".py" not in p and p.strip("./") and not p.endswith(_OWN))
    inner = "[^/]+".join(map(re.escape, below.split(UNKNOWN)))
    if starts:
        return any(
            re.fullmatch(f"{re.escape(start)}/{inner}".strip("/"), folder) for start in starts if start is not None
        )
    if below.replace(UNKNOWN, "").strip("/"):
        return re.fullmatch(rf"(?:.*/)?{inner}", folder) is not None
    return any(part in _OWN for part in parts) and folder == module.path.rpartition("/")[0]


def _folder_of(facts: Facts, module: Module, dotted: str) -> str | None:
    """The folder of a module of the tree by which ``__file__`` is read."""
    names = facts.referrers.values.dotted_of(module, tuple(dotted.split(".")))
    found = [path for name in names if (path := facts.project.names.find(name, module.path))]
    return found[0].rpartition("/")[0] if found else None


def _path_of(node: ast.AST, values: Mapping[str, ast.expr]) -> Iterator[str]:
    """The texts of which a path is made, assigned names followed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in values:
        yield from _path_of(values[node.id], {n: v for n, v in values.items() if n != node.id})
    elif isinstance(node, ast.Name):
        yield from [node.id] if node.id in _OWN else []
    elif isinstance(node, ast.Attribute) and node.attr in _OWN and chain_of(node):
        yield ast.unparse(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield from _path_of(node.left, values)
        yield from [*_path_of(node.right, values)] or [UNKNOWN]
    else:
        for child in ast.iter_child_nodes(node):
            yield from _path_of(child, values)
