"""Examples (`>>>`) in docstrings and documents that import moved names from the old module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.planning.edits.model import Replacement

_IMPORT = re.compile(r"^(?P<prompt>[ \t]*>>>[ \t]+)from[ \t]+(?P<module>[\w.]+)[ \t]+import\b", re.MULTILINE)
_MORE = re.compile(r"\r?\n[ \t]*\.\.\.(?:[ \t](?P<code>[^\r\n]*))?(?=\r?\n|$)")


@dataclass(frozen=True)
class ExampleImport:
    """``>>> from module import a, b as c``: where it stands in a text, and the names that it asks for."""

    prompt: str
    module: str
    module_at: int
    start: int
    end: int
    aliases: tuple[tuple[str, str | None], ...]
    plain: bool  # one line, with nothing behind it: it can be written anew

    def rewritten(self, moved: frozenset[str], new: str, newline: str) -> Replacement | None:
        """The import as it will stand; None where it asks for no moved name, or can't be divided."""
        going = [a for a in self.aliases if a[0] in moved]
        why = f"an example imports {', '.join(name for name, _ in going)} from {new}"
        if not going:
            return None
        if len(going) == len(self.aliases):
            return Replacement(self.module_at, self.module_at + len(self.module), new, why)
        if not self.plain:
            return None
        staying = [a for a in self.aliases if a not in going]
        lines = [f"from {module} import {_joined(names)}" for module, names in ((self.module, staying), (new, going))]
        return Replacement(self.start, self.end, (newline + self.prompt).join(lines), why)


def example_imports(text: str, start: int = 0, end: int | None = None) -> Iterator[ExampleImport]:
    """The ``from`` imports of the examples between two offsets of a text."""
    end = len(text) if end is None else end
    for found in _IMPORT.finditer(text, start, end):
        first = found.end("prompt")
        stop = _line_end(text, first, end)
        code, lines = text[first:stop], 1
        tree = _parsed(code)
        while tree is None and (more := _MORE.match(text, stop, end)):
            code += "\n" + (more["code"] or "")
            stop, lines = more.end(), lines + 1
            tree = _parsed(code)
        if tree is None or not isinstance(tree.body[0], ast.ImportFrom):
            continue
        node = tree.body[0]
        plain = lines == 1 and len(tree.body) == 1 and node.end_col_offset == len(code.rstrip().encode())
        yield ExampleImport(
            found["prompt"],
            found["module"],
            found.start("module"),
            first,
            stop,
            tuple((alias.name, alias.asname) for alias in node.names),
            plain and "(" not in code,
        )


def _line_end(text: str, at: int, end: int) -> int:
    found = re.compile(r"\r?\n").search(text, at, end)
    return found.start() if found else end


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return None


def _joined(names: list[tuple[str, str | None]]) -> str:
    return ", ".join(name if asname is None else f"{name} as {asname}" for name, asname in names)
