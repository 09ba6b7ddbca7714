"""The stages behind one another: plan, rewrite, prove; ``solve`` is all three, and refuses what is not proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from codemods.model import ChangeSet, Hazard, Move, Plan, Proof, Refused, Review
from codemods.project import OverlayTree, Tree
from codemods.project.symlinks import refuse_symlinks
from codemods.stages import stage

if TYPE_CHECKING:
    from codemods.trying import Trial


@dataclass(frozen=True)
class Solution:
    """A move that was planned, computed and proven; nothing is written yet."""

    plan: Plan
    changes: ChangeSet
    proof: Proof


# What a person can do where planner and prover disagree: which of them errs, a reader of the code can say.
_NOT_FORESEEN = (
    "the plan did not foresee this: change that code first, or move less, or elsewhere; if the finding is wrong,"
    " report it as a bug of codemods"
)
_TRIED = "the proof holds; `--diff` without --run and --guard shows the change"

# Checks that hold more often where importers keep their order.
_OF_ORDER = frozenset({"proof:load order", "proof:import order", "proof:import cycles"})


def plan(moves: Move | Sequence[Move], tree: Tree) -> Plan:
    """What moves will do, as one change. Raises Refused."""
    from codemods.pending import is_done

    given = (moves,) if isinstance(moves, Move) else tuple(moves)
    # What is done needs none of what plans: a check of it takes a third of the time so.
    if len(given) == 1 and is_done(given[0], tree):
        return Plan(given, done=True)
    from codemods.planning import UsersLines, in_turn, make_plan, package_moves, package_plan, rename_plan, together

    plans: list[Plan] = []
    users = tree

    def reached() -> Tree:
        """The tree as the moves planned so far leave it."""
        return OverlayTree(tree, rewrite(plans[-1], tree).after) if plans and plans[-1].details else tree

    refuse_symlinks(given, tree)
    with stage("planning"):
        modules, asked = package_moves(given, tree)
        for module in modules:
            tree = reached()
            plans.append(package_plan(module, tree))
        for move in (m for m in given if m.whole and not is_done(m, tree)):
            tree = reached()
            plans.append(rename_plan(move, tree))
        tree = reached()
        for index, move in enumerate(in_turn(asked, tree) if asked else ()):
            tree = reached() if index else tree
            lines = UsersLines(users, tree, move.source)
            try:
                plans.append(lines.plan(make_plan(move, tree)))
            except Refused as refused:
                found = _with_ways(refused, tree)
                raise type(found)(*lines.hazards(found.hazards), cycle=found.cycle) from None
        return together(plans) if plans else Plan(given, done=True)


def _with_ways(refused: Refused, tree: Tree) -> Refused:
    """The same refusal; where it is for an import cycle, with the ways around it that work."""
    from codemods.planning import make_plan
    from codemods.remedies import ways

    def attempt(move: Move, tree: Tree) -> tuple[Plan, Tree]:
        planned = make_plan(move, tree)
        after = OverlayTree(tree, rewrite(planned, tree).after)
        _held(prove(tree, after, planned.moves))
        return planned, after

    if refused.cycle is None:
        return refused
    first, *others = refused.hazards
    return Refused(replace(first, remedies=ways(refused.cycle, tree, attempt)), *others, cycle=refused.cycle)


def rewrite(plan: Plan, tree: Tree) -> ChangeSet:
    """The new bytes of every file that the plan touches."""
    from codemods.rewriting import rewrite_plan

    with stage("rewriting"):
        return rewrite_plan(plan, tree)


def prove(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Proof:
    """The evidence, check by check, that ``after`` behaves as ``before``."""
    from codemods.proof import prove as proof_of

    with stage("proving"):
        return proof_of(before, after, moves)


def review(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Review:
    """What a change that somebody made moved, what it broke, and what else it did."""
    from codemods.proof import review as review_of

    with stage("proving"):
        return review_of(before, after, moves)


def solve(
    moves: Move | Sequence[Move],
    tree: Tree,
    trials: Sequence[Trial] = (),
    first: Callable[[ChangeSet], object] | None = None,
) -> Solution:
    """Plan, rewrite and prove. Raises Refused where there is no safe way, or a check of the proof does not hold.

    Several moves are one change: the proof compares what was with what will be, and knows nothing of steps. Trials
    execute code of the tree, in scratch copies; they come last, each after those before it have held. ``first`` sees
    the change before anything is proven, and may refuse it: whoever can't write it need not wait for the proof.

    Where the proof refuses nothing but the order in which modules are executed, or names are bound, the move is planned
    once more, so that importers keep their order: the prover follows some code further than the planner.
    """
    given = (moves,) if isinstance(moves, Move) else tuple(moves)
    try:
        return _solved(given, tree, trials, first)
    except Refused as refused:
        if any(hazard.code not in _OF_ORDER for hazard in refused.hazards):
            raise
        try:
            return _solved(tuple(replace(move, careful=True) for move in given), tree, trials, first)
        except Refused:
            raise refused from None


def _solved(
    moves: Sequence[Move], tree: Tree, trials: Sequence[Trial], first: Callable[[ChangeSet], object] | None
) -> Solution:
    planned = plan(moves, tree)
    if planned.done:
        return Solution(planned, ChangeSet({}, {}), Proof(()))
    changes = rewrite(planned, tree)
    if first is not None:
        first(changes)
    after = OverlayTree(tree, changes.after)
    proof = _held(_proof(planned, tree, after))
    for trial in trials:
        proof = _held(Proof((*proof.checks, trial(tree, after, planned.moves))), _TRIED)
    return Solution(planned, changes, proof)


def _proof(planned: Plan, tree: Tree, after: Tree) -> Proof:
    """The proof of a plan. Modules that become packages, or are renamed, are one step, what leaves them is another:
    what holds for each holds for both."""
    from codemods.planning.edits.model import Rename

    renames = tuple(edits for edits in planned.details if isinstance(edits, Rename))
    moves = tuple(move for move in planned.moves if move.names)
    if not renames:
        return prove(tree, after, moves)
    between = OverlayTree(tree, rewrite(Plan((), details=renames), tree).after)
    first = prove(tree, between, tuple(move for move in planned.moves if move.whole))
    if not moves or not first.held:
        return first
    second = prove(between, after, moves)
    checks = tuple(
        replace(
            b,
            examined=a.examined + b.examined,
            declared=(*a.declared, *b.declared),
            assumptions=(*a.assumptions, *b.assumptions),
        )
        for a, b in zip(first.checks, second.checks, strict=True)
    )
    return Proof(checks if second.held else second.checks, second.moves)


def _held(proof: Proof, help_: str = _NOT_FORESEEN) -> Proof:
    """The proof; Refused if it does not hold. What helps is said once, after all that was found."""
    if proof.held:
        return proof
    *first, last = (
        Hazard(f"proof:{check.name}", finding.place, finding.message)
        for check in proof.checks
        for finding in check.failures
    )
    raise Refused(*first, replace(last, remedies=(help_,)))
