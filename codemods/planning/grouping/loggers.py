"""Loggers got by ``__name__``: getting one again by its old name gives the same object, so both modules may have it."""

from __future__ import annotations

import ast

from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups


def loggers(groups: DefinitionGroups) -> dict[str, DefinitionGroup]:
    """Units of the form ``log = logging.getLogger(__name__)``, by name."""
    found: dict[str, DefinitionGroup] = {}
    for group in groups.all:
        node = group.statements[0].node
        if isinstance(node, ast.Assign) and len(group.binds) == 1 and is_logger(node.value):
            if not _from_logging(groups, node.value):
                continue
            if sum(bool(s.binds) for s in group.statements) == 1 and not groups.module.rebound.keys() & group.binds:
                found[next(iter(group.binds))] = group
    return found


def _from_logging(groups: DefinitionGroups, call: ast.expr) -> bool:
    """Is ``getLogger`` the one of the standard library? Others may make a new object at each call."""
    function = getattr(call, "func", None)
    root = function.value if isinstance(function, ast.Attribute) else function
    items = groups.module.top_imports.get(root.id, ()) if isinstance(root, ast.Name) else ()
    return any(not item.level and item.module == "logging" for item in items)


def is_logger(value: ast.expr) -> bool:
    """``logging.getLogger(__name__)`` or ``getLogger(__name__)``, or with a literal name."""
    if not isinstance(value, ast.Call) or len(value.args) != 1 or value.keywords:
        return False
    function = value.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    argument = value.args[0]
    named = isinstance(argument, ast.Constant) or (isinstance(argument, ast.Name) and argument.id == "__name__")
    return name == "getLogger" and named
