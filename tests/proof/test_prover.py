"""Moves that were made by hand, in other ways than codemods makes them: right ones are proven, broken ones are not.

Each starts from the same shop, and says what the hand changed.
"""

from __future__ import annotations

import re

import pytest

from codemods.face import prove
from codemods.model import Move, Proof, Reexport
from tests.moves.archive import MemoryTree

BEFORE = {
    "shop/__init__.py": "",
    "shop/worker.py": '''\
"""Workers."""

import json

LIMIT = 3


def _clean(word):
    return word.strip()


def _short(word):
    return _clean(word)[:LIMIT]


# How a worker is.
class Status:
    def said(self, word):
        return json.dumps(_short(word))


class Worker:
    def run(self):
        return Status().said("busy")
''',
    "shop/main.py": """\
from shop.worker import Status, Worker


def run():
    return Worker().run(), Status().said("x")
""",
    "tests/test_worker.py": """\
from unittest import mock

from shop.main import run


@mock.patch("shop.worker.json")
def test_run(json):
    run()
""",
}

# By hand: no re-export, everything is read through modules, the helpers in another order.
STATUS = '''\
"""How workers are."""

import json


def _short(word):
    from shop import worker

    return _clean(word)[:worker.LIMIT]


def _clean(word):
    return word.strip()


# How a worker is.
class Status:
    def said(self, word):
        return json.dumps(_short(word))
'''
BY_HAND = {
    "shop/status.py": STATUS,
    "shop/worker.py": '''\
"""Workers."""

from shop import status

LIMIT = 3


class Worker:
    def run(self):
        return status.Status().said("busy")
''',
    "shop/main.py": """\
import shop.status
from shop.worker import Worker


def run():
    return Worker().run(), shop.status.Status().said("x")
""",
    "tests/test_worker.py": BEFORE["tests/test_worker.py"].replace("shop.worker.json", "shop.status.json"),
}


def proven(before: dict[str, str], after: dict[str, str], *moves: Move) -> Proof:
    old, new = ({path: text.encode() for path, text in files.items()} for files in (before, after))
    return prove(MemoryTree(old), MemoryTree(new), moves)


def failures(proof: Proof) -> list[str]:
    return [f"{check.name}: {found.place}: {found.message}" for check in proof.checks for found in check.failures]


def found_by_hand(
    stay: dict[str, str], head: str, moved: str, now: str | None = None, accept: tuple[str, ...] = ()
) -> list[str]:
    """What is found where `moved` went from shop/orders.py to shop/models.py, by hand; ``now``: as it stands there."""
    stay = stay | {"shop/__init__.py": ""}
    before = stay | {"shop/orders.py": f"{head}{moved}\n\ndef other(): ...\n"}
    after = stay | {
        "shop/orders.py": f"{head}from .models import moved as moved\n\n\ndef other(): ...\n",
        "shop/models.py": f"{head}{moved if now is None else now}",
    }
    return failures(proven(before, after, Move("shop/orders.py", ("moved",), "shop/models.py", accept=accept)))


def test_a_move_by_hand_is_proven_and_found() -> None:
    proof = proven(BEFORE, BEFORE | BY_HAND)
    assert failures(proof) == []
    names = ("Status", "_clean", "_short")
    assert proof.moves == (Move("shop/worker.py", names, "shop/status.py", reexport=Reexport.NONE),)
    declared = [found.message for check in proof.checks for found in check.declared]
    assert "Status can be imported from shop.status only" in declared


def test_it_lacks_the_old_path_if_that_was_asked_for() -> None:
    asked = Move("shop/worker.py", ("Status",), "shop/status.py")
    assert "namespaces: shop/worker.py: Status can't be found here any more" in failures(
        proven(BEFORE, BEFORE | BY_HAND, asked)
    )


def test_what_was_to_move_did_not() -> None:
    asked = Move("shop/worker.py", ("Worker",), "shop/status.py", reexport=Reexport.NONE)
    assert failures(proven(BEFORE, BEFORE | BY_HAND, asked)) == [
        "conservation: shop/worker.py: Worker was to move to shop/status.py, and is still defined here"
    ]


def test_nothing_moved() -> None:
    proof = proven(BEFORE, BEFORE)
    assert proof.held
    assert proof.moves == ()


def test_two_moves_at_once() -> None:
    after = {
        **BEFORE,
        **BY_HAND,
        "shop/status.py": STATUS.replace("from shop import worker", "from shop.limits import LIMIT").replace(
            "worker.LIMIT", "LIMIT"
        ),
        "shop/limits.py": "LIMIT = 3\n",
        "shop/worker.py": BY_HAND["shop/worker.py"].replace("LIMIT = 3\n\n\n", ""),
    }
    proof = proven(BEFORE, after)
    assert failures(proof) == []
    assert [(move.names, move.destination) for move in proof.moves] == [
        (("LIMIT",), "shop/limits.py"),
        (("Status", "_clean", "_short"), "shop/status.py"),
    ]


# (what the hand did wrong: file, text, other text; what the prover says).
WRONG = {
    "an importer forgotten": (
        ("shop/main.py", BY_HAND["shop/main.py"], BEFORE["shop/main.py"]),
        "bindings: shop/main.py:1: Status can't be imported from shop.worker",
    ),
    "a patch that nobody hears": (
        ("tests/test_worker.py", "shop.status.json", "shop.worker.json"),
        "bindings: tests/test_worker.py:6: test_run writes 'shop.worker.json': it was json, and is bound nowhere",
    ),
    "an import in vain": (
        ("shop/worker.py", "from shop import status\n", "import json  # noqa: F401\n\nfrom shop import status\n"),
        None,
    ),
    "a helper that is not there": (
        ("shop/status.py", "def _clean(word):\n    return word.strip()\n\n\n", ""),
        "bindings: shop/status.py:9: _short reads _clean: it was shop/worker.py:_clean, and is bound nowhere",
    ),
    "an import inside of a function forgotten": (
        ("shop/status.py", "    from shop import worker\n\n", ""),
        "bindings: shop/status.py:7: _short reads worker, which is bound nowhere",
    ),
    "a value that was copied": (
        (
            "shop/status.py",
            "    from shop import worker\n\n    return _clean(word)[:worker.LIMIT]",
            "    return _clean(word)[:3]",
        ),
        "conservation: shop/status.py:6: _short: it is edited",
    ),
    "a comment lost": (
        ("shop/status.py", "# How a worker is.\n", ""),
        "conservation: shop/worker.py:16: the comment '# How a worker is.' is gone",
    ),
    "a submodule that only others import": (
        ("shop/main.py", "import shop.status\n", "import shop.main\n"),
        None,
    ),
}


REBINDING = {
    "an import gave its module the value": (
        "from shop.count import LIMIT\n",
        "    global LIMIT\n    LIMIT = value\n",
        False,
    ),
    "off the module": ("from shop import count\n", "    count.LIMIT = value\n", True),
    "off a module that imports it": ("from shop import other\n", "    other.LIMIT = value\n", False),
    "a local variable": ("from shop import count\n", "    LIMIT = value\n", False),
    "off a module of that name": ("import count\n", "    count.LIMIT = value\n", False),
}


@pytest.mark.parametrize("how", REBINDING)
def test_a_function_goes_on_rebinding_the_global_that_others_read(how: str) -> None:
    """``global`` binds in the module of the function; so does an attribute that is set, of that module alone."""
    imported, body, right = REBINDING[how]
    count = "LIMIT = 1\n\n\ndef within(n):\n    return n <= LIMIT\n"
    set_limit = "def set_limit(value):\n    global LIMIT\n    LIMIT = value\n"
    others = {
        "shop/__init__.py": "",
        "shop/other.py": "from shop.count import LIMIT as LIMIT\n",
        "count.py": "LIMIT = 1\n",
    }
    before = {**others, "shop/count.py": f"{count}\n\n{set_limit}"}
    after = {
        **others,
        "shop/count.py": count,
        "shop/state.py": f"{imported}\n\ndef set_limit(value):\n{body}",
    }
    old, new = (MemoryTree({p: t.encode() for p, t in files.items()}) for files in (before, after))
    found = [f for check in prove(old, new).checks for f in check.failures]
    against = [f for f in found if "set_limit" in f.message and f.code != "reexport"]
    assert bool(against) is not right, found


@pytest.mark.parametrize("what", WRONG)
def test_what_a_hand_did_wrong(what: str) -> None:
    (path, text, other), says = WRONG[what]
    assert text in BY_HAND[path]
    found = failures(proven(BEFORE, BEFORE | BY_HAND | {path: BY_HAND[path].replace(text, other)}))
    if says is None:  # What is imported in vain harms nobody; and shop.worker imports shop.status, so it is there.
        assert found == []
    else:
        assert says in found


def test_a_stale_value() -> None:
    before = {
        "a.py": "COUNT = 0\n\n\ndef tick():\n    global COUNT\n    COUNT += 1\n\n\ndef count():\n    return COUNT\n",
        "main.py": "import a\n\n\ndef run():\n    a.tick()\n    return a.COUNT\n",
    }
    moved = "COUNT = 0\n\n\ndef tick():\n    global COUNT\n    COUNT += 1\n"
    fresh = {
        "b.py": moved,
        "a.py": "import b\n\n\ndef count():\n    return b.COUNT\n",
        "main.py": "import b\n\n\ndef run():\n    b.tick()\n    return b.COUNT\n",
    }
    assert failures(proven(before, fresh)) == []
    stale = fresh | {"a.py": "from b import COUNT\n\n\ndef count():\n    return COUNT\n"}
    assert any(re.search("no longer reaches count", line) for line in failures(proven(before, stale)))


def test_a_registration_that_does_not_happen_any_more() -> None:
    before = {
        "hooks.py": "HOOKS = []\n",
        "work.py": "from hooks import HOOKS\n\n\nclass Status: ...\n\n\nHOOKS.append('work')\n",
        "main.py": "from hooks import HOOKS\nfrom work import Status\n\n\ndef run():\n    return Status, HOOKS\n",
    }
    after = {
        **before,
        "status.py": "class Status: ...\n",
        "work.py": "from hooks import HOOKS\nfrom status import Status as Status\n\nHOOKS.append('work')\n",
        "main.py": before["main.py"].replace("work import", "status import"),
    }
    assert failures(proven(before, after)) == [
        "load order: main.py: work.py:7 no longer runs when main.py is imported, which changes hooks.py:HOOKS"
    ]


def test_an_entry_point_that_leads_nowhere() -> None:
    before = {
        "pyproject.toml": '[project.scripts]\nshop = "shop.cli:main"\n',
        "shop/__init__.py": "",
        "shop/cli.py": "def main(): ...\n",
    }
    after = {**before, "shop/cli.py": "", "shop/begin.py": "def main(): ...\n"}
    assert failures(proven(before, after)) == [
        "bindings: pyproject.toml:2: shop.cli:main: it was shop/cli.py:main, and is bound nowhere"
    ]
    followed = after | {"pyproject.toml": before["pyproject.toml"].replace("cli", "begin")}
    assert failures(proven(before, followed)) == []


def test_a_failure_of_before_hides_no_other_one() -> None:
    """`made` reads LATER too early in both trees, as far as the text says; that Base is not bound yet is new."""
    above = "def made():\n    return LATER\n\n\nX = made()\nLATER = 1\n"
    before = {"old.py": above + "\n\nclass Base: ...\n\n\nclass Leaf(Base): ...\n\n\nclass Last(Leaf): ...\n"}
    after = {
        "leaf.py": "from old import Base\n\n\nclass Leaf(Base): ...\n",
        "old.py": "from leaf import Leaf\n" + above + "\n\nclass Base: ...\n\n\nclass Last(Leaf): ...\n",
    }
    found = failures(proven(before, after))
    assert any("import order: " in line and "Base" in line for line in found), found


def test_what_a_cached_function_reads_is_read_when_it_is_called() -> None:
    head = "from functools import lru_cache\n\n\n@lru_cache\ndef made():\n    return Base\n\n\n"
    before = {"old.py": head + "class Base: ...\n\n\nX = made()\n\n\nclass Last: ...\n"}
    after = {
        "new.py": "class Last: ...\n",
        "old.py": "from new import Last\n" + head + "X = made()\n\n\nclass Base: ...\n",
    }
    assert any("import order: " in line and "Base" in line for line in failures(proven(before, after)))


def test_a_cycle_that_works_is_declared_and_one_that_does_not_fails() -> None:
    before = {"a.py": "class A: ...\n\n\nclass B:\n    def a(self):\n        return A()\n"}
    works = {
        "a.py": "import b\n\n\nclass A: ...\n",
        "b.py": "import a\n\n\nclass B:\n    def a(self):\n        return a.A()\n",
    }
    proof = proven(before, works)
    assert failures(proof) == []
    assert any("a new import cycle" in found.message for check in proof.checks for found in check.declared)
    fails = {
        "a.py": "from b import B\n\n\nclass A: ...\n",
        "b.py": works["b.py"].replace("import a\n", "from a import A\n").replace("a.A", "A"),
    }
    assert any(line.startswith("import order: ") for line in failures(proven(before, fails)))


def test_what_a_decorator_lists_is_missed_by_star_imports() -> None:
    exported = "@export\ndef f(): ...\n"
    before = {
        "shop/__init__.py": "",
        "shop/export.py": """\
import sys


def export(thing):
    sys.modules[thing.__module__].__all__.append(thing.__name__)
    return thing
""",
        "shop/a.py": f"from shop.export import export\n\n__all__ = []\n\n\n{exported}",
    }
    after = {
        **before,
        "shop/a.py": "from shop.b import f as f\n\n__all__ = []\n",
        "shop/b.py": before["shop/a.py"],
    }
    missed = "a star import of shop.a no longer takes f, which its decorator lists"
    assert failures(proven(before, after)) == [f"namespaces: shop/b.py:7: {missed}"]
    proof = proven(before, after, Move("shop/a.py", ("f",), "shop/b.py", accept=("listed-by-decorator",)))
    assert failures(proof) == []
    assert missed in [found.message for check in proof.checks for found in check.declared]

    stars = {"shop/c.py": "from shop.a import *\n\n\ndef g():\n    return f()\n"}
    assert f"namespaces: shop/c.py: {missed}" in failures(proven(before | stars, after | stars))
    listed = after["shop/a.py"].replace("[]", '["f"]')
    assert failures(proven(before | stars, after | stars | {"shop/a.py": listed})) == []


@pytest.mark.parametrize(
    ("imported", "looked_up", "holds"),
    [
        ("from shop import a", "vars(a)", True),
        ("import shop.a", "vars(shop.a)", True),
        ("from shop import a", "globals()", False),
        ("from shop import c", "vars(c)", False),
        ("from shop.c import a", "vars(a)", False),
    ],
)
def test_names_are_looked_up_in_the_module_of_before(imported: str, looked_up: str, holds: bool) -> None:
    before = {
        "shop/__init__.py": "",
        "shop/a.py": "X = 1\n\n\ndef find(name):\n    return globals()[name]\n",
        "shop/c.py": "X = 2\n\n\nclass a: ...\n",
    }
    after = before | {
        "shop/a.py": "from shop.b import find as find\n\nX = 1\n",
        "shop/b.py": f"def find(name):\n    {imported}\n\n    return {looked_up}[name]\n",
    }
    assert (failures(proven(before, after)) == []) is holds


def test_numbers_are_given_in_the_order_of_before() -> None:
    number = "import itertools\n\n_numbers = itertools.count()\n\n\ndef number():\n    return next(_numbers)\n"
    before = {"n.py": number, "a.py": "from n import number\n\nX = number()\nY = number()\n"}
    moved = {**before, "b.py": "from n import number\n\nY = number()\n"}
    below = moved | {"a.py": "from n import number\n\nX = number()\nfrom b import Y as Y\n"}
    above = moved | {"a.py": "from b import Y as Y\nfrom n import number\n\nX = number()\n"}
    assert any(line.startswith("load order: ") for line in failures(proven(before, above)))
    assert not failures(proven(before, below))


def test_a_test_for_type_checkers_is_read_at_run_time() -> None:
    guarded = "if TYPE_CHECKING:\n    from c import C\n\n\n"
    before = {
        "c.py": "class C: ...\n",
        "a.py": f'from typing import TYPE_CHECKING\n\n{guarded}def f(c: "C"): ...\n\n\ndef g(): ...\n',
    }
    moved = {**before, "a.py": "from b import f as f\n\n\ndef g(): ...\n"}
    whole = moved | {"b.py": before["a.py"].partition("\n\n\ndef g")[0] + "\n"}
    assert failures(proven(before, whole)) == []
    lacking = moved | {"b.py": whole["b.py"].partition("\n\n")[2]}
    assert failures(proven(before, lacking)) == ["bindings: b.py:1: TYPE_CHECKING is bound nowhere"]


@pytest.mark.parametrize("terms", [10, 1_500])
def test_a_long_sum(terms: int) -> None:
    text = "def total(x):\n    return " + " + ".join(["x"] * terms) + "\n"
    before = {"a.py": text + "\n\ndef other(): ...\n"}
    assert failures(proven(before, {"a.py": "def other(): ...\n", "b.py": text})) == []


def test_a_region_that_is_torn() -> None:
    table = "# fmt: off\nONE   = 1\nTWO   = 2\n# fmt: on\n"
    torn = {"a.py": "# fmt: off\nTWO   = 2\n# fmt: on\n", "b.py": "# fmt: off\nONE   = 1\n"}
    assert failures(proven({"a.py": table}, torn)) == [
        "conservation: b.py:1: the comment '# fmt: off' opens or closes nothing any more"
    ]
    assert failures(proven({"a.py": table}, torn | {"b.py": torn["b.py"] + "# fmt: on\n"})) == []
    never_closed = {"a.py": table.replace("# fmt: on\n", "")}
    assert failures(proven(never_closed, torn | {"a.py": "# fmt: off\nTWO   = 2\n# fmt: on\n"})) == []


def test_what_pytest_collects() -> None:
    before = {"test_a.py": "class TestOne:\n    def test_it(self): ...\n\n\nclass TestTwo: ...\n"}
    asked = Move("test_a.py", ("TestOne",), "test_b.py")
    moved = {"test_a.py": "class TestTwo: ...\n", "test_b.py": "class TestOne:\n    def test_it(self): ...\n"}
    assert failures(proven(before, moved, asked)) == []
    twice = moved | {"test_a.py": "from test_b import TestOne as TestOne\n\n\nclass TestTwo: ...\n"}
    proof = proven(before, twice, asked)
    assert failures(proof) == []
    declared = [finding.message for check in proof.checks for finding in check.declared]
    assert "pytest collects TestOne from more modules: 2, before 1" in declared
    nowhere = {"test_a.py": moved["test_a.py"], "b.py": moved["test_b.py"]}
    assert "namespaces: b.py: pytest no longer collects TestOne" in failures(proven(before, nowhere))


_OLD_NAMES = "import sys\n\nif sys.version_info < (3, 12):\n    from old import {}\nelse:\n    from new import {}\n"


@pytest.mark.parametrize(
    ("early", "late", "held"), [("Odd", "Odd", True), ("Even", "Odd", False), ("Even as Odd", "Odd", False)]
)
def test_guarded_imports_lose_a_name_in_all_branches_or_in_none(early: str, late: str, held: bool) -> None:
    before = {"a.py": _OLD_NAMES.format(*["Even, Odd"] * 2) + "\n\ndef f():\n    return Odd\n"}
    after = {
        "a.py": "from b import f\n",
        "b.py": _OLD_NAMES.format(early, late) + "\n\ndef f():\n    return Odd\n",
    }
    assert (not any("guarded imports" in line for line in failures(proven(before, after)))) is held


def test_a_star_hands_a_lost_name_on() -> None:
    before = {
        "a.py": "class One: ...\n\n\nclass Two: ...\n",
        "g.py": "from a import *\n",
        "f.py": "import a\nimport g\n\n\ndef both():\n    return a.Two, g.One\n",
    }
    after = before | {"a.py": "class Two: ...\n", "b.py": "class One: ...\n"}
    assert "bindings: f.py:6: both reads g.One: it was a.py:One, and is bound nowhere" in failures(
        proven(before, after)
    )


_CALLED = "def clean(word):\n    return word.strip()\n\n\n{}\n"
_COMPREHENSIONS = {
    "at the top": "NAMES = [clean(word) for word in ['a ']]",
    "in a class": "class Names:\n    words = ['a ']\n    all = {word: clean(word) for word in words}",
    "in a function": "def names(words):\n    return {clean(word) for word in words}",
    "in another": "def names(words):\n    return [[clean(word) for word in several] for several in words]",
    "in a lambda": "def names(words):\n    return [lambda: clean(word) for word in words]",
}


@pytest.mark.parametrize("place", _COMPREHENSIONS)
def test_names_in_comprehensions(place: str) -> None:
    """Since Python 3.12 the compiler has no scopes for most of them."""
    code = _COMPREHENSIONS[place]
    before = {"a.py": _CALLED.format(code), "twin.py": "def clean(word):\n    return word\n"}
    for found, said in (("a", []), ("twin", ["reads clean: it was a.py:clean, and is twin.py:clean"])):
        late = code.replace("\n    return", f"\n    from {found} import clean\n\n    return")
        moved = f"from {found} import clean\n\n\n{code}\n" if late == code else f"{late}\n"
        after = before | {"a.py": _CALLED.format("").rstrip() + "\n", "b.py": moved}
        told = [line for line in failures(proven(before, after)) if "clean" in line]
        assert [said[0] in line for line in told] == [True] * len(said)


_DEEP = """\
LIMIT = 3


class Builder:
    def __init__(self, cls):
        self.cls = self.built(cls)

    def built(self, cls):
        def fill():
            cls.limit = LIMIT

        fill()
        return cls


def decorate(word):
    def wrap(cls):
        return Builder(cls).cls

    return wrap


{}
class One: ...
"""


@pytest.mark.parametrize(("decorator", "held"), [('@decorate("x")', False), ("# @decorate", True)])
def test_a_late_import_that_runs_early(decorator: str, held: bool) -> None:
    """However deep the function stands in which it is, if it may be called while the modules are imported."""
    before = {"a.py": _DEEP.format(decorator)}
    late = (
        before["a.py"]
        .removeprefix("LIMIT = 3\n\n\n")
        .replace("cls.limit", "from a import LIMIT\n\n            cls.limit")
    )
    after = {"a.py": "from b import Builder, One, decorate\n\nLIMIT = 3\n", "b.py": late}
    found = failures(proven(before, after))
    assert any("imported from b before it is bound there" in line for line in found) is not held


def test_a_late_import_where_a_class_is_only_derived_from() -> None:
    """Nothing of it is made while the modules are imported."""
    code = "class Base:\n    def __init__(self):\n        self.limit = LIMIT\n\n    def __add__(self, other):\n"
    code += "        return LIMIT\n"
    before = {"a.py": f"LIMIT = 3\n\n\n{code}\n\nclass Derived(Base): ...\n"}
    late = code.replace("        self", "        from a import LIMIT\n\n        self")
    late = late.replace("        return", "        from a import LIMIT\n\n        return")
    after = {"a.py": "from b import Base\n\nLIMIT = 3\n\n\nclass Derived(Base): ...\n", "b.py": late}
    assert failures(proven(before, after)) == []
    made = "\n\n\nclass Derived(Base):\n    zero = Base()\n"
    before = {"a.py": before["a.py"].replace("\n\n\nclass Derived(Base): ...\n", made)}
    after |= {"a.py": after["a.py"].replace("\n\n\nclass Derived(Base): ...\n", made)}
    # Whoever imports a first has b complete; b alone makes nothing.
    assert failures(proven(before, after)) == []


def test_fixtures_that_tests_ask_for_by_name() -> None:
    before = {
        "shared.py": "import pytest\n\n\n@pytest.fixture\ndef _shop():\n    return 1\n\n\ndef other(): ...\n",
        "test_a.py": "from shared import _shop, other\n\n\ndef test(_shop):\n    other()\n",
    }
    after = {
        "shared.py": "def other(): ...\n",
        "fixtures.py": before["shared.py"].removesuffix("\n\ndef other(): ...\n"),
        "test_a.py": "from fixtures import _shop\nfrom shared import other\n\n\ndef test(_shop):\n    other()\n",
    }
    assert failures(proven(before, after)) == []
    starred = after | {"test_a.py": after["test_a.py"].replace("import _shop", "import *")}
    assert "namespaces: test_a.py: _shop can't be found here any more" in failures(proven(before, starred))


def test_what_is_deleted_is_there() -> None:
    before = {"a.py": b"import enum\n\n\ndef f():\n    return 1\n\n\ndel enum\n"}
    after = {"a.py": b"from b import f as f\n\ndel enum\n", "b.py": b"def f():\n    return 1\n"}
    proof = prove(MemoryTree(before), MemoryTree(after), (Move("a.py", ("f",), "b.py"),))
    assert [f.message for check in proof.checks for f in check.failures] == ["enum is deleted here, and bound nowhere"]
    unseen = (
        b"from typing import TYPE_CHECKING\n\nfrom b import f as f\n\nif TYPE_CHECKING:\n    import enum\n\ndel enum\n"
    )
    proof = prove(MemoryTree(before), MemoryTree({**after, "a.py": unseen}), (Move("a.py", ("f",), "b.py"),))
    assert "enum is deleted here, and bound nowhere" in [f.message for check in proof.checks for f in check.failures]
    right = {**after, "a.py": b"import enum\n\nfrom b import f as f\n\ndel enum\n"}
    proof = prove(MemoryTree(before), MemoryTree(right), (Move("a.py", ("f",), "b.py"),))
    assert not [f for check in proof.checks for f in check.failures]


@pytest.mark.parametrize(("early", "held"), [("from new import Odd", True), ("pass", False)])
def test_imports_with_a_fallback_lose_a_name_and_no_statement(early: str, held: bool) -> None:
    imports = "try:\n    {}\n    from newer import Even\nexcept ImportError:\n    from old import {}\n"
    names = ("from new import Odd, Other", "Even, Odd, Other")
    before = {"a.py": f"{imports.format(*names)}\n\ndef f():\n    return Odd, Even\n"}
    less = imports.format(early, "Even, Odd").replace("    pass\n", "")
    after = {"a.py": "from b import f\n", "b.py": f"{less}\n\ndef f():\n    return Odd, Even\n"}
    assert (not any("guarded imports" in line for line in failures(proven(before, after)))) is held
