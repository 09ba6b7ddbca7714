"""Tests that moved are collected by pytest as before: from as many modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Finding, Place
from codemods.project.pytest_rules import PytestRules
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Side
from codemods.proof.snapshot.symbols import Origin
from codemods.proof.statements.name_resolution import last_name


def moves_as_a_test(comparison: Comparison, origin: Origin) -> bool:
    """Does pytest collect this definition both where it stood and where it stands? Nobody looks for it by its path."""
    rules = comparison.pytest_rules
    new = comparison.renamed.get(origin)
    there = new is not None and rules.reads(origin[0]) and rules.reads(new[0])
    return there and _is_test(comparison.before, rules, origin)


def collected(comparison: Comparison) -> Iterator[tuple[bool, Finding]]:
    """(whether it is a failure, what is otherwise), for moved tests that more or fewer modules offer to pytest."""
    rules = comparison.pytest_rules
    for old, new in sorted(comparison.renamed.items()):
        if not _is_test(comparison.before, rules, old):
            continue
        here = [p for p in comparison.changed if rules.reads(p)]
        before = sum(_offers(comparison.before, path, old) for path in here)
        after = sum(_offers(comparison.after, path, new) for path in here)
        if after < before:
            yield (
                True,
                Finding(Place(new[0]), f"pytest collects {new[1]} from {after or 'no'} module, not from {before}"),
            )
        elif after > before:
            # An import back of one name is what a move makes; a star brings every test along.
            starred = any(
                _offers(comparison.after, path, new) and not _binds(comparison.after, path, new[1]) for path in here
            )
            yield (
                starred,
                Finding(Place(new[0]), f"pytest collects {new[1]} from {after} modules, not from {before or 'none'}"),
            )


def is_fixture(comparison: Comparison, path: str, name: str) -> bool:
    """Does pytest find a fixture by this name in the module, and do tests that are there go on asking for it?"""
    side, new = comparison.before, comparison.after.outline(path)
    if path.rpartition("/")[2] != "conftest.py" and not (
        comparison.pytest_rules.reads(path) and new is not None and re.search(rf"\b{name}\b", new.source.text)
    ):
        return False
    for where, inner in side.bound_origins(path, name):
        outline = side.outline(where) if where.endswith(".py") else None
        for node in outline.body if outline is not None else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == inner:
                made = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
                if any(last_name(decorator) == "fixture" for decorator in made):
                    return True
    return False


def _is_test(side: Side, rules: PytestRules, origin: Origin) -> bool:
    outline = side.outline(origin[0])
    nodes = [node for node in outline.body if getattr(node, "name", "") == origin[1]] if outline else []
    return any(rules.collects(node) for node in nodes if isinstance(node, ast.stmt))


def _binds(side: Side, path: str, name: str) -> bool:
    outline = side.outline(path)
    return outline is not None and name in outline.binds


def _offers(side: Side, path: str, origin: Origin) -> bool:
    return any(side.bound_origins(path, name) == {origin} for name in side.namespace(path))
