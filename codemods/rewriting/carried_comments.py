"""Comments above imports that leave go with them, where the destination gets the import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from codemods.bindings import Import
from codemods.bindings.guards import is_type_checking
from codemods.planning.edits.model import DestinationEdits, NewImport, SourceEdits
from codemods.project import Source
from codemods.rewriting.destination_file import new_imports, new_typing_imports
from codemods.rewriting.layout import file_head, last_line
from codemods.rewriting.regions import comments_above, is_marker


def with_comments(departure: SourceEdits, arrival: DestinationEdits) -> tuple[SourceEdits, DestinationEdits]:
    """Both modules of a move, with the comments that belong to the imports of each."""
    source = departure.module.source
    leaving = list(_leaving_whole(departure))
    ends = {node.lineno: last_line(node) for node in leaving}
    arriving = {*new_imports(arrival), *new_typing_imports(arrival)}
    above: dict[NewImport, tuple[str, ...]] = {}
    gone: list[tuple[int, int]] = []
    for node in leaving:
        top = comments_above(source, node.lineno, file_head(source, node.lineno), is_marker)
        if top == node.lineno or not _paragraph_leaves(source, node, ends):
            continue
        takers = [new for new in arriving if any(_is(new, item) for item in departure.dropped if item.node is node)]
        if takers:
            above[takers[0]] = tuple(source.line(number).strip() for number in range(top, node.lineno))
            gone.append((top, node.lineno - 1))
    arrival = replace(
        arrival,
        imports=_with_comments(arrival.imports, above),
        typing_imports=_with_comments(arrival.typing_imports, above),
        typing_comment=next(_beside_type_checking(source, leaving), ""),
    )
    return replace(departure, comments=tuple(gone)), arrival


def _leaving_whole(departure: SourceEdits) -> Iterator[ast.stmt]:
    for node in dict.fromkeys(item.node for item in departure.dropped):
        if sum(item.node is node for item in departure.dropped) == len(node.names):
            yield node


def _paragraph_leaves(source: Source, node: ast.stmt, ends: dict[int, int]) -> bool:
    """Is nothing left, down to the next blank line, of what the comment may speak of?"""
    number = last_line(node) + 1
    while number in ends:
        number = ends[number] + 1
    line = source.line(number)
    return not line.strip() or line[: node.col_offset].strip() != ""


def _is(new: NewImport, item: Import) -> bool:
    return (new.attribute, new.binds) == (item.attribute, item.binds)


def _with_comments(imports: tuple[NewImport, ...], above: dict[NewImport, tuple[str, ...]]) -> tuple[NewImport, ...]:
    return tuple(replace(new, above=above.get(new, ())) for new in imports)


def _beside_type_checking(source: Source, leaving: list[ast.stmt]) -> Iterator[str]:
    """What stands beside ``if TYPE_CHECKING:`` where imports leave it."""
    for node in source.tree.body:
        if isinstance(node, ast.If) and is_type_checking(node.test) and any(inner in leaving for inner in node.body):
            comment = source.line(node.lineno).partition("#")[2].strip()
            if comment:
                yield "# " + comment
