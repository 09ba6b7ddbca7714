"""Which definitions leave the source, and why each: rules 1, 2, 3 and 5 of the package's docstring."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from codemods.bindings import Moment
from codemods.bindings.certainty import certain_binds
from codemods.model import Disposition
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups, is_data, is_enum, is_error
from codemods.planning.grouping.mutations import early_uses
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.grouping.second_execution import SecondExecution

_OWN = "used only by code that moves, directly or through other helpers"

Moving = dict[DefinitionGroup, tuple[Disposition, str]]


@dataclass(frozen=True)
class Request:
    """What was asked for, and what holds definitions back.

    ``asked``, ``along`` and ``fixtures`` are names that move; ``held`` names that stay: kept, or looked up in the
    source. ``outside``: the other files that refer to each name. ``copied``: groups that both modules get.
    ``again``: of a script, the module that it imports by its own name. ``spoken_of``: is a name read off some module
    that is called like the source, ``nx.dag.colliders``?
    """

    graph: ReferenceGraph
    asked: tuple[str, ...]
    along: Collection[str] = ()
    fixtures: Collection[str] = ()
    held: frozenset[str] = frozenset()
    outside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    copied: frozenset[DefinitionGroup] = frozenset()
    again: SecondExecution | None = None
    spoken_of: Callable[[str], bool] = field(default=lambda name: False)

    @property
    def groups(self) -> DefinitionGroups:
        return self.graph.groups

    def found_twice(self, name: str, moving: Collection[DefinitionGroup]) -> bool:
        """Would moved code find by this name something else in the script's module than it found in the script?"""
        return self.again is not None and self.again.differs(name, moving)

    def free(self, group: DefinitionGroup) -> bool:
        """May this group move though nobody asked for it?"""
        return (
            group not in self.copied
            and not group.typing_only
            and not group.binds & self.held
            and bool(group.binds)
            and "__all__" not in group.binds
            and not self._doubtful(group)
        )

    def _doubtful(self, group: DefinitionGroup) -> bool:
        """Does it define a name on some ways only, so that nobody could import that from elsewhere?"""
        defined = group.binds & self.groups.module.definitions.keys()
        return not defined <= certain_binds(s.node for s in group.statements)

    def readers(self, group: DefinitionGroup) -> set[DefinitionGroup]:
        return {reader for name in group.binds for reader in self.groups.readers[name]} - {group}

    def used_outside(self, group: DefinitionGroup) -> int:
        return max((len(self.outside.get(name, ())) for name in group.binds), default=0)

    def users(self, group: DefinitionGroup) -> set[str]:
        """The other files that use a group."""
        return {path for name in group.binds for path in self.outside.get(name, ())}

    def strangers(self, group: DefinitionGroup) -> set[str]:
        """Those that use nothing that was asked for."""
        return self.users(group).difference(*(self.outside.get(name, ()) for name in self.asked))

    def exported(self, group: DefinitionGroup) -> bool:
        return bool(group.binds & {*(self.groups.module.exported or ())})


def requested(request: Request) -> Moving:
    """Rule 1."""
    by_name = request.groups.by_name
    moving: Moving = {by_name[name]: (Disposition.MOVES, "asked for") for name in request.asked}
    for group in list(moving):
        if more := [name for name in group.names if name not in request.asked]:
            said = f"asked for, with {', '.join(more)}: bound or changed together"
            moving[group] = (Disposition.MOVES, said)
    for name in request.along:
        moving.setdefault(by_name[name], (Disposition.GOES_ALONG, "asked for with --with"))
    for name in request.fixtures:
        if name not in request.held:
            moving.setdefault(by_name[name], (Disposition.GOES_ALONG, "only moved tests ask for this fixture"))
    return moving


def with_own(request: Request, moving: Moving, standing_alone: bool = False) -> Moving:
    """Rule 2: what only moved code uses; ``standing_alone``: nothing that would need the source at import time."""
    moving = dict(moving)
    while _take_early_users(request, moving) or _take_own(request, moving, standing_alone):
        pass
    return moving


def with_shared(request: Request, moving: Moving) -> Moving:
    """Rule 3: private helpers that both need, and data that belongs to what moves."""
    moving = dict(moving)
    while True:
        moving = with_own(request, moving, True)
        if not _take_shared(request, moving):
            return moving


def with_aliases(request: Request, moving: Moving) -> Moving:
    """Rule 5: other names for what moves (``Bool = Boolean``), without which staying code would not need it."""
    moving = dict(moving)
    while True:
        names = {name for group in moving for name in group.binds}
        more = [u for u in request.groups.all if u not in moving and request.free(u) and _aliased(u) & names]
        if not more:
            return moving
        moving |= dict.fromkeys(more, (Disposition.GOES_ALONG, "it is another name for what moves"))


def _aliased(group: DefinitionGroup) -> set[str]:
    """The names for which every statement of a group is but another name."""
    values = [getattr(s.node, "value", None) if isinstance(s.node, ast.Assign) else None for s in group.statements]
    return (
        {value.id for value in values if isinstance(value, ast.Name)}
        if all(isinstance(value, ast.Name) for value in values)
        else set()
    )


def with_needed(request: Request, moving: Moving, private_only: bool) -> Moving:
    """Rule 5: what moved code needs at import time; public definitions too with ``--with-needed``."""
    moving = dict(moving)
    while True:
        more: Moving = {}
        for group in moving:
            for need in request.graph.needs(group).values():
                called = need.moment is Moment.CALL and request.found_twice(need.name, moving)
                if need.moment is not Moment.IMPORT and not called:
                    continue
                needed = request.graph.owner(need.name)
                if needed is None or needed in moving or needed in request.copied or needed.typing_only:
                    continue
                if needed.binds & request.held or (private_only and not _is_private(needed)):
                    continue
                more.setdefault(needed, (Disposition.GOES_ALONG, need.why))
        if not more:
            return moving
        moving = with_shared(request, moving | more)


def _take_early_users(request: Request, moving: Moving) -> bool:
    """Definitions that read a moved value before a later statement mutates it: they would see it mutated."""
    taken = False
    for use in list(early_uses(request.groups, moving)):
        if use.by in moving or not request.free(use.by):
            continue
        others = request.readers(use.by) - moving.keys()
        if _is_private(use.by) or not (others or request.used_outside(use.by)):
            why = f"it uses {use.group.label} before line {use.completion.node.lineno} changes that"
            moving[use.by] = (Disposition.GOES_ALONG, why)
            taken = True
    return taken


def _take_own(request: Request, moving: Moving, standing_alone: bool) -> bool:
    """The largest set of groups that only moved code uses, directly or through others of the set."""
    clients = _clients(request, moving)
    candidates = {group for group in _reachable(request, moving) if _is_private(group) or group not in clients}
    while out := {group for group in candidates if not _is_own(request, group, moving, candidates, standing_alone)}:
        candidates -= out
    for group in sorted(candidates, key=lambda u: u.index):
        moving[group] = (Disposition.GOES_ALONG, _OWN)
    return bool(candidates)


def _reachable(
    request: Request, moving: Iterable[DefinitionGroup], among: Collection[DefinitionGroup] | None = None
) -> set[DefinitionGroup]:
    """Free groups (``among`` these) that moved code refers to, directly or through others of them."""
    by_name, found = request.groups.by_name, set[DefinitionGroup]()
    todo = deque(by_name[r.name] for group in moving for r in group.references if r.name in by_name)
    while todo:
        group = todo.popleft()
        if group not in found and request.free(group) and (among is None or group in among):
            found.add(group)
            todo.extend(by_name[r.name] for r in group.references if r.name in by_name)
    return found - set(moving)


def _is_own(
    request: Request, group: DefinitionGroup, moving: Moving, candidates: set[DefinitionGroup], standing_alone: bool
) -> bool:
    inside = moving.keys() | candidates
    readers = request.readers(group)
    if not readers or not readers <= inside or (standing_alone and not _stands_alone(request, group, inside)):
        return False
    if _is_private(group):
        return True
    return not (request.used_outside(group) or request.exported(group) or any(map(request.spoken_of, group.binds)))


def _stands_alone(request: Request, group: DefinitionGroup, inside: Collection[DefinitionGroup]) -> bool:
    """Would this group need nothing of the source at import time?"""
    owners = (request.graph.owner(need.name) for need in request.graph.at_import(group))
    return all(owner is None or owner in inside or owner in request.copied for owner in owners)


def _take_shared(request: Request, moving: Moving) -> bool:
    """The largest set of groups that both sides use and that belong to what moves."""
    clients = _clients(request, moving)
    needed = {need.name for group in moving for need in request.graph.at_import(group)}
    candidates = _reachable(request, moving, set(request.groups.all) - clients)
    while out := {u for u in candidates if not _is_shared(request, u, moving.keys() | candidates, clients, needed)}:
        # What only those that drop out use, or that stay, is none of what moves.
        candidates = _reachable(request, moving, candidates - out)
    for group in sorted(candidates, key=lambda u: u.index):
        readers = request.readers(group)
        moving[group] = (Disposition.GOES_ALONG, _why_shared(readers & (moving.keys() | candidates), readers))
    return bool(candidates)


def _why_shared(inside: set[DefinitionGroup], readers: set[DefinitionGroup]) -> str:
    if inside == readers:
        return _OWN
    outside = readers - inside
    return f"used by code that moves ({_some(inside)}) and by code that stays ({_some(outside)}), which imports it"


def _some(groups: Iterable[DefinitionGroup]) -> str:
    labels = [group.label for group in sorted(groups, key=lambda group: group.index)]
    return ", ".join(labels[:2]) + (f" and {len(labels) - 2} more" if len(labels) > 2 else "")


def _is_shared(
    request: Request,
    group: DefinitionGroup,
    inside: Collection[DefinitionGroup],
    clients: set[DefinitionGroup],
    needed: Collection[str],
) -> bool:
    """Data, and helpers that no other file uses, with at least half of their users among what moves."""
    readers = request.readers(group)
    half = bool(readers & {*inside}) and 2 * len(readers & {*inside}) >= len(readers)
    if not _stands_alone(request, group, inside):
        return False
    if is_data(group):
        strangers = request.strangers(group)
        # Handed on by a package, and not for what was asked for, or an error, which is for whoever catches it.
        users = request.users(group) if is_error(group) else strangers
        if any(path.endswith("__init__.py") for path in users) and not group.binds & {*needed}:
            return False
        return half and 2 * len(readers & {*inside}) >= len(readers) + len(strangers)
    if _is_private(group):
        return readers <= {*inside} | clients or (half and _is_small(request, group, inside))
    # A function that moved code needs at import time, and that nobody outside of the module knows.
    internal = not request.used_outside(group) and not request.exported(group)
    return internal and half and bool(group.binds & {*needed}) and _is_small(request, group, inside)


def _clients(request: Request, moving: Moving) -> set[DefinitionGroup]:
    """Staying groups that use moved code, directly or through others."""
    clients: set[DefinitionGroup] = set()
    todo = [name for group in moving for name in group.binds]
    while todo:
        for reader in request.groups.readers[todo.pop()]:
            if reader not in clients and reader not in moving and reader.binds:
                clients.add(reader)
                todo.extend(reader.binds)
    return clients


def _is_small(request: Request, group: DefinitionGroup, inside: Collection[DefinitionGroup]) -> bool:
    """A function or constant that needs nothing more of the source."""
    by_name = request.groups.by_name
    others = {by_name[r.name] for r in group.references if r.name in by_name and r.name not in group.binds}
    return (not group.is_class or is_enum(group)) and others <= {*inside} | request.copied


def _is_private(group: DefinitionGroup) -> bool:
    return all(name.startswith("_") for name in group.binds)
