"""What the imports of a file show of its style, where the project's settings are silent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from codemods.project.import_style import ImportStyle
from codemods.rewriting.placing import Header, in_order


def as_written(head: Header, style: ImportStyle) -> ImportStyle:
    """The style as the leading imports have it: isort's own, or one of its common variants if only that fits."""
    if style.asked:
        return style
    style = replace(style, single_line=_one_by_one(head), combined=_combines(head))
    for variant in _variants(style):
        if in_order(head, variant) and all(_sorted(names, variant) for names in _names(head)):
            return variant
    return style


def _variants(style: ImportStyle) -> Iterator[ImportStyle]:
    for within in (False, True):
        for by_type in (True, False):
            yield replace(style, within_sections=within, by_type=by_type)


def _one_by_one(head: Header) -> bool:
    """Is a module imported from by several statements in a row, and does each statement bring one name?"""
    brought = [node for node in head.imports if isinstance(node, ast.ImportFrom)]
    again = any(len(names) > 1 for names in _names(head))
    return again and all(len(node.names) == 1 for node in brought)


def _combines(head: Header) -> bool:
    """Does a statement bring names of which one is called otherwise here?"""
    brought = [node for node in head.imports if isinstance(node, ast.ImportFrom) and len(node.names) > 1]
    return any(alias.asname not in (None, alias.name) for node in brought for alias in node.names)


def _names(head: Header) -> Iterator[list[str]]:
    """The names that come from one module after another, in one statement or in several."""
    brought = [node for node in head.imports if isinstance(node, ast.ImportFrom)]
    for _, nodes in groupby(brought, key=lambda node: (node.level, node.module)):
        yield [alias.name for node in nodes for alias in node.names]


def _sorted(names: list[str], style: ImportStyle) -> bool:
    keys = [style.name_key(name) for name in names]
    return keys == sorted(keys)
