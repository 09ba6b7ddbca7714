"""Warnings that moved code gives, or is blamed for, come from another module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name

CODE = "warning-module"
ACCEPTS = True
TITLE = "a filter for warnings names the source, and moved code may be blamed for warnings"
MEANING = """A warning comes from the module in which `warnings.warn` stands, or, with a `stacklevel` of two, from the
one that called; filters select by that module. Where the project has a filter that means the source and not the
destination, moved code that calls anything is refused: whatever it calls may warn. Filters of pytest in settings are
the hazard configured-by-name."""
EXAMPLE = """
-- shop/__init__.py --
import warnings
warnings.filterwarnings("ignore", module="shop.prices")
-- shop/prices.py --
import warnings
def price(net):
    warnings.warn("prices are net")
    return net
-- move --
shop/prices.py shop/net.py price
"""
_FILTERS = ("filterwarnings", "simplefilter")


def find(facts: Facts) -> Iterator[Hazard]:
    calls = [n for u in facts.moving for s in u.statements for n in ast.walk(s.node) if isinstance(n, ast.Call)]
    if not calls:
        return
    dotted = facts.world.names.dotted
    for place in _filters(facts, dotted(facts.move.source), dotted(facts.move.destination)):
        reason = f"this filter means warnings of {dotted(facts.move.source)}, and moved code may be blamed for some"
        remedies = (f"name {dotted(facts.move.destination)} in a filter beside it, first", "leave it where it is")
        yield Hazard(CODE, place, reason, remedies)


def _filters(facts: Facts, old: str, new: str) -> Iterator[Place]:
    """Filters that select one of the two modules and not the other."""
    for module in facts.world.modules_mentioning(*_FILTERS):
        texts = facts.referrers.values.texts(module)
        for call in module.source.nodes.of(ast.Call):
            if last_name(call.func) not in _FILTERS:
                continue
            named = [k.value for k in call.keywords if k.arg == "module"] + call.args[3:4]
            for text in (t for node in named for t in texts.of(node)):
                if _means(text, old) != _means(text, new):
                    yield module.source.place(call)
            marks = (
                a.value.rpartition(":")[2]
                for a in call.args[:1]
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            )
            if any((mark == old) != (mark == new) for mark in marks):
                yield module.source.place(call)


def _means(pattern: str, dotted: str) -> bool:
    try:
        return re.match(pattern, dotted) is not None
    except re.error:
        return False
