"""Files that a Dockerfile copies one by one: a module that is copied so is without what left it for another file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.files import Files

_COPY = re.compile(r"^[ \t]*(?:COPY|ADD)[ \t]+((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE | re.IGNORECASE)


def copied_without(tree: Files, source: str, destination: str) -> Iterator[tuple[str, int]]:
    """(Dockerfile, line) of each that copies the source, and does not copy the destination."""
    for path in sorted(tree.texts_with([source.rpartition("/")[2]])):
        if not re.search(r"(?:^|/)(?:Docker|Container)file[^/]*$|\.dockerfile$", path, re.IGNORECASE):
            continue
        text = tree.peek(path).decode("utf-8", "replace")
        copies = [(text.count("\n", 0, f.start()) + 1, _sources(f[1])) for f in _COPY.finditer(text)]
        line = next((number for number, files in copies if source in files), None)
        if line is not None and not any(_covers(one, destination) for _, files in copies for one in files):
            yield path, line


def _sources(said: str) -> list[str]:
    """The files and folders that an instruction copies: all its words but options, and the last."""
    words = [word for word in re.split(r"[\s,\\\"\[\]]+", said) if word and not word.startswith("--")]
    return [word.removeprefix("./").strip("/") or "." for word in words[:-1]]


def _covers(copied: str, path: str) -> bool:
    return copied == "." or fnmatchcase(path, copied) or fnmatchcase(path, f"{copied}/*")
