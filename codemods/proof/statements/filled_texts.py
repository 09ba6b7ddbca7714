"""Names that a text takes out of the namespace of its module, read as if they were written:
``"{user}".format(**globals())``, ``"%(user)s" % vars()``, ``Template("$user").substitute(globals())``."""

from __future__ import annotations

import ast
import re
import string

_PLACE = re.compile(r"%(?:%|\((?P<name>[^)]*)\)[#0+\- ]*[\d*]*(?:\.[\d*]+)?[a-zA-Z])")
_METHODS = ("format", "format_map", "substitute", "safe_substitute")


def fields_read(node: ast.AST) -> tuple[ast.Call, tuple[str, ...]] | None:
    """(the call that gives the namespace, the dotted fields), where all of them are known to be names."""
    fields: list[str] | None = None
    given: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        given, fields = [node.right], _percent(_written(node.left))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        given = [*node.args, *(k.value for k in node.keywords if k.arg is None)]
        if len(given) == 1 and not any(k.arg for k in node.keywords):
            fields = _fields(node.func, spread=not node.args)
    if fields is None or len(given) != 1 or not isinstance(given[0], ast.Call) or not _is_own(given[0]):
        return None
    names = [part for field in fields for part in field.split(".")]
    plain = all(name.isidentifier() for name in names) and not any(f.startswith("__") for f in fields)
    return (given[0], tuple(fields)) if plain else None


def _fields(function: ast.Attribute, spread: bool) -> list[str] | None:
    if function.attr.startswith("format"):
        return _braces(_written(function.value)) if spread is (function.attr == "format") else None
    made = function.value
    named = made.func if isinstance(made, ast.Call) and len(made.args) == 1 else None
    if named is None or getattr(named, "attr", getattr(named, "id", "")) != "Template":
        return None
    text = _written(made.args[0])  # type: ignore[attr-defined]
    template = string.Template(text) if text is not None else None
    return template.get_identifiers() if template is not None and template.is_valid() else None


def _is_own(call: ast.Call) -> bool:
    named = call.func.id if isinstance(call.func, ast.Name) else ""
    return named in ("globals", "vars", "locals") and not call.args and not call.keywords


def _written(node: ast.expr) -> str | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = _written(node.left), _written(node.right)
        return None if None in sides else "".join(filter(None, sides))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _percent(text: str | None) -> list[str] | None:
    if text is None or "%" in _PLACE.sub("", text):
        return None
    return [found["name"] for found in _PLACE.finditer(text) if found["name"] is not None]


def _braces(text: str | None) -> list[str] | None:
    try:
        parsed = list(string.Formatter().parse(text)) if text is not None else None
    except ValueError:
        return None
    found: list[str] = []
    for _, field, spec, _ in parsed if parsed is not None else ():
        if field is not None:
            inner = _braces(spec or "")
            if inner is None:
                return None
            found += [field.partition("[")[0], *inner]
    return found if parsed is not None else None
