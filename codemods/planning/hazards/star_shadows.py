"""A star import of the destination brings moved names to modules that mean something else by them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.bindings import Module, Moment
from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "star-shadows"
TITLE = "a star import of the destination would bring a moved name over another"
MEANING = """`from destination import *` brings every public name of a destination without `__all__`, so it brings the
moved ones from now on, and those that moved code has the destination import. Where the importing module binds such a
name itself, takes it from another star import, or reads it as a builtin, the name would mean another thing there."""
EXAMPLE = """
-- shop/files.py --
def open(path):
    return path
-- shop/paths.py --
ROOT = "/"
-- shop/reader.py --
from shop.paths import *
def read(path):
    return open(path).read()
-- move --
shop/files.py shop/paths.py open
"""


def find(facts: Facts) -> Iterator[Hazard]:
    if facts.destination is None or facts.destination.exported is not None:
        return
    public = {name for name in facts.moved_names | _brought(facts) if not name.startswith("_")}
    for module in _importers(facts) if public else ():
        for name in sorted(public):
            node = _other_meaning(facts, module, name)
            if node is not None:
                yield Hazard(
                    CODE,
                    module.source.place(node),
                    f"`{name}` means something else here, and `import *` from {facts.move.destination} would bring it",
                    ("import by name there first", f"give {facts.move.destination} an `__all__` first"),
                )


def _brought(facts: Facts) -> frozenset[str]:
    """What moved code reads of the source, which the destination may have to import for it."""
    assert facts.destination is not None
    read = {r.name for group in facts.moving for r in group.references if r.moment is not Moment.TYPING}
    there = facts.source.top_imports.keys() | facts.groups.by_name.keys()
    return frozenset((read & there) - facts.destination.binds)


def _importers(facts: Facts) -> Iterator[Module]:
    """Modules that get all public names of the destination, through other star imports too."""
    reached, todo = {facts.move.destination}, [facts.move.destination]
    while todo:
        path = todo.pop()
        last = facts.project.names.dotted(path).rpartition(".")[2]
        for module in facts.project.star_importers(last):
            if module.path in reached or not any(facts.project.target(module, star) == path for star in module.stars):
                continue
            reached.add(module.path)
            yield module
            if module.exported is None:
                todo.append(module.path)


def _other_meaning(facts: Facts, module: Module, name: str) -> ast.AST | None:
    """The place at which a module means another thing by the name than the moved one."""
    if name in facts.moved_names:
        moved = {(facts.move.source, name), (facts.move.destination, name)}
    else:
        moved = {facts.project.origin(facts.move.source, name)}
    if name in module.binds:
        if facts.project.origin(module.path, name) in moved:
            return None
        return next(s.node for s in module.statements if name in s.binds)
    for star in module.stars:
        target = facts.project.target(module, star)
        if target not in (None, facts.move.source, facts.move.destination) and facts.project.exports(target, name):
            if facts.project.origin(target, name) not in moved:
                return star.node
    if hasattr(builtins, name):
        return next((r.node for s in module.statements for r in s.references if r.name == name), None)
    return None
