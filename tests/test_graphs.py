"""Strongly connected components, by examples and by their definition."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.graphs import cyclic, reaches, strongly_connected

GRAPHS = st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=4), max_size=8)


def test_each_component_comes_after_those_that_it_points_to() -> None:
    edges = {"app": ["models", "views"], "views": ["models", "urls"], "urls": ["views"], "models": []}
    assert strongly_connected(edges) == [("models",), ("views", "urls"), ("app",)]


def test_a_node_that_is_only_a_target_is_a_node() -> None:
    assert strongly_connected({"a": ["b"]}) == [("b",), ("a",)]


def test_a_cycle_of_one() -> None:
    edges = {"a": ["a"], "b": []}
    assert [component for component in strongly_connected(edges) if cyclic(component, edges)] == [("a",)]


def test_a_long_chain_needs_no_recursion() -> None:
    assert len(strongly_connected({n: [n + 1] for n in range(20_000)})) == 20_001


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GRAPHS)
def test_the_definition(edges: dict[int, list[int]]) -> None:
    nodes = {*edges, *(target for targets in edges.values() for target in targets)}
    reached = {node: _reached(edges, node) for node in nodes}
    components = strongly_connected(edges)
    assert sorted(node for component in components for node in component) == sorted(nodes)
    place = {node: index for index, component in enumerate(components) for node in component}
    for one in nodes:
        for other in reached[one]:
            assert place[other] <= place[one]
            assert (place[other] == place[one]) == (one in reached[other])


def _reached(edges: dict[int, list[int]], start: int) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for target in edges.get(todo.pop(), ()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def test_a_way_leads_on_and_not_through_what_was_seen() -> None:
    edges = {"app": ["views"], "views": ["urls"], "urls": ["models"], "models": []}
    assert reaches(["app"], "models", edges.__getitem__)
    assert not reaches(["models"], "app", edges.__getitem__)
    assert not reaches(["app"], "models", edges.__getitem__, seen={"urls"})
