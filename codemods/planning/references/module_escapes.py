"""Places at which the old module itself is handed on: whoever gets it may look for any of its names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.references.called_as import last_name
from codemods.planning.references.dynamic_names import WAYS
from codemods.planning.references.module_aliases import is_covered, module_at
from codemods.project import Unreadable

# What reads or sets one name of the object that it is given, as the prover knows it.
_BY_NAME = frozenset({"getattr", "hasattr", "setattr", "delattr", "object"})


def handed_on(facts: Facts) -> tuple[Place, ...]:
    """Every use of the source as an object in other modules, ``getattr(module, name)``, which finds lazy names too, and
    lookups of other names aside; found once for the same moved names."""
    found = facts.referrers.handed_on
    if facts.moved_names not in found:
        found[facts.moved_names] = tuple(_handed_on(facts))
    return found[facts.moved_names]


def _handed_on(facts: Facts) -> Iterator[Place]:
    for path in facts.referrers.files:
        if path.endswith(".py") and path != facts.move.source:
            try:
                module = facts.project.module(path)
            except (Unreadable, OSError):
                continue
            yield from _in_module(facts, module)


def _in_module(facts: Facts, module: Module) -> Iterator[Place]:
    aliases = facts.referrers.aliases(module)
    passed: set[int] = set()  # what goes on to a name that is written there
    nodes = module.source.nodes
    passed.update(id(node.value) for node in nodes.of(ast.Attribute) if node.attr != "__dict__")
    asked = (n for n in nodes.of(ast.Subscript) if getattr(n.value, "attr", "") == "__dict__")
    passed.update(id(n.value.value) for n in asked if _is_other(n.slice, facts.moved_names))  # type: ignore[attr-defined]
    passed.update(map(id, _asked_whether_there(module)))
    if facts.move.goes_on:  # `sys.modules["old"] = worker`: who imports it by that name finds lazy names too
        passed.update(id(node.value) for node in nodes.of(ast.Assign) if all(map(_is_entry, node.targets)))
    passed.update(id(p.held) for p in facts.referrers.patch_targets if p.name in facts.set_elsewhere)
    for call in nodes.of(ast.Call):
        finds = facts.move.goes_on and _finds_lazy(module, call)
        by_name = last_name(call.func) in _BY_NAME and len(call.args) > 1
        if len(call.args) > 1 and (finds or (by_name and _is_other(call.args[1], facts.moved_names))):
            passed.add(id(call.args[0]))
    for node in (*nodes.of(ast.Name), *nodes.of(ast.Attribute)):
        if id(node) not in passed and isinstance(node.ctx, ast.Load):
            chain = chain_of(node)
            wholes = (".".join([dotted, *chain[1:]]) for dotted in aliases.get(chain[0], ())) if chain else ()
            if any(_is_source(facts, module, whole) for whole in wholes) and module.may_be_imported(node):
                yield module.source.place(node)


def _asked_whether_there(module: Module) -> Iterator[ast.expr]:
    """``if orders is not None``, ``not orders``: an optional module."""
    nodes = module.source.nodes
    for compared in nodes.of(ast.Compare):
        none = all(isinstance(n, ast.Constant) and n.value is None for n in compared.comparators)
        if none and all(isinstance(op, (ast.Is, ast.IsNot)) for op in compared.ops):
            yield compared.left
    yield from (node.operand for node in nodes.of(ast.UnaryOp) if isinstance(node.op, ast.Not))
    yield from (node.test for kind in (ast.If, ast.IfExp, ast.Assert) for node in nodes.of(kind))


def _is_entry(target: ast.expr) -> bool:
    """``sys.modules[name]``"""
    return isinstance(target, ast.Subscript) and getattr(target.value, "attr", "") == "modules"


def _is_source(facts: Facts, module: Module, dotted: str) -> bool:
    """The last component is looked at first: few chains end in that of the source."""
    source = facts.move.source.removesuffix("/__init__.py").removesuffix(".py")
    if source.rpartition("/")[2] != dotted.rpartition(".")[2]:
        return False
    names = facts.project.names
    last = names.dotted(facts.move.source).rpartition(".")[2]
    if module_at(facts.project, module.path, dotted, last) != facts.move.source:
        return False
    package, _, name = dotted.rpartition(".")
    holder = names.find(package, module.path) if package else None
    return not is_covered(facts.project, holder, name, facts.move.source)


def _finds_lazy(module: Module, call: ast.Call) -> bool:
    way = WAYS.get(getattr(call.func, "id", ""))
    return way is not None and not way.bound and getattr(call.func, "id", "") not in module.binds


def _is_other(node: ast.expr, moved: frozenset[str]) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in moved
