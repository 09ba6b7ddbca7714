"""Directed graphs, as far as the standard library leaves them out: `graphlib` sorts, and gives up at a cycle."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def strongly_connected(edges: Mapping[Node, Iterable[Node]]) -> list[tuple[Node, ...]]:
    """The strongly connected components, each after those that it points to (Tarjan 1972, without recursion).

    Nodes that only stand as targets are nodes too. The same mapping, in the same order, gives the same list.
    """
    order: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    waiting: dict[Node, None] = {}
    found: list[tuple[Node, ...]] = []
    for start in edges:
        if start in order:
            continue
        path: list[tuple[Node, Iterator[Node]]] = [_entered(start, edges, order, lowest, waiting)]
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in order:
                    path.append(_entered(target, edges, order, lowest, waiting))
                    break
                if target in waiting:
                    lowest[node] = min(lowest[node], order[target])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == order[node]:
                    found.append(_popped(waiting, node))
    return found


def cyclic(component: Sequence[Node], edges: Mapping[Node, Iterable[Node]]) -> bool:
    """Does a strongly connected component hold a cycle: several nodes, or one that points to itself?"""
    return len(component) > 1 or component[0] in edges.get(component[0], ())


def reaches(
    starts: Iterable[Node], goal: Node, following: Callable[[Node], Iterable[Node]], seen: Iterable[Node] = ()
) -> bool:
    """Is a node one of the starts, or does a way lead to it from one? What was ``seen`` is not gone on from."""
    return bool(way(starts, goal, following, seen))


def way(
    starts: Iterable[Node], goal: Node, following: Callable[[Node], Iterable[Node]], seen: Iterable[Node] = ()
) -> list[Node]:
    """The nodes from one of the starts to another node, both included; empty where no way leads there. What was
    ``seen`` is not gone on from."""
    todo: list[tuple[Node, Node | None]] = [(start, None) for start in starts]
    known, before = set(seen), dict[Node, Node | None]()
    while todo:
        node, above = todo.pop()
        before.setdefault(node, above)
        if node == goal:
            found, at = [node], before[node]
            while at is not None:
                found.append(at)
                at = before[at]
            return found[::-1]
        if node not in known:
            known.add(node)
            todo += ((target, node) for target in following(node))
    return []


def _entered(
    node: Node,
    edges: Mapping[Node, Iterable[Node]],
    order: dict[Node, int],
    lowest: dict[Node, int],
    waiting: dict[Node, None],
) -> tuple[Node, Iterator[Node]]:
    order[node] = lowest[node] = len(order)
    waiting[node] = None
    return node, iter(edges.get(node, ()))


def _popped(waiting: dict[Node, None], last: Node) -> tuple[Node, ...]:
    component = []
    while True:
        node, _ = waiting.popitem()
        component.append(node)
        if node == last:
            return tuple(reversed(component))
