"""Which files may call a function of a name, or read an attribute, read from their bytes: most that have the word do
not.

A file can be ruled out, never in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.files import Files


_DEFINED = re.compile(rb"\b(?:def (\w+)\(|class (\w+)[(:])")


def defined(tree: Files) -> frozenset[str]:
    """The names of all functions, methods and classes of a tree, in one reading of it."""
    found: set[bytes] = set()
    for path in tree.paths:
        if path.endswith(".py"):
            try:
                found.update(name for pair in _DEFINED.findall(tree.peek(path)) for name in pair)
            except OSError:
                continue
    return frozenset(name.decode(errors="replace") for name in found)


def callers(tree: Files, name: str) -> list[str]:
    """The Python files that may call a function of this name."""
    may = calling(name)
    return sorted(path for path in tree.code_with([name]) if path.endswith(".py") and may(tree.peek(path)))


def reading(names: Collection[str]) -> Callable[[bytes], bool]:
    """May these bytes hold ``….name`` for one of the names, beside what import statements name?"""
    some = "|".join(map(re.escape, sorted(names)))
    imports = r"[ \t]*(?:from\b[^;\n]*\bimport|import)\b[^;\n]*$"
    pattern = re.compile(rf"^(?!{imports}).*\.[\s\\]*(?:{some})(?![A-Za-z0-9_])".encode(), re.MULTILINE)
    return lambda raw: pattern.search(raw) is not None


def calling(*names: str) -> Callable[[bytes], bool]:
    """May these bytes hold a call of a name, or of ``….name``? Brackets and comments may stand between both."""
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(names)))})[\s\\)]*[(#]".encode())
    return lambda raw: pattern.search(raw) is not None


def computing(names: Collection[str]) -> Callable[[bytes], bool]:
    """May these bytes hold a call of one of the names whose first argument is not just a text without escapes?"""
    called = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(names)))})[\s\\)]*[(#]".encode())
    text = re.compile(rb"""\s*[bru]?(?:"[^"\\\n]*"|'[^'\\\n]*')\s*[,)]""", re.IGNORECASE)
    return lambda raw: any(text.match(raw, found.end()) is None for found in called.finditer(raw))
