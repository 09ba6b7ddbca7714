"""New import lines put into a file that stands."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from codemods.planning.edits.model import NewImport, Replacement
from codemods.project import Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render, surgery
from codemods.rewriting.habits import as_written
from codemods.rewriting.layout import last_line
from codemods.rewriting.placing import Header, below_unsorted, in_order, in_order_with, place_among


class Inserter:
    """Puts imports among others of one file. ``taken`` are statements that other edits rewrite, so that none joins
    them, unless ``reduced`` has what they leave of one; ``renamed`` those all of whose names come from another module
    then. ``in_place``: a name is bound where it was, for what stands below may need it in an import cycle, or what
    importing it executes has its turn there."""

    def __init__(
        self,
        source: Source,
        head: Header,
        style: ImportStyle,
        taken: set[int],
        renamed: Mapping[int, str] = MappingProxyType({}),
        reduced: Mapping[int, str] = MappingProxyType({}),
        in_place: bool = False,
    ) -> None:
        self.source = source
        self.head = head
        self.style = as_written(head, style)
        self.taken = taken
        self.renamed = renamed
        self.reduced = reduced
        self.in_place = in_place
        self.order = in_order_with(head, renamed, style)
        self._joined: dict[int, tuple[ast.ImportFrom, str]] = {}
        self._marked: set[int] = set()  # the statements that got the comment of a re-export as well
        self._lines: dict[tuple[int, bool], list[NewImport]] = {}

    def add(self, new: NewImport, old: ast.ImportFrom | None = None, gone: bool = False) -> None:
        """One import more: it joins a statement that imports from the same module, or gets a line where it belongs.

        ``old`` bound the name until now, and may be ``gone``.
        """
        standing = self._standing(new, old)
        if standing is not None:
            node, text = self._joined.get(id(standing), (standing, self._text(standing)))
            self._joined[id(standing)] = (node, surgery.with_name(text, str(new.attribute), self.style, new.asname))
            self._marked |= {id(standing)} if new.comment else set()
            return
        place = self._place(new)
        if old is not None:
            there = old.lineno - 1 if gone else last_line(old)
            if self.in_place or not in_order(self.order, self.style):
                place = (there, False)
        self._lines.setdefault(place, []).append(new)

    def keeps(self, node: ast.ImportFrom) -> bool:
        """May a renamed statement stay where it is?"""
        if self.in_place or not in_order(self.head, self.style):
            return True
        return any(one.lineno == node.lineno for one in self.order.imports)

    def _place(self, new: NewImport) -> tuple[int, bool]:
        """Where a line of its own stands; names that share a statement go with the first of them."""
        shared = render.shared_statement(new, self.style)
        for place, imports in self._lines.items():
            if shared is not None and any(render.shared_statement(one, self.style) == shared for one in imports):
                return place
        after, section = place_among(self.order, new, self.style)
        below = below_unsorted(self.source, after)
        return below, section or below != after

    def joins(self, new: NewImport, old: ast.ImportFrom) -> bool:
        """Is there a statement that the import can join?"""
        return self._standing(new, old) is not None

    @property
    def joined(self) -> set[int]:
        """Where the statements begin that others joined."""
        return {self.source.start(node) for node, _ in self._joined.values()}

    def edits(self) -> Iterable[Replacement]:
        for node, text in self._joined.values():
            start, end = self.source.start(node), self.source.end(node)
            indent = self.head.indent
            comment = self.style.kept if id(node) in self._marked else ""
            if comment or ("\n" not in text and len(indent + text) > self.style.line_length):
                names = [(a.name, a.asname) for a in ast.parse(text).body[0].names]  # type: ignore[attr-defined]
                module = "." * node.level + (node.module or "")
                text = "\n".join(render.statement(module, names, indent, self.style, comment)).removeprefix(indent)
            yield Replacement(start, end, text.replace("\r\n", "\n").replace("\n", self.source.newline))
        for (after, section), added in self._lines.items():
            ordered = in_order(self.order, self.style)
            imports = sorted(added, key=lambda new: render.place(new, self.style)) if ordered else added
            lines = render.lines(imports, self.head.indent, self.style)
            if section:
                lines = "\n\n".join(render.sections(imports, self.head.indent, self.style)).split("\n")
            yield insertion(self.source, after, lines, section)

    def _text(self, node: ast.ImportFrom) -> str:
        return self.reduced.get(id(node)) or self.source.text[self.source.start(node) : self.source.end(node)]

    def _standing(self, new: NewImport, old: ast.ImportFrom | None) -> ast.ImportFrom | None:
        """The statement that an import joins."""
        if render.shared_statement(new, self.style) is None or new.comment not in ("", self.style.kept) or new.above:
            return None
        for node in self.head.imports:
            if (
                isinstance(node, ast.ImportFrom)
                and (id(node) not in self.taken or id(node) in self.reduced)
                and "." * node.level + (node.module or "") == new.module
                and not any((a.asname and not self.style.combined) or a.name == "*" for a in node.names)
                and "#" not in self.source.line(node.end_lineno or 0)[node.end_col_offset or 0 :]
                and not (new.comment and node.lineno != node.end_lineno)
                and (old is None or not self.in_place or node.lineno <= self._latest(new, old))
            ):
                return node
        return None

    def _latest(self, new: NewImport, old: ast.ImportFrom) -> int:
        """The last line of ``old``, or of what right below it imports from the same module as ``new``: what that runs
        ran before the name was bound."""
        line = old.lineno - 1
        for node in self.head.imports:
            if node is old or (
                line >= old.lineno
                and isinstance(node, ast.ImportFrom)
                and self.renamed.get(id(node), "." * node.level + (node.module or "")) == new.module
                and all(self._nothing_on(number) for number in range(line + 1, node.lineno))
            ):
                line = last_line(node)
        return line

    def _nothing_on(self, number: int) -> bool:
        line = self.source.line(number).strip()
        return not line or line.startswith("#")


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
    if following.startswith(("def ", "class ", "async def ", "@")):
        text += newline * 2
    elif following.strip():
        imports = following.lstrip().startswith(("import ", "from "))
        # Inside of a block code may stand right below imports.
        if section if imports else not lines[0][:1].isspace():
            text += newline
    return Replacement(at, at, text)
