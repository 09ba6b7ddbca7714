"""What is known when a plan is made: what is settled, and what the references say of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.edits.module_references import relative_style
from codemods.planning.references.dynamic_names import Look, looks, may_keep
from codemods.planning.references.module_accesses import (
    Accesses,
    beside_stars,
    in_destination,
    rewritten_accesses,
    setting_accesses,
)
from codemods.planning.references.namespace_lookups import lookups
from codemods.planning.references.package_scans import Scan, scans
from codemods.planning.references.text_references import Mention, find_mentions
from codemods.planning.references.used_names import Use, uses
from codemods.planning.settled import Settled


@dataclass(frozen=True)
class Facts(Settled):
    """The input of the hazards."""

    @cached_property
    def source_uses(self) -> tuple[Use, ...]:
        """By which names the source is used."""
        return uses(self.project, self.move.source, self.referrers.files)

    @cached_property
    def relative(self) -> bool:
        """Are modules named by dots? Dots lead nowhere in a file that its own package executes by its path."""
        if not relative_style(self.source, self.project.names):
            return False
        names, dots = self.project.names, any(item.level for item in self.source.imports)
        top = names.package(self.source.path).partition(".")[0]
        if not dots and self.destination is not None and _names_neighbours(self.destination, top):
            return False
        by = [use.place.path for use in self.source_uses if use.loaded and use.place is not None and not use.by]
        return dots or not any(names.package(path).partition(".")[0] == top for path in by)

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Staying code, and other modules, that look into the namespace of the source."""
        values = self.referrers.values
        found = (*self.referrers.looks, *looks(values, self.source, self.staying))
        return tuple(look for look in found if may_keep(look, self.source, self.moving))

    @cached_property
    def scans(self) -> tuple[Scan, ...]:
        """Code that imports the modules of a package one after the other, those between which the move is among
        them."""
        return tuple(scans(self))

    @cached_property
    def looks_along(self) -> bool:
        """Does moved code go on looking into it?"""
        return any(True for group in self.moving for s in group.statements for _ in lookups(self.source, s))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Texts that name moved definitions by their old path."""
        return find_mentions(self)

    @cached_property
    def accesses(self) -> dict[str, Accesses]:
        """What is written where a file reached a moved name through the module, and no longer does: it sets what moved
        code rebinds, the old path ends, or is lazy, and star imports find no lazy names."""
        if not self.move.goes_on:
            set_there = frozenset(self.set_at)
            return rewritten_accesses(self.referrers, self.move.destination, self.moved_names, set_there)
        passed_by = not self.source_imports and self.source.exported is None
        found = beside_stars(self.referrers, self.move.destination, self.moved_names) if passed_by else {}
        return setting_accesses(self.referrers, self.move.destination, self.set_at) | found

    @cached_property
    def set_elsewhere(self) -> frozenset[str]:
        """Moved names that functions rebind, and that every file which sets one sets in the new module."""
        rewritten = {place for found in self.accesses.values() for place in found.places}
        return frozenset(name for name, places in self.set_at.items() if places <= rewritten)

    @cached_property
    def set_at(self) -> dict[str, frozenset[Place]]:
        """Where other files set each moved name that functions rebind, but for the strings that follow it."""
        rebound = self.moved_names & self.source.rebound.keys()
        found = {name: {*self.referrers.assigned.get(name, ())} for name in rebound}
        for patch in self.referrers.patch_targets:
            if patch.name in rebound and patch.text is None and not patch.rest:
                found[patch.name].add(patch.place)
        for write in self.writes:
            if write.name in rebound and write.plain:
                found[write.name].add(write.place)
        return {name: frozenset(places) for name, places in found.items()}

    @cached_property
    def own_accesses(self) -> Accesses | None:
        """What the destination reads through the source, and has itself then."""
        if self.destination is None:
            return None
        return in_destination(self.referrers, self.destination, self.moved_names)


def _names_neighbours(module: Module, top: str) -> bool:
    """Does a module import others of its top-level package, and none of them by dots?"""
    imports = module.imports
    return any(i.module.partition(".")[0] == top for i in imports) and not any(i.level for i in imports)
