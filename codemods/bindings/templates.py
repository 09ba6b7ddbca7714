"""Texts that are filled in from a namespace: ``"{user}@{host}".format(**globals())``, ``"%(user)s" % vars(module)``,
``Template("$user").substitute(globals())``. They ask for the names in their fields, in the order of the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter, Template

_FIELD = re.compile(r"%(?:\((.*?)\)|%)")
_SUBSTITUTING = ("substitute", "safe_substitute")


@dataclass(frozen=True)
class Filled:
    """A text that is filled in from ``namespace``; ``fields``: dotted, as in ``{user.name}``; None if the text is not
    known."""

    namespace: ast.expr
    fields: tuple[str, ...] | None


def filled(node: ast.AST) -> Filled | None:
    """What a call, or a ``%``, fills in from a namespace."""
    match node:
        case ast.BinOp(left=template, op=ast.Mod(), right=namespace):
            text = _text(template)
            return Filled(namespace, _of_percent(text)) if text is not None else None
        case ast.Call(func=ast.Attribute(value=template, attr="format"), args=given, keywords=keywords):
            spread = [keyword.value for keyword in keywords if keyword.arg is None]
            known = {keyword.arg for keyword in keywords} | {*map(str, range(len(given))), ""}
            return _from_one(spread, _without(_of_format(_text(template)), known))
        case ast.Call(func=ast.Attribute(value=template, attr="format_map"), args=[namespace], keywords=[]):
            return Filled(namespace, _of_format(_text(template)))
        case ast.Call(func=ast.Attribute(value=ast.Call(args=[template]), attr=method), args=given, keywords=keywords):
            spread = [*given, *(keyword.value for keyword in keywords if keyword.arg is None)]
            known = {keyword.arg for keyword in keywords}
            fields = _of_template(_text(template)) if method in _SUBSTITUTING else None
            return _from_one(spread, _without(fields, known)) if method in _SUBSTITUTING else None
    return None


def reads_own_module(namespace: ast.expr, at_top: bool) -> bool:
    """Is it the namespace of the module in which it stands: ``globals()``, and ``vars()`` outside of functions?"""
    match namespace:
        case ast.Call(func=ast.Name(id="globals"), args=[], keywords=[]):
            return True
        case ast.Call(func=ast.Name(id="vars" | "locals"), args=[], keywords=[]):
            return at_top
        case _:
            return False


def names_filled_in(node: ast.Call | ast.BinOp, at_top: bool) -> Iterator[tuple[ast.Name, tuple[str, ...]]]:
    """(a name of the module, the attributes read off it) for each field that is filled in from its namespace."""
    found = filled(node)
    if found is not None and reads_own_module(found.namespace, at_top):
        for field in found.fields or ():
            name, *chain = field.split(".")
            if name.isidentifier() and not is_of_each_module(name):
                yield ast.copy_location(ast.Name(name, ast.Load()), found.namespace), tuple(chain)


def is_of_each_module(name: str) -> bool:
    """Does each module have a name of its own: ``__name__``?"""
    return name.startswith("__") and name.endswith("__")


def _from_one(spread: list[ast.expr], fields: tuple[str, ...] | None) -> Filled | None:
    return Filled(spread[0], fields) if len(spread) == 1 else None


def _without(fields: tuple[str, ...] | None, known: set[str | None]) -> tuple[str, ...] | None:
    return fields and tuple(f for f in fields if f.partition(".")[0] not in known)


def _text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            one, two = _text(left), _text(right)
            return None if one is None or two is None else one + two
        case _:
            return None


def _of_percent(text: str) -> tuple[str, ...] | None:
    return None if "%" in _FIELD.sub("", text) else tuple(filter(None, _FIELD.findall(text)))


def _of_format(text: str | None) -> tuple[str, ...] | None:
    """All fields, those inside of what a field says of its width too; of ``{users[0].name}`` the first name."""
    if text is None:
        return None
    found: dict[str, None] = {}
    try:
        for _, field, spec, _ in Formatter().parse(text):
            if field is not None:
                found[field.partition("[")[0]] = None
                found |= dict.fromkeys(_of_format(spec or "") or ())
    except ValueError:  # no template after all
        return None
    return tuple(found)


def _of_template(text: str | None) -> tuple[str, ...] | None:
    return tuple(Template(text).get_identifiers()) if text is not None and Template(text).is_valid() else None
