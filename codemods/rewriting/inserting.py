"""New import lines put into a file that stands."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codemods.planning.edits import NewImport, Replacement
from codemods.planning.import_style import ImportStyle
from codemods.project import Source
from codemods.rewriting import render, surgery
from codemods.rewriting.habits import as_written
from codemods.rewriting.placing import Header, in_order, place_among


class Inserter:
    """Puts imports at the top of one file; ``taken`` are statements that other edits rewrite, so that none joins
    them."""

    def __init__(self, source: Source, head: Header, style: ImportStyle, taken: set[int]) -> None:
        self.source = source
        self.head = head
        self.style = as_written(head, style)
        self.taken = taken
        self._joined: dict[int, tuple[ast.ImportFrom, str]] = {}
        self._lines: dict[tuple[int, bool], list[NewImport]] = {}

    def add(self, new: NewImport, by: int | None = None) -> None:
        """One import more: it joins a statement that imports from the same module, or gets a line where it belongs.

        Line ``by`` is where the name was bound until now: it may not be bound later, for what stands below may need it.
        """
        standing = self._standing(new)
        if standing is not None and (by is None or standing.lineno < by):
            node, text = self._joined.get(id(standing), (standing, self._text(standing)))
            self._joined[id(standing)] = (node, surgery.with_name(text, str(new.attribute), self.style))
            return
        place = place_among(self.head, new.module, new.attribute is None, self.style)
        if by is not None and (place[0] > by or not in_order(self.head, self.style)):
            place = (by, False)
        self._lines.setdefault(place, []).append(new)

    def stands_above(self, new: NewImport, line: int) -> bool:
        """Is there a statement above ``line`` that the import can join?"""
        standing = self._standing(new)
        return standing is not None and standing.lineno < line

    def edits(self) -> Iterable[Replacement]:
        for node, text in self._joined.values():
            start, end = self.source.start(node), self.source.end(node)
            if "\n" not in text and len(text) > self.style.line_length and isinstance(node, ast.ImportFrom):
                names = [(a.name, a.asname) for a in ast.parse(text).body[0].names]  # type: ignore[attr-defined]
                text = "\n".join(render.statement("." * node.level + (node.module or ""), names, "", self.style))
            yield Replacement(start, end, text.replace("\r\n", "\n").replace("\n", self.source.newline))
        for (after, section), imports in self._lines.items():
            lines = render.lines(imports, "", self.style)
            if section:
                lines = "\n\n".join(render.sections(imports, "", self.style)).split("\n")
            yield insertion(self.source, after, lines, section)

    def _text(self, node: ast.ImportFrom) -> str:
        return self.source.text[self.source.start(node) : self.source.end(node)]

    def _standing(self, new: NewImport) -> ast.ImportFrom | None:
        if new.attribute in (None, "*") or new.asname is not None or new.comment:
            return None
        for node in self.head.imports:
            if (
                isinstance(node, ast.ImportFrom)
                and id(node) not in self.taken
                and "." * node.level + (node.module or "") == new.module
                and not any(a.asname or a.name == "*" for a in node.names)
                and "#" not in self.source.line(node.end_lineno or 0)[node.end_col_offset or 0 :]
            ):
                return node
        return None


def insertion(source: Source, after: int, lines: list[str], section: bool) -> Replacement:
    """Lines below line ``after`` (0: at the top); ``section``: a blank line sets them off."""
    newline = source.newline
    text = newline.join(lines) + newline
    at = source.line_starts[after] if after < len(source.line_starts) else len(source.text)
    before, following = source.line(after), source.line(after + 1)
    if before and not before.endswith(("\n", "\r")):
        text = newline + text[: -len(newline)]
    if section and before.strip():
        text = newline + text
    if following.strip():
        if following.startswith(("def ", "class ", "async def ", "@")):
            text += newline * 2
        elif section or not following.startswith(("import ", "from ")):
            text += newline if not following.startswith(("import ", "from ")) or section else ""
    return Replacement(at, at, text)
