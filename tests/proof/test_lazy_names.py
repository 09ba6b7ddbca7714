"""Old paths that are lazy: the move that codemods makes is proven, and each of these variants of it is rejected."""

from __future__ import annotations

import pytest

from codemods.face import prove, solve
from codemods.model import Move, Proof
from codemods.project import OverlayTree
from tests.moves.archive import MemoryTree

MOVE = Move("shop/replies.py", ("Gone",), "shop/gone.py")
BEFORE = {
    "shop/__init__.py": "",
    "shop/replies.py": '''\
"""Replies."""


class Reply:
    status = 200


class Gone(Reply):
    status = 410


def reply(found):
    return Reply() if found else Gone()
''',
    "shop/views.py": "from shop.replies import Gone, reply\n\n\ndef view():\n    return reply(True), Gone\n",
}

BRANCH = """\
        if name == "Gone":
            import importlib

            return getattr(importlib.import_module(".gone", __package__), name)
"""


def tree(files: dict[str, str]) -> MemoryTree:
    return MemoryTree({path: text.encode() for path, text in files.items()})


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """The tree after the move."""
    changes = solve(MOVE, tree(BEFORE)).changes.after
    after = OverlayTree(tree(BEFORE), changes)
    return {path: after.read(path).decode() for path in after.paths}


def proven(before: dict[str, str], after: dict[str, str]) -> Proof:
    return prove(tree(before), tree(after), [MOVE])


def test_the_move_is_lazy_and_proven(made: dict[str, str]) -> None:
    assert BRANCH in made["shop/replies.py"]
    assert "from .replies import Reply" in made["shop/gone.py"]
    assert proven(BEFORE, made).held


BACK = "    from .gone import Gone as Gone\n"
LATE = "    from .gone import Gone\n\n"
WRONG = {
    "another name": ('name == "Gone"', 'name == "Gonne"'),
    "another module": ('".gone", __package__', '".views", __package__'),
    "an absolute name that is none": ('".gone", __package__', '"gone"'),
    "relative to nothing": ('".gone", __package__', '".gone"'),
    "another attribute": ("__package__), name)", '__package__), "Reply")'),
    "an effect besides": ("            import importlib\n", "            import importlib\n            print(name)\n"),
    "no import for type checkers": (BACK, "    pass\n"),
    "another name for type checkers": (
        "    from .gone import Gone as Gone\n",
        "    from .replies import Reply as Gone\n",
    ),
    "no deferred import": ("    from .gone import Gone\n\n    return", "    return"),
    "a deferred import of something else": (
        "    from .gone import Gone\n\n",
        "    from .replies import Reply as Gone\n\n",
    ),
    "an eager import besides, which makes a cycle": ('"""Replies."""\n', '"""Replies."""\n\nfrom .gone import Gone\n'),
    "a getattr of its own": ("else:\n", "else:\n\n    def getattr(*_):\n        return None\n"),
    "the test for type checkers is bound nowhere": ("from typing import TYPE_CHECKING\n", ""),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_branch_is_rejected(made: dict[str, str], what: str) -> None:
    old, new = WRONG[what]
    assert old in made["shop/replies.py"], made["shop/replies.py"]
    broken = made["shop/replies.py"].replace(old, new, 1)
    assert not proven(BEFORE, made | {"shop/replies.py": broken}).held


# Who does not find a lazy name, and code that looks for it.
MISSED = {
    "globals() in the source": ("shop/replies.py", '\n\ndef find(name):\n    return globals()["Go" + name]\n'),
    "eval in the source": ("shop/replies.py", '\n\ndef find(name):\n    return eval("Go" + name)\n'),
    "dir() in the source": ("shop/replies.py", '\n\nNAMES = [n for n in dir() if n.startswith("G")]\n'),
    "a star import": ("shop/all.py", "from shop.replies import *\n"),
    "vars of the module": ("shop/all.py", "from shop import replies\n\nNAMES = sorted(vars(replies))\n"),
    "the namespace of the module": ("shop/all.py", "from shop import replies\n\nNAMES = list(replies.__dict__)\n"),
    "its members": (
        "shop/all.py",
        "import inspect\n\nfrom shop import replies\n\nNAMES = inspect.getmembers(replies)\n",
    ),
    "a patch of the name that its function reads": (
        "tests/test_replies.py",
        'from unittest import mock\n\nfrom shop.replies import reply\n\n\n@mock.patch("shop.replies.Gone")\n'
        "def test_reply(gone):\n    assert reply(False) is gone()\n",
    ),
}


def _put_in(files: dict[str, str], path: str, text: str) -> dict[str, str]:
    """A definition goes above what the move put at the end of the source."""
    standing = files.get(path, "")
    head, block, rest = standing.partition("\n\nif TYPE_CHECKING:")
    return files | {path: head + text + block + rest if block else standing + text}


@pytest.mark.parametrize("who", MISSED)
def test_who_would_miss_the_name_is_noticed(made: dict[str, str], who: str) -> None:
    before, after = _put_in(BEFORE, *MISSED[who]), _put_in(made, *MISSED[who])
    assert not proven(before, after).held


REGISTERED = {
    "shop/__init__.py": "",
    "shop/commands.py": """\
COMMANDS = []


def command(function):
    COMMANDS.append(function.__name__)
    return function


@command
def first():
    return 1


@command
def second():
    return 2


@command
def third():
    return 3
""",
}
SECOND = Move("shop/commands.py", ("second",), "shop/second.py")


@pytest.fixture(scope="module")
def registered() -> dict[str, str]:
    after = OverlayTree(tree(REGISTERED), solve(SECOND, tree(REGISTERED)).changes.after)
    return {path: after.read(path).decode() for path in after.paths}


def test_a_registered_function_leaves_its_registrar(registered: dict[str, str]) -> None:
    assert "from . import second as _second" in registered["shop/commands.py"]
    assert prove(tree(REGISTERED), tree(registered), [SECOND]).held


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("from . import second as _second", "pass;", 1),
        lambda text: _moved(text, "from . import second as _second", to_the_end=True),
        lambda text: _moved(text, "from . import second as _second", to_the_end=False),
    ],
    ids=["never", "last", "first"],
)
def test_where_it_registers_is_held(registered: dict[str, str], damage) -> None:
    broken = registered | {"shop/commands.py": damage(registered["shop/commands.py"])}
    assert not prove(tree(REGISTERED), tree(broken), [SECOND]).held


def _moved(text: str, beginning: str, to_the_end: bool) -> str:
    lines = text.splitlines(keepends=True)
    (line,) = (one for one in lines if one.startswith(beginning))
    lines.remove(line)
    at = next(n for n, one in enumerate(lines) if one.startswith("if TYPE_CHECKING")) if to_the_end else 0
    return "".join([*lines[:at], line, *lines[at:]])


def two_lazy(lazy: str) -> dict[str, str]:
    """Replies whose lazy names are those in the text, and where they stand."""
    branch = BRANCH.replace('== "Gone"', f"in {lazy}" if lazy.startswith("(") else f"== {lazy}")
    text = f'''\
from typing import TYPE_CHECKING


class Reply:
    status = 200


if TYPE_CHECKING:
    from .gone import Gone as Gone
    from .gone import Lost as Lost
else:

    def __getattr__(name):
        """Names that moved."""
{branch}        raise AttributeError(name)
'''
    gone = "from .replies import Reply\n\n\nclass Gone(Reply):\n    pass\n\n\nclass Lost(Reply):\n    pass\n"
    return {"shop/__init__.py": "", "shop/replies.py": text, "shop/gone.py": gone}


def test_a_lazy_name_that_is_defined_again_leaves_the_others() -> None:
    before, move = tree(two_lazy('("Gone", "Lost")')), Move("shop/gone.py", ("Gone",), "shop/replies.py")
    after = OverlayTree(before, solve(move, before).changes.after)
    text = after.read("shop/replies.py").decode()
    assert '== "Lost"' in text
    assert prove(before, after, [move]).held
    for found in ('== "Lots"', '== "Gone"', 'in ("Lost", "Reply")'):
        other = OverlayTree(before, {p: after.read(p) for p in after.paths})
        other = OverlayTree(other, {"shop/replies.py": text.replace('== "Lost"', found).encode()})
        assert not prove(before, other, [move]).held


def test_a_lazy_name_that_is_defined_nowhere_is_missed() -> None:
    before = tree(two_lazy('("Gone", "Lost")'))
    assert not prove(before, tree(two_lazy('"Lost"')), []).held


def test_a_module_with_lazy_names_alone_gives_no_other(made: dict[str, str]) -> None:
    after = {
        **made,
        "shop/money.py": "def tax(net):\n    from .replies import open\n\n    return net\n",
        "shop/replies.py": made["shop/replies.py"] + "\n\nfrom .money import tax as tax\n",
    }
    before = {**made, "shop/replies.py": made["shop/replies.py"] + "\n\ndef tax(net):\n    return net\n"}
    proof = prove(tree(before), tree(after), [Move("shop/replies.py", ("tax",), "shop/money.py")])
    assert any("open" in finding.message for check in proof.checks for finding in check.failures)


def test_who_imports_from_a_module_asks_it_for_its_path() -> None:
    """`from .replies import Reply` asks `__getattr__` for `__path__`: what that imports at once runs then."""
    asked = """

def __getattr__(name):
    if name == "Old":
        return Gone
    raise AttributeError(name)
"""
    late = "        from .gone import Gone\n\n        return Gone"
    before = BEFORE | {"shop/replies.py": BEFORE["shop/replies.py"] + asked}
    changes = solve(MOVE, tree(before)).changes.after
    after = before | {path: (raw or b"").decode() for path, raw in changes.items()}
    good = after["shop/replies.py"]
    assert late in good and proven(before, after).held
    at_once = good.replace(late, "        return Gone").replace(
        '    if name == "Old"', '    from .gone import Gone\n\n    if name == "Old"'
    )
    proof = proven(before, after | {"shop/replies.py": at_once})
    assert [check.name for check in proof.checks if not check.held] == ["import order"]
