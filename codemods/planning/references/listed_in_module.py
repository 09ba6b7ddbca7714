"""Moved definitions that a framework looks for among the names of their module, by the table of frameworks."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.frameworks import facts as table
from codemods.frameworks import matching
from codemods.planning.references.outside_names import outside_names
from codemods.planning.settled import Settled


def listed_in_module(facts: Settled) -> Iterator[tuple[str, str]]:
    """(a moved name, why the source has to bind it)"""
    known = table(facts.project.tree, "listed")
    for node in (s.node for group in facts.moving for s in group.statements):
        if not isinstance(node, (ast.ClassDef, *FUNCTIONS)):
            continue
        functions = [n for n in node.body if isinstance(n, FUNCTIONS)] if isinstance(node, ast.ClassDef) else [node]
        for decorator in (decorator for function in functions for decorator in function.decorator_list):
            names = outside_names(facts.project, facts.source, getattr(decorator, "func", decorator))
            for fact in known:
                if matching(fact.decorators, names) and (fact.methods or not isinstance(node, ast.ClassDef)):
                    yield node.name, fact.why
