"""Questions that need one another are answered each once, and as if all had been asked until nothing new came."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.planning.effects.fixed_point import FixedPoint
from codemods.planning.effects.statements import Effects
from codemods.planning.index.project_index import ProjectIndex
from tests.moves.archive import MemoryTree

GRAPHS = st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4))


@given(GRAPHS, st.lists(st.integers(0, 9), min_size=1))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_each_answer_is_all_that_can_be_reached(graph: dict[int, list[int]], asked: list[int]) -> None:
    known = FixedPoint()

    def answer(node: int) -> tuple[int, ...]:
        return known.ask(node, lambda: (node, *(found for other in graph.get(node, ()) for found in answer(other))))

    for node in asked:
        reached, todo = {node}, [node]
        while todo:
            new = {*graph.get(todo.pop(), ())} - reached
            reached |= new
            todo += new
        assert {*answer(node)} == reached


def test_a_question_is_answered_few_times_however_many_ask_it() -> None:
    known, count = FixedPoint(), Counter[int]()

    def answer(node: int) -> tuple[int, ...]:
        def found() -> tuple[int, ...]:
            count[node] += 1
            return (node, *answer((node + 1) % 30), *answer((node + 7) % 30))

        return known.ask(node, found)

    assert len(answer(0)) == 30
    assert max(count.values()) <= 30, "two ways on from each of 30 questions: 2 ** 30 ways through them all"


def test_what_breaks_off_is_asked_again() -> None:
    known = FixedPoint()

    def broken() -> tuple[int, ...]:
        raise OSError

    for _ in range(2):
        try:
            known.ask("a", lambda: known.ask("b", broken))
        except OSError:
            continue
        raise AssertionError
    assert known.ask("b", lambda: (1,)) == (1,)


def test_local_names_that_are_made_of_one_another() -> None:
    steps = "".join(f"    x{n}, y{n} = mix(x{n - 1}, y{n - 1}), mix(y{n - 1}, x{n - 1})\n" for n in range(1, 60))
    head = "TABLE = []\ndef mix(a, b):\n    return a or b\ndef f():\n    x0 = y0 = TABLE\n"
    text = f"{head}{steps}    x59.append(1)\nf()\n"
    project = ProjectIndex(MemoryTree({"shop.py": text.encode()}))
    module = project.module("shop.py")
    (effect,) = Effects(project).of(module, module.statements[-1])
    assert effect.target == ("shop.py", "TABLE")
