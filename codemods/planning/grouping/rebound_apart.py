"""Globals that asked functions rebind and others read: they stay, and moved code writes them off their module.

``global _level; _level = n`` becomes ``logs._level = n``, which binds the same name in the same namespace.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codemods.bindings import Module, Moment
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.definition_groups import DefinitionGroups

_BINDS_OTHERWISE = (
    ast.alias,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
    ast.MatchMapping,
    *FUNCTIONS,
    ast.ClassDef,
)


def rebound_apart(groups: DefinitionGroups, asked: Collection[str], outside: Collection[str]) -> frozenset[str]:
    """The globals that would move with the asked functions though others, whom nobody asked for, read them;
    ``outside``: names that other files refer to."""
    module = groups.module
    moving = {groups.by_name[name] for name in asked if name in groups.by_name}
    return frozenset(
        name
        for name in module.rebound
        if name not in asked
        and groups.by_name.get(name) in moving
        and (groups.readers[name] - moving or name in outside)
        and _written_plainly(module, name)
    )


def _written_plainly(module: Module, name: str) -> bool:
    """Can each place that binds it in a function bind an attribute instead?"""
    if name.startswith("__"):  # which a class may mangle
        return False
    nodes = module.source.nodes
    for statement in module.rebound[name]:
        for reference in statement.references:
            if reference.name != name or not reference.writes:
                continue
            node = reference.node
            if reference.moment is not Moment.CALL or reference.function is None:
                return False
            if isinstance(node, ast.Global):
                if not _stands_alone(module, node):
                    return False
            elif not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Store):
                return False
            elif isinstance(nodes.parents.get(id(node)), ast.NamedExpr):
                return False
        if any(_bound_otherwise(inner, name) for inner in ast.walk(statement.node) if isinstance(inner, FUNCTIONS)):
            return False
    return True


def declarations(groups: DefinitionGroups, statement: ast.stmt) -> Iterator[tuple[ast.Global, list[str]]]:
    """The ``global`` statements that declare such names, and what is left for each to declare."""
    for node in ast.walk(statement) if groups.apart else ():
        if isinstance(node, ast.Global) and groups.apart.intersection(node.names):
            yield node, [name for name in node.names if name not in groups.apart]


def _stands_alone(module: Module, node: ast.Global) -> bool:
    """Does the statement fill its line, and is its block a function's, which does more than to declare names?"""
    function = module.source.nodes.parents.get(id(node))
    if not isinstance(function, FUNCTIONS) or all(isinstance(s, ast.Global) for s in function.body):
        return False
    source = module.source
    before, _, after = source.text.splitlines()[node.lineno - 1].partition(
        source.text[source.start(node) : source.end(node)]
    )
    return node.lineno == node.end_lineno and not before.strip() and after.lstrip()[:1] in ("", "#")


def _bound_otherwise(function: ast.AST, name: str) -> bool:
    """By an import, a definition, a handler or a pattern, of which none can bind an attribute."""
    inner = list(ast.walk(function))
    if not any(isinstance(n, ast.Global) and name in n.names for n in inner):
        return False
    found = (n for n in inner if isinstance(n, _BINDS_OTHERWISE))
    return any(
        name in (getattr(n, "asname", None) or "", getattr(n, "name", None) or "", getattr(n, "rest", None) or "")
        for n in found
    )
