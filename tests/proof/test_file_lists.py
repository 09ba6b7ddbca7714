"""Lists of files and modules, changed by hand with a move: what they have to say then, and what they must not."""

from __future__ import annotations

import pytest

from codemods.face import prove
from codemods.model import Move
from tests.moves.archive import MemoryTree
from tests.proof.test_prover import failures, proven

PARTS = {
    "calc/__init__.py": "",
    "calc/bundle.py": 'FILES = ["shapes.py", "lexer.py"]\n',
    "calc/shapes.py": "###{bundle\nclass Shape: ...\n###}\n",
    "calc/lexer.py": """\
###{bundle
import re


class Scanner:
    s = re.compile(' ')


class Lexer(Scanner): ...
###}
""",
}
MOVED = PARTS | {
    "calc/bundle.py": 'FILES = ["shapes.py", "scanner.py", "lexer.py"]\n',
    "calc/lexer.py": "from .scanner import Scanner\n\n###{bundle\nclass Lexer(Scanner): ...\n###}\n",
    "calc/scanner.py": "###{bundle\nimport re\n\n\nclass Scanner:\n    s = re.compile(' ')\n###}\n",
}
SCANNER = Move("calc/lexer.py", ("Scanner",), "calc/scanner.py")


def test_parts_are_read_as_before() -> None:
    assert failures(proven(PARTS, MOVED, SCANNER)) == []


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "calc/bundle.py",
            PARTS["calc/bundle.py"],
            "this list names calc/lexer.py to be read, and not calc/scanner.py, where marked code is now",
        ),
        (
            "calc/bundle.py",
            'FILES = ["shapes.py", "lexer.py", "scanner.py"]\n',
            "put together, the parts marked bundle read Scanner before it is bound, or another one",
        ),
        (
            "calc/scanner.py",
            "import re\n\n\n###{bundle\nclass Scanner:\n    s = re.compile(' ')\n###}\n",
            "put together, the parts marked bundle do not import what they did: import re",
        ),
        (
            "calc/scanner.py",
            "###{bundle\nimport re\n###}\n\n\nclass Scanner:\n    s = re.compile(' ')\n",
            "put together, the parts marked bundle do not have the statements that they had",
        ),
        (
            "calc/lexer.py",
            "###{bundle\nfrom .scanner import Scanner\n\n\nclass Lexer(Scanner): ...\n###}\n",
            "put together, the parts marked bundle do not import what they did: from .scanner import Scanner",
        ),
    ],
    ids=["not listed", "in another order", "import outside", "statement outside", "import back inside"],
)
def test_parts_are_not_read_as_before(path: str, text: str, said: str) -> None:
    assert f"file lists: calc/bundle.py:1: {said}" in failures(proven(PARTS, MOVED | {path: text}, SCANNER))


def test_a_list_gets_nothing_else() -> None:
    more = MOVED | {"calc/bundle.py": 'FILES = ["shapes.py", "scanner.py", "bundle.py", "lexer.py"]\n'}
    assert any("calc/bundle.py:1: FILES: it is edited" in f for f in failures(proven(PARTS, more)))


INSTALLED = {
    "setup.cfg": "[options]\npackages = find:\npy_modules =\n    shop\n    tool\n",
    "shop.py": "class Status: ...\n\n\nclass Worker: ...\n",
    "tool.py": "",
    "store/__init__.py": "",
}


@pytest.mark.parametrize(
    ("destination", "settings", "said"),
    [
        ("status.py", INSTALLED["setup.cfg"].replace("shop\n", "shop\n    status\n"), ""),
        ("store/status.py", INSTALLED["setup.cfg"], ""),
        (
            "status.py",
            INSTALLED["setup.cfg"],
            "file lists: setup.cfg: options.py_modules names shop, and nothing like it names status.py: an installed "
            "project would not have it",
        ),
        (
            "status.py",
            INSTALLED["setup.cfg"].replace("    tool\n", "    status\n"),
            "texts: setup.cfg:5: its text is not the same",
        ),
    ],
    ids=["listed", "in a package that is found", "not listed", "in the place of another"],
)
def test_what_is_installed(destination: str, settings: str, said: str) -> None:
    dotted = destination.removesuffix(".py").replace("/", ".")
    after = INSTALLED | {
        "setup.cfg": settings,
        "shop.py": f"from {dotted} import Status as Status\n\n\nclass Worker: ...\n",
        destination: "class Status: ...\n",
    }
    found = failures(proven(INSTALLED, after, Move("shop.py", ("Status",), destination)))
    assert (said in found) if said else not found


def test_a_section_of_mypy_gets_the_modules_that_code_moved_to_and_no_other() -> None:
    before = {
        "setup.cfg": b"[mypy-shop.local]\nstrict = False\n",
        "shop/__init__.py": b"",
        "shop/local.py": b"class A: ...\n\n\nclass B: ...\n",
    }
    after = {**before, "shop/local.py": b"from .a import A as A\n\n\nclass B: ...\n", "shop/a.py": b"class A: ...\n"}
    move = Move("shop/local.py", ("A",), "shop/a.py")
    for head, held in ((b"shop.local,shop.a", True), (b"shop.local,shop.b", False), (b"shop.a", False)):
        settings = {"setup.cfg": before["setup.cfg"].replace(b"shop.local", head)}
        assert prove(MemoryTree(before), MemoryTree({**after, **settings}), [move]).held is held
