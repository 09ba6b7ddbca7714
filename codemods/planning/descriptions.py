"""What a plan says: each group with its reason, each file with what changes in it."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Disposition, FilePlan, GroupPlan, Place
from codemods.planning.edits.model import DestinationEdits, Edits, SourceEdits
from codemods.planning.facts import Facts
from codemods.planning.grouping.loggers import loggers
from codemods.planning.imports.required import RequiredImports


def group_plans(facts: Facts, needs: RequiredImports) -> Iterator[GroupPlan]:
    source = facts.source.source
    for group in facts.moving_in_order:
        disposition, reason = facts.moving[group]
        yield GroupPlan(group.names or (group.label,), source.place(group.statements[0].node), disposition, reason)
    made = {True: "the same logger is got by its name", False: "a type variable equal to the other is made"}
    for group in {id(u): u for u in needs.copies}.values():
        reason = f"{made[group in loggers(facts.groups).values()]} in both modules"
        yield GroupPlan(group.names, source.place(group.statements[0].node), Disposition.COPIED, reason)
    for name, reason in _what_stays(facts, needs).items():
        node = facts.groups.by_name[name].statements[0].node if name in facts.groups.by_name else None
        yield GroupPlan((name,), source.place(node) if node else Place(source.path), Disposition.STAYS, reason)


def _what_stays(facts: Facts, needs: RequiredImports) -> dict[str, str]:
    """What moved code needs of the source and imports from there, with the reason."""
    stays: dict[str, str] = {}
    modules = {module for _, module in needs.attributes}
    for name in (late.new.binds for late in needs.late if late.new.binds not in modules):
        stays.setdefault(name, f"{_why_it_stays(facts, name)}; moved functions import it when they run")
    for new in needs.imports:
        if new.binds in facts.groups.by_name and (facts.in_place or not facts.source_imports):
            stays.setdefault(new.binds, f"{_why_it_stays(facts, new.binds)}; the destination imports it")
    for node, module in needs.attributes:
        does = "reads and binds" if node.id in facts.groups.apart else "reads"
        stays.setdefault(node.id, f"{_why_it_stays(facts, node.id)}; moved code {does} it as `{module}.{node.id}`")
    for new in needs.typing_imports:
        if new.binds in facts.groups.by_name:
            stays.setdefault(new.binds, "only annotations of moved code name it")
    return stays


def _why_it_stays(facts: Facts, name: str) -> str:
    if name in facts.move.keep:
        return "it is kept by --keep"
    if name in facts.made_there:
        return "making it has side effects, and their order counts"
    if name in facts.filled_there:
        return "what stays changes it while the module is imported"
    if name in facts.left:
        return "taking it along was refused, and nobody asked for it"
    group = facts.groups.by_name.get(name)
    readers = facts.request.readers(group) - facts.moving.keys() if group is not None else set()
    if readers:
        return f"{min(readers, key=lambda reader: reader.index).label} stays and uses it"
    if outside := facts.request.outside.get(name):
        return f"{min(outside)} uses it too"
    if name in facts.request.held:
        return f"it may be looked up, replaced or rebound in {facts.move.source}"
    return "it was not asked for"


def file_plans(facts: Facts, edits: Edits) -> Iterator[FilePlan]:
    yield FilePlan(edits.departure.path, tuple(_of_source(facts, edits.departure)))
    yield FilePlan(edits.arrival.path, tuple(_of_destination(edits.arrival)))
    if edits.stubs is not None:
        declared = ", ".join(dict.fromkeys(n for s in edits.stubs.arrival.body.statements for n in sorted(s.binds)))
        yield FilePlan(edits.stubs.departure.path, (f"no longer declares {declared}",))
        yield FilePlan(edits.stubs.arrival.path, (f"declares {declared}",))
    for path in edits.new_packages:
        yield FilePlan(path, ("is made, empty: its neighbours are packages",))
    new = facts.project.names.dotted(facts.move.destination)
    for kept in edits.kept:
        names = ", ".join(kept.names) or "moved code"
        said = f"keeps importing {names} by the old path: with {new} it {kept.reason}"
        yield FilePlan(kept.place.path, (), (said,))
    for file in edits.others:
        actions = [f"imports {r.item.attribute} from {r.module}" for r in file.rehomes]
        actions += [s.why for s in file.strings]
        yield FilePlan(file.path, tuple(actions))


def _of_source(facts: Facts, departure: SourceEdits) -> Iterator[str]:
    goes_on = ", so that the old import path keeps working" if facts.move.goes_on else ""
    yield f"loses {_count(len(departure.statements), 'statement')}"
    if departure.reexports:
        yield f"imports {', '.join(new.binds for new in departure.reexports)} from {facts.move.destination}{goes_on}"
    lazy = departure.lazy
    if lazy and lazy.names:
        how = "with a DeprecationWarning" if lazy.warns else f"in {facts.move.destination} when asked for"
        yield f"finds {', '.join(lazy.names)} {how}{goes_on}"
    if departure.late:
        yield "imports inside functions " + ", ".join(sorted({late.new.binds for late in departure.late}))
    if departure.executes:
        yield f"imports {facts.move.destination} as a module where {facts.move.names[0]} stood: it has effects"
    if departure.dropped:
        yield "no longer imports " + ", ".join(item.binds for item in departure.dropped)


def _of_destination(arrival: DestinationEdits) -> Iterator[str]:
    number = _count(len(arrival.body.statements), "statement")
    yield f"gets {number}" if arrival.module else f"is made, with {number}"
    brought = [new.binds for new in (*arrival.imports, *arrival.typing_imports)]
    if brought:
        yield "imports " + ", ".join(brought)
    if arrival.body.late:
        yield "imports inside functions " + ", ".join(sorted({late.new.binds for late in arrival.body.late}))
    if arrival.withdrawn is not None:
        names = [name for branch in arrival.withdrawn.branches for name in branch.gone]
        yield "no longer finds " + ", ".join(names) + " when asked: it defines that"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
