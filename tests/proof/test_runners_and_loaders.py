"""Who executes a file by its path, runs the examples of one module, or is given fixtures, after a move by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

PLURAL = 'def plural(word):\n    """\n    >>> plural("a")\n    \'as\'\n    """\n    return word + "s"\n'
REST = "def upper(word):\n    return word.upper()\n"
BEFORE = {"shop/__init__.py": "", "shop/words.py": f"{PLURAL}\n\n{REST}"}
AFTER = {"shop/words.py": f"from .plural import plural as plural\n\n\n{REST}", "shop/plural.py": PLURAL}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import runpy\n\nrunpy.run_path('shop/words.py')\n", True),
        ("import runpy\n\nrunpy.run_path(HERE / 'shop' / 'words.py')\n", True),
        ("import runpy\n\nrunpy.run_path('old/words.py')\n", False),
        ("import runpy\n\nFOLDER = ROOT / 'shop'\nrunpy.run_path(FOLDER / f'{NAME}.py')\n", True),
        ("import runpy\n\nFOLDER = ROOT / 'workshop'\nrunpy.run_path(FOLDER / f'{NAME}.py')\n", False),
        ("print('shop/words.py')\n", False),
    ],
)
def test_a_file_that_is_executed_by_its_path(code: str, found: bool) -> None:
    before = BEFORE | {"tools/check.py": code}
    lines = failures(proven(before, before | AFTER))
    assert any(line.startswith("loaded files: ") for line in lines) is found
    absolute = AFTER | {"shop/words.py": AFTER["shop/words.py"].replace("from .", "from shop.")}
    assert failures(proven(before, before | absolute)) == []


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("doctest.DocTestSuite(words)", True),
        ("doctest.testmod(words)", True),
        ("doctest.DocTestSuite('shop.words')", True),
        ("doctest.testmod(words) or doctest.testmod(plural)", False),
        ("doctest.testmod(others)", False),
    ],
)
def test_examples_that_nobody_runs_any_more(call: str, found: bool) -> None:
    check = f"import doctest\n\nfrom shop import words\n\nRESULT = {call}\n"
    before = BEFORE | {"tests/examples.py": check}
    lines = [line for line in failures(proven(before, before | AFTER)) if "examples of shop/words.py" in line]
    assert bool(lines) is found


@pytest.mark.parametrize(("left", "found"), [("", True), ('    """\n    >>> upper("a")\n    \'A\'\n    """\n', False)])
def test_examples_of_several_modules_where_one_has_none_any_more(left: str, found: bool) -> None:
    rest = REST.replace(":\n", f":\n{left}", 1)
    check = "import doctest\n\nfrom shop import words\n\n\ndef each(them=[words]):\n"
    check += "    return [doctest.testmod(one) for one in them]\n"
    before = BEFORE | {"tests/examples.py": check, "shop/words.py": f"{PLURAL}\n\n{rest}"}
    after = AFTER | {"shop/words.py": f"from .plural import plural as plural\n\n\n{rest}"}
    lines = [line for line in failures(proven(before, before | after)) if "finds none in shop/words.py" in line]
    assert bool(lines) is found


FIXTURE = "@pytest.fixture(autouse=True)\ndef clean():\n    yield\n"
HEAD = "import pytest\n\n\n"
LAZY = """from typing import TYPE_CHECKING

SEEN = []

if TYPE_CHECKING:
    from .support import clean as clean
else:

    def __getattr__(name):
        if name == "clean":
            import importlib

            return getattr(importlib.import_module(".support", __package__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
"""


@pytest.mark.parametrize(
    ("path", "plugins", "found"),
    [
        ("tests/conftest.py", "", True),
        ("tests/data.py", "pytest_plugins = ['tests.data']\n", True),
        ("tests/data.py", "", True),
        ("tests/data.py", "from tests.data import clean\n", False),
    ],
)
def test_a_fixture_that_is_only_found_when_asked_for(path: str, plugins: str, found: bool) -> None:
    before = {"tests/__init__.py": "", path: f"import pytest\n\nSEEN = []\n\n\n{FIXTURE}"}
    before |= {"conftest.py": plugins} if plugins else {}
    after = before | {path: LAZY, "tests/support.py": HEAD + FIXTURE}
    assert any("pytest does not find clean" in line for line in failures(proven(before, after))) is found


def test_the_content_of_a_table_is_changed_where_it_is() -> None:
    code = "RATES = {}\n\n\ndef order():\n    return RATES\n"
    price = "def price(net):\n    return net + RATES.get(1, 0)\n"
    test = '@patch.dict("shop.orders.RATES", {1: 2})\ndef test_price(): ...\n'
    before = {"shop/__init__.py": "", "shop/orders.py": f"{code}\n\n{price}", "test_a.py": test}
    moved = {"shop/orders.py": code, "shop/pricing.py": f"from .orders import RATES\n\n\n{price}"}
    assert failures(proven(before, before | moved)) == []
    assert failures(proven(before, before | moved | {"test_a.py": test.replace("dict(", "object(")})) != []


LOOP = "import doctest\n\nfrom shop import lists, words\n\n\ndef load_tests(loader, tests, ignore):\n"
LOOP += "    for module in ({}):\n        {}\n    return tests\n"
ADDS = "tests.addTest(doctest.DocTestSuite(module))"


@pytest.mark.parametrize(
    ("modules", "does", "held"),
    [
        ("lists, words, 'shop.plural'", ADDS, True),
        ("lists, words, 'shop.lists'", ADDS, False),
        ("lists, 'shop.plural'", ADDS, False),
        ("lists, words, 'shop.plural'", f"print(module), {ADDS}", False),
    ],
)
def test_a_loop_over_suites_has_a_new_module_more(modules: str, does: str, held: bool) -> None:
    before = BEFORE | {"shop/lists.py": "", "tests/examples.py": LOOP.format("lists, words", does)}
    after = before | AFTER | {"tests/examples.py": LOOP.format(modules, does)}
    assert (not any("load_tests" in line for line in failures(proven(before, after)))) is held
