"""Importers that are not simulated: the check says what it would say if all were."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.model import Check, Move
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing import order
from codemods.proof.importing.rewritten_importers import rewritten_importers
from tests.moves.archive import MemoryTree

NAMES = ["p/__init__.py", "p/a.py", "p/b.py", "p/c.py", "q/__init__.py", "q/e.py", "f.py"]
OLD, NEW = "from p.leaf import X", "from p.new import X"

module = st.sampled_from(["p.a", "p.b", "p.c", "q", "q.e", "f"])
other = st.one_of(
    st.builds("from {} import C".format, module),
    st.builds("import {}".format, module),
    st.builds("from {} import X".format, st.sampled_from(["p.a", "p.b", "p.c", "q.e"])),
    st.sampled_from(
        ["class D(X): ...", "from p.leaf import Y", "import outside", "class D(X): ...", "from p import a", "X = 2"]
    ),
    st.just("try:\n    import outside\nexcept ImportError:\n    outside = None"),
)
lines = st.lists(other, max_size=2)
# Where the import of what moves stands before, and how many lines further down it stands after.
place = st.tuples(st.one_of(st.none(), st.integers(0, 1)), st.sampled_from([0, 0, 0, 1, 2, 3]))
body = st.tuples(lines, place, st.sampled_from([False, False, False, True]))
Body = tuple[list[str], tuple[int | None, int], bool]
nothing: Body = ([], (None, 0), True)
# What a package imports leads to all that lies below it, and back: there are cycles enough without.
bodies = st.tuples(
    st.sampled_from([nothing] * 9 + [(["from p import a"], (None, 0), True)]), *[body] * (len(NAMES) - 1)
)
leaf = st.sampled_from([""] * 12 + ["import outside\n", "from q import e\n", "from p import b\n", "import f\n"])


def text(some: list[str], at: int | None, line: str) -> bytes:
    with_import = some if at is None else [*some[:at], line, *some[at:]]
    return "\n".join([*with_import, "class C: ..."]).encode()


def checked(comparison: Comparison, fast: bool) -> Check:
    if fast:
        return order.check(comparison)
    with patch.object(order, "rewritten_importers", lambda *_: frozenset()):
        return order.check(comparison)


def compared(bodies: Sequence[Body], old_leaf: str, new_leaf: str, back: bool) -> tuple[Comparison, Comparison]:
    before = {"p/leaf.py": f"{old_leaf}class X: ...\nclass Y: ...\n".encode()}
    again = f"{NEW}\n" if back else ""
    after = {"p/leaf.py": f"{old_leaf}{again}class Y: ...\n".encode(), "p/new.py": f"{new_leaf}class X: ...\n".encode()}
    for name, (some, (at, further), stays) in zip(NAMES, bodies, strict=True):
        before[name] = text(some, at, OLD)
        after[name] = text(some, *((at, OLD) if stays or at is None else (at + further, NEW)))
    moves = [Move("p/leaf.py", ("X",), "p/new.py")]
    one, two = (Comparison(MemoryTree(before), MemoryTree(after), moves) for _ in range(2))
    return one, two


@settings(max_examples=300, deadline=None)
@given(bodies, leaf, leaf, st.booleans())
def test_it_says_what_simulating_all_of_them_says(some: Sequence[Body], old: str, new: str, back: bool) -> None:
    one, two = compared(some, old, new, back)
    fast, full = checked(one, True), checked(two, False)
    assert {*fast.failures} == {*full.failures}
    assert {*fast.assumptions} == {*full.assumptions}
    assert {*fast.declared} <= {*full.declared}  # Who fails as it did before is nobody's business.


def test_a_plain_importer_in_a_cycle_is_not_simulated() -> None:
    cycle: list[Body] = [nothing] * len(NAMES)
    cycle[1] = (["from p.b import C"], (0, 0), False)
    cycle[2] = (["import p.a"], (None, 0), True)
    comparison, _ = compared(cycle, "", "", True)
    importing = order.Importing(comparison)
    assert rewritten_importers(comparison, importing.before, importing.after) == {"p/a.py"}


def test_one_that_binds_the_name_later_is() -> None:
    cycle: list[Body] = [nothing] * len(NAMES)
    cycle[1] = (["from p.b import C"], (0, 1), False)
    cycle[2] = (["from p.a import X"], (None, 0), True)
    comparison, _ = compared(cycle, "", "", True)
    importing = order.Importing(comparison)
    assert rewritten_importers(comparison, importing.before, importing.after) == frozenset()
    assert checked(comparison, True).failures
