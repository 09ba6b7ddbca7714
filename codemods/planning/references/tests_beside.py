"""What is asked for its module only if it is called like something that stays.

``entry.name == "default" and entry.function.__module__ != __name__`` asks whether ``default`` is still the one of this
module. What moves is called otherwise, unless something gives it that name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
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
    """Does code of the tree speak both of the name, as a text, and of something that moves, which it does not call?"""
    for module in facts.project.modules_mentioning(name):
        parents = module.source.nodes.parents
        for text in (n for n in module.source.nodes.of(ast.Constant) if n.value == name):
            if not facts.moved_names.isdisjoint(_spoken_of(_around(text, parents), parents)):
                return True
    return False


def _around(node: ast.AST, parents: Mapping[int, ast.AST]) -> ast.AST:
    """The statement at the top of a module, or the method, in which a text stands."""
    found = node
    while not isinstance(above := parents[id(node)], ast.Module):
        found = node if isinstance(above, ast.ClassDef) and isinstance(node, FUNCTIONS) else above
        node = above
    return found


def _spoken_of(root: ast.AST, parents: Mapping[int, ast.AST]) -> Iterator[str]:
    for node in ast.walk(root):
        above = parents.get(id(node))
        if not (isinstance(above, ast.Call) and above.func is node):
            yield getattr(node, "id", getattr(node, "attr", getattr(node, "name", "")))
