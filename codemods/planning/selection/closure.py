"""What goes along with a move.

The source imports the destination (for its own use, and so that the old path keeps working), so the destination
may need
nothing of the source while it is imported. Hence what moved code needs at import time goes along; of what it needs only
when called, that which nobody else reads goes along, and so does a small shared helper that mostly moved code reads;
the rest stays and is imported where it is used.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from codemods.bindings import Moment, Reference
from codemods.model import Disposition
from codemods.planning.grouping.definition_groups import Unit, Units
from codemods.planning.grouping.mutations import early_uses

_ON_SUBCLASS = {"__init_subclass__", "__class_getitem__", "__set_name__"}
_ON_MEMBERS = {"__new__", "__init__", "_generate_next_value_"}


@dataclass
class Closure:
    """The units that leave the source, and why each; ``pinned`` names are read through the source and stay there."""

    units: Units
    asked: tuple[str, ...]
    along: Collection[str] = ()
    keep: Collection[str] = ()
    pinned: Collection[str] = ()
    outside: Collection[str] = ()  # names that other files refer to
    copied: Collection[Unit] = ()
    runnable: bool = False  # as a script the source is __main__: importing it late would run it twice
    hints_read: bool = False  # somebody resolves annotations at run time
    fixtures: Collection[str] = ()  # what pytest gives to moved tests and to no others
    moving: dict[Unit, tuple[Disposition, str]] = field(default_factory=dict)

    def solve(self) -> dict[Unit, tuple[Disposition, str]]:
        for name in self.asked:
            self.moving[self.units.by_name[name]] = (Disposition.MOVES, "asked for")
        for name in self.along:
            self.moving.setdefault(self.units.by_name[name], (Disposition.GOES_ALONG, "asked for with --with"))
        for name in self.fixtures:
            if name not in self.keep:
                reason = "only moved tests ask for this fixture"
                self.moving.setdefault(self.units.by_name[name], (Disposition.GOES_ALONG, reason))
        while self._force() or self._take_private() or self._take_shared():
            pass
        return self.moving

    # -- what must go

    def _force(self) -> bool:
        todo = deque(self.moving)
        before = len(self.moving)
        while todo:
            unit = todo.popleft()
            for name, why in self.needed_at_import(unit).items():
                needed = self.units.by_name.get(name)
                if (
                    needed is not None
                    and needed not in self.moving
                    and needed not in self.copied
                    and not needed.typing_only
                ):
                    self.moving[needed] = (Disposition.GOES_ALONG, why)
                    todo.append(needed)
            if not todo:
                todo.extend(self._take_early_users())
        return len(self.moving) > before

    def _take_early_users(self) -> list[Unit]:
        """Definitions that use a moved value before it is completed: they would see it completed."""
        taken = []
        for use in list(early_uses(self.units, self.moving)):
            if use.by.binds and not use.by.binds & {*self.keep, *self.pinned} and use.by not in self.copied:
                line = use.completion.node.lineno
                why = f"it uses {use.unit.label} before line {line} completes that"
                self.moving[use.by] = (Disposition.GOES_ALONG, why)
                taken.append(use.by)
        return taken

    def needed_at_import(self, unit: Unit) -> dict[str, str]:
        """Names of the module that a unit reads while it is imported, and why; bodies of what it calls included."""
        needs: dict[str, str] = {}
        for reference in unit.references if self.runnable or self.hints_read else ():
            if reference.name in unit.binds or reference.name in self.pinned:
                continue
            if self.runnable and reference.moment is Moment.CALL:
                needs.setdefault(
                    reference.name,
                    f"{unit.label} needs it, and the source runs as a script: imported late, it would run twice",
                )
            if self.hints_read and reference.moment is Moment.TYPING and reference.annotation:
                needs.setdefault(
                    reference.name,
                    f"annotations of {unit.label} name it, and the project resolves annotations at run time",
                )
        for reference in _at_import(unit):
            if reference.name not in unit.binds:
                needs.setdefault(reference.name, f"{unit.label} needs it while the module is imported")
        for callee in self._run_at_import(unit):
            for reference in callee.references:
                if reference.moment is not Moment.TYPING and reference.name not in unit.binds:
                    needs.setdefault(
                        reference.name,
                        f"{callee.label} needs it, which {unit.label} calls while the module is imported",
                    )
        return needs

    def _run_at_import(self, unit: Unit) -> Iterator[Unit]:
        """Units whose functions run when this unit is imported."""
        seen: set[Unit] = set()
        todo = deque(self.units.by_name[r.name] for r in _at_import(unit) if r.called and r.name in self.units.by_name)
        todo.extend(base for base in self._bases(unit) if any(r.method in _ON_SUBCLASS for r in base.references))
        while todo:
            callee = todo.popleft()
            if callee in seen:
                continue
            seen.add(callee)
            yield callee
            todo.extend(
                self.units.by_name[r.name]
                for r in callee.references
                if r.name in self.units.by_name and (r.called or (callee.is_class and r.moment is Moment.IMPORT))
            )

    def _bases(self, unit: Unit) -> Iterator[Unit]:
        seen: set[Unit] = set()
        todo = [unit]
        while todo:
            for statement in todo.pop().statements:
                for base in getattr(statement.node, "bases", ()):
                    owner = self.units.by_name.get(getattr(base, "id", ""))
                    if owner is not None and owner not in seen:
                        seen.add(owner)
                        todo.append(owner)
                        yield owner

    # -- what may go

    def _late_needs(self) -> set[Unit]:
        """Units that stay so far and that moved code needs only later than import time."""
        names = {r.name for unit in self.moving for r in unit.references}
        return {
            self.units.by_name[name]
            for name in names
            if name in self.units.by_name and self._free(self.units.by_name[name])
        }

    def _free(self, unit: Unit) -> bool:
        held = {*self.keep, *self.pinned}
        return (
            unit not in self.moving
            and unit not in self.copied
            and not unit.typing_only
            and not unit.binds & held
            and bool(unit.binds)
            and "__all__" not in unit.binds
        )

    def _take_private(self) -> bool:
        """What only moved code and its clients use goes along: the largest such set."""
        clients = self._clients()
        candidates: set[Unit] = set()
        todo = deque(self._late_needs())
        while todo:
            unit = todo.popleft()
            if unit in candidates or not self._free(unit):
                continue
            candidates.add(unit)
            todo.extend(self.units.by_name[r.name] for r in unit.references if r.name in self.units.by_name)
        while True:
            out = {unit for unit in candidates if not self._belongs(unit, candidates, clients)}
            if not out:
                break
            candidates -= out
        for unit in sorted(candidates, key=lambda u: u.index):
            self.moving[unit] = (Disposition.GOES_ALONG, "only moved code uses it, and what uses that")
        return bool(candidates)

    def _clients(self) -> set[Unit]:
        """Staying units that use moved code, directly or through others."""
        clients: set[Unit] = set()
        todo = [name for unit in self.moving for name in unit.binds]
        while todo:
            for reader in self.units.readers[todo.pop()]:
                if reader not in clients and reader not in self.moving and reader.binds:
                    clients.add(reader)
                    todo.extend(reader.binds)
        return clients

    def _belongs(self, unit: Unit, candidates: set[Unit], clients: set[Unit]) -> bool:
        """Has this unit no use but for moved code?"""
        readers = {reader for name in unit.binds for reader in self.units.readers[name]} - {unit}
        inside = readers & (self.moving.keys() | candidates)
        private = all(name.startswith("_") for name in unit.binds)
        if not inside or not self._only_free_needs(unit, candidates):
            return False
        if readers <= inside and (private or unit not in clients):
            return private or _is_data(unit) or not unit.binds & set(self.outside)
        return unit not in clients and readers <= inside | clients and (private or _is_data(unit))

    def _only_free_needs(self, unit: Unit, candidates: set[Unit]) -> bool:
        """Would taking this unit drag in, at import time, nothing that others hold?"""
        for name in self.needed_at_import(unit):
            needed = self.units.by_name.get(name)
            if (
                needed is not None
                and needed not in self.moving
                and needed not in candidates
                and needed not in self.copied
            ):
                return False
        return True

    def _take_shared(self) -> bool:
        """A small helper or constant that moved code reads at least as much as staying code goes along."""
        for unit in sorted(self._late_needs(), key=lambda u: u.index):
            if not self._small(unit) or any(name in self.outside for name in unit.binds):
                continue
            readers = {reader for name in unit.binds for reader in self.units.readers[name]}
            moved = {reader for reader in readers if reader in self.moving}
            if 2 * len(moved) >= len(readers):
                self.moving[unit] = (
                    Disposition.GOES_ALONG,
                    f"{len(moved)} of its {len(readers)} readers move, and the source imports it back",
                )
                return True
        return False

    def _small(self, unit: Unit) -> bool:
        """A function or constant (or an enum) that needs nothing more of the source."""
        if unit.is_class and not _is_enum(unit):
            return False
        return all(
            r.name not in self.units.by_name
            or r.name in unit.binds
            or self.units.by_name[r.name] in self.moving
            or self.units.by_name[r.name] in self.copied
            for r in unit.references
        )


def _at_import(unit: Unit) -> Iterator[Reference]:
    """References that are read when the unit is imported, those of a lambda's body with them."""
    own = _is_enum(unit)
    for reference in unit.references:
        if (
            reference.moment is Moment.IMPORT
            or (reference.moment is Moment.CALL and reference.function is None)
            or (own and reference.moment is Moment.CALL and reference.method in _ON_MEMBERS)
        ):
            yield reference


def _is_data(unit: Unit) -> bool:
    """A constant, an alias, or a class that is only a shape: enum, dataclass, protocol, exception."""
    node = unit.statements[0].node
    if not isinstance(node, ast.ClassDef):
        return not unit.is_function
    roots = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list] + list(node.bases)
    names = {getattr(root, "attr", getattr(root, "id", "")) for root in roots}
    shapes = {"dataclass", "Protocol", "NamedTuple", "TypedDict", "Exception", "define", "frozen"}
    return _is_enum(unit) or bool(names & shapes) or any(name.endswith(("Error", "Exception")) for name in names)


def _is_enum(unit: Unit) -> bool:
    node = unit.statements[0].node
    if not isinstance(node, ast.ClassDef):
        return False
    bases = [getattr(b, "id", getattr(b, "attr", "")) for b in node.bases]
    return any(base.endswith(("Enum", "Flag")) for base in bases)
