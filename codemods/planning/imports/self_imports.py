"""Imports inside functions of what then stands in the same module: they go, for the name is found without them."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

from codemods.bindings import Import, Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.edits.model import NewImport
from codemods.planning.facts import Facts
from codemods.project import Source, bodies, walk


def arriving(facts: Facts) -> tuple[Import, ...]:
    """Those of moved code that import from the destination."""
    if facts.destination is None:
        return ()
    there = facts.destination.definitions.keys() | facts.moved_names
    lines = {n for u in facts.moving for s in u.statements for n in range(s.node.lineno, (s.node.end_lineno or 0) + 1)}
    found = [
        item
        for item in facts.source.imports
        if item.function is not None
        and item.node.lineno in lines
        and item.attribute in there
        and facts.project.target(facts.source, item) == facts.move.destination
    ]
    counts = Counter(item.node for item in found)
    whole = [item for item in found if counts[item.node] == len(item.node.names)]
    return tuple(_needless(facts.source.source, whole))


def awaiting(facts: Facts) -> tuple[Import, ...]:
    """Those of the destination's own code that import what arrives."""
    if facts.destination is None:
        return ()
    found = [
        item
        for module, item in facts.referrers.imports
        if module.path == facts.move.destination and item.attribute in facts.moved_names
    ]
    found += handed_on(facts, facts.destination)
    at_top = [item for item in found if item.function is None]
    inside = _needless(facts.destination.source, [item for item in found if item.function is not None])
    return (*at_top, *inside)


def no_longer_for_checkers(facts: Facts, imports: Iterable[NewImport]) -> tuple[Import, ...]:
    """Those of the destination that only type checkers execute, where moved code needs the same name while it runs."""
    if facts.destination is None:
        return ()
    needed = {new.binds: new for new in imports if new.attribute is not None}
    return tuple(
        item
        for item in facts.destination.imports
        if item.typing_only
        and item.function is None
        and not item.guarded
        and not item.explicit
        and (new := needed.get(item.binds)) is not None
        and new.attribute == item.attribute
        and _is_the_same(facts, item)
    )


def _is_the_same(facts: Facts, item: Import) -> bool:
    """Does the source mean by the name what the destination imports?"""
    project, name = facts.project, item.binds
    assert facts.destination is not None
    target = project.target(facts.destination, item)
    if target == facts.move.source:
        return item.attribute == name and name in facts.source.definitions
    there = [
        (project.target(facts.source, i), i.module if not i.level else "")
        for i in facts.source.top_imports.get(name, ())
    ]
    return bool(there) and all(to == target and (to is not None or module == item.module) for to, module in there)


def handed_on(facts: Facts, destination: Module) -> Iterator[Import]:
    """Imports of what arrives by the name that another module of the tree hands it on."""
    for item in destination.imports:
        target = facts.project.target(destination, item) if item.attribute in facts.moved_names else None
        plain = not item.asname and not item.guarded and target not in (None, facts.move.source)
        if plain and facts.project.origin(str(target), item.binds) == (facts.move.source, item.binds):
            yield item


def _needless(source: Source, items: Iterable[Import]) -> Iterator[Import]:
    """Those without which a function reads the module's own name, and is left with something to do."""
    statements: dict[ast.stmt, list[Import]] = defaultdict(list)
    for item in items:
        statements[item.node].append(item)
    blocks = [block for node in walk(source.tree) for block in bodies(node)] if statements else []
    for node, group in statements.items():
        whole = len(group) == len(group[0].node.names)
        commented = source.line(node.lineno - 1).strip().startswith("#")
        alone = any(node in block and all(other in statements for other in block) for block in blocks)
        plain = all(item.asname is None and not _makes_an_attribute(item) for item in group)
        if plain and not (whole and (commented or alone)) and not any(_bound_otherwise(i, statements) for i in group):
            yield from group


def _makes_an_attribute(item: Import) -> bool:
    """Does the import stand in the body of a class, inside of a function?"""
    assert item.function is not None
    scopes = [
        n for n in ast.walk(item.function) if isinstance(n, (*FUNCTIONS, ast.ClassDef)) and item.node in ast.walk(n)
    ]
    return isinstance(scopes[-1], ast.ClassDef)  # walked from the outside in


def _bound_otherwise(item: Import, leaving: Collection[ast.stmt]) -> bool:
    """Is the name bound, or declared, anywhere else in the function?"""
    going = {alias for node in leaving for alias in getattr(node, "names", ())}
    assert item.function is not None
    for node in ast.walk(item.function):
        if node in going or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
            continue
        said = [getattr(node, name, None) for name in ("id", "name", "asname", "arg", "rest")]
        if item.binds in [*said, *(getattr(node, "names", None) or ())]:
            return True
    return False
