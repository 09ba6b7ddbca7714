"""Lazy names of the destination that are defined in it now: its module ``__getattr__`` (PEP 562) answers for them no
more.

Only branches of the form that an earlier move wrote are taken out: ``if name == "X": import importlib …``, which ends
in an import from the source. What else a ``__getattr__`` does is its author's.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codemods.bindings import Import, Module
from codemods.bindings.guards import is_type_checking
from codemods.planning.edits.model import LazyBranch, WithdrawnLazyNames
from codemods.planning.facts import Facts


def withdrawn(facts: Facts) -> WithdrawnLazyNames | None:
    """What the ``__getattr__`` of the destination answers for no more; None where that is nothing."""
    function = module_getattr(facts.destination) if facts.destination is not None else None
    if function is None or facts.destination is None:
        return None
    (argument,) = [*function.args.posonlyargs, *function.args.args]
    branches = tuple(_branches(facts, function, argument.arg))
    if not branches:
        return None
    gone = {id(branch.node) for branch in branches if not branch.kept}
    left = [node for node in function.body if id(node) not in gone and not _is_text(node)]
    body = facts.destination.source.tree.body
    outer = next((n for n in body if isinstance(n, ast.If) and n.orelse == [function]), None)
    whole = outer is not None and is_type_checking(outer.test) and all(isinstance(n, ast.Raise) for n in left)
    return WithdrawnLazyNames(branches, outer if whole else None)


def no_longer_tested(facts: Facts, dropped: Collection[Import]) -> Iterator[Import]:
    """``TYPE_CHECKING``, where every ``if`` that asks for it leaves: with the lazy names, or emptied of imports."""
    module = facts.destination
    if module is None:
        return
    leaving = withdrawn(facts)
    indices = {(item.node, item.index) for item in dropped}
    inside: set[int] = set()
    for node in module.source.tree.body:
        if isinstance(node, ast.If) and is_type_checking(node.test) and all(_empties(n, indices) for n in node.body):
            if not node.orelse or (leaving is not None and leaving.whole is node):
                inside |= {id(part) for part in ast.walk(node.test)}
    names = {n.id for n in module.source.nodes.of(ast.Name) if id(n) in inside}
    if names and module.exported is None and _taken_by_a_star(facts, module):
        return
    for name in names:
        read = [n for n in module.source.nodes.of(ast.Name) if n.id == name]
        items = [item for item in module.imports if item.binds == name]
        if all(id(n) in inside for n in read) and name not in (module.exported or ()):
            yield from (i for i in items if i.function is None and not i.explicit and not i.guarded)


def _taken_by_a_star(facts: Facts, module: Module) -> bool:
    """Does a star import take whatever the module binds?"""
    init = module.path.endswith("__init__.py")
    word = "import" if init else facts.project.names.dotted(module.path).rpartition(".")[2]
    importers = facts.project.star_importers(word)
    return any(facts.project.target(one, star) == module.path for one in importers for star in one.stars)


def module_getattr(module: Module) -> ast.FunctionDef | None:
    """The ``__getattr__`` of a module, where that is one plain function of one argument."""
    found = [n for n in module_level(module.source.tree.body) if getattr(n, "name", "") == "__getattr__"]
    if len(found) != 1 or not isinstance(found[0], ast.FunctionDef):
        return None
    function = found[0]
    one = len([*function.args.posonlyargs, *function.args.args]) == 1
    own_line = function.body[0].lineno > function.lineno
    return function if one and own_line and not function.decorator_list else None


def module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            yield from module_level([*node.body, *node.orelse])


def is_answer(node: ast.stmt) -> bool:
    """Is this a branch that an earlier move made?"""
    first = node.body[0] if isinstance(node, ast.If) and not node.orelse else None
    return isinstance(first, ast.Import) and first.names[0].name == "importlib"


def _branches(facts: Facts, function: ast.FunctionDef, argument: str) -> Iterator[LazyBranch]:
    for node in function.body:
        if not isinstance(node, ast.If) or not is_answer(node) or _module(facts, node.body[-1]) != facts.move.source:
            continue
        names = _asked_for(node.test, argument)
        if not facts.moved_names.isdisjoint(names):
            kept = tuple(name for name in names if name not in facts.moved_names)
            yield LazyBranch(node, tuple(name for name in names if name in facts.moved_names), kept)


def _asked_for(test: ast.expr, argument: str) -> tuple[str, ...]:
    """The names of ``argument == "X"`` and ``argument in ("X", "Y")``."""
    if not isinstance(test, ast.Compare) or getattr(test.left, "id", "") != argument:
        return ()
    (first, *more) = test.comparators
    if more or not isinstance(test.ops[0], (ast.Eq, ast.In)):
        return ()
    texts = first.elts if isinstance(first, ast.Tuple) else [first]
    return tuple(text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str))


def _module(facts: Facts, node: ast.stmt) -> str | None:
    """The file of M in ``return getattr(importlib.import_module("M"), name)``."""
    call = getattr(node, "value", None)
    inner = call.args[0] if isinstance(node, ast.Return) and isinstance(call, ast.Call) and call.args else None
    text = inner.args[0] if isinstance(inner, ast.Call) and inner.args else None
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
        return None
    names, path = facts.project.names, facts.move.destination
    level = len(text.value) - len(text.value.lstrip("."))
    dotted = names.absolute(path, text.value[level:] or None, level) if level else text.value
    return names.find(dotted, path) if dotted else None


def _empties(node: ast.stmt, dropped: Collection[tuple[ast.stmt, int]]) -> bool:
    return isinstance(node, ast.ImportFrom) and all((node, index) in dropped for index in range(len(node.names)))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
