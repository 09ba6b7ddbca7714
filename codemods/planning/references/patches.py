"""Where tests and plugins replace names of the source, and what becomes of that when the readers move.

A patched name must be looked up, after the move, in the module that the patch names. If every reader moved, a string
follows them; if readers are on both sides, or the place holds the module itself, moved code reads the name through
the source. What moved code rebinds can't be read so: whoever sets it names the new module.
"""

from __future__ import annotations

from codemods.bindings import Moment
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.references.dynamic_names import OF_THE_MODULE
from codemods.planning.references.referrers import Referrers
from codemods.planning.references.replacements import CHANGED, PatchTarget


def call_readers(groups: DefinitionGroups, name: str) -> set[DefinitionGroup]:
    """Groups that look a global up when they are called."""
    return {
        group
        for group in groups.all
        for r in group.references
        if r.name == name and r.moment is Moment.CALL and not r.writes
    }


def dynamic_outside(referrers: Referrers, name: str) -> bool:
    """Does another file look the name up in the source when it runs?"""
    return name in referrers.chained or any(
        i.attribute == name and i.function is not None for _, i in referrers.imports
    )


def _looks_up_any(groups: DefinitionGroups) -> bool:
    """Does code of the module ask for its namespace, where it may look any name up?"""
    asked = (r for group in groups.all for r in group.references if r.name in OF_THE_MODULE)
    return any(r.called and r.name not in groups.module.binds for r in asked)


def split(
    groups: DefinitionGroups, referrers: Referrers, moving: set[DefinitionGroup]
) -> tuple[frozenset[str], tuple[PatchTarget, ...]]:
    """(names to be read through the source, patch targets in strings that follow their readers)."""
    rebound = {name for name in groups.module.rebound if groups.by_name.get(name) in moving}
    through_source: set[str] = referrers.assigned.keys() - rebound
    follow: list[PatchTarget] = []
    any_name = _looks_up_any(groups)
    for patch in referrers.patch_targets:
        readers = call_readers(groups, patch.name)
        if patch.rest == CHANGED and patch.text and not readers - moving and groups.by_name.get(patch.name) in moving:
            follow.append(patch)
        if patch.rest or not readers & moving:
            continue
        if patch.name in rebound:
            follow += [patch] if patch.text is not None else []
            continue
        stays = patch.name in groups.by_name and groups.by_name[patch.name] not in moving
        if patch.text is None or stays or readers - moving or any_name or dynamic_outside(referrers, patch.name):
            through_source.add(patch.name)
        else:
            follow.append(patch)
    # One name, one way: a name that is read through the source keeps all its patch targets there.
    return frozenset(through_source), tuple(s for s in follow if s.name not in through_source)
