"""Trees drawn by Hypothesis: one module with definitions, and files that import from it in different ways.

They are written as formatters leave them: imports in isort's order, blank lines as PEP 8 has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

SOURCE, NEW = "pkg/source.py", "pkg/new.py"

# What the source may import, in isort's order: a line, what a function says with it, and a decorator.
_IMPORTS = (
    ("import functools", "functools.reduce(max, [1])", "@functools.cache"),
    ("import json", 'json.dumps("x")', ""),
    ("import os.path", 'os.path.join("a", "b")', ""),
    ("from collections import OrderedDict", "OrderedDict()", ""),
    ("from collections import deque", "deque()", ""),
    ("from functools import lru_cache", "lru_cache", "@lru_cache(maxsize=None)"),
)
_LOCAL = (
    ("from .base import Base", "Base()"),
    ("from .base import helper", "helper()"),
)
_KINDS = ("function", "class", "constant", "async", "dataclass")
_STEMS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
_COMMENTS = ("", "", "# What stands below.", "# One line.\n# And one more.")
_REGIONS = (
    ("", ""),
    ("# fmt: off", "# fmt: on"),
    ("# pylint: disable=invalid-name", "# pylint: enable=invalid-name"),
    ("# pylint: disable=invalid-name", ""),
    ("# region things", "# endregion"),
)


@dataclass(frozen=True)
class Drawn:
    """A tree, the names that its source defines in the order of the text, and those asked to move."""

    files: dict[str, bytes]
    names: tuple[str, ...]
    asked: tuple[str, ...]


@st.composite
def trees(draw: st.DrawFn, tail: bool = False) -> Drawn:
    """A tree; with ``tail`` the names asked for are the last that the source defines."""
    count = draw(st.integers(2, 7))
    kinds = [draw(st.sampled_from(_KINDS)) for _ in range(count)]
    private = [draw(st.integers(0, 3)) == 0 for _ in range(count)]
    names = [_name(*parts) for parts in zip(_STEMS, kinds, private, strict=False)]
    used: set[str] = set()
    texts = [draw(_definition(names, kinds, index, used)) for index in range(count)]
    if not tail:
        texts = draw(_marked(texts))
    public = [name for name in names if not name.startswith("_")] or names[-1:]
    if tail:
        asked = names[draw(st.integers(1, count - 1)) :]
    else:
        asked = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    listed = draw(st.booleans())
    files = {
        "pkg/__init__.py": draw(_facade(public)),
        "pkg/base.py": "class Base:\n    pass\n\n\ndef helper():\n    return 1\n",
        SOURCE: _module(draw, used, list(zip(names, kinds, texts, strict=True)), public if listed else []),
    }
    for number in range(draw(st.integers(0, 2))):
        files[f"app{number}.py"] = draw(_importer(public))
    return Drawn({path: text.encode() for path, text in files.items()}, tuple(names), tuple(asked))


@st.composite
def _marked(draw: st.DrawFn, texts: list[str]) -> list[str]:
    """The definitions with a comment that opens a region above one of them, and one that closes it below another."""
    opens, closes = draw(st.sampled_from(_REGIONS))
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(texts) - 1)] * 2)))
    gap = draw(st.sampled_from(("\n", "\n\n\n")))
    texts = list(texts)
    if opens:
        texts[first] = f"{opens}{gap}{texts[first]}"
    if closes:
        texts[last] = f"{texts[last]}{gap}{closes}"
    return texts


def _name(stem: str, kind: str, private: bool) -> str:
    name = stem.upper() if kind == "constant" else stem.title() if kind in ("class", "dataclass") else stem
    return "_" + name if private else name


@st.composite
def _definition(draw: st.DrawFn, names: list[str], kinds: list[str], index: int, used: set[str]) -> str:
    """One definition, which may read what stands above it, and when called what stands below it too."""
    name, kind = names[index], kinds[index]
    imports = draw(st.lists(st.sampled_from(_IMPORTS), max_size=2, unique=True))
    others = draw(st.lists(st.integers(0, len(names) - 1), max_size=2, unique=True))
    local = draw(st.lists(st.sampled_from(_LOCAL), max_size=1))
    lines = [draw(st.sampled_from(_COMMENTS))]
    says = [said for _, said, _ in imports] + [said for _, said in local]
    reads = [names[other] for other in others if other != index]
    body = [f"    return [{', '.join([*says, *reads])}]"] if says or reads else ["    return None"]
    if draw(st.booleans()):
        body.insert(0, f'    """What {name} says."""')
    if kind == "constant":
        above = [names[other] for other in others if other < index]
        lines.append(f"{name} = [{', '.join([*(said for _, said in local), *above])}]")
        used |= {line for line, _ in local}
        return "\n".join(filter(None, lines))
    used |= {line for line, _, _ in imports} | {line for line, _ in local}
    if kind in ("function", "async"):
        decorator = next((word for _, _, word in imports if word), "") if kind == "function" else ""
        lines += [decorator, f"{'async ' if kind == 'async' else ''}def {name}():", *body]
        return "\n".join(filter(None, lines))
    bases = [names[other] for other in others if other < index and kinds[other] == "class"]
    if kind == "dataclass":
        used.add("from dataclasses import dataclass")
        lines += ["@dataclass", f"class {name}:", "    size: int = 0", ""]
    else:
        lines += [f"class {name}({bases[0]}):" if bases else f"class {name}:"]
    tail = draw(st.sampled_from(("", "", "\n    # Nothing more here.")))
    method = "\n".join(["    def method(self):", *("    " + line for line in body)])
    return "\n".join(line for line in lines if line or kind == "dataclass").lstrip("\n") + "\n" + method + tail


def _module(draw: st.DrawFn, used: set[str], parts: list[tuple[str, str, str]], listed: list[str]) -> str:
    plain = sorted(line for line in used if line.startswith("import "))
    froms = _joined(line for line in used if line.startswith("from ") and not line.startswith("from ."))
    local = _joined(line for line in used if line.startswith("from ."))
    head = [draw(st.sampled_from(("", '"""A module."""', "# Licence: none.")))]
    head += ["\n".join([*plain, *froms]), "\n".join(local)]
    if listed:
        head.append(f"__all__ = [{', '.join(repr(name).replace(chr(39), chr(34)) for name in sorted(listed))}]")
    text = "\n\n".join(filter(None, head))
    before = "imports" if text else ""
    for _, kind, part in parts:
        big = kind != "constant"
        text += "" if not before else "\n\n\n" if big or before == "big" else "\n\n"
        text += part
        before = "big" if big else "small"
    return text + "\n"


def _joined(lines: Iterable[str]) -> list[str]:
    """One statement a module, its names in order."""
    found: dict[str, list[str]] = {}
    for line in sorted(lines):
        module, _, name = line.partition(" import ")
        found.setdefault(module, []).append(name)
    return [f"{module} import {', '.join(names)}" for module, names in sorted(found.items())]


@st.composite
def _facade(draw: st.DrawFn, public: list[str]) -> str:
    names = draw(st.lists(st.sampled_from(public), unique=True))
    if not names:
        return draw(st.sampled_from(("", '"""A package."""\n')))
    listed = ", ".join(f'"{name}"' for name in sorted(names, key=_isort))
    return f"from .source import {', '.join(sorted(names, key=_isort))}\n\n__all__ = [{listed}]\n"


@st.composite
def _importer(draw: st.DrawFn, public: list[str]) -> str:
    names = sorted(draw(st.lists(st.sampled_from(public), min_size=1, unique=True)), key=_isort)
    way = draw(st.sampled_from(("from", "as", "dotted", "package", "inside", "star")))
    values = ", ".join(names)
    if way == "from":
        return f"import sys\n\nfrom pkg.source import {', '.join(names)}\n\nprint(sys, {values})\n"
    if way == "as":
        lines = "\n".join(f"from pkg.source import {name} as {name}_here" for name in names)
        return f"{lines}\n\nprint({', '.join(name + '_here' for name in names)})\n"
    if way == "dotted":
        return f"import pkg.source\n\nprint({', '.join('pkg.source.' + name for name in names)})\n"
    if way == "package":
        return f"from pkg import source\n\nprint({', '.join('source.' + name for name in names)})\n"
    if way == "inside":
        return f"def late():\n    from pkg.source import {', '.join(names)}\n\n    return [{values}]\n"
    return f"from pkg.source import *\n\nprint({', '.join(n for n in names if n[0] != '_') or 1})\n"


def _isort(name: str) -> tuple[int, str]:
    """Constants, classes, the rest."""
    word = name.lstrip("_")
    return (0 if word.isupper() else 1 if name[:1].isupper() else 2), name.lower()
