"""Comments at the head of a file that hold of all of it: by which a tool checks it otherwise, ``# mypy:
ignore-errors``, and that speak of its licence.

Those of pylint open a region, which others close, and are followed as such.

Facts: https://mypy.readthedocs.io/en/stable/inline_config.html, https://docs.astral.sh/ruff/linter/#file-level,
https://flake8.pycqa.org/en/stable/user/violations.html, https://microsoft.github.io/pyright/#/comments
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.project.source import Source

_PRAGMA = re.compile(
    r"#\s*(?:mypy|pyright):\s*(?P<settings>\S.*)|#\s*(?:ruff|flake8)[:=]\s*noqa\b:?(?P<codes>.*)"
    r"|#\s*type:\s*ignore\b.*"
)

LICENCE = re.compile(r"copyright|licen[cs]e|spdx|\(c\)", re.IGNORECASE)
_OF_THE_FILE = re.compile(r"#!|#.*coding[:=]|# *-\*-")


def licence(source: Source) -> tuple[str, ...]:
    """The comment at the very top, if it speaks of a licence; without a shebang and modelines of editors."""
    lines: list[str] = []
    while (text := source.line(len(lines) + 1).rstrip()).startswith("#"):
        lines.append(text)
    own = [line for number, line in enumerate(lines) if number > 1 or not _OF_THE_FILE.match(line)]
    said = [line for line in own if not _PRAGMA.fullmatch(line)]
    while said and said[0] == "#":
        del said[0]
    return tuple(said) if any(LICENCE.search(line) for line in said) else ()


def pragmas(source: Source) -> Iterator[tuple[int, str, str | None]]:
    """(line, comment, codes of the rules) of each above the first definition; None where it is not of single rules."""
    if "#" not in source.text:
        return
    definitions = (n for n in source.tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)))
    first = min((n.lineno for n in definitions), default=len(source.line_starts) + 1)
    inside = {line for n in source.tree.body for line in range(n.lineno + 1, (n.end_lineno or n.lineno) + 1)}
    for line in range(1, first):
        text = source.line(line).rstrip()
        found = _PRAGMA.fullmatch(text) if text.startswith("#") and line not in inside else None
        if found is not None and not _is_of_a_part(source, line, text):
            yield line, text, (found["codes"] or "").strip() or None


def _is_of_a_part(source: Source, line: int, text: str) -> bool:
    """`# type: ignore` speaks of the file only before all statements."""
    ignores = text.replace(" ", "").startswith("#type:ignore")
    return ignores and any(node.lineno < line for node in source.tree.body)
