"""Code that looks names of the source up in its namespace, or lists them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.imports.eager_reexports import reexported
from codemods.planning.imports.name_order import early
from codemods.planning.references.dynamic_names import Look
from codemods.planning.references.listed_there import found_there
from codemods.planning.references.module_annotations import annotated_names, readers_of_annotations
from codemods.planning.references.module_values import last_name
from codemods.planning.selection.test_items import collected

# What is asked of classes and functions, and never holds of a module.
_OF_OTHERS = {"isinstance", "issubclass", "callable", "isclass", "isfunction", "isroutine", "ismodule"}
CODE = "namespace-read"
ACCEPTS = True
TITLE = "names of the source are looked up in its namespace, or listed"
MEANING = """`globals()["do_" + name]`, `getattr(module, name)`, `eval`, `dir(module)`, `inspect.getmembers(module)`
find every moved name as before, for the source imports all that can be looked up so, private ones too. Where a
program goes through `vars(module)` in the order in which the names were bound, the source imports what moved where
that stood. Where it stood in several places, or where an import would have the names in another order, that is
refused. A name that a test on its text keeps out of the list (`if name.isupper()`) does not count. Refused too is a
name that moved functions rebind, since the lookup would return its old value, and an annotated name, where somebody
reads the annotations of the module: an imported name has none. Where the names of the destination are listed, what
moves would be found there, and what it needs imported."""
EXAMPLE = """
-- shop/api.py --
def orders():
    return ["o"]
def slug(text):
    return text.lower()
def bills():
    return ["b"]
-- shop/server.py --
from shop import api
ROUTES = [name for name, value in vars(api).items() if callable(value)]
-- move --
shop/api.py shop/lists.py orders bills
"""


def find(facts: Facts) -> Iterator[Hazard]:
    yield from _one_more(facts)
    yield from _annotations(facts)
    yield from _found_there(facts)
    handled: list[Look] = []
    for look in facts.looks:
        found = {name for name in facts.moved_names if look.finds(name)}
        rebound = sorted(found & facts.source.rebound.keys()) if look.called != "dir" else []
        if rebound:
            name = rebound[0]
            reason = f"`{look.called}` would return the value that `{name}` had when {facts.move.source} imported it"
            remedies = ("read it by its name there first", f"leave `{name}`, and what rebinds it, where they are")
            yield Hazard(CODE, look.place, reason, remedies)
        elif name := early(facts, look) if look.ordered and found else "":
            listed = f"this code lists the names of {facts.move.source} in the order of their definitions"
            reason = f"{listed}; after the move `{name}` would come earlier"
            remedies = ("sort what is listed, or list it by name, first", f"leave `{name}` where it is")
            yield Hazard(CODE, look.place, reason, remedies)
        elif found - _left(facts):
            handled.append(look)
    if handled:
        more = f", and at {len(handled) - 1} more place{'s' * (len(handled) > 2)}" if len(handled) > 1 else ""
        first = min(handled, key=lambda look: look.place)
        reason = f"`{first.called}` may look for moved names here{more}: {facts.move.source} goes on binding them"
        yield Hazard(CODE, first.place, reason, (), Severity.HANDLED)


def _left(facts: Facts) -> frozenset[str]:
    """The tests that leave without a trace, since no text that is evaluated asks for one."""
    return frozenset(collected(facts)) - {new.attribute for new in reexported(facts)}


def _annotations(facts: Facts) -> Iterator[Hazard]:
    """Who reads the annotations of the source finds none of a name that it imports."""
    if names := annotated_names(facts):
        for place in readers_of_annotations(facts):
            reason = f"the annotations of {facts.move.source} are read here, and `{names[0]}` would have none there"
            yield Hazard(CODE, place, reason, (f"leave `{names[0]}` where it is",))


def _found_there(facts: Facts) -> Iterator[Hazard]:
    """A list of the names of a module that stands has what moves there, and what is imported for that, too."""
    for place, called, name in found_there(facts):
        reason = f"`{called}` lists the names of {facts.move.destination} here, and would find `{name}` among them"
        yield Hazard(CODE, place, reason, ("list by name what is wanted, first", "move it to a new module"))


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
