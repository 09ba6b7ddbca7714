"""Moved asserts whose messages pytest wrote, and would write no more."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name
from codemods.project import Unreadable

CODE = "assert-rewriting"
TITLE = "pytest would no longer say what a moved `assert` compared"
MEANING = """pytest rewrites the asserts of test modules, conftest.py files and plugins, so that a failure says which
values were compared. In a module of another kind a moved assert fails as before, and says less, unless
`pytest.register_assert_rewrite` names the new module. That is noted. Where code of the tree expects such a message,
as `pytest.raises(AssertionError, match="assert 1 == 2")` does, the move is refused."""
ACCEPTS = True
EXAMPLE = """
-- tests/test_shop.py --
import pytest
def same(a, b):
    assert a == b
def test_message():
    with pytest.raises(AssertionError, match="assert 1 == 2"):
        same(1, 2)
-- move --
tests/test_shop.py tests/comparing.py same
"""
# https://docs.pytest.org/en/stable/how-to/writing_plugins.html#assertion-rewriting
_REGISTERS = "register_assert_rewrite"


def find(facts: Facts) -> Iterator[Hazard]:
    move = facts.move
    nodes = ((g.label, n) for g in facts.moving for s in g.statements for n in ast.walk(s.node))
    asserts = {label: node for label, node in nodes if isinstance(node, ast.Assert)}
    if not asserts or not _is_rewritten(facts, move.source) or _is_rewritten(facts, move.destination):
        return
    expecting = next(_expecting(facts), None)
    for label, node in asserts.items():
        reason = f"pytest writes no message for the asserts of `{label}` in {move.destination}"
        if expecting is not None:
            reason += f", and {expecting} expects one"
        new = facts.project.names.dotted(move.destination)
        remedy = f'name the new module in conftest.py first: pytest.{_REGISTERS}("{new}")'
        yield Hazard(
            CODE,
            facts.source.source.place(node),
            reason,
            (remedy,),
            Severity.REFUSES if expecting is not None else Severity.DECLARED,
        )


def _is_rewritten(facts: Facts, path: str) -> bool:
    if facts.pytest_rules.reads(path) or path.rpartition("/")[2] == "conftest.py":
        return True
    dotted = facts.project.names.dotted(path)
    return any(f"{dotted}.".startswith(f"{name}.") for name in _registered(facts))


def _registered(facts: Facts) -> Iterator[str]:
    """The modules and packages that are registered, or loaded as plugins."""
    for path in sorted(facts.project.tree.code_with([_REGISTERS, "pytest_plugins"])):
        try:
            nodes = facts.project.module(path).source.nodes
        except (Unreadable, OSError):
            continue
        named: list[ast.AST] = [c for c in nodes.of(ast.Call) if last_name(c.func) == _REGISTERS]
        named += (a for a in nodes.of(ast.Assign) if any(getattr(t, "id", "") == "pytest_plugins" for t in a.targets))
        yield from (n.value for one in named for n in ast.walk(one) if _is_text(n))  # type: ignore[attr-defined]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _expecting(facts: Facts) -> Iterator[str]:
    """Where a text begins as pytest's messages do, in a file that catches such errors."""
    for path in sorted(facts.project.tree.code_with(["AssertionError"])):
        try:
            nodes = facts.project.module(path).source.nodes
        except (Unreadable, OSError):
            continue
        for node in nodes.of(ast.Constant):
            if isinstance(node.value, str) and node.value.lstrip("^").startswith("assert "):
                yield f"{path}:{node.lineno}"
