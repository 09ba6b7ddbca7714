"""Every module that a change could affect, imported first in a fresh process, before and after."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from codemods.model import Check, Move
from codemods.trying import ColdImports
from codemods.trying.affected_modules import affected
from tests.trying.conftest import Change, Pair

SHOP = {
    "shop/__init__.py": "",
    "shop/worker.py": "class Status: ...\n\n\nclass Worker: ...\n",
    "shop/wire.py": "from shop import worker\n",
    "shop/far.py": "def late():\n    from .wire import worker\n",
    "shop/alone.py": "",
    "main.py": "import shop.far\n",
}
MOVED: Mapping[str, str | None] = {
    "shop/status.py": "class Status: ...\n",
    "shop/worker.py": "from .status import Status as Status\n\n\nclass Worker: ...\n",
}
MOVE = Move("shop/worker.py", ("Status",), "shop/status.py")


def tried(pair: Pair, **options: float) -> Check:
    return ColdImports(**options)(*pair, (MOVE,))  # type: ignore[arg-type]


def failures(check: Check) -> list[str]:
    return [f"{finding.place}: {finding.message}" for finding in check.failures]


def declared(check: Check) -> list[str]:
    return [f"{finding.place}: {finding.message}" for finding in check.declared]


def test_a_good_move_ends_as_before(change: Change) -> None:
    check = tried(change(SHOP, MOVED))
    assert check.held
    assert check.declared == ()
    assert check.examined == 5


def test_who_is_affected(change: Change) -> None:
    """Importers over any number of hops, in whichever form; a module that nobody touches is left alone."""
    assert affected(change(SHOP, MOVED), MOVED) == {
        "shop/worker.py", "shop/status.py", "shop/wire.py", "shop/far.py", "main.py",
    }  # fmt: skip


def test_a_package_affects_what_is_in_it(change: Change) -> None:
    pair = change({"a/__init__.py": "", "a/b/c.py": "", "d.py": "from a.b import c\n"}, {"a/__init__.py": "X = 1\n"})
    assert affected(pair, ["a/__init__.py"]) == {"a/__init__.py", "a/b/c.py", "d.py"}


def test_a_circle_is_named_where_it_closes(change: Change) -> None:
    """`main` imports it only when a function is called: it is affected, and fares as before."""
    circle = {**MOVED, "shop/status.py": "from .worker import Worker\n\n\nclass Status: ...\n"}
    said = failures(tried(change(SHOP, circle)))
    assert [line.partition(": ImportError: cannot import name")[0] for line in said] == [
        "shop/worker.py:1: shop/status.py is new, and can't be imported",
        "shop/status.py:1: shop/wire.py could be imported, and now can't be",
        "shop/status.py:1: shop/worker.py could be imported, and now can't be",
    ]


def test_what_failed_before_may_fail(change: Change) -> None:
    check = tried(change(SHOP | {"shop/wire.py": "import no_such_thing, shop.worker\n"}, MOVED))
    assert check.held
    assert declared(check) == [
        "shop/wire.py:1: shop/wire.py can't be imported: "
        "ModuleNotFoundError: No module named 'no_such_thing' (was so before)"
    ]


def test_a_module_that_is_made_may_need_what_its_source_needs(change: Change) -> None:
    needing = {path: f"import no_such_thing\n{text}" for path, text in MOVED.items()}
    check = tried(change(SHOP | {"shop/worker.py": f"import no_such_thing\n{SHOP['shop/worker.py']}"}, needing))
    assert check.held
    assert any("shop/status.py" in line and "was so before" in line for line in declared(check))


def test_to_fail_in_another_way_is_a_difference(change: Change) -> None:
    check = tried(change({"a.py": "1 / 0\n"}, {"a.py": "X\n"}))
    assert failures(check) == [
        "a.py:1: importing a.py ended with ZeroDivisionError: division by zero, "
        "and now with NameError: name 'X' is not defined"
    ]


def test_to_fail_no_more_is_told(change: Change) -> None:
    check = tried(change({"a.py": "X\n"}, {"a.py": "X = 1\n"}))
    assert check.held
    assert declared(check) == [
        "a.py:1: a.py can't be imported: NameError: name 'X' is not defined (before; now it can be)"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("import os\nos._exit(3)\n", "the import ended the process (exit code 3)"),
        ("import os\nos.abort()\n", "the import ended the process (exit code -6)"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("x = (\n", "SyntaxError: '(' was never closed"),
        ("raise ValueError(__file__, object())\n", "ValueError: ('a.py', <object object at 0x...>)"),
    ],
)
def test_an_import_may_end_in_any_way(change: Change, text: str, said: str) -> None:
    check = tried(change({"a.py": text}, {"a.py": f"{text}# new\n"}))
    assert check.held, check.failures
    assert declared(check)[0].endswith(f"a.py can't be imported: {said} (was so before)")


def test_an_import_that_does_not_end_is_given_up(change: Change) -> None:
    waits = "import threading\nthreading.Event().wait()\n"
    check = tried(change({"a.py": waits}, {"a.py": f"{waits}# new\n"}), limit=1)
    assert declared(check) == ["a.py: a.py can't be imported: the import did not end (was so before)"]


def test_what_it_leaves_running_is_not_waited_for(change: Change) -> None:
    waits = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"
    assert tried(change({"a.py": waits}, {"a.py": f"{waits}# new\n"})).held


def test_programs_are_not_run(change: Change) -> None:
    loud = {"shop/__main__.py": "from shop import worker\n1 / 0\n", "setup.py": "import shop.worker\n1 / 0\n"}
    check = tried(change(SHOP | loud, MOVED))
    assert check.held
    assert declared(check) == [
        "setup.py: not imported: it is a program",
        "shop/__main__.py: not imported: it is a program",
    ]


def test_a_script_finds_the_modules_beside_it(change: Change) -> None:
    files = {"bin/one.py": "import two\n", "bin/two.py": ""}
    check = tried(change(files, {"bin/two.py": "X = 1\n", "bin/one.py": "from two import X\n"}))
    assert check.held
    assert check.declared == ()


def test_src_is_where_imports_begin(change: Change) -> None:
    files = {f"src/{path}": text for path, text in SHOP.items()} | {"tests/test_shop.py": "import shop.wire\n"}
    check = tried(change(files, {f"src/{path}": text for path, text in MOVED.items()}))
    assert check.held
    assert check.declared == ()
    assert check.examined == 6


def test_another_order_of_what_is_said_is_told(change: Change) -> None:
    check = tried(change({"a.py": "print(1)\nprint(2)\n"}, {"a.py": "print(2)\nprint(1)\n"}))
    assert check.held
    assert declared(check) == ["a.py: what it writes while it is imported is not what it was"]


def test_a_module_of_the_tree_itself_shows_nothing(change: Change) -> None:
    before, _ = change({"a.py": "", "other/hidden.py": ""}, {})
    text = f"import sys\nsys.path.insert(0, {str(before.root / 'other')!r})\nimport hidden\n"
    pair = change({"a.py": text}, {"a.py": f"{text}# new\n"})
    assert failures(tried(pair)) == [
        f"a.py: this shows nothing, since module hidden came from {before.root}/other/hidden.py, "
        "not from the scratch copy"
    ]


def test_one_name_for_two_modules(change: Change) -> None:
    """In a copy of the project inside of it, say: the first on the path is not the one that was meant."""
    files = {"shop.py": "", "vendor/shop/__init__.py": "", "vendor/shop/a.py": ""}
    check = tried(change(files, {"vendor/shop/a.py": "X = 1\n"}))
    assert check.held
    assert check.examined == 1
