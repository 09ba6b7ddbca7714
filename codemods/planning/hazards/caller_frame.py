"""A helper that moved code calls looks at the module of its caller."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.frameworks import Fact, matching
from codemods.frameworks import facts as table
from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import Function, called
from codemods.planning.references.outside_names import outside_names

CODE = "caller-frame"
ACCEPTS = True
TITLE = "moved code calls something that looks at its caller's module"
MEANING = """A helper that goes through frames (`sys._getframe(1).f_globals`, `inspect.stack()`) to learn who called it
finds the destination after the move. So does a logger that shows `%(module)s`, or loguru's `{name}`: for those the
move is refused where the tree has a format, a filter or a test that looks at it."""
EXAMPLE = """
-- shop/callers.py --
import sys
def caller():
    return sys._getframe(1).f_globals["__name__"]
-- shop/audit.py --
from shop.callers import caller
def record(what):
    return caller(), what
-- move --
shop/audit.py shop/records.py record
"""

_FRAMES = frozenset({"_getframe", "currentframe", "stack", "extract_stack", "_getframemodulename", "findCaller"})
_MODULES = frozenset({"f_globals", "getmodule", "co_filename", "filename", "f_code", "_getframemodulename", "module"})
_REMEDIES = ("pass it the name that it shows", "leave it where it is")
_DEPTH = 3


def find(facts: Facts) -> Iterator[Hazard]:
    reported: set[str] = set()
    for unit in facts.moving:
        for statement in unit.statements:
            for call in (n for n in ast.walk(statement.node) if isinstance(n, ast.Call)):
                for reason in _reasons(facts, call):
                    if reason not in reported:
                        reported.add(reason)
                        yield Hazard(CODE, facts.source.source.place(call), reason, _REMEDIES)


def _reasons(facts: Facts, call: ast.Call) -> Iterator[str]:
    for module, function in called(facts.world, facts.source, call.func):
        if _looks_at_callers(facts, module, function, _DEPTH):
            yield f"{function.name} looks at the module that calls it, which is {facts.move.destination} after the move"
    names = outside_names(facts.world, facts.source, call.func)
    text = ast.unparse(call.func)
    for fact in table(facts.world.tree, "caller"):
        if matching(fact.calls, names or ({text} if fact.framework == "logging" and "log" in text.lower() else ())):
            seen = _seen_at(facts, fact)
            if seen is not None:
                yield f"{fact.why}, and {seen} looks at it: it is {facts.move.destination} after the move"


def _seen_at(facts: Facts, fact: Fact) -> Place | None:
    """A place of the tree at which the module of a caller is shown or filtered."""
    tree = facts.world.tree
    words = {word for pattern in fact.words for word in re.findall(r"[a-z]{4,}", pattern, re.IGNORECASE)}
    pattern = re.compile("|".join(fact.words))
    knowing = tree.code_with(words) | tree.texts_with(words)
    if fact.framework not in ("logging",):
        knowing = {path for path in knowing if fact.framework.encode() in tree.peek(path)}
    for path in sorted(knowing):
        if path.endswith((".md", ".rst", ".txt")):
            continue
        text = tree.peek(path).decode("utf-8", "replace")
        found = pattern.search(text)
        if found is not None and (path.endswith((".py", ".pyi")) is False or "log" in text):
            return Place(path, text.count("\n", 0, found.start()) + 1)
    return None


def _looks_at_callers(facts: Facts, module: Module, node: Function, depth: int) -> bool:
    words = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    words |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    if not words.isdisjoint(_FRAMES) and not words.isdisjoint(_MODULES):
        return True
    calls = (n for n in ast.walk(node) if isinstance(n, ast.Call))
    return depth > 0 and any(
        _looks_at_callers(facts, owner, function, depth - 1)
        for call in calls
        for owner, function in called(facts.world, module, call.func)
        if function is not node
    )
