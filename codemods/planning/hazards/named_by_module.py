"""A framework knows a moved definition by its module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.frameworks import facts as table
from codemods.frameworks import matching
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.identities import identities
from codemods.planning.references.outside_names import outside_names

CODE = "named-by-module"
ACCEPTS = True
TITLE = "a framework names what moves after its module"
MEANING = """Task queues name a task after the module in which it stands, and messages that wait, schedules and tables
carry that name; Django names a model's table after the app of its module. Where the framework has a place for it, the
name that it had is written down: `@app.task(name="shop.tasks.cleanup")`. Where it has none, the move is refused. The
table of what frameworks do is in docs/frameworks.md, and can be added to in pyproject.toml."""
EXAMPLE = """
-- shop/tasks.py --
from celery import shared_task
@shared_task
def cleanup():
    return 24
-- move --
shop/tasks.py shop/housekeeping.py cleanup
"""
_REMEDIES = ("leave it where it is",)


def find(facts: Facts) -> Iterator[Hazard]:
    for identity in identities(facts):
        place = identity.where or facts.source.source.place(identity.place)
        if identity.edit is not None:
            reason = f"`{identity.name}` is still {identity.value!r}, which is written down now: {identity.fact.why}"
            yield Hazard(CODE, place, reason, (), Severity.HANDLED)
        else:
            said = f"{identity.fact.framework} would know `{identity.name}` by its new module: {identity.fact.why}"
            yield Hazard(CODE, place, said, _REMEDIES)
    yield from _binding(facts)


def _binding(facts: Facts) -> Iterator[Hazard]:
    """Decorators that bind names in the module of what they are given."""
    entries = table(facts.project.tree, "binds")
    for group in facts.moving:
        for node in (s.node for s in group.statements if isinstance(s.node, (ast.ClassDef, *FUNCTIONS))):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                names = outside_names(facts.project, facts.source, called)
                for fact in entries:
                    if matching(fact.decorators, names):
                        reason = f"`{node.name}` is registered for the module that it stands in: {fact.why}"
                        yield Hazard(CODE, facts.source.source.place(decorator), reason, _REMEDIES)
