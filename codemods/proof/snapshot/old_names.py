"""What modules that are at another path now were called: a text of the new tree as it would have said it before."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class OldNames:
    """``dotted`` names and ``paths`` of modules that moved as a whole: the new one, and the one of before."""

    dotted: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.dotted)

    def said_before(self, text: str, path: str = "") -> str:
        """A text of the file at ``path``, from whose folder paths may be written, in the words of before."""
        if not self.dotted:
            return text
        if any(name in text for name in self.dotted):
            text = self._names.sub(lambda hit: self.dotted[hit[0]], text)
        folder = posixpath.dirname(path)
        if "/" in text:
            text = _PATH.sub(lambda hit: self._path(hit[0], folder), text)
        return text

    def relative_before(self, text: str, absolute: str) -> str:
        """A string that names a module relatively, ``".pricing"``, which means ``absolute``."""
        name = text.lstrip(".")
        old, base = self.dotted.get(absolute, ""), absolute.removesuffix(name)
        return text.removesuffix(name) + old[len(base) :] if name and old and old.startswith(base) else text

    @cached_property
    def _names(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, sorted(self.dotted, key=len, reverse=True)))
        return re.compile(rf"(?<![\w.])(?:{names})(?!\w)")

    def _path(self, written: str, folder: str) -> str:
        start = "./" if written.startswith("./") else ""
        plain = posixpath.normpath(written)
        if plain in self.paths:
            return start + self.paths[plain]
        below = posixpath.normpath(posixpath.join(folder, written))
        return posixpath.relpath(self.paths[below], folder) if folder and below in self.paths else written


_PATH = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)+[\w-]+\.pyi?(?![\w/-])")
