"""Ways around an import cycle: each is planned, rewritten and proven before it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from codemods.model import Cycle, Disposition, Move, Plan, Refused
from codemods.project import OverlayTree, Tree

# Plans, rewrites and proves one move: the plan, and the tree after it. Raises Refused.
Attempt = Callable[[Move, Tree], tuple[Plan, Tree]]

_MANY = 12  # a longer list of names is no help
_FEW = 3


def ways(cycle: Cycle, tree: Tree, attempt: Attempt) -> tuple[str, ...]:
    """The commands that do work, the nearest to what was asked first."""
    found = (*_along(cycle, tree, attempt), *_users(cycle, tree, attempt), *_third_module(cycle, tree, attempt))
    return found or (_by_hand(cycle),)


@dataclass(frozen=True)
class _Way:
    """A move that was tried and holds: its plan, the tree after it, and the options that accept what is not asked for
    yet."""

    plan: Plan
    after: Tree
    accepting: str


def _by_hand(cycle: Cycle) -> str:
    """No move breaks the cycle; an edit of either need does."""
    needed, users = (", ".join(f"`{name}`" for name in names[:_FEW]) for names in (cycle.needed, cycle.users))
    if not needed or not users:
        return "edit the source first, so that one of the two needs ends"
    return f"edit the source first, so that {users} needs nothing that moves, or what moves does not need {needed}"


def _along(cycle: Cycle, tree: Tree, attempt: Attempt) -> Iterator[str]:
    for names, way in _with(cycle, cycle.needed, tree, attempt):
        needed = f"take along what moved code needs: {_options(names)} (or --with-needed)"
        yield f"{needed}{way.accepting}{_more(way.plan, names)}"


def _users(cycle: Cycle, tree: Tree, attempt: Attempt) -> Iterator[str]:
    for names, way in _with(cycle, cycle.users, tree, attempt):
        yield f"move what needs moved code as well: {_options(names)}{way.accepting}{_more(way.plan, names)}"


def _with(
    cycle: Cycle, wanted: tuple[str, ...], tree: Tree, attempt: Attempt
) -> Iterator[tuple[tuple[str, ...], _Way]]:
    names = tuple(name for name in wanted if name not in cycle.move.along)
    if names and len(names) <= _MANY and not {*names} & {*cycle.move.keep}:
        way = _tried(replace(cycle.move, along=(*cycle.move.along, *names)), tree, attempt)
        if way is not None:
            yield names, way


def _third_module(cycle: Cycle, tree: Tree, attempt: Attempt) -> Iterator[str]:
    move = cycle.move
    if not cycle.needed or len(cycle.needed) > _MANY:
        return
    third = move.source.removesuffix(".py").removesuffix("/__init__") + "_base.py"
    if move.source.endswith("/__init__.py"):
        third = move.source.removesuffix("__init__.py") + "base.py"
    if third in tree.paths:
        return
    first = Move(move.source, cycle.needed, third, reexport=move.reexport, deprecate=move.deprecate, accept=move.accept)
    way = _tried(first, tree, attempt)
    then = _tried(move, way.after, attempt) if way is not None else None
    if way is not None and then is not None:
        given = "".join(f" --accept {code}" for code in move.accept)
        command = f"codemods extract {move.source} {third} {' '.join(cycle.needed)}{given}{way.accepting}"
        more = _more(way.plan, cycle.needed)
        with_codes = f", with{then.accepting}" if then.accepting else ""
        yield f"move what both need to a third module first: {command}{more}; then this move{with_codes}"


def _tried(move: Move, tree: Tree, attempt: Attempt) -> _Way | None:
    """The move as it is asked for; where only hazards stand against it that can be accepted, with these accepted."""
    from codemods.planning.hazards import acceptable

    accepting: tuple[str, ...] = ()
    while True:
        try:
            plan, after = attempt(replace(move, accept=(*move.accept, *accepting)), OverlayTree(tree, {}))
        except Refused as refused:
            codes = dict.fromkeys(hazard.code for hazard in refused.hazards)
            if not acceptable().issuperset(codes) or not codes.keys() - {*move.accept, *accepting}:
                return None
            accepting = tuple(dict.fromkeys((*accepting, *codes)))
        else:
            return _Way(plan, after, "".join(f" --accept {code}" for code in accepting))


def _options(names: tuple[str, ...]) -> str:
    return " ".join(f"--with {name}" for name in names)


def _more(plan: Plan, said: tuple[str, ...]) -> str:
    """What a way moves along that its options do not name."""
    along = [n for group in plan.groups if group.disposition is Disposition.GOES_ALONG for n in group.names]
    more = [name for name in along if name not in said]
    return f", which takes along {', '.join(more)} too" if more else ""
