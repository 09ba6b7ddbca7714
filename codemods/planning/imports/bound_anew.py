"""Names that a module imports and then defines by what it imported: ``TABLE = TABLE.copy()``."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codemods.bindings import Module, Moment
from codemods.planning.grouping.definition_groups import DefinitionGroup


def bound_anew(source: Module, moving: Iterable[DefinitionGroup]) -> dict[str, int]:
    """The moved names whose imported values moved code reads before it defines them, and the statements that do."""
    statements = sorted((s for group in moving for s in group.statements), key=lambda s: s.index)
    defined: dict[str, int] = {}
    for statement in statements:
        if not statement.is_import:
            for name in statement.binds:
                defined.setdefault(name, statement.index)
    read = {
        r.name
        for s in statements
        for r in s.references
        if r.moment is Moment.IMPORT and not r.writes and s.index <= defined.get(r.name, -1)
    }
    inside = {id(n) for s in statements if not s.is_import for n in ast.walk(s.node)} if read else set()
    imported = {n for n in read if any(id(item.node) not in inside for item in source.top_imports.get(n, ()))}
    return {name: defined[name] for name in imported}
