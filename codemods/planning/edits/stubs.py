"""Stubs (`.pyi`) beside the two modules: declarations of moved names move as the definitions do.

Type checkers read a stub in the place of its module. So a declaration that stayed behind, or a stub that hides what
came into its module, would declare something else than what is there at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.bindings import Import, Module, Reference, Statement
from codemods.model import Hazard, Place, Reexport, Refused
from codemods.planning.edits.model import Block, Body, DestinationEdits, NewImport, SourceEdits, StubEdits
from codemods.planning.edits.module_references import reference_to, relative_style
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.imports.optional_blocks import unread
from codemods.planning.imports.required import RequiredImports
from codemods.project import Unreadable
from codemods.project.cython import declared


@dataclass
class _StubNeeds(RequiredImports):
    """What declarations need: stubs may have import cycles, so all of it at the top."""

    def _from_source(self, name: str, references: list[Reference]) -> None:
        new = NewImport(self._source_text, name)
        if new not in self.imports:
            self.imports.append(new)

    def _stands_late(self, item: Import) -> bool:
        return False


def stub_edits(facts: Facts) -> StubEdits | None:
    """What the stubs lose and get; None where they say nothing of moved names. Raises Refused."""
    _refuse_declared(facts)
    source, destination = _stub(facts, facts.move.source), _stub(facts, facts.move.destination)
    groups = DefinitionGroups(source) if source else None
    moving = _moving(facts, groups) if groups else ()
    if source is None or groups is None or not moving:
        if source is None and destination is not None:
            _refuse_hidden(facts, destination)
        return None
    if destination is None and facts.destination is not None:
        _refuse(
            source.source.place(moving[0].statements[0].node),
            f"the stub declares {moving[0].label}, and {facts.move.destination} has no stub that could",
            f"make {facts.move.destination}i first (stubgen and pyright --createstub can)",
        )
    relative = relative_style(source, facts.project.names)
    needs = _StubNeeds(facts.project, groups, moving, facts.move.destination, relative)
    needs.solve()
    if destination is not None:
        _refuse_collisions(facts, moving, needs, destination)
    return _edits(facts, groups, moving, needs, destination)


def _refuse_declared(facts: Facts) -> None:
    beside, found = declared(facts.project.tree, facts.move.source, facts.moved_names)
    for name, line in found.items():
        reason = f"this declares `{name}` for Cython, which compiles {facts.move.source} with it"
        _refuse(Place(beside, line), reason, "leave it where it is")


def _stub(facts: Facts, path: str) -> Module | None:
    stub = path + "i"
    if stub not in facts.project.tree.paths:
        return None
    try:
        return facts.project.module(stub)
    except Unreadable as error:
        raise Refused(Hazard("unreadable", error.place, f"the stub can't be read: {error.reason}")) from error


def _moving(facts: Facts, groups: DefinitionGroups) -> tuple[DefinitionGroup, ...]:
    """The groups of the stub that declare moved names, and what only they need and only the stub has."""
    moved = facts.moved_names
    moving = {group for name, group in groups.by_name.items() if name in moved}
    elsewhere = {item.attribute for module, item in facts.referrers.imports if module.path.endswith(".pyi")}
    while True:
        more = {
            group
            for name, group in groups.by_name.items()
            if group not in moving
            and not group.binds & (facts.source.binds | elsewhere | set(groups.module.exported or ()))
            and groups.readers[name]
            and groups.readers[name] <= moving
        }
        if not more:
            break
        moving |= more
    for group in moving:
        staying = sorted((group.binds & facts.source.binds) - moved)
        if staying:
            _refuse(
                groups.module.source.place(group.statements[0].node),
                f"the stub declares {', '.join(sorted(group.binds & moved))} and {staying[0]} in one statement, "
                f"and {staying[0]} stays",
                "divide the statement",
            )
    return tuple(sorted(moving, key=lambda group: group.index))


def _edits(
    facts: Facts,
    groups: DefinitionGroups,
    moving: tuple[DefinitionGroup, ...],
    needs: RequiredImports,
    destination: Module | None,
) -> StubEdits:
    source = groups.module
    statements = tuple(sorted((s for group in moving for s in group.statements), key=lambda s: s.index))
    staying = [group for group in groups.all if group not in moving]
    dropped = [] if destination is None else list(_own_imports(facts, destination))
    arrival = DestinationEdits(
        facts.move.destination + "i",
        destination,
        Body(source, statements),
        False,
        tuple(needs.imports),
        tuple(needs.typing_imports),
        needs.typing_test(),
        tuple(Block(node, unread(source, node, needs.used)) for node in needs.blocks),
        tuple(dropped),
    )
    departure = SourceEdits(
        source.path,
        source,
        statements,
        tuple(_dropped(source, staying, needs)),
        blocks=tuple(_dropped_blocks(source, staying, needs)),
        reexports=tuple(_reexports(facts, groups, moving, staying)),
    )
    return StubEdits(departure, arrival)


def _read(source: Module, staying: list[DefinitionGroup]) -> set[str]:
    read = {r.name for group in staying for s in group.statements if not s.is_import for r in s.references}
    return read | set(source.exported or ())


def _dropped(source: Module, staying: list[DefinitionGroup], needs: RequiredImports) -> Iterator[Import]:
    """Imports that only moved declarations used: without ``as`` a stub passes none of them on."""
    read = _read(source, staying)
    guarded = [
        s for s in source.statements if s.is_import and s.binds and s not in _dropped_blocks(source, staying, needs)
    ]
    read |= {r.name for s in guarded for r in s.references}
    for name in sorted(needs.used - read):
        yield from (i for i in source.top_imports[name] if not (i.guarded or i.explicit or "noqa" in _line(source, i)))


def _dropped_blocks(source: Module, staying: list[DefinitionGroup], needs: RequiredImports) -> list[Statement]:
    read = _read(source, staying)
    return [s for s in source.statements if any(s.node is b for b in needs.blocks) and not s.binds & read]


def _line(source: Module, item: Import) -> str:
    return source.source.line(item.node.lineno)


def _reexports(
    facts: Facts, groups: DefinitionGroups, moving: tuple[DefinitionGroup, ...], staying: list[DefinitionGroup]
) -> Iterator[NewImport]:
    """What the stub goes on offering: with ``as``, for without it stubs pass nothing on."""
    source = groups.module
    relative = relative_style(source, facts.project.names)
    module = reference_to(facts.move.destination, source.path, relative, facts.project.names)
    read = {r.name for group in staying for r in group.references}
    exported = frozenset(source.exported or ())
    offered = exported.union(facts.move.names)
    for group in moving:
        for name in group.names:
            if facts.move.reexport is not Reexport.NONE and (name in offered or not name.startswith("_")):
                yield NewImport(module, name, None if name in exported else name)
            elif name in read:
                yield NewImport(module, name)


def _own_imports(facts: Facts, destination: Module) -> Iterator[Import]:
    """Imports of moved names from the source in the stub that declares them now."""
    for item in destination.imports:
        if item.attribute in facts.moved_names and facts.project.target(destination, item) == facts.move.source:
            yield item


def _refuse_hidden(facts: Facts, destination: Module) -> None:
    """The destination's stub would hide moved names from type checkers."""
    for name in facts.move.names:
        if name not in destination.definitions:
            _refuse(
                Place(destination.path),
                f"this stub does not declare {name}, so type checkers would not find it in {facts.move.destination}",
                f"declare {name} in the stub first",
            )


def _refuse_collisions(
    facts: Facts, moving: tuple[DefinitionGroup, ...], needs: RequiredImports, destination: Module
) -> None:
    own = {item.binds for item in _own_imports(facts, destination)}
    for group in moving:
        for name in sorted(group.binds & destination.binds - own):
            _refuse(Place(destination.path), f"this stub declares another `{name}` already", "rename one of them")
    for new in (*needs.imports, *needs.typing_imports):
        if new.binds in destination.binds and not any(
            _same(facts, destination, item, new) for item in destination.top_imports.get(new.binds, ())
        ):
            reason = f"moved declarations use `{new.binds}` from {new.module}; this stub binds it to something else"
            _refuse(Place(destination.path), reason, "rename one of them")


def _same(facts: Facts, destination: Module, item: Import, new: NewImport) -> bool:
    if item.attribute != new.attribute:
        return False
    name = new.module.lstrip(".")
    wanted = facts.project.names.absolute(destination.path, name or None, len(new.module) - len(name))
    return wanted == facts.project.names.absolute(destination.path, item.module or None, item.level)


def _refuse(place: Place, reason: str, remedy: str) -> None:
    raise Refused(Hazard("stub", place, reason, (remedy,)))
