"""Faults of what a package promises to have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good, Module, written


@fault
def all_entry_lost(good: Good) -> Iterator[Damaged]:
    """``__all__`` lacks a name."""
    for module, node in _all_lists(good):
        for item in node.elts:
            rest = [e for e in node.elts if e is not item]
            yield good.replaced(module, node, ast.unparse(ast.List(rest)), f"without {ast.unparse(item)}")


@fault
def all_names_what_is_not_there(good: Good) -> Iterator[Damaged]:
    """``__all__`` has a name too many."""
    for module, node in _all_lists(good):
        yield good.replaced(module, node, ast.unparse(ast.List([*node.elts, ast.Constant("nothing")])))


def _all_lists(good: Good) -> Iterator[tuple[Module, ast.List]]:
    for module in good.modules:
        for node in module.body:
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == "__all__"
                and isinstance(node.value, ast.List)
            ):
                yield module, node.value


@fault
def facade_lost(good: Good) -> Iterator[Damaged]:
    """The package no longer gives what moved."""
    for module in good.modules:
        for node in module.imports() if module.path.endswith("__init__.py") else ():
            names = [a for a in node.names if a.name not in good.move.names]
            if len(names) < len(node.names):
                yield good.replaced(module, node, written(node, names), "without what moved")
