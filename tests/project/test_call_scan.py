"""What is seen of calls without parsing: never less than the parser sees."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from codemods.project.call_scan import calling, computing, reading

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
CALLS = ["f()", "f (1)", "(f)(1)", "(m.f) (1)", "m.f()", "m. f()", "f().f"]
CALLS += ["(f # why\n)(1)", "f\\\n(1)", "(f\n\n\t(1))"]
OTHERS = ["f", "f = 1", "f[0]", "g(f)", "f.g()", "'f'", "off.g()", "from m import f, g"]


@pytest.mark.parametrize("text", CALLS)
def test_a_call_is_seen(text: str) -> None:
    ast.parse(text)
    assert calling("f")(text.encode())


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_none_is_not(text: str) -> None:
    assert not calling("f")(text.encode())


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("a*.py")), ids=lambda path: path.name)
def test_the_parser_sees_no_more(path: Path) -> None:
    raw = path.read_bytes()
    called = (n.func for n in ast.walk(ast.parse(raw)) if isinstance(n, ast.Call))
    names = {getattr(f, "id", getattr(f, "attr", "")) for f in called} - {""}
    assert [name for name in sorted(names) if not calling(name)(raw)] == []


READ = ["m.f", "m.f.g", "x = (m\n    .f)", "m. f", "m.\\\n  f", "if m.f: pass", "import m; m.f", "(yield\n from m.f)"]
NOT_READ = ["f", "f = 1", "from m.f import g", "    from m.f import g", "import m.f", "import m.f as g", "m.fg", "m.f2"]


@pytest.mark.parametrize("text", READ)
def test_an_attribute_is_seen(text: str) -> None:
    assert reading({"f", "h"})(text.encode())


@pytest.mark.parametrize("text", NOT_READ)
def test_what_an_import_names_is_none(text: str) -> None:
    assert not reading({"f", "h"})(text.encode())


@pytest.mark.parametrize("path", sorted(LIBRARY.glob("a*.py")), ids=lambda path: path.name)
def test_the_parser_sees_no_more_attributes(path: Path) -> None:
    raw = path.read_bytes()
    names = {n.attr for n in ast.walk(ast.parse(raw)) if isinstance(n, ast.Attribute)}
    assert [name for name in sorted(names) if not reading({name})(raw)] == []


COMPUTED = [
    "f(x)",
    "f('a' + x)",
    "f('a' 'b')",
    "f(f'{x}')",
    "f(\n  x, 'a')",
    "m.f('a\\x2e')",
    "(f)(g('a'))",
    "f('a'); f(x)",
]
COMPUTED += ["f('''a''')", "f('a'.upper())", "(f # why\n)('a')", "f(*x)", "f()", "f(name='a')", "f('a' % x)"]
PLAIN = ["f('a.b')", 'm.f("a.b", x)', "f( 'a' )", "f(\n    'a',\n)", "g(x)", "f", "from m import f", "f(r'a')"]


@pytest.mark.parametrize("text", COMPUTED)
def test_a_first_argument_that_is_computed_is_seen(text: str) -> None:
    ast.parse(text)
    assert computing(["f", "h"])(text.encode())


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_text_is_not(text: str) -> None:
    ast.parse(text)
    assert not computing(["f", "h"])(text.encode())
