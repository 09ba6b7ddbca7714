"""Moved code and the destination mean different things by one name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.imports.as_attributes import bound_there

CODE = "import-collision"
TITLE = "the destination binds a name that moved code reads to something else"
MEANING = """Moved code reads a name that its source imports or defines, and the destination has another binding of
that name at its top level. Under the destination's binding the moved code would do something else. What the source
defines moved code reads off the source, where the destination may import that."""
EXAMPLE = """
-- shop/worker.py --
from json import dumps
def snapshot(x):
    return dumps(x)
-- shop/wire.py --
from pickle import dumps
def send(x):
    return dumps(x)
-- move --
shop/worker.py shop/wire.py snapshot
"""


def find(facts: Facts) -> Iterator[Hazard]:
    destination = facts.destination
    if destination is None:
        return
    read = {r.name for group in facts.moving for r in group.references} - facts.moved_names
    for statement in destination.statements:
        targets = statement.node.targets if isinstance(statement.node, ast.Delete) else ()
        for name in sorted(read & {target.id for target in targets if isinstance(target, ast.Name)}):
            yield Hazard(
                CODE,
                destination.source.place(statement.node),
                f"`{name}`, which moved code reads, is deleted here",
                ("let it stand there, or import it under another name, first", "choose another destination"),
            )
    for name in sorted(read & destination.binds - bound_there(facts)):
        here, there = _meaning(facts, facts.source, name), _meaning(facts, destination, name)
        if here != there:
            statement = next((s for s in destination.statements if name in s.binds), None)
            yield Hazard(
                CODE,
                destination.source.place(statement.node if statement else destination.source.tree),
                f"`{name}` means {_said(there)} here, and {_said(here)} in the moved code",
                ("import it under another name in one of the two modules first", "choose another destination"),
            )


def _meaning(facts: Facts, module, name: str) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    found = []
    for item in module.top_imports.get(name, ()):
        base = facts.project.names.absolute(module.path, item.module or None, item.level) or item.module
        target = facts.project.target(module, item)
        if target and item.attribute and (origin := facts.project.origin(target, item.attribute)):
            found.append(f"{origin[0]}:{origin[1]}")
        elif item.attribute is None:
            found.append(base if item.asname else base.partition(".")[0])
        else:
            found.append(f"{base}.{item.attribute}")
    if name in module.definitions:
        found.append(f"{module.path}:{name}")
    if not found and name not in module.binds:
        return ()
    return tuple(dict.fromkeys(found))


def _said(meaning: tuple[str, ...]) -> str:
    return " or ".join(meaning) or "the builtin"
