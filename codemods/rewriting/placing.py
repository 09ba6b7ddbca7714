"""Where an import line belongs among those that stand."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from codemods.bindings.guards import is_type_checking
from codemods.bindings.imports import import_like
from codemods.planning.edits.model import NewImport
from codemods.project import Source, bodies
from codemods.project.import_style import ImportStyle
from codemods.project.marks import marked_parts
from codemods.rewriting import render
from codemods.rewriting.layout import file_head, first_line, has_its_lines, last_line


@dataclass(frozen=True)
class Header:
    """Imports among which more may stand: those at the top of a module, or some further in.

    ``after`` is the line below which a first import would stand.
    """

    imports: tuple[ast.Import | ast.ImportFrom, ...]
    after: int
    typing_block: ast.If | None = None
    indent: str = ""


# An import, and its place in the order.
_Placed = tuple[tuple[Any, ...], ast.Import | ast.ImportFrom]


def header(source: Source) -> Header:
    """Docstring, future imports, the imports that follow, up to the first other statement or marked part."""
    imports: list[ast.Import | ast.ImportFrom] = []
    first_mark = min((part.top for part in marked_parts(source)), default=len(source.line_starts) + 1)
    after = file_head(
        source, first_line(source, source.tree.body[0]) if source.tree.body else len(source.line_starts) + 1
    )
    typing_block: ast.If | None = None
    after = min(after, first_mark - 1)
    for index, node in enumerate(source.tree.body):
        if node.lineno > first_mark:
            break
        if (
            index == 0
            and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            after = last_line(node)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(node)
            after = last_line(node)
        elif isinstance(node, ast.If) and is_type_checking(node.test) and not node.orelse:
            typing_block = typing_block or node
        elif not (import_like(node) or _dunder(node)):
            break
    return Header(tuple(imports), after, typing_block)


def imports_around(source: Source, node: ast.ImportFrom) -> Header:
    """The imports to which one belongs: the head of the module, else its neighbours in the block where it stands."""
    head = header(source)
    if any(node is one for one in head.imports) or not has_its_lines(source, node):
        return head
    body = next(body for outer in ast.walk(source.tree) for body in bodies(outer) if any(n is node for n in body))
    first = last = next(index for index, one in enumerate(body) if one is node)
    while first and _among(source, body[first - 1]):
        first -= 1
    while last + 1 < len(body) and _among(source, body[last + 1]):
        last += 1
    imports = tuple(one for one in body[first : last + 1] if isinstance(one, (ast.Import, ast.ImportFrom)))
    return Header(imports, last_line(node), None, source.line(node.lineno)[: node.col_offset])


def _among(source: Source, node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) and has_its_lines(source, node)


def _dunder(node: ast.stmt) -> bool:
    """``__all__ = …``, ``__version__ = …``: they may stand among imports."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return bool(targets) and all(
        isinstance(t, ast.Name) and t.id.startswith("__") and t.id.endswith("__") for t in targets
    )


def place_among(head: Header, new: NewImport, style: ImportStyle) -> tuple[int, bool]:
    """The line after which a new import stands, and whether it opens a section of its own.

    Sections and order are isort's where the imports that stand follow them; elsewhere it goes after its section,
    or the last.
    """
    mine = render.place(new, style)
    section = mine[0][0]
    placed = [(render.place_of(node, style), node) for node in head.imports]
    same = [(place, node) for place, node in placed if place[0][0] == section]
    if same:
        places = [place for place, _ in same]
        if places != sorted(places) and (near := _nearest(same, new.module)):
            # In a section with an order of its own: among those of its package, if they have isort's.
            same, places = near, [place for place, _ in near]
        before = [node for place, node in same if place <= mine or places != sorted(places)]
        return (last_line(before[-1]) if before else first_line_before(same[0][1])), False
    earlier = [node for place, node in placed if place[0][0] < section]
    if earlier:
        return last_line(earlier[-1]), True
    return head.after if not placed else first_line_before(placed[0][1]), True


def below_unsorted(source: Source, after: int) -> int:
    """The line below which an import stands: below ``after``, but not between ``# isort: off`` and ``# isort: on``."""
    marks = [n for n in range(1, len(source.line_starts) + 1) if source.line(n).startswith("# isort: o")]
    above = [n for n in marks if n <= after]
    below = [n for n in marks if n > after]
    inside = above and below and source.line(above[-1]).strip() == "# isort: off"
    return below[0] if inside and source.line(below[0]).strip() == "# isort: on" else after


def _nearest(placed: list[_Placed], module: str) -> list[_Placed]:
    """Those in a row, and in order, that share most of their module's path with ``module``; empty if there are none."""
    for end in range(module.count("."), 0, -1):
        package = ".".join(module.split(".")[:end])
        inside = [f"{getattr(n, 'module', None) or n.names[0].name}.".startswith(f"{package}.") for _, n in placed]
        if not any(inside):
            continue
        first, last = inside.index(True), len(inside) - inside[::-1].index(True)
        near = placed[first:last]
        return near if all(inside[first:last]) and [r for r, _ in near] == sorted(r for r, _ in near) else []
    return []


def in_order(head: Header, style: ImportStyle) -> bool:
    """Do these imports stand in isort's order?"""
    places = [render.place_of(node, style) for node in head.imports]
    return places == sorted(places)


def in_order_with(head: Header, renamed: Mapping[int, str], style: ImportStyle) -> Header:
    """The same imports, some of which name another module then, less those that would break the order that stands."""
    now = [(node, _naming(node, renamed.get(id(node)))) for node in head.imports]
    if not in_order(head, style):
        return replace(head, imports=tuple(then for _, then in now))
    kept = {node: then for node, then in now if id(node) not in renamed}
    for node, then in now:
        grown = [{**kept, node: then}.get(one) for one in head.imports]
        there = replace(head, imports=tuple(one for one in grown if one is not None))
        if node not in kept and in_order(there, style):
            kept[node] = then
    return replace(head, imports=tuple(kept[node] for node in head.imports if node in kept))


def _naming(node: ast.Import | ast.ImportFrom, module: str | None) -> ast.Import | ast.ImportFrom:
    if module is None:
        return node
    level = len(module) - len(module.lstrip("."))
    return ast.copy_location(ast.ImportFrom(module.lstrip(".") or None, node.names, level), node)


def first_line_before(node: ast.stmt) -> int:
    return node.lineno - 1
