"""A new module takes the name of something in its package."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "module-shadows-name"
TITLE = "the package binds the new module's name to something else"
MEANING = """Importing a submodule binds its name in the package. Where `__init__.py` has given that name to a function
or to another import, `package.name` would be the module from the moment somebody imports it."""
EXAMPLE = """
-- shop/__init__.py --
def status():
    return "open"
-- shop/worker.py --
class Status: ...
-- move --
shop/worker.py shop/status.py Status
"""


def find(facts: Facts) -> Iterator[Hazard]:
    folder, _, name = facts.move.destination.rpartition("/")
    stem = name.removesuffix(".py")
    init = f"{folder}/__init__.py" if folder else "__init__.py"
    if facts.destination is not None or stem == "__init__" or init not in facts.project.tree.paths:
        return
    try:
        package = facts.project.module(init)
    except Exception:  # unreadable files are reported elsewhere
        return
    if stem not in package.binds:
        return
    follows = {
        item.binds
        for module, item in facts.referrers.imports
        if module.path == init and item.attribute in facts.moved_names
    }
    if init == facts.move.source:
        follows |= facts.moved_names
    if stem in follows:
        return
    statement = next((s for s in package.statements if stem in s.binds), None)
    yield Hazard(
        CODE,
        package.source.place(statement.node if statement else package.source.tree),
        f"{init} binds `{stem}`, and a module {facts.move.destination} would take that name",
        ("choose another name for the destination",),
    )
