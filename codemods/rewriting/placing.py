"""Where an import line belongs among those that stand."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from codemods.bindings.module import import_like
from codemods.bindings.references import is_type_checking
from codemods.planning.import_style import ImportStyle, Rank
from codemods.project import Source
from codemods.rewriting.layout import first_line, last_line


@dataclass(frozen=True)
class Header:
    """The top of a module: the leading imports, and the line after which a first import would stand."""

    imports: tuple[ast.Import | ast.ImportFrom, ...]
    after: int
    typing_block: ast.If | None


def header(source: Source) -> Header:
    """Docstring, future imports, the imports that follow, up to the first other statement."""
    imports: list[ast.Import | ast.ImportFrom] = []
    after = _comment_head(source)
    typing_block: ast.If | None = None
    for index, node in enumerate(source.tree.body):
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


def _dunder(node: ast.stmt) -> bool:
    """``__all__ = …``, ``__version__ = …``: they may stand among imports."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return bool(targets) and all(
        isinstance(t, ast.Name) and t.id.startswith("__") and t.id.endswith("__") for t in targets
    )


def _comment_head(source: Source) -> int:
    """The last line of the comments at the very top that are set off from the first statement by a blank line."""
    number, last = 1, 0
    first = first_line(source, source.tree.body[0]) if source.tree.body else len(source.line_starts) + 1
    while number < first and source.line(number).strip().startswith("#"):
        last = number
        number += 1
    cookie = [n for n in (1, 2) if n <= last and (source.line(n).startswith("#!") or "coding" in source.line(n))]
    return last if number < first else max(cookie, default=0)


def place_among(head: Header, module: str, plain: bool, style: ImportStyle) -> tuple[int, bool]:
    """The line after which a new top-level import stands, and whether it opens a section of its own.

    Sections and order are isort's where the imports that stand follow them; elsewhere it goes after its section,
    or the last.
    """
    level = len(module) - len(module.lstrip("."))
    mine = style.rank(module.lstrip("."), level, plain)
    ranked = [(_rank_of(node, style), node) for node in head.imports]
    same = [(r, node) for r, node in ranked if r[0] == mine[0]]
    if same:
        in_order = [r for r, _ in same] == sorted(r for r, _ in same)
        if not in_order and (near := _nearest(same, module)):
            # In a section with an order of its own: among those of its package, if they have isort's.
            same, in_order = near, True
        before = [node for r, node in same if r <= mine] if in_order else [node for _, node in same]
        if before:
            return last_line(before[-1]), False
        return first_line_before(same[0][1]), False
    earlier = [node for r, node in ranked if r[0] < mine[0]]
    if earlier:
        return last_line(earlier[-1]), True
    return head.after if not ranked else first_line_before(ranked[0][1]), True


def _nearest(
    ranked: list[tuple[Rank, ast.Import | ast.ImportFrom]], module: str
) -> list[tuple[Rank, ast.Import | ast.ImportFrom]]:
    """Those in a row, and in order, that share most of their module's path with ``module``; empty if there are none."""
    for end in range(module.count("."), 0, -1):
        package = ".".join(module.split(".")[:end])
        inside = [f"{getattr(n, 'module', None) or n.names[0].name}.".startswith(f"{package}.") for _, n in ranked]
        if not any(inside):
            continue
        first, last = inside.index(True), len(inside) - inside[::-1].index(True)
        near = ranked[first:last]
        return near if all(inside[first:last]) and [r for r, _ in near] == sorted(r for r, _ in near) else []
    return []


def in_order(head: Header, style: ImportStyle) -> bool:
    """Do the leading imports stand in isort's order?"""
    ranks = [_rank_of(node, style) for node in head.imports]
    return ranks == sorted(ranks)


def first_line_before(node: ast.stmt) -> int:
    return node.lineno - 1


def _rank_of(node: ast.Import | ast.ImportFrom, style: ImportStyle) -> Rank:
    if isinstance(node, ast.Import):
        return style.rank(node.names[0].name, 0, True)
    return style.rank(node.module or "", node.level, False)
