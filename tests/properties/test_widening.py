"""Values that come bit by bit are joined as if all were joined again each time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codemods.proof.importing.abstract.values import Data, Outside, Value, Values
from codemods.proof.importing.abstract.widening import Joined, bound, items, joined

places = st.frozensets(st.sampled_from([("a.py", "A"), ("a.py", "B"), ("b.py", "A")]), max_size=2)
plain = st.one_of(st.builds(Data, places), st.builds(Outside, st.sampled_from(["os.path", "os.sep", "re.compile"])))


def _nested(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    several = st.frozensets(inner, max_size=3)
    return st.one_of(st.builds(items, several), st.builds(lambda f, first: bound(f, (first,)), inner, several))


values = st.frozensets(st.recursive(plain, _nested, max_leaves=6), max_size=6)


@given(st.lists(values, max_size=6))
def test_only_what_is_new_is_joined_again(parts: list[Values]) -> None:
    bit_by_bit, every = Joined(), frozenset[Value]()
    for part in parts:
        every = joined(every | part)
        assert bit_by_bit.join(every | part) == every
        assert bit_by_bit.join(part) == every
