"""What is seen of imports without parsing: never less than the parser sees."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from codemods.project import imports
from codemods.project.import_scan import has_star

FORMS = {
    "import a.b as c, d": [("a.b", ()), ("d", ())],
    "from a import b as c, d": [("a", ("b", "d"))],
    "from . import b": [(".", ("b",))],
    "from .. a import b": [("..a", ("b",))],
    "from .a import (\n    b,  # why )\n    c as d,\n)\n": [(".a", ("b", "c"))],
    "from a \\\n    import b, \\\n    c": [("a", ("b", "c"))],
    "from a import *": [("a", ("*",))],
    "x = 1; import a; from b import c": [("a", ()), ("b", ("c",))],
    "if x: import a": [("a", ())],
    "from a import b\r\nimport c\r\n": [("a", ("b",)), ("c", ())],
    ">>> from a import b": [("a", ("b",))],
    "important = reimport = 1": [],
    "yield_from = importer": [],
}


@pytest.mark.parametrize("text", FORMS)
def test_forms(text: str) -> None:
    assert [(found.module, found.names) for found in imports(text.encode())] == FORMS[text]


def test_imports_in_functions_are_late() -> None:
    text = """
import a
try:
    import b
except ImportError:
    b = None
class C:
    import c
    def m(
        self,
    ):
        if self:
            # a remark
            import d

        import e
async def f():
    import g
if b: import h
"""
    late = {found.module for found in imports(text.encode()) if found.late}
    assert late == {"d", "e", "g"}


def seen_by_the_parser(tree: ast.Module) -> set[tuple[str, tuple[str, ...]]]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.add(("." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)))
        elif isinstance(node, ast.Import):
            found |= {(alias.name, ()) for alias in node.names}
    return found


@pytest.mark.slow
def test_no_import_of_the_standard_library_is_missed() -> None:
    folder = Path(sysconfig.get_path("stdlib"))
    files = sorted([*folder.glob("*.py"), *folder.glob("asyncio/*.py"), *folder.glob("unittest/*.py")])
    assert len(files) > 150
    for path in files:
        raw = path.read_bytes()
        glimpsed = {(found.module, found.names) for found in imports(raw)}
        assert seen_by_the_parser(ast.parse(raw)) <= glimpsed, path


@pytest.mark.parametrize("text", ["from a import *", "from a import*", "from a \\\n import\\\n  \\\r\n*"])
def test_a_star_is_seen(text: str) -> None:
    ast.parse(text)
    assert has_star(text.encode())


@pytest.mark.parametrize("text", ["from a import b", "important = 2 * 3", "import a\nb = [*c]"])
def test_what_is_no_star_is_not(text: str) -> None:
    assert not has_star(text.encode())
