"""What the file beside a module declares for Cython: ``core.pxd`` for ``core.py``, which is compiled with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from codemods.project.files import Files

_DECLARATION = re.compile(r"^(?:cdef|cpdef)\b[^\n#]*", re.MULTILINE)


def declared(tree: Files, path: str, names: Iterable[str]) -> tuple[str, Mapping[str, int]]:
    """The path of that file, and for each of these names that it declares the line."""
    beside = path.removesuffix(".py") + ".pxd"
    if not path.endswith(".py") or beside not in tree.paths:
        return beside, {}
    text = tree.peek(beside).decode("utf-8", "replace")
    found: dict[str, int] = {}
    for line in _DECLARATION.finditer(text):
        words = set(re.findall(r"\w+", line[0].partition("(")[0]))
        found |= {name: text.count("\n", 0, line.start()) + 1 for name in sorted(words & set(names))}
    return beside, found
