"""Code that looks names of the source up in its namespace, or lists them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.references.dynamic_names import Look
from codemods.planning.references.module_annotations import annotated_names, readers_of_annotations
from codemods.planning.references.module_values import last_name
from codemods.project.import_style import import_style

# What is asked of classes and functions, and never holds of a module.
_OF_OTHERS = {"isinstance", "issubclass", "callable", "isclass", "isfunction", "isroutine", "ismodule"}
CODE = "namespace-read"
ACCEPTS = True
TITLE = "names of the source are looked up in its namespace, or listed"
MEANING = """`globals()["do_" + name]`, `getattr(module, name)`, `eval`, `dir(module)`, `inspect.getmembers(module)`
find every moved name as before, for the source imports all that can be looked up so, private ones too. Where a
program goes through `vars(module)` in the order in which the names were bound, the imported names come before those
that the source defines itself, and in the order of imports: refused if that is another one. A name that a test on its
text keeps out of the list (`if name.isupper()`) does not count. Refused too is a name that moved functions rebind,
since the lookup would return its old value, and an annotated name, where somebody reads the annotations of the module:
an imported name has none."""
EXAMPLE = """
-- shop/api.py --
def orders():
    return ["o"]
def slug(text):
    return text.lower()
-- shop/server.py --
from shop import api
ROUTES = [name for name, value in vars(api).items() if callable(value)]
-- move --
shop/api.py shop/text.py slug
"""


def find(facts: Facts) -> Iterator[Hazard]:
    yield from _one_more(facts)
    yield from _annotations(facts)
    handled: list[Look] = []
    for look in facts.looks:
        found = {name for name in facts.moved_names if look.finds(name)}
        rebound = sorted(found & facts.source.rebound.keys()) if look.called != "dir" else []
        if rebound:
            name = rebound[0]
            reason = f"`{look.called}` would return the value that `{name}` had when {facts.move.source} imported it"
            remedies = ("read it by its name there first", f"leave `{name}`, and what rebinds it, where they are")
            yield Hazard(CODE, look.place, reason, remedies)
        elif early := _early(facts, look) if look.ordered and found else "":
            listed = f"this code lists the names of {facts.move.source} in the order of their definitions"
            reason = f"{listed}; after the move `{early}` would come earlier"
            remedies = ("sort what is listed, or list it by name, first", f"leave `{early}` where it is")
            yield Hazard(CODE, look.place, reason, remedies)
        elif found:
            handled.append(look)
    if handled:
        more = f", and at {len(handled) - 1} more place{'s' * (len(handled) > 2)}" if len(handled) > 1 else ""
        first = min(handled, key=lambda look: look.place)
        reason = f"`{first.called}` may look for moved names here{more}: {facts.move.source} goes on binding them"
        yield Hazard(CODE, first.place, reason, (), Severity.HANDLED)


def _annotations(facts: Facts) -> Iterator[Hazard]:
    """Who reads the annotations of the source finds none of a name that it imports."""
    if names := annotated_names(facts):
        for place in readers_of_annotations(facts):
            reason = f"the annotations of {facts.move.source} are read here, and `{names[0]}` would have none there"
            yield Hazard(CODE, place, reason, (f"leave `{names[0]}` where it is",))


def _early(facts: Facts, look: Look) -> str:
    """A moved name that is bound before a listed one that stood above it; empty where all keep their order."""
    moved = [(group.index, name) for group in facts.moving_in_order for name in group.names if look.finds(name)]
    if not _keeps_its_turn(facts):
        staying = [g.index for g in facts.staying if _lists(look, g) and not all(s.is_import for s in g.statements)]
        if early := [name for index, name in moved if staying and min(staying) < index]:
            return early[0]
    style = import_style(facts.project.tree)
    keys = [style.name_key, replace(style, by_type=not style.by_type).name_key]
    pairs = pairwise(name for _, name in moved)
    return next((late for first, late in pairs if any(key(late) < key(first) for key in keys)), "")


def _one_more(facts: Facts) -> Iterator[Hazard]:
    """A package that lists its own names while it is imported has the new module among them."""
    folder, _, file = facts.move.destination.rpartition("/")
    new = file.removesuffix(".py")
    if facts.move.source != f"{folder}/__init__.py" or facts.destination is not None or new.startswith("_"):
        return
    for look in facts.looks:
        own = look.place.path == facts.move.source and look.lists and look.keeps is None
        if own and _lists_modules(facts, look.place.line or 0) and new not in facts.source.binds:
            reason = f"{look.called} lists the names of {facts.move.source} here, and would find the new module {new}"
            remedies = ("list by name what is offered, first", "leave it where it is")
            yield Hazard(CODE, look.place, reason, remedies)


def _lists_modules(facts: Facts, line: int) -> bool:
    """Does a line stand in a statement that runs on import, and does that not ask for what no module is?"""
    body = facts.source.source.tree.body
    node = next((n for n in body if n.lineno <= line <= (n.end_lineno or 0)), None)
    called = {last_name(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)} if node is not None else _OF_OTHERS
    return not isinstance(node, (ast.ClassDef, *FUNCTIONS)) and called.isdisjoint(_OF_OTHERS)


def _keeps_its_turn(facts: Facts) -> bool:
    """Does the source bind what moved, one run of statements, where that stood?"""
    moved = sorted(s.index for group in facts.moving for s in group.statements)
    return facts.in_place and moved[-1] - moved[0] == len(moved) - 1


def _lists(look: Look, group: DefinitionGroup) -> bool:
    return any(look.finds(name) for name in group.names)
