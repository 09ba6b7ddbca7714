"""The names that a text is given out of a namespace, whatever else that has."""

from __future__ import annotations

import ast

from codemods.bindings.templates import filled
from codemods.planning.references.built_texts import UNKNOWN

_ANY = frozenset({UNKNOWN})
_NONE = frozenset({""})


def filled_in(node: ast.expr, parents: dict[int, ast.AST]) -> frozenset[str] | None:
    """The names that a text is given out of this namespace, unknown ones too; None where none is filled in from it."""
    above = parents.get(id(node))
    around = parents.get(id(above)) if isinstance(above, ast.keyword) else above
    found = filled(around) if around is not None else None
    if found is None or found.namespace is not node:
        return None
    if found.fields is None:
        maps = isinstance(above, ast.Call) and getattr(above.func, "attr", "") == "format_map"
        return _ANY if maps else None
    return frozenset(field.partition(".")[0] for field in found.fields) or _NONE
