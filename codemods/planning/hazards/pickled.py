"""Moved classes and functions may stand in pickles."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

CODE = "pickled"
ACCEPTS = True
TITLE = "the project makes pickles, which name classes by their module"
MEANING = """A pickle names a class or function by the module that it was made in. Old pickles go on to be read, for
the source re-exports what moved. New ones name the destination: code from before the move, in a process that is
still running or on another machine, can't read them. With --no-reexport old ones could not be read: that is refused,
unless only tests make pickles, which read what they wrote themselves."""
EXAMPLE = """
-- shop/carts.py --
import pickle
class Cart: ...
def save(cart):
    return pickle.dumps(cart)
-- move --
shop/carts.py shop/cart.py Cart
"""

_PICKLERS = ("pickle", "shelve", "multiprocessing", "ProcessPoolExecutor", "joblib", "cloudpickle", "dill")

# Those whose pickles outlive the process.
_OPENING = ("open(", "read_bytes", "shelve", "get_data")
_KEEPING = frozenset({"pickle", "shelve", "joblib", "cloudpickle", "dill"})


def find(facts: Facts) -> Iterator[Hazard]:
    group = next((group for group in facts.moving if group.is_class), None)
    top = facts.project.names.dotted(facts.move.source).partition(".")[0]
    if group is None:
        return
    knowing = facts.project.tree.code_with([top]) | {facts.move.source}
    for module in facts.project.modules_mentioning(*_PICKLERS, among=knowing):
        for item in module.imports:
            if item.attribute in _PICKLERS or item.module.partition(".")[0] in _PICKLERS:
                old = facts.project.names.dotted(facts.move.source)
                place = module.source.place(item.node)
                kept = {item.attribute, item.module.partition(".")[0]} & _KEEPING
                if kept and not facts.move.goes_on and _end_with_the_test(facts, module):
                    continue
                if kept and not facts.move.goes_on:
                    reason = f"pickles are made or read here; those of {group.label} name {old}, which is to end"
                    yield Hazard(CODE, place, reason, ("leave out --no-reexport",))
                    return
                new = facts.project.names.dotted(facts.move.destination)
                reason = f"pickles are made here; new ones of {group.label} name {new}, old ones are still read"
                yield Hazard(CODE, place, reason, (), Severity.DECLARED)
                return


def _end_with_the_test(facts: Facts, module: Module) -> bool:
    """Is this a test that opens no files, and in which no pickle is written down that names the source?"""
    if not facts.pytest_rules.reads(module.path) or any(word in module.source.text for word in _OPENING):
        return False
    old = facts.project.names.dotted(facts.move.source).encode()
    return not any(isinstance(n.value, bytes) and old in n.value for n in module.source.nodes.of(ast.Constant))
