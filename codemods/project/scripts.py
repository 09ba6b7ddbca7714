"""Which modules of the tree somebody starts by their path: ``python shop/report.py`` in a Makefile, a document, a test.

A module that is started so has the folder that it stands in on ``sys.path``, no package, and the name ``__main__``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
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
    for other in (*sorted(tree.texts_with([stem, "doctest"])), *sorted(tree.code_with([stem]))):
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
# What executes a file that it is given, in no package: ``python shop/report.py``, ``python -m pdb shop/report.py``,
# ``coverage run shop/report.py``; doctest imports it so.
_BY_PYTHON = (
    r"(?<![\w.])(?:python|pypy|py)[\d.]*|\bsys\.executable\}?"
    r"|\{envpython\}|\$[({]?(?:\w+_)?(?:PY|py)(?:THON|thon)?\d?[)}]?"
)
_WITH_M = (
    *("doctest", "pdb", "ipdb", "pudb", "debugpy", "trace", "cProfile", "profile", "pyinstrument", "viztracer"),
    *("kernprof", "line_profiler", "memory_profiler", "scalene", "IPython"),
)
_RUNNING = (
    *("coverage run", "memray run", "mprof run", "streamlit run", "chainlit run", "textual run", "uv run"),
    *("accelerate launch", "torchrun", "spark-submit", "ipython", "kernprof", "pyinstrument", "scalene", "viztracer"),
)
_NEXT = r"""["']?[\s,]+["']?"""  # the words of a command, or of a list
_OPTIONS = rf"(?:{_NEXT}-(?!m\b)[\w=./:-]+(?:{_NEXT}(?![\w./-]*\.py\b)\w[\w./:-]*)??)*?"
_RUNNERS = "|".join(
    (
        _BY_PYTHON,
        rf"(?<![\w-])-m{_NEXT}(?:{'|'.join(_WITH_M)})",
        rf"(?<![\w./-])(?:{'|'.join(words.replace(' ', _NEXT) for words in _RUNNING)})",
    )
)
_SEEN = (".py", "$", "python", "executable", "doctest", "coverage")  # no such line without one of them
_FILE = re.compile(r"[\w./*-]+\.py\b")
# ``cd shop && python report.py``; ``./report.py``.
_COMMAND = re.compile(
    rf"""(?:\bcd\s+(?P<cd>[\w./-]+)\s*(?:&&|;)\s*)?
        (?:{_RUNNERS}){_OPTIONS}{_NEXT}
        (?:(?:\./)?(?P<path>[\w./*-]+\.py)\b|\$[({{]?(?P<variable>\w+)|\*?(?P<name>[A-Za-z_]\w*)(?=[,)\]]))
      | (?:^|[\s"'`;&])\./(?P<direct>[\w./-]+\.py)\b
      | \bsys\.executable[^\n\]]{{0,160}}?["'/](?P<base>[\w-]+\.py)["']""",
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
    stem = word.rpartition("/")[2].removesuffix(".py")
    if stem not in text and word.rstrip("/").rpartition("/")[2] not in text and "*.py" not in text:
        return []
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for command in _COMMAND.finditer(line) if any(word in line for word in _SEEN) else ():
            found += [Started(path, other, number) for path in _paths(tree, other, text, command)]
    return found


def _paths(tree: Files, other: str, text: str, command: re.Match[str]) -> list[str]:
    """The files that a command of ``other`` starts."""
    if command["base"]:  # put together from folders: any file of this name may be meant
        return [path for path in tree.paths if f"/{path}".endswith(f"/{command['base']}")]
    variable = command["variable"] or command["name"]
    given = _values(text, variable) if variable else [command["path"] or command["direct"]]
    below = f"{command['cd'].strip('/').removeprefix('./')}/" if command["cd"] else ""
    found = []
    for path in (below + path.removeprefix("./") for path in given):
        if "*" in path:
            found += [p for p in tree.paths if fnmatchcase(p, path) and p.count("/") == path.count("/")]
        elif path not in tree.paths and "/" in other:
            found.append(f"{other.rpartition('/')[0]}/{path}")
        else:
            found.append(path)
    return found


def _values(text: str, variable: str, *, further: bool = True) -> list[str]:
    """The files that a variable of a Makefile or a script, or the name of a loop, stands for."""
    found = []
    for given in re.finditer(rf"\b{variable}\s*(?:[:?+]?=|\bin\b)\s*(?P<value>(?:[^\n\\]|\\\n)*)", text):
        value = given["value"]
        if value[:1] in ("(", "[", "{"):
            value = text[given.start("value") :].partition({"(": ")", "[": "]", "{": "}"}[value[0]])[0]
        found += _FILE.findall(value)
        if further and (name := value.strip(" :")).isidentifier():
            found += _values(text, name, further=False)
    return found
