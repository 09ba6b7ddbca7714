"""A moved name that is bound on some ways through its statements only, so that importing it may fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.imports.as_attributes import as_attributes, doubtful
from codemods.planning.imports.eager_reexports import reexported
from codemods.planning.imports.lazy_reexports import reexports, staying_reads, unbound_on_some_paths

CODE = "maybe-unbound"
TITLE = "a name is bound on some platforms, or after some outcomes, only"
MEANING = """
Where an `if` has no `else`, or a handler does not bind the name, the name may not exist once the module is imported.
The source can live with that; an import of the name from the destination can't: it would fail, and the source with it.
Where no code that stays reads the name, the source looks it up when asked, and has it or not, as before.
Moved code that reads such a name of the source reads it off the module, at the same place.
"""
EXAMPLE = """
-- shop/colour.py --
import sys
if sys.platform == "win32":
    def enable():
        return True
def colour():
    return sys.platform == "win32" and enable()
-- move --
shop/colour.py shop/windows.py enable
"""

_BRANCHING = (ast.If, ast.Try, ast.TryStar, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match)


def find(facts: Facts) -> Iterator[Hazard]:
    yield from _needed(facts)
    offered = {new.binds for new in reexported(facts)}
    unsure = unbound_on_some_paths(facts.moving) & offered
    _, lazy = reexports(facts) if unsure else ((), None)
    unsure -= {*(lazy.names if lazy is not None else ())} - staying_reads(facts)  # those may fail, as before
    for group in facts.moving:
        for name in sorted(group.binds & unsure):
            place = facts.source.source.place(group.statements[0].node)
            where = _where(name, group)
            reason = f"{where}, so {facts.move.source} could not always import it from {facts.move.destination}"
            yield Hazard(CODE, place, reason, (f"bind `{name}` on every path first, to None for example",))


def _needed(facts: Facts) -> Iterator[Hazard]:
    """Definitions of the source that moved code would import, and that some ways through the module do not make."""
    found = doubtful(facts)
    attributes = as_attributes(facts) if found else frozenset[str]()
    for name, reference in found.items():
        if name in attributes:
            continue
        place = facts.source.source.place(reference.node)
        where = _where(name, facts.groups.by_name[name], f" of {facts.move.source}")
        reason = f"{where}, so {facts.move.destination} could not always import it"
        yield Hazard(CODE, place, reason, (f"bind `{name}` on every path first, to None for example",))


def _where(name: str, group: DefinitionGroup, of: str = "") -> str:
    """Which statement binds the name on some of its paths only."""
    for statement in group.statements:
        if name in statement.binds and isinstance(statement.node, _BRANCHING):
            kind = type(statement.node).__name__.removesuffix("Star").removeprefix("Async").lower()
            return f"`{name}` is bound only on some paths through the `{kind}` in line {statement.node.lineno}{of}"
    return f"`{name}` is not bound on every path through {of.removeprefix(' of ') or 'this module'}"
