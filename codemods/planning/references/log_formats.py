"""Formats of log records that code puts together: ``logging.Formatter(f"%({field})s %(message)s")``. A field that is
put in, and of which nothing is known, may be any that a record has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.references.built_texts import UNKNOWN, BuiltTexts, bound_values
from codemods.planning.references.module_values import last_name
from codemods.project import walk

# What nothing but a log record has, of what formats name.
_OF_LOGS = frozenset({"levelname", "asctime", "levelno", "relativeCreated"})
_MADE_BY = frozenset({"Formatter", "basicConfig"})
_BUILT = (ast.JoinedStr, ast.BinOp, ast.Call)
_PERCENT = re.compile(rf"%\(\w*{UNKNOWN}")
_BRACES = re.compile(rf"\{{\w*{UNKNOWN}|\$\w*{UNKNOWN}")
_NAMED = re.compile(r"(?:%\(|\{|\$)(\w+)")


def built_formats(facts: Facts) -> Iterator[tuple[Place, str]]:
    """(place, text) for each part of a format that is put together; with ``UNKNOWN`` for what is not known of it."""
    tree = facts.project.tree
    for module in facts.project.modules_at(sorted(tree.code_with({*_MADE_BY, *_OF_LOGS}))):
        texts = BuiltTexts(facts.project, module)
        for node in (n for kind in _BUILT for n in module.source.nodes.of(kind)):
            if _is_put_together(node) and any(_is_of_logs(text) for text in texts.of(node)):
                yield from ((module.source.place(node), text) for text in texts.of(node) if _is_of_logs(text))
        for call in module.source.nodes.of(ast.Call):
            if last_name(call.func) in _MADE_BY or last_name(call.func).endswith("Formatter"):
                styled = any(keyword.arg == "style" for keyword in call.keywords) or len(call.args) > 2
                for part in _parts(module, call):
                    for text in texts.of(part):
                        if styled or "%(" in text:
                            yield module.source.place(part), text


def is_any_field(text: str) -> bool:
    """Does a format have a field of which nothing is known?"""
    return _PERCENT.search(text) is not None or _BRACES.search(text) is not None


def _is_of_logs(text: str) -> bool:
    return not _OF_LOGS.isdisjoint(_NAMED.findall(text)) and (_PERCENT.search(text) is not None or "%(" not in text)


def _is_put_together(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr() | ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "join")):
            return True
        case _:
            return False


def _parts(module: Module, call: ast.Call) -> Iterator[ast.expr]:
    """What a formatter is given is made of: the texts that code puts together on the way."""
    todo: list[ast.expr] = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("fmt", "format"))]
    seen: set[str] = set()
    while todo:
        for node in walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                todo += (value for name, value in bound_values(module) if name == node.id)
            elif isinstance(node, _BUILT) and _is_put_together(node):
                yield node
