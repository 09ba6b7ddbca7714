"""Moved classes and functions may stand in pickles."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.imports.eager_reexports import reexported
from codemods.planning.references.module_questions import is_answered_alike
from codemods.planning.references.private_mentions import KEEPING
from codemods.project.pickled_names import pickled_names

CODE = "pickled"
ACCEPTS = True
TITLE = "the project makes pickles, which name classes by their module"
MEANING = """A pickle names a class or function by the module that it was made in. Old pickles go on to be read, for
the source re-exports what moved. New ones name the destination: code from before the move, in a process that is
still running or on another machine, can't read them. With --no-reexport old ones could not be read: that is refused,
unless only tests make pickles, which read what they wrote themselves. An unpickler whose `find_class` asks which module
a class is from, and does not speak of the destination, would turn new pickles down: that is refused. So is a class
that leaves an object behind whose `__reduce__` returns its name: pickle looks for that in the module of the class; and
one that a text of jsonpickle in the tree names, for the same object would make another text."""
EXAMPLE = """
-- shop/carts.py --
import pickle
class Cart: ...
def save(cart):
    return pickle.dumps(cart)
-- move --
shop/carts.py shop/cart.py Cart
"""

_PICKLERS = (*sorted(KEEPING), "multiprocessing", "ProcessPoolExecutor")

# What a test does that reads pickles which are older than itself.
_OPENING = ("open(", "read_bytes", "shelve", "get_data")


def find(facts: Facts) -> Iterator[Hazard]:
    yield from _parted(facts)
    group = next((group for group in facts.moving if group.is_class), None)
    top = facts.project.names.dotted(facts.move.source).partition(".")[0]
    if group is None:
        return
    yield from _turned_down(facts)
    yield from _kept_as_text(facts)
    tree, names = facts.project.tree, facts.project.names
    inside = {path for path in tree.code_with(_PICKLERS) if names.dotted(path).partition(".")[0] == top}
    knowing = tree.code_with([top]) | inside | {facts.move.source}
    for module in facts.project.modules_mentioning(*_PICKLERS, among=knowing):
        for item in module.imports:
            if item.attribute in _PICKLERS or item.module.partition(".")[0] in _PICKLERS:
                old = facts.project.names.dotted(facts.move.source)
                place = module.source.place(item.node)
                kept = {item.attribute, item.module.partition(".")[0]} & KEEPING
                if kept and not facts.move.goes_on and _end_with_the_test(facts, module):
                    continue
                if kept and not facts.move.goes_on:
                    named = f"`{old}.{group.label}`, a path that ends with the move"
                    reason = f"this file makes or reads pickles; those of `{group.label}` name {named}"
                    yield Hazard(CODE, place, reason, ("leave out --no-reexport",))
                    return
                new = facts.project.names.dotted(facts.move.destination)
                reason = f"this file makes pickles; new ones of `{group.label}` name {new}, old ones can still be read"
                yield Hazard(CODE, place, reason, (), Severity.DECLARED)
                return


def _parted(facts: Facts) -> Iterator[Hazard]:
    """Objects that are pickled as a name, which pickle would not find in the module of their class."""
    there = {i.binds for i in facts.destination.imports} if facts.destination is not None else set[str]()
    kept = facts.move.goes_on or {new.binds for new in reexported(facts)}
    for node, name in pickled_names(facts.source.source.tree.body):
        leaves = node.name in facts.moved_names
        if name not in facts.source.binds or leaves is (name in facts.moved_names):
            continue
        if leaves and name not in there:
            reason = (
                f"`{node.name}` pickles `{name}` as a name, which pickle would look for in {facts.move.destination}"
            )
            yield Hazard(CODE, facts.source.source.place(node), reason, (f"take it along: --with {name}",))
        elif not leaves and kept is not True and name not in kept:
            reason = f"`{node.name}` pickles `{name}` as a name of this module, a path that ends with the move"
            yield Hazard(CODE, facts.source.source.place(node), reason, ("leave out --no-reexport",))


def _kept_as_text(facts: Facts) -> Iterator[Hazard]:
    """Texts of the tree that jsonpickle made, which may be compared with what it makes now."""
    old, tree = facts.project.names.dotted(facts.move.source), facts.project.tree
    for group in facts.moving if tree.code_with(["jsonpickle"]) else ():
        path = next((p for p in sorted(tree.texts_with([f'"{old}.{group.label}"'])) if p.endswith(".json")), None)
        if group.is_class and path is not None:
            line = tree.read(path).decode(errors="replace").partition(f'"{old}.{group.label}"')[0].count("\n") + 1
            new = facts.project.names.dotted(facts.move.destination)
            reason = f"this text names `{old}.{group.label}`; what jsonpickle makes of such an object would name {new}"
            yield Hazard(CODE, Place(path, line), reason, ("make the text anew after the move: --accept pickled",))


def _turned_down(facts: Facts) -> Iterator[Hazard]:
    """Unpicklers of the tree that answer otherwise for the new module than for the old one."""
    dotted = facts.project.names.dotted
    old, new = dotted(facts.move.source), dotted(facts.move.destination)
    for module in facts.project.modules_mentioning("find_class"):
        functions = (f for kind in FUNCTIONS for f in module.source.nodes.of(kind) if f.name == "find_class")
        for node in (n for f in functions if _may_take(f, module, old) for n in _questions(f, module, old, new)):
            if new not in module.source.text:
                reason = f"this unpickler asks for the module of a class, which is {new} for new pickles"
                yield Hazard(CODE, module.source.place(node), reason, (f"let it take {new} too, first",))


def _may_take(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module, old: str) -> bool:
    """May what it takes be of this module: does its file speak of that, or get what it asks from elsewhere?"""
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
    elsewhere = {i.binds for i in module.imports if i.module.partition(".")[0] not in sys.stdlib_module_names}
    return old.rpartition(".")[2] in module.source.text or not read.isdisjoint(elsewhere)


def _questions(
    function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module, old: str, new: str
) -> Iterator[ast.expr]:
    """Where ``find_class(self, module, name)`` tests the module that it is given, and both are not answered alike."""
    name = next((a.arg for a in function.args.args[1:2]), "")
    parents = module.source.nodes.parents
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
            below: ast.AST = node
            while (above := parents.get(id(below))) is not None and not isinstance(below, ast.stmt):
                tests = isinstance(above, ast.Compare) or below is getattr(above, "test", None)
                if tests and not is_answered_alike(node, parents, old, new):
                    yield node
                    break
                below = above


def _end_with_the_test(facts: Facts, module: Module) -> bool:
    """Is this a test that opens no files, and in which no pickle is written down that names the source?"""
    if not facts.pytest_rules.reads(module.path) or any(word in module.source.text for word in _OPENING):
        return False
    old = facts.project.names.dotted(facts.move.source).encode()
    return not any(isinstance(n.value, bytes) and old in n.value for n in module.source.nodes.of(ast.Constant))
