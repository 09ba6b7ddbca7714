"""Ways around an import cycle: each is planned, rewritten and proven before it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from codemods.model import Cycle, Disposition, Move, Plan, Refused
from codemods.project import OverlayTree, Tree

# Plans, rewrites and proves one move: the plan, and the tree after it. Raises Refused.
Attempt = Callable[[Move, Tree], tuple[Plan, Tree]]

_MANY = 12  # a longer list of names is no help


def ways(cycle: Cycle, tree: Tree, attempt: Attempt) -> tuple[str, ...]:
    """The commands that do work, the nearest to what was asked first."""
    found = (*_along(cycle, tree, attempt), *_users(cycle, tree, attempt), *_third_module(cycle, tree, attempt))
    return found or (f"move what {', '.join(cycle.move.names)} needs to a module of its own first",)


def _along(cycle: Cycle, tree: Tree, attempt: Attempt) -> Iterator[str]:
    names = tuple(name for name in cycle.needed if name not in cycle.move.along)
    if names and len(names) <= _MANY and not {*names} & {*cycle.move.keep}:
        plan = _tried(replace(cycle.move, along=(*cycle.move.along, *names)), tree, attempt)
        if plan is not None:
            yield f"take along what moved code needs: {_options(names)} (or --with-needed){_more(plan[0], names)}"


def _users(cycle: Cycle, tree: Tree, attempt: Attempt) -> Iterator[str]:
    names = tuple(name for name in cycle.users if name not in cycle.move.along)
    if names and len(names) <= _MANY and not {*names} & {*cycle.move.keep}:
        plan = _tried(replace(cycle.move, along=(*cycle.move.along, *names)), tree, attempt)
        if plan is not None:
            yield f"move what needs moved code as well: {_options(names)}{_more(plan[0], names)}"


def _third_module(cycle: Cycle, tree: Tree, attempt: Attempt) -> Iterator[str]:
    move = cycle.move
    if not cycle.needed or len(cycle.needed) > _MANY:
        return
    third = move.source.removesuffix(".py").removesuffix("/__init__") + "_base.py"
    if move.source.endswith("/__init__.py"):
        third = move.source.removesuffix("__init__.py") + "base.py"
    if third in tree.paths:
        return
    first = Move(move.source, cycle.needed, third, reexport=move.reexport, deprecate=move.deprecate)
    after = _tried(first, tree, attempt)
    if after is not None and _tried(move, after[1], attempt) is not None:
        command = f"codemods extract {move.source} {third} {' '.join(cycle.needed)}"
        yield f"move what both need to a third module first: {command}{_more(after[0], cycle.needed)}; then this move"


def _tried(move: Move, tree: Tree, attempt: Attempt) -> tuple[Plan, Tree] | None:
    try:
        return attempt(move, OverlayTree(tree, {}))
    except Refused:
        return None


def _options(names: tuple[str, ...]) -> str:
    return " ".join(f"--with {name}" for name in names)


def _more(plan: Plan, said: tuple[str, ...]) -> str:
    """What a way moves along that its options do not name."""
    along = [n for group in plan.groups if group.disposition is Disposition.GOES_ALONG for n in group.names]
    more = [name for name in along if name not in said]
    return f", which takes along {', '.join(more)} too" if more else ""
