"""Fixtures of pytest as they are written: their names, and how long one value of them lives."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# Methods that change what they are called on, of containers, files and stores.
CHANGING = frozenset(
    {"append", "appendleft", "extend", "extendleft", "insert", "add", "update", "setdefault", "sort", "reverse"}
    | {"pop", "popleft", "popitem", "remove", "discard", "difference_update", "intersection_update", "rotate"}
    | {"write", "writelines", "write_text", "write_bytes", "mkdir", "touch", "unlink", "set", "save", "put_nowait"}
)


# Hooks that get a test of their module, or of the folder of their conftest.py, and of no other.
HOOKS_OF_TESTS = frozenset(
    {"pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown", "pytest_runtest_protocol"}
    | {"pytest_generate_tests", "pytest_pycollect_makeitem", "pytest_itemcollected"}
)

# What a hook asks a test for that has the path of its module in it.
PATHS_OF_TESTS = frozenset({"nodeid", "fspath", "path", "location", "keywords", "parent", "listchain", "module"})


def conftests_above(path: str) -> list[str]:
    """Where pytest looks for a conftest.py that holds of a test module, from the top."""
    parts = path.split("/")[:-1]
    return ["/".join([*parts[:count], "conftest.py"]) for count in range(len(parts) + 1)]


@dataclass(frozen=True)
class Fixture:
    """A fixture, by the name that tests ask for it. ``scope``: "" where it is not written as a text. ``automatic``:
    tests get it without asking."""

    name: str
    scope: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    automatic: bool = False


def fixtures_in(body: Iterable[ast.stmt]) -> Iterator[Fixture]:
    """The fixtures among these statements."""
    for node in body:
        for decorator in node.decorator_list if isinstance(node, _FUNCTIONS) else ():
            call = decorator if isinstance(decorator, ast.Call) else None
            function = call.func if call else decorator
            if getattr(function, "attr", getattr(function, "id", "")) not in ("fixture", "yield_fixture"):
                continue
            said = {k.arg: k.value for k in call.keywords} if call else {}
            if call and call.args:
                said.setdefault("scope", call.args[0])
            automatic = "autouse" in said and getattr(said["autouse"], "value", True) is not False
            yield Fixture(_text(said.get("name")) or node.name, _scope(said), node, automatic)  # type: ignore[union-attr]


def _scope(said: dict[str | None, ast.expr]) -> str:
    return _text(said["scope"]) if "scope" in said else "function"


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
