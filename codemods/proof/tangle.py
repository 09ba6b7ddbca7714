"""Which modules can meet a changed module half imported: only these need to be imported on paper.

A module that leads to no changed module, by whatever imports run while modules are imported, runs as it ran before:
what it imports is unchanged, and cannot be half done because of a change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from codemods.project import Names, Tree, imports


def tangled(tree: Tree, changed: Iterable[str]) -> frozenset[str]:
    """The modules from which imports lead to a changed one, among those that changed ones lead to."""
    importers: dict[str, set[str]] = defaultdict(set)
    starts = [path for path in changed if path in tree.paths]
    todo, seen = list(starts), set(starts)
    while todo:
        path = todo.pop()
        for target in _imported(tree, path):
            importers[target].add(path)
            if target not in seen:
                seen.add(target)
                todo.append(target)
    todo, found = list(starts), set(starts)
    while todo:
        for path in importers[todo.pop()] - found:
            found.add(path)
            todo.append(path)
    return frozenset(found)


def _imported(tree: Tree, path: str) -> set[str]:
    """What is run when a module is imported: what it imports outside of functions, and the packages around that."""
    try:
        raw = tree.glance(path)
    except OSError:
        return set()
    names = tree.names
    found = _packages(names, names.dotted(path), path)
    for statement in imports(raw):
        level = len(statement.module) - len(statement.module.lstrip("."))
        dotted = names.absolute(path, statement.module[level:] or None, level)
        if statement.late or dotted is None:
            continue
        for whole in [f"{dotted}.{name}" for name in statement.names] or [dotted]:
            found |= _packages(names, whole, path)
    return found - {path}


def _packages(names: Names, dotted: str, importer: str) -> set[str]:
    parts = dotted.split(".")
    files = (names.find(".".join(parts[:end]), importer) for end in range(1, len(parts) + 1))
    return {file for file in files if file}
