"""The prover's own answer to the same question: it shares nothing with the planner's but the shapes that are tried."""

from __future__ import annotations

import pytest

from codemods.proof.importing.side_effects import Effects, immediate
from codemods.proof.snapshot.resolution import Snapshot
from tests.moves.archive import MemoryTree
from tests.moves.test_effects import LOUD, OTHERS, QUIET, TOOLS


def effects(text: str) -> frozenset[tuple[str, str]]:
    tree = MemoryTree({"tools.py": TOOLS.encode(), "mod.py": text.encode(), **OTHERS})
    return Effects(Snapshot(tree)).of_module("mod.py")


def test_the_tools_are_quiet_themselves() -> None:
    assert not Effects(Snapshot(MemoryTree({"tools.py": TOOLS.encode()}))).of_module("tools.py")


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_quiet(text: str) -> None:
    assert not effects(text)


@pytest.mark.parametrize("text", LOUD.values(), ids=LOUD)
def test_loud(text: str) -> None:
    assert effects(text)


@pytest.mark.parametrize(
    "text",
    [
        "from tools import watched\ndef f(x):\n    return x[1]\nf(watched)",
        "from tools import watched\ndef f(*x):\n    for y in x:\n        y.turn\nf(1, watched)",
        "from tools import watched\nX = [watched][0].turn",
        "from tools import watched\nclass A:\n    own = watched\nX = A.own[1]",
        "from tools import Plugin\nA = type('A', (Plugin,), {})",
        "import types\nfrom tools import Plugin\nA = types.new_class('A', (Plugin,))",
        "class D:\n    def __get__(self, one, kind=None):\n        print(1)\nclass A:\n    d = D()\nX = A.d",
    ],
)
def test_it_follows_values_further_than_names(text: str) -> None:
    assert effects(text)


def test_a_block_for_type_checkers_reads_nothing_at_run_time() -> None:
    snapshot = Snapshot(MemoryTree({"a.py": b"if TYPE_CHECKING:\n    X = Y\nelse:\n    X = Z\n", "b.py": b"X = 1\n"}))
    symbols = snapshot.symbols("a.py")
    assert symbols is not None
    assert [getattr(name, "id", "") for name in immediate(symbols.body[0])] == ["Z"]


def test_it_does_not_hang_on_who_asked_first() -> None:
    chain = "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n\n\n" for n in range(1, 10))
    tree = MemoryTree(
        {
            "reg.py": f"LOG = []\n\n\n{chain}def f10(x):\n    LOG.append(x)\n".encode(),
            "a.py": b"from reg import f1, f5\n\nA = f1('A')\nB = f5('B')\n",
            "b.py": b"from reg import f1, f5\n\nB = f5('B')\nA = f1('A')\n",
        }
    )
    for order in (("a.py", "b.py"), ("b.py", "a.py")):
        asked = Effects(Snapshot(tree))
        assert [asked.of_module(path) for path in order] == [frozenset({("reg.py", "LOG")})] * 2


def test_tables_that_share_their_parts_on_many_levels_are_opened_once() -> None:
    levels = "".join(f"    a{n}, b{n} = [a{n - 1}, b{n - 1}], (b{n - 1}, a{n - 1}, f)\n" for n in range(1, 60))
    text = (
        "LOG = []\n\n\ndef f(x):\n    LOG.append(x)\n\n\ndef again(a, b):\n    again([a], [b])\n    f(a)\n\n\n"
        f"def built():\n    a0, b0 = [LOG], [f]\n{levels}    again(a59, b59)\n    again(a59, [b59, a59])\n\n\nbuilt()\n"
    )
    tree = MemoryTree({"reg.py": text.encode(), "mod.py": b"from reg import built\n\nbuilt()\n"})
    assert Effects(Snapshot(tree)).of_module("mod.py") == frozenset({("reg.py", "LOG")})
