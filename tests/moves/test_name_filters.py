"""Which names a test on their text certainly leaves out of a list."""

from __future__ import annotations

import ast

import pytest

from codemods.bindings import Module
from codemods.planning.references.name_filters import names_kept
from codemods.project.source import parsed

HEAD = """
import re
import fnmatch
PREFIX = "do_"
KINDS = ("do_", "on_")
CHANGED = ["do_stop"]
DOES = re.compile(r"do_\\w+")
FLAGS = re.compile("DO_", re.I)
LAST = "x"
def change():
    global LAST
    LAST = "do"
"""


def kept(code: str) -> list[str]:
    """Those of four names that the code may keep."""
    module = Module(parsed("m.py", f"{HEAD}{code}\n".encode()))
    (listed,) = (c for c in module.source.nodes.of(ast.Call) if ast.unparse(c) in ("globals()", "vars()", "dir()"))
    found = names_kept(module, listed)
    return [name for name in ("do_stop", "on_stop", "_do", "LIMIT") if found is None or found.may_keep(name)]


EVERY = ["do_stop", "on_stop", "_do", "LIMIT"]


@pytest.mark.parametrize(
    ("test", "names"),
    [
        ("n.startswith('do_')", ["do_stop"]),
        ("n.startswith(('do_', 'on_'))", ["do_stop", "on_stop"]),
        ("n.startswith(PREFIX)", ["do_stop"]),
        ("n.startswith(KINDS)", ["do_stop", "on_stop"]),
        ("n.endswith('_stop')", ["do_stop", "on_stop"]),
        ("not n.startswith('_')", ["do_stop", "on_stop", "LIMIT"]),
        ("n[0] != '_'", ["do_stop", "on_stop", "LIMIT"]),
        ("n[:3] == 'do_'", ["do_stop"]),
        ("n[-1] == 'o'", ["_do"]),
        ("'_' in n and n.lower() == n", ["do_stop", "on_stop", "_do"]),
        ("n.isupper()", ["LIMIT"]),
        ("n.isupper() or n == '_do'", ["_do", "LIMIT"]),
        ("n in ('_do', 'LIMIT')", ["_do", "LIMIT"]),
        ("len(n) > 5", ["do_stop", "on_stop"]),
        ("re.match(r'do_', n)", ["do_stop"]),
        ("re.fullmatch(r'(do|on)_[a-z]+', n)", ["do_stop", "on_stop"]),
        ("DOES.match(n)", ["do_stop"]),
        ("fnmatch.fnmatch(n, '*_stop')", ["do_stop", "on_stop"]),
        ("callable(globals)", EVERY),
        ("n.isupper() and callable(n)", ["LIMIT"]),
        ("n.isupper() or callable(n)", EVERY),
        ("n in CHANGED", EVERY),
        ("n.startswith(LAST)", EVERY),
        ("n.startswith(unknown)", EVERY),
        ("FLAGS.match(n)", EVERY),
        ("re.match('do_', n, re.I)", EVERY),
        ("re.match('(o+)+_', n)", EVERY),
        ("re.match('(' * 9999, n)", EVERY),
        (f"re.match('{'(' * 999}{')' * 999}', n)", EVERY),
        ("re.match('[', n)", EVERY),
        ("n[9]", EVERY),
        ("n + 1", EVERY),
        ("n.startswith(1)", EVERY),
        ("(n := n.upper()) and n.isupper()", EVERY),
    ],
)
def test_tests(test: str, names: list[str]) -> None:
    assert kept(f"FOUND = [n for n in globals() if {test}]") == names


@pytest.mark.parametrize(
    "code",
    [
        "FOUND = {n: v for n, v in vars().items() if n.isupper()}",
        "FOUND = sorted(n for n in dir() if n.isupper())",
        "FOUND = list(filter(lambda n: n.isupper(), globals()))",
        "for n in list(globals().keys()):\n    if n.isupper():\n        print(n)",
        "for n, v in list(globals().items()):\n    if not n.isupper():\n        continue\n    print(n)",
        "def found():\n    return [n for n in sorted(globals()) if n.isupper()]",
    ],
)
def test_forms(code: str) -> None:
    assert kept(code) == ["LIMIT"]


@pytest.mark.parametrize(
    "code",
    [
        "FOUND = [n for v, n in vars().items() if n.isupper()]",
        "FOUND = [n for n in vars().items() if n.isupper()]",
        "for n in list(globals()):\n    print(n)\n    if n.isupper():\n        print(n)",
        "for n in list(globals()):\n    if n.isupper():\n        print(n)\n    else:\n        print(1)",
        "for n in list(globals()):\n    if n.isupper():\n        print(n)\n    print(n)",
        "FOUND = list(filter(str.isupper, globals()))",
        "def found(PREFIX):\n    return [n for n in globals() if n.startswith(PREFIX)]",
    ],
)
def test_forms_that_may_keep_every_name(code: str) -> None:
    assert kept(code) == EVERY
