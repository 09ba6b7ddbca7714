"""Who reads annotations at run time: a module whose code does, and that meets the source in some program."""

from __future__ import annotations

import ast
from collections import defaultdict, deque
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.planning.world import World

_RESOLVERS = frozenset({"get_type_hints", "pydantic", "fastapi", "typer", "msgspec", "cattrs", "resolve_types"})
_READERS = _RESOLVERS | {"__annotations__", "get_annotations", "fields", "getfullargspec", "signature"}


def resolves_hints(world: World, source: str) -> bool:
    """Does a module that runs in one program with ``source`` turn the text of annotations into objects?"""
    return _used_beside(world, source, _RESOLVERS)


def reads_annotations(world: World, source: str) -> bool:
    """Does a module that runs in one program with ``source`` look at annotations at all?"""
    return _used_beside(world, source, _READERS)


def _used_beside(world: World, source: str, words: frozenset[str]) -> bool:
    users = {module.path for module in world.modules_mentioning(*words) if _uses(module, words)}
    if not users or source in users:
        return bool(users)
    importers = _importers(world)
    programs = _reach({source}, importers)
    return bool(users & programs) or bool(programs & _reach(users, importers))


def _uses(module: Module, words: frozenset[str]) -> bool:
    """Does one of the words stand in code, not only in text?"""
    return any(not words.isdisjoint(_words(node)) for node in ast.walk(module.source.tree))


def _words(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value="__annotations__" as name):
            yield name
        case ast.ImportFrom(module=module, names=names):
            yield from (module or "").split(".")
            yield from (alias.name for alias in names)
        case ast.Import(names=names):
            yield from (part for alias in names for part in alias.name.split("."))
        case _:
            return


def _importers(world: World) -> dict[str, set[str]]:
    """Each file of the tree, and those that import it."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in world.modules_mentioning("import"):
        for item in module.imports:
            dotted = world.names.absolute(module.path, item.module or None, item.level)
            if dotted is None:
                continue
            whole = f"{dotted}.{item.attribute}" if item.attribute else dotted
            for name in _prefixes(whole):
                if (target := world.names.find(name, module.path)) is not None:
                    found[target].add(module.path)
    return found


def _prefixes(dotted: str) -> Iterator[str]:
    """Importing a.b.c imports a and a.b too."""
    parts = dotted.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _reach(starts: set[str], importers: dict[str, set[str]]) -> set[str]:
    seen, todo = set(starts), deque(starts)
    while todo:
        for path in importers.get(todo.popleft(), ()):
            if path not in seen:
                seen.add(path)
                todo.append(path)
    return seen
