"""Which files may call a function of a name, read from their bytes: most that have the word do not.

A file can be ruled out, never in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.files import Files


def callers(tree: Files, name: str) -> list[str]:
    """The Python files that may call a function of this name."""
    may = calling(name)
    return sorted(path for path in tree.code_with([name]) if path.endswith(".py") and may(tree.peek(path)))


def calling(name: str) -> Callable[[bytes], bool]:
    """May these bytes hold a call of ``name`` or ``….name``? Brackets and comments may stand between both."""
    pattern = re.compile(re.escape(name.encode()) + rb"[\s\\)]*[(#]")
    return lambda raw: pattern.search(raw) is not None
