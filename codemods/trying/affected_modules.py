"""Which modules run, while they are imported, one of the modules that a change touches."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.project import Names, Source, Tree, Unreadable


def affected(trees: Iterable[Tree], touched: Iterable[str]) -> frozenset[str]:
    """The Python files among ``touched``, and every file that imports one of them, over however many hops, in one of
    the trees."""
    found = {path for path in touched if path.endswith(".py")}
    for tree in trees:
        importers: dict[str, set[str]] = {}
        names = Names(tree)
        for path in tree.paths:
            if path.endswith(".py"):
                for target in _imported(path, tree, names):
                    importers.setdefault(target, set()).add(path)
        todo = list(found)
        while todo:
            new = importers.get(todo.pop(), set()) - found
            found |= new
            todo.extend(new)
    return frozenset(found)


def _imported(path: str, tree: Tree, names: Names) -> Iterator[str]:
    """The files that the import statements of one file run: modules, and the packages that they are in."""
    for dotted in (names.dotted(path), *_named(path, tree, names)):
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            target = names.find(".".join(parts[:count]), path)
            if target and target != path:
                yield target


def _named(path: str, tree: Tree, names: Names) -> Iterator[str]:
    try:
        raw = tree.read(path)
        nodes = ast.walk(Source(path, raw).tree) if b"import" in raw else ()
    except (OSError, Unreadable):
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = names.absolute(path, node.module, node.level)
            if base:
                yield from (f"{base}.{alias.name}" for alias in node.names)
