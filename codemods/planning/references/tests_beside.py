"""What is asked for its module only if it is called like something that stays.

``entry.name == "default" and entry.function.__module__ != __name__`` asks whether ``default`` is still the one of this
module. What moves is called otherwise, unless something gives it that name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.planning.facts import Facts
from codemods.planning.references.class_values import beside


def is_asked_of_one_that_stays(facts: Facts, module: Module, node: ast.expr, asked: ast.expr) -> bool:
    root = _root(asked)
    if module.path != facts.move.source or not root:
        return False
    names = {name for test in beside(module, node) for name in _names(test, root)}
    stays = names & (module.definitions.keys() - facts.moved_names)
    return bool(stays) and not any(_is_given(facts, name) for name in stays)


def _names(test: ast.expr, root: str) -> Iterator[str]:
    """The name that something has for sure where a test holds."""
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _names(value, root)
        case ast.Compare(left=ast.Attribute(attr=attribute) as left, ops=[ast.Eq()], comparators=[ast.Constant(text)]):
            if isinstance(text, str) and _root(left) == root and attribute.strip("_").endswith("name"):
                yield text


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_given(facts: Facts, name: str) -> bool:
    """May something else get the name: is it a text of the tree that is more than compared, or do data name both?"""
    for module in facts.project.modules_mentioning(name):
        parents = module.source.nodes.parents
        for text in (n for n in module.source.nodes.of(ast.Constant) if n.value == name):
            if not isinstance(parents.get(id(text)), ast.Compare):
                return True
    return bool(facts.project.tree.texts_with([name]) & facts.project.tree.texts_with(facts.moved_names))
