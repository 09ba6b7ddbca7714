"""A script that its own code imports has each class twice: a move may need that only where nobody can tell."""

from __future__ import annotations

import pytest

from codemods.face import prove, solve
from codemods.model import Move, Refused
from codemods.project import OverlayTree
from tests.moves.archive import MemoryTree

MOVE = Move("shop/columns.py", ("Bar",), "shop/bar.py")
SCRIPT = """\
class Column:
    width = 10

    def shown(self):
        return "".ljust(self.width, self.sign())

    def sign(self):
        return " "


class Bar(Column):
    def sign(self):
        return "="


def line(*columns: Column) -> str:
    return "|".join(column.shown() for column in columns or (Bar(), Column()))


if __name__ == "__main__":
    print(line())
"""
# What tells one of the two from the other.
TELLING = {
    "is it an instance": (
        "column.shown() for column in",
        "column.shown() for column in columns if isinstance(column, Column) for column in",
    ),
    "which class is it": ('return " "', 'return " " if type(self) == Column else "x"'),
    "its class by an attribute": ('return " "', 'return " " if self.__class__ is Column else "x"'),
    "a pattern": (
        '    return "|"',
        '    match columns:\n        case [Column()]:\n            return ""\n    return "|"',
    ),
    "given to somebody": ('    return "|"', '    print(Column)\n    return "|"'),
    "kept in a table": ("def line(", "KINDS = [Column]\n\n\ndef line("),
    "a table of the class": ("width = 10", "width = 10\n    made = []"),
    "a counter of the class": ('return " "', 'type(self).width += 1\n        return " "'),
    "set by a class method": (
        '    def sign(self):\n        return " "',
        '    def sign(self):\n        return " "\n\n    @classmethod\n    def wide(cls):\n        cls.width = 20',
    ),
    "set from outside": ('    return "|"', '    Column.width = 20\n    return "|"'),
    "compared by its class": ("class Column:", "import dataclasses\n\n\n@dataclasses.dataclass\nclass Column:"),
    "a member of an enumeration": ("class Column:", "import enum\n\n\nclass Column(enum.Enum):"),
    "caught by what it is": ("class Column:", "class Column(ValueError):"),
    "a hook for subclasses": (
        '    def sign(self):\n        return " "',
        '    def __init_subclass__(cls):\n        print(cls)\n\n    def sign(self):\n        return " "',
    ),
    "its module": ('return " "', "return __name__"),
}


def tree(script: str) -> MemoryTree:
    return MemoryTree({"shop/__init__.py": b"", "shop/columns.py": script.encode()})


def test_nobody_can_tell() -> None:
    assert solve(MOVE, tree(SCRIPT)).proof.held


@pytest.mark.parametrize("what", TELLING)
def test_the_planner_sees_who_can(what: str) -> None:
    try:
        made = solve(MOVE, tree(told(SCRIPT, what))).changes.after
    except Refused as refused:
        assert {hazard.code for hazard in refused.hazards} == {"import-cycle"}
    else:
        assert b"class Column" in (made["shop/bar.py"] or b"")  # data belongs to what moves, and moves with it


@pytest.mark.parametrize("what", TELLING)
def test_the_proof_sees_who_can(what: str) -> None:
    made = solve(MOVE, tree(SCRIPT)).changes.after
    script = made["shop/columns.py"]
    assert script is not None
    old = tree(told(SCRIPT, what))
    new = OverlayTree(old, {**made, "shop/columns.py": told(script.decode(), what).encode()})
    failed = {check.name for check in prove(old, new, [MOVE]).checks if check.failures}
    assert "scripts" in failed


def told(script: str, what: str) -> str:
    here, there = TELLING[what]
    assert here in script
    return script.replace(here, there, 1)
