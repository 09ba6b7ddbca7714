"""What holds of every move, in trees drawn by Hypothesis.

    LAWS=5000 pytest tests/properties        thousands of trees, drawn anew each time

Without LAWS a few trees are drawn, the same ones each time.
"""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from codemods.applying import apply, undo
from codemods.face import Solution, solve
from codemods.model import Move
from codemods.project import DiskTree, OverlayTree, Tree

from ..moves.archive import MemoryTree
from .trees import NEW, SOURCE, Drawn, trees

_COUNT = int(os.environ.get("LAWS", 0))
few = settings(
    max_examples=_COUNT or 30,
    derandomize=not _COUNT,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def _moved(drawn: Drawn, names: tuple[str, ...] = ()) -> Solution:
    """The move of what is asked for, in that order or another."""
    return solve(Move(SOURCE, names or drawn.asked, NEW), MemoryTree(drawn.files))


def _after(tree: Tree, solution: Solution) -> dict[str, bytes]:
    new = OverlayTree(tree, solution.changes.after)
    return {path: new.read(path) for path in sorted(new.paths)}


def _there_and_back(drawn: Drawn) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The tree after the move, and after everything that the new module then defines has moved back."""
    tree = MemoryTree(drawn.files)
    there = _after(tree, _moved(drawn))
    names = tuple(name for name in drawn.names if name in _defined(there[NEW]))
    tree = MemoryTree(there)
    return there, _after(tree, solve(Move(NEW, names, SOURCE), tree))


def _defined(raw: bytes) -> list[str]:
    """Names that a module defines at its top level, in the order of the text."""
    found: list[str] = []
    for node in ast.parse(raw).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(node.name)
        elif isinstance(node, ast.Assign):
            found += [target.id for target in node.targets if isinstance(target, ast.Name) and target.id != "__all__"]
    return found


def _said(raw: bytes) -> Counter[str]:
    """The statements of a module, in whatever order."""
    return Counter(ast.dump(node) for node in ast.parse(raw).body)


@few
@given(trees(tail=True))
def test_there_and_back_is_the_first_bytes_where_the_last_definitions_moved(drawn: Drawn) -> None:
    """What moves stands last in its module, and nothing further up goes along: then every file is byte for byte what
    it was, but for the new module, which only finds the old path."""
    tree = MemoryTree(drawn.files)
    moved = _defined(_after(tree, _moved(drawn))[NEW])
    assume(list(drawn.names[-len(moved) :]) == moved)
    _, back = _there_and_back(drawn)
    assert _texts({path: back[path] for path in drawn.files}) == _texts(drawn.files)


@few
@given(trees())
def test_there_and_back_says_the_same(drawn: Drawn) -> None:
    """Wherever the moved definitions stood: the source has its statements back, if in another order, and who imports
    from it does so again byte for byte."""
    _, back = _there_and_back(drawn)
    assert _said(back[SOURCE]) == _said(drawn.files[SOURCE])
    others = drawn.files.keys() - {SOURCE}
    assert _texts({path: back[path] for path in others}) == _texts({path: drawn.files[path] for path in others})


@few
@given(trees())
def test_a_move_taken_back_is_the_first_bytes(drawn: Drawn) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for path, raw in drawn.files.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(raw)
        tree = DiskTree(root)
        apply(solve(Move(SOURCE, drawn.asked, NEW), tree).changes, root)
        assert _python(root) != drawn.files
        assert undo(root)
        assert _python(root) == drawn.files


def _python(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.py")}


@few
@given(trees())
def test_a_move_made_twice_is_made_once(drawn: Drawn) -> None:
    tree = MemoryTree(drawn.files)
    first = _moved(drawn)
    again = solve(Move(SOURCE, drawn.asked, NEW), OverlayTree(tree, first.changes.after))
    assert again.plan.done
    assert not again.changes.paths


@few
@given(trees(), st.randoms(use_true_random=False))
def test_the_order_of_names_says_nothing(drawn: Drawn, random: Random) -> None:
    names = list(drawn.asked)
    random.shuffle(names)
    assert _texts(_moved(drawn, tuple(names)).changes.after) == _texts(_moved(drawn).changes.after)


def _texts(files: Mapping[str, bytes | None]) -> dict[str, str]:
    return {path: (raw or b"").decode() for path, raw in files.items()}
