"""Types in comments, ``# type: (List[Line]) -> bool``, which type checkers read."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

_TYPE = re.compile(r"#[ \t]*type:[ \t]*(?!ignore\b)(?P<type>[^#\r\n]+)")
_STARS = re.compile(r"(?<=[(, ])\*{1,2}(?=[\w.\"'])")


def type_comments(text: str) -> Iterator[ast.Name]:
    """The names in comments that are types, each with its place in the file."""
    if not any(found["type"].strip() for found in _TYPE.finditer(text)):
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            found = _TYPE.match(token.string) if token.type == tokenize.COMMENT else None
            if found is not None:
                line, column = token.start
                yield from _names(
                    found["type"], line, len((token.line[:column] + found[0][: found.start("type")]).encode())
                )
    except (tokenize.TokenError, SyntaxError):
        return


def _names(text: str, line: int, column: int) -> Iterator[ast.Name]:
    # `(List[Line], *Any) -> bool` is an expression with as many letters: `(List[Line],  Any) -  bool`.
    text = _STARS.sub(lambda stars: " " * len(stars[0]), text.rstrip()).replace(") ->", ") - ", 1)
    try:
        parsed = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return
    for name in (n for n in ast.walk(parsed) if isinstance(n, ast.Name)):
        name.lineno = name.end_lineno = line
        name.col_offset, name.end_col_offset = name.col_offset + column, (name.end_col_offset or 0) + column
        yield name
