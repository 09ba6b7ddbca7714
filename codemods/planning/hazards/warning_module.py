"""Warnings that moved code gives, or is blamed for, come from another module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.references.built_texts import UNKNOWN
from codemods.planning.references.module_values import last_name
from codemods.project.files import PROSE

CODE = "warning-module"
ACCEPTS = True
TITLE = "a filter for warnings names the source, and moved code may be blamed for warnings"
MEANING = """A warning comes from the module in which `warnings.warn` stands, or, with a `stacklevel` of two, from the
one that called; filters select by that module. Where the project has a filter that means the source and not the
destination, moved code that calls anything is refused: whatever it calls may warn. That is not so for a filter of a
message which only code of the tree gives that stays, in its own name. So is a filter of the interpreter (`-W`,
`PYTHONWARNINGS`) in any file, and code that clears the source's `__warningregistry__`. Filters of pytest in settings
are the hazard configured-by-name."""
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
_ADDS = "addinivalue_line"  # ``config.addinivalue_line("filterwarnings", "ignore::UserWarning:shop.prices")``
_REGISTRY, _VARIABLE = "__warningregistry__", "PYTHONWARNINGS"


def find(facts: Facts) -> Iterator[Hazard]:
    calls = [n for u in facts.moving for s in u.statements for n in ast.walk(s.node) if isinstance(n, ast.Call)]
    if not calls:
        return
    dotted = facts.project.names.dotted
    facts.project.tree.code_with((*_FILTERS, _REGISTRY, _VARIABLE))  # all in one reading
    for place in _filters(facts, dotted(facts.move.source), dotted(facts.move.destination)):
        old, new = dotted(facts.move.source), dotted(facts.move.destination)
        reason = f"this filter matches warnings from {old}; moved code would warn from {new}, which it would miss"
        remedies = (f"name {new} in a filter beside it, first", "leave it where it is")
        yield Hazard(CODE, place, reason, remedies)
    for place in _registries(facts) if any(last_name(call.func) in ("warn", "warn_explicit") for call in calls) else ():
        reason = f"this clears the record of warnings that {facts.move.source} gave; moved code keeps its own"
        yield Hazard(CODE, place, reason, ("clear that of the new module too, first", "leave it where it is"))


def _registries(facts: Facts) -> Iterator[Place]:
    """Code that asks the source for what it has warned of."""
    values = facts.referrers.values
    for module in facts.project.modules_mentioning(_REGISTRY):
        nodes = module.source.nodes
        asked = [n.value for n in nodes.of(ast.Attribute) if n.attr == _REGISTRY]
        asked += [call.args[0] for call in nodes.of(ast.Call) if _text(call.args[1:2]) == _REGISTRY]
        yield from (module.source.place(node) for node in asked if values.holds(module, node))


def _text(nodes: list[ast.expr]) -> str:
    value = nodes[0].value if nodes and isinstance(nodes[0], ast.Constant) else ""
    return value if isinstance(value, str) else ""


def _of_the_interpreter(facts: Facts, old: str, new: str) -> Iterator[Place]:
    """``PYTHONWARNINGS=ignore::UserWarning:shop.prices`` and ``-W``: the module is written as it is called."""
    tree = facts.project.tree
    given = re.compile(r"(?:PYTHONWARNINGS\W{1,5}|(?<![\w-])-W[\s=\"',]*)([\w:.,]*:[\w:.,]*)")
    for path in sorted(tree.texts_with([old.rpartition(".")[2]]) | tree.code_with([_VARIABLE])):
        text = tree.peek(path).decode("utf-8", "replace")
        for found in given.finditer(text):
            marks = (mark.split(":") for mark in found[1].split(","))
            if not path.endswith(PROSE) and any((mark[3:4] == [old]) != (mark[3:4] == [new]) for mark in marks):
                yield Place(path, text.count("\n", 0, found.start()) + 1)


def _filters(facts: Facts, old: str, new: str) -> Iterator[Place]:
    """Filters that select one of the two modules and not the other, for warnings that moved code may be blamed for."""
    yield from _of_the_interpreter(facts, old, new)
    for module in facts.project.modules_mentioning(*_FILTERS):
        texts = facts.referrers.values.texts(module)
        for call in module.source.nodes.of(ast.Call):
            if not _adds_a_filter(call):
                continue
            named = [k.value for k in call.keywords if k.arg == "module"] + call.args[3:4]
            selects = any(_means(text, old) != _means(text, new) for node in named for text in texts.of(node))
            pattern = _mark(call).rpartition(":")[2]
            selects = selects or (bool(pattern) and _means(pattern, old) != _means(pattern, new))
            if selects and not _comes_from_staying(facts, _message(call)):
                yield module.source.place(call)


def _adds_a_filter(call: ast.Call) -> bool:
    name = last_name(call.func)
    return name in _FILTERS or (name == _ADDS and _text(call.args[:1]) in _FILTERS)


def _mark(call: ast.Call) -> str:
    """A filter in one text, as pytest has it: ``"ignore:old lifespans:Warning:shop"``."""
    return _text(call.args[1:2] if last_name(call.func) == _ADDS else call.args[:1])


def _message(call: ast.Call) -> str:
    """The pattern of messages that a filter selects; empty for all."""
    mark = _mark(call)
    if ":" in mark or (len(call.args) == 1 and not call.keywords):
        return mark.split(":")[1] if mark.count(":") > 1 else ""
    given = [k.value for k in call.keywords if k.arg == "message"] + call.args[1:2]
    return given[0].value if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) else ""


def _comes_from_staying(facts: Facts, pattern: str) -> bool:
    """Is there code that gives such a message, and does all such code stay, and speak for itself (no stacklevel)?"""
    if not pattern:
        return False
    moving = {id(n) for u in facts.moving for s in u.statements for n in ast.walk(s.node)}
    certain = False
    for module in facts.project.modules_mentioning("warn"):
        texts = facts.referrers.values.texts(module)
        for call in module.source.nodes.of(ast.Call):
            if last_name(call.func) not in ("warn", "warn_explicit") or not call.args:
                continue
            # Of a text that begins with something known, what is not known is taken for a name or a number.
            given = (
                text if text.startswith(UNKNOWN) else text.replace(UNKNOWN, "x") for text in texts.of(call.args[0])
            )
            found = {text for text in given if UNKNOWN in text or _means(f"(?i:{pattern})", text)}
            level = next((k.value for k in call.keywords if k.arg == "stacklevel"), None) or (*call.args[2:3], None)[0]
            its_own = level is None or (isinstance(level, ast.Constant) and level.value == 1)
            if found and (id(call) in moving or not its_own):
                return False
            certain = certain or any(UNKNOWN not in text for text in found)
    return certain


def _means(pattern: str, dotted: str) -> bool:
    try:
        return re.match(pattern, dotted) is not None
    except re.error:
        return False
