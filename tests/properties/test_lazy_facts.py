"""What is found of a module only when it is asked for says what reading all of it says."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from codemods.bindings import Module, Moment
from codemods.project import Source

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
TWICE = "import a\n\n\n@a.b(c := 1)\n@a\ndef f(x=a): return a; \nd = a; e = lambda: (a, c); del d\nif a:\n    a = 2\n"
FILES = {"decorators": TWICE} | {path.name: path.read_text() for path in sorted(LIBRARY.glob("[c-d]*.py"))}


@pytest.fixture(params=FILES)
def module(request: pytest.FixtureRequest) -> Module:
    return Module(Source("m.py", FILES[request.param].encode()))


def test_a_name_of_the_module_is_found_by_its_statement(module: Module) -> None:
    every = {id(reference.node) for statement in module.statements for reference in statement.references}
    names = module.source.nodes.of(ast.Name)
    assert [node for node in names if module.is_global(node) != (id(node) in every)] == []


def test_only_what_is_declared_global_is_rebound(module: Module) -> None:
    found = {
        reference.name
        for statement in module.statements
        for reference in statement.references
        if reference.writes and reference.moment is Moment.CALL and isinstance(reference.node, ast.Name)
    }
    assert module.rebound.keys() == found
