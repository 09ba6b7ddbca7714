"""Texts that are filled in from a namespace: ``"{user}@{host}".format(**globals())``, ``"%(user)s" % vars(module)``.

They ask for the names in their fields, in the order of the text, whatever else the namespace has."""

from __future__ import annotations

import ast
import re
from string import Formatter

from codemods.planning.references.built_texts import UNKNOWN

_ANY = frozenset({UNKNOWN})
_NONE = frozenset({""})
_FIELD = re.compile(r"%(?:\((.*?)\)|%)")


def filled_in(node: ast.expr, parents: dict[int, ast.AST]) -> frozenset[str] | None:
    """The names that a text is given out of this namespace, unknown ones too; None where none is filled in from it."""
    above = parents.get(id(node))
    match above:
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right) if right is node:
            return None if "%" in _FIELD.sub("", text) else frozenset(_FIELD.findall(text)) or _NONE
        case ast.keyword(arg=None):
            call = parents.get(id(above))
            method = "format"
        case ast.Call(args=[only], keywords=[]) if only is node:
            call, method = above, "format_map"
        case _:
            return None
    match call:
        case ast.Call(func=ast.Attribute(value=template, attr=attribute)) if attribute == method:
            text = getattr(template, "value", None) if isinstance(template, ast.Constant) else None
            return _fields(text) if isinstance(text, str) else _ANY if method == "format_map" else None
        case _:
            return None


def _fields(text: str) -> frozenset[str]:
    """The first names of all fields, those inside of what a field says of its width too."""
    found: set[str] = set()
    try:
        for _, field, spec, _ in Formatter().parse(text):
            if field is not None:
                found.add(re.split(r"[.\[]", field, maxsplit=1)[0])
                found |= _fields(spec or "")
    except ValueError:  # no template after all
        return _ANY
    return frozenset(found) or _NONE
