"""Trees that are hard to read, each made from its seed alone: damaged modules of the standard library."""

from __future__ import annotations

import ast
import os
import random
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE, DESTINATION = "pkg/source.py", "pkg/place.py"
_LARGEST = 40_000
_DEFINED = re.compile(rb"^(?:async def|def|class) +(\w+)|^(\w+)(?: *:[^=\n]+)? *=", re.MULTILINE)
_WORDS = [
    *(b"def f(", b"class C:", b"\n\n", b"    ", b"\t", b":", b"(", b")", b"[", b"]", b"{", b"}", b"'''", b'"""', b";"),
    *(b"import ", b"from . import *", b"from .source import ", b"global x", b"lambda", b"yield ", b"await ", b"@"),
    *(b"\x0c", b"\r", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"# coding: latin-1\n", b"# coding: utf-16\n"),
    *("é = 1\n".encode(), "ﬁ = 𝔘\n".encode(), "\u2028".encode(), b"# type: ignore", b"# noqa", b"if 1: ", b"\\\n"),
    *(b"__all__ = []\n", b"__all__ += ['x']\n", b"del x\n", b"x: int\n", b"x = y = 1\n", b"(a, *b), c = d\n", b":= 1"),
    *(b"if TYPE_CHECKING:\n", b"try:\n    pass\nexcept* E: pass\n", b"match x:\n    case y: pass\n", b"f'{x!r:>{y}}'"),
]  # fmt: skip


@dataclass(frozen=True)
class Try:
    """One tree, and a command to be run in it."""

    seed: int
    files: dict[str, bytes]
    arguments: tuple[str, ...]


def make(seed: int) -> Try:
    """The try with this number: the same on every machine with the same Python."""
    rng = random.Random(seed)
    source = damaged(rng) if rng.random() < 0.9 else noise(rng)
    # Most damage is seen at once; most tries should come further than that.
    while not _parts(source) and rng.random() < 0.7:
        source = damaged(rng)
    names = _names(source, rng)
    files = {SOURCE: source, "pkg/__init__.py": _facade(names, rng)}
    if rng.random() < 0.4:
        files[DESTINATION] = damaged(rng) if rng.random() < 0.8 else noise(rng)
    for number in range(rng.randrange(4)):
        path = rng.choice(
            [f"pkg/near{number}.py", f"pkg/sub/deep{number}.py", f"far{number}.py", f"tests/test_{number}.py"]
        )
        files[path] = _bystander(names, rng)
    if rng.random() < 0.2:
        files[rng.choice(["pyproject.toml", "README.md", "pkg/source.pyi", "docs/index.rst"])] = _mixed(
            _bystander(names, rng), rng
        )
    return Try(seed, files, ("extract", SOURCE, DESTINATION, *names, *_options(names, rng)))


def damaged(rng: random.Random) -> bytes:
    """A real module after none, one or several damages."""
    data = rng.choice(corpus()).read_bytes()
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        data = rng.choice(DAMAGES)(data, rng)
    return data


def noise(rng: random.Random) -> bytes:
    """Bytes, or words, in no order."""
    if rng.random() < 0.5:
        return rng.randbytes(rng.choice([0, 1, 10, 300, 3000]))
    return b"".join(rng.choice(_WORDS) for _ in range(rng.randrange(200)))


@cache
def corpus() -> tuple[Path, ...]:
    """Modules of the standard library that are not long."""
    folder = Path(os.__file__).parent
    found = (
        *folder.glob("*.py"),
        *(path for name in ("json", "email", "asyncio", "unittest") for path in (folder / name).glob("*.py")),
    )
    return tuple(sorted(path for path in found if 0 < path.stat().st_size < _LARGEST))


# -- damages


def _truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _beheaded(data: bytes, rng: random.Random) -> bytes:
    return data[rng.randrange(len(data) + 1) :]


def _spliced(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice(corpus()).read_bytes()
    return _truncated(data, rng) + _beheaded(other, rng)


def _mixed(data: bytes, rng: random.Random) -> bytes:
    """Bytes put in, taken out, and changed."""
    made = bytearray(data)
    for _ in range(rng.choice([1, 3, 20])):
        at = rng.randrange(len(made) + 1)
        made[at : at + rng.randrange(4)] = rng.randbytes(rng.randrange(4))
    return bytes(made)


def _worded(data: bytes, rng: random.Random) -> bytes:
    """Words of the language put in anywhere."""
    made = bytearray(data)
    for _ in range(rng.choice([1, 2, 5])):
        at = rng.randrange(len(made) + 1)
        made[at:at] = rng.choice(_WORDS)
    return bytes(made)


def _lines(change: Callable[[list[bytes], random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    def damage(data: bytes, rng: random.Random) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        change(lines, rng)
        return b"".join(lines)

    return damage


def _dropped(lines: list[bytes], rng: random.Random) -> None:
    at = rng.randrange(len(lines))
    del lines[at : at + rng.choice([1, 1, 2, 10])]


def _doubled(lines: list[bytes], rng: random.Random) -> None:
    at, size = rng.randrange(len(lines)), rng.choice([1, 2, 10])
    lines[rng.randrange(len(lines)) : 0] = lines[at : at + size]


def _swapped(lines: list[bytes], rng: random.Random) -> None:
    one, two = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def _indented(lines: list[bytes], rng: random.Random) -> None:
    at = rng.randrange(len(lines))
    for number in range(at, min(at + rng.choice([1, 5, 50]), len(lines))):
        lines[number] = rng.choice([b" ", b"\t", b"    "]) + lines[number]


def _ended(data: bytes, rng: random.Random) -> bytes:
    """Other ends of lines, some or all; a mark or a cookie at the beginning; no end at the end."""
    end = rng.choice([b"\r\n", b"\r", b"\x0c\n", b"\n\n", b" \\\n"])
    data = data.replace(b"\n", end, rng.choice([-1, 1, 40]))
    begin = rng.choice(
        [b"", b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n", b"#!/usr/bin/env python\n", b"\x0c", b"\n"]
    )
    return begin + (data.rstrip() if rng.random() < 0.3 else data)


def _statements(data: bytes, rng: random.Random) -> bytes:
    """Top-level statements dropped, doubled, and put elsewhere: it is still Python, with another meaning."""
    parts = _parts(data)
    for _ in range(rng.choice([1, 2, 5])):
        if not parts:
            break
        part = parts[rng.randrange(len(parts))]
        if rng.random() < 0.6:
            parts.remove(part)
        if rng.random() < 0.7:
            parts.insert(rng.randrange(len(parts) + 1), part)
    return b"".join(parts)


def _renamed(data: bytes, rng: random.Random) -> bytes:
    """One name takes the place of another, everywhere: clashes, shadows, cycles."""
    names = sorted(set(re.findall(rb"\b[A-Za-z_]\w{2,}\b", data))) or [b"x"]
    one, two = rng.choice(names), rng.choice([*names, *names, b"print", b"global", b"source", b"pkg", b"self"])
    return re.sub(rb"\b" + one + rb"\b", two, data, count=rng.choice([0, 0, 1, 3]))


def _blocked(data: bytes, rng: random.Random) -> bytes:
    """Top-level statements inside of a block."""
    parts = _parts(data)
    if not parts:
        return data
    at = rng.randrange(len(parts))
    head = rng.choice([b"if x:\n", b"try:\n", b"while 0:\n", b"with x as y:\n", b"for x in y:\n", b"class K:\n"])
    tail = rng.choice([b"finally:\n    pass\n", b"except E as e:\n    pass\n"]) if head == b"try:\n" else b""
    body = b"".join(b"    " + line for line in parts[at].splitlines(keepends=True))
    parts[at] = head + body.rstrip(b"\n") + b"\n" + tail
    return b"".join(parts)


DAMAGES = (
    *(_truncated, _beheaded, _spliced, _mixed, _worded, _ended),
    *map(_lines, (_dropped, _doubled, _swapped, _indented)),
    *(_statements, _statements, _statements, _renamed, _renamed, _blocked),
)  # fmt: skip


def _parts(data: bytes) -> list[bytes]:
    """Top-level statements with what stands above them; nothing where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lines = data.splitlines(keepends=True)
    ends = [*(node.end_lineno or 0 for node in tree.body[:-1]), len(lines)]
    return [b"".join(lines[one:two]) for one, two in zip([0, *ends], ends, strict=False) if one < two]


# -- what is asked


def _names(source: bytes, rng: random.Random) -> list[str]:
    found = [(one or two).decode("ascii", "replace") for one, two in _DEFINED.findall(source)]
    pool = [name for name in found if name.isidentifier()] or ["Nobody"]
    names = [rng.choice(pool) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    return names if rng.random() < 0.97 else [rng.choice(["", "é", "a.b", "a\nb", "class", "x" * 400, "\udcff"])]


def _options(names: list[str], rng: random.Random) -> Iterator[str]:
    if rng.random() < 0.15:
        yield rng.choice(["--plan", "--check", "--diff"])
    for option, chance in (("--json", 0.2), ("--no-reexport", 0.1)):
        if rng.random() < chance:
            yield option
    for option in ("--with", "--keep"):
        if rng.random() < 0.05:
            yield from (option, rng.choice([*names, "os", "T"]))


def _facade(names: list[str], rng: random.Random) -> bytes:
    said = ", ".join(names)
    lines = [
        "",
        f"from .source import {said}\n",
        f"from .source import *\n__all__ = {names!r}\n",
        "from . import source\n",
    ]
    return rng.choice(lines).encode("utf-8", "replace")


def _bystander(names: list[str], rng: random.Random) -> bytes:
    """A module that refers to the names in one way or another, damaged or not."""
    name = rng.choice(names)
    text = rng.choice([
        f"from pkg.source import {', '.join(names)}\n\n\ndef use():\n    return {name}\n",
        f"import pkg.source as s, os\nprint(s.{name}, os)\n",
        f"from pkg import source\n\n\nclass K(source.{name}):\n    x: 'source.{name}'\n",
        f"from unittest import mock\n\n@mock.patch('pkg.source.{name}')\ndef test(m): ...\n",
        f"try:\n    from .source import (\n        {name} as N,  # why\n    )\nexcept ImportError:\n    N = None\n",
        "from pkg.source import *\n", f"def f():\n    from pkg import source as q; q.{name} = 1\n",
        f">>> from pkg.source import {name}\n",
    ]).encode("utf-8", "replace")  # fmt: skip
    if rng.random() < 0.4:
        text += damaged(rng)
    return rng.choice(DAMAGES)(text, rng) if rng.random() < 0.4 else text
