"""One Python file: its bytes, text, syntax tree, and positions as the parser counts them."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from functools import cached_property
from weakref import WeakValueDictionary

from codemods.model import Place
from codemods.project.nodes import Nodes
from codemods.project.type_comments import type_comments

_LINE_END = re.compile(r"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
# Larger than any module that a person wrote; ast would take gigabytes for it.
_LIMIT = 20_000_000


class Unreadable(Exception):
    """A file that Python itself cannot read: says where and why."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def decode(path: str, raw: bytes) -> tuple[str, str]:
    """The text of a Python file without its byte order mark, and the encoding that it declares.

    Raises Unreadable. Line ends stay as they are.
    """
    if len(raw) > _LIMIT:
        raise Unreadable(Place(path), f"the file has {len(raw):,} bytes; more than {_LIMIT:,} are not read")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.removeprefix(_BOM).decode("utf-8" if encoding == "utf-8-sig" else encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise Unreadable(Place(path), f"its bytes can't be decoded ({error})") from error
    if "\0" in text:
        raise Unreadable(Place(path, text.count("\n", 0, text.index("\0")) + 1), "it holds a null byte")
    return text, encoding


def parsed(path: str, raw: bytes) -> Source:
    """The parsed file, the same object for the same bytes, whichever tree asks; raises Unreadable."""
    source = _PARSED.get((path, raw))
    if source is None:
        source = Source(path, raw)
        _ = source.tree
        _PARSED[path, raw] = source
    return source


class Source:
    """A parsed Python file.

    ``text`` has no byte order mark; offsets are indices into it. Raises Unreadable.
    """

    def __init__(self, path: str, raw: bytes) -> None:
        self.path = path
        self.raw = raw
        self.text, self.encoding = decode(path, raw)

    @cached_property
    def tree(self) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text, type_comments=False)
        except SyntaxError as error:
            raise Unreadable(Place(self.path, error.lineno or 0), f"syntax error: {error.msg}") from error
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unreadable(Place(self.path), f"it can't be parsed ({error or type(error).__name__})") from error

    @cached_property
    def nodes(self) -> Nodes:
        """Everything in ``tree``, by kind."""
        return Nodes(self.tree)

    @cached_property
    def typed_in_comments(self) -> tuple[ast.Name, ...]:
        """The names in comments that are types."""
        return tuple(type_comments(self.text)) if "type:" in self.text else ()

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Where each line begins, lines counted as the parser counts them (a form feed ends none)."""
        return (0, *(match.end() for match in _LINE_END.finditer(self.text)))

    @cached_property
    def newline(self) -> str:
        """The line end that the file uses, by its first line."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    def line(self, number: int) -> str:
        """Line ``number`` (from 1) with its end; empty past the last."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end]

    def offset(self, line: int, column: int) -> int:
        """The index into ``text`` of a position as ``ast`` gives it (columns in UTF-8 bytes)."""
        start = self.line_starts[line - 1]
        piece = self.line(line)
        if piece.isascii():
            return start + column
        return start + len(piece.encode()[:column].decode(errors="ignore"))

    def start(self, node: ast.stmt | ast.expr | ast.alias) -> int:
        """Where a node begins, decorators included."""
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            # The @ stands before the decorator's expression, maybe behind spaces.
            return self.text.rindex("@", 0, self.offset(decorators[0].lineno, decorators[0].col_offset))
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr | ast.alias) -> int:
        """Where a node ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.end_lineno, node.end_col_offset)

    def place(self, node: ast.AST) -> Place:
        return Place(self.path, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))

    def encode(self, text: str) -> bytes:
        """``text`` as bytes of this file: its encoding, with its byte order mark."""
        plain = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        return (_BOM if self.raw.startswith(_BOM) else b"") + text.encode(plain)


# Trees are laid over one another, and most of their files are the same.
_PARSED: WeakValueDictionary[tuple[str, bytes], Source] = WeakValueDictionary()
