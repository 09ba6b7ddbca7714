"""Which modules of the tree somebody starts by their path: ``python shop/report.py`` in a Makefile, a document, a test.

A module that is started so has the folder that it stands in on ``sys.path``, no package, and the name ``__main__``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.files import Files


@dataclass(frozen=True)
class Started:
    """``path`` is started by its path, as ``by`` says at ``line`` (0: by its own first line)."""

    path: str
    by: str
    line: int


def started(tree: Files, path: str) -> Started | None:
    """Who starts this file by its path, if anybody does."""
    found = _by_itself(tree, path)
    stem = path.rpartition("/")[2].removesuffix(".py")
    for other in (*sorted(tree.texts_with([stem])), *sorted(tree.code_with([stem]))):
        if found is None and other != path and not other.endswith(".pyi"):
            found = next((one for one in _starts(tree, other, path) if one.path == path), None)
    return found


def started_as_module(tree: Files, dotted: str) -> Started | None:
    """Who starts a module by its name, ``python -m shop.report``, if anybody does; ``path`` is the name."""
    last, command = dotted.rpartition(".")[2], re.compile(rf"""-m["']?[\s,]+["']?{re.escape(dotted)}(?![\w.])""")
    for other in (*sorted(tree.texts_with([last])), *sorted(tree.code_with([last]))):
        text = tree.peek(other).decode("utf-8", "replace")
        if found := command.search(text):
            return Started(dotted, other, text.count("\n", 0, found.start()) + 1)
    return None


def started_in(tree: Files, folder: str) -> Started | None:
    """A file of this folder that somebody starts by its path, as texts outside of Python code say."""
    last = folder.rpartition("/")[2]
    for other in sorted(tree.texts_with([last])) if last else ():
        for one in _starts(tree, other, f"{folder}/"):
            if one.path.rpartition("/")[0] == folder and one.path in tree.paths:
                return one
    return None


def starts_itself(tree: Files, path: str) -> bool:
    """Does a file say on its first line that it is started?"""
    return _by_itself(tree, path) is not None


def _by_itself(tree: Files, path: str) -> Started | None:
    """A ``#!`` line in a file that does something when it is the main module."""
    try:
        raw = tree.peek(path)
    except OSError:
        return None
    first = raw.partition(b"\n")[0]
    return Started(path, path, 0) if first.startswith(b"#!") and b"python" in first and b"__main__" in raw else None


# ``runpy.run_path`` is none of them: it leaves ``sys.path`` as it is.
# ``python -u shop/report.py``, ``[sys.executable, "shop/report.py"]``; then ``cd shop && python report.py``.
_COMMAND = re.compile(
    r"""(?:\bcd\s+(?P<cd>[\w./-]+)\s*(?:&&|;)\s*)?
        (?:(?<![\w.])(?:python|pypy|py)[\d.]*(?:\s+-(?!m\b)\w+)*|\bsys\.executable)["']?[\s,]+["']?(?:\./)?(?P<path>[\w./-]+\.py)\b
      | (?:^|[\s"'`;&])\./(?P<direct>[\w./-]+\.py)\b
      | \bsys\.executable[^\n\]]{0,160}?["'/](?P<base>[\w-]+\.py)["']""",
    re.VERBOSE,
)


def _starts(tree: Files, other: str, word: str) -> list[Started]:
    try:
        raw = tree.peek(other)
    except OSError:
        return []
    if b".py" not in raw:
        return []
    text = raw.decode("utf-8", "replace")
    if word.rpartition("/")[2].removesuffix(".py") not in text and word.rstrip("/").rpartition("/")[2] not in text:
        return []
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for command in _COMMAND.finditer(line) if ".py" in line else ():
            if command["base"]:  # put together from folders: any file of this name may be meant
                found += [Started(p, other, number) for p in tree.paths if f"/{p}".endswith(f"/{command['base']}")]
                continue
            path = command["path"] or command["direct"]
            if command["cd"]:
                path = f"{command['cd'].strip('/').removeprefix('./')}/{path}"
            if path not in tree.paths and "/" in other:
                path = f"{other.rpartition('/')[0]}/{path}"
            found.append(Started(path, other, number))
    return found
