"""Code that looks into a text for the name of the source: `source.__name__ in str(error)`, ``re.search("shop.orders",
text)``. What a message says for people is looked up by code then."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.module_values import last_name
from codemods.project import walk

_LOOKING = frozenset({"startswith", "endswith", "find", "rfind", "index", "rindex", "count", "partition", "rpartition"})
_LOOKING |= {"split", "rsplit", "replace", "removeprefix", "removesuffix", "__contains__"}
_MATCHING = frozenset({"search", "match", "fullmatch", "compile", "findall", "finditer", "sub", "split"})
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


def message_searches(facts: Facts) -> Iterator[tuple[Place, str]]:
    """(place, what is looked for) where the name of the source is looked for in a text."""
    last = facts.project.names.dotted(facts.move.source).rpartition(".")[2]
    for module in facts.project.modules_at(sorted({*facts.project.tree.code_with([last]), facts.move.source})):
        for node in _looked_for(module):
            if _names_source(facts, module, node):
                yield module.source.place(node), ast.unparse(node)


def _looked_for(module: Module) -> Iterator[ast.expr]:
    """The expressions that are looked for in a text."""
    nodes = module.source.nodes
    for node in nodes.of(ast.Compare):
        (op, *more), (right, *_) = node.ops, node.comparators
        if isinstance(op, (ast.In, ast.NotIn)) and not more:
            if not isinstance(right, _DISPLAYS) and last_name(right) != "modules":
                yield node.left
        elif isinstance(op, (ast.Eq, ast.NotEq)):
            for side, other in ((node.left, right), (right, node.left)):
                if isinstance(side, (ast.JoinedStr, ast.BinOp, ast.Call)) or _is_of_a_message(other):
                    yield side
    for node in nodes.of(ast.Call):
        asks = isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKING
        if node.args and (asks or last_name(node.func) in _MATCHING):
            yield from node.args[0].elts if isinstance(node.args[0], ast.Tuple) else node.args[:1]
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "match")


def _is_of_a_message(node: ast.expr) -> bool:
    """``str(error).split()[-1]``, ``error.args[0]``"""
    asked = (
        last_name(n.func if isinstance(n, ast.Call) else n)
        for n in walk(node)
        if isinstance(n, (ast.Call, ast.Attribute))
    )
    return not {"str", "repr", "args", "message"}.isdisjoint(asked)


def _names_source(facts: Facts, module: Module, node: ast.expr) -> bool:
    """Is the name of the source in a text? The name of one below it is another, and so is a folder or a project."""
    values = facts.referrers.values
    dotted = facts.project.names.dotted(facts.move.source)
    named = re.compile(rf"(?<![\w./-]){re.escape(dotted)}(?![\w./-])")
    if any(named.search(text.replace("\\", "")) for text in values.texts(module).of(node)):
        return True
    names = {n.id for n in walk(node) if isinstance(n, ast.Name)}
    parts = [node, *(value for name, value in (bound_values(module) if names else ()) if name in names)]
    held = (n.value for part in parts for n in walk(part) if isinstance(n, ast.Attribute) and n.attr == "__name__")
    return any(values.holds(module, value) for value in held)
