"""The stages behind one another: plan, rewrite, prove; ``solve`` is all three, and refuses what is not proven."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.model import ChangeSet, Hazard, Move, Plan, Proof, Refused, Review
from codemods.project import OverlayTree, Tree
from codemods.stages import stage

if TYPE_CHECKING:
    from codemods.trying import Trial


@dataclass(frozen=True)
class Solution:
    """A move that was planned, computed and proven; nothing is written yet."""

    plan: Plan
    changes: ChangeSet
    proof: Proof


def plan(moves: Move | Sequence[Move], tree: Tree) -> Plan:
    """What moves will do, as one change. Raises Refused."""
    from codemods.planning import in_turn, make_plan, together

    plans: list[Plan] = []
    with stage("planning"):
        for move in in_turn((moves,) if isinstance(moves, Move) else tuple(moves), tree):
            if plans and plans[-1].details:
                tree = OverlayTree(tree, rewrite(plans[-1], tree).after)
            plans.append(make_plan(move, tree))
        return together(plans)


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
    """
    planned = plan(moves, tree)
    if planned.done:
        return Solution(planned, ChangeSet({}, {}), Proof(()))
    changes = rewrite(planned, tree)
    if first is not None:
        first(changes)
    after = OverlayTree(tree, changes.after)
    proof = _held(prove(tree, after, planned.moves))
    for trial in trials:
        proof = _held(Proof((*proof.checks, trial(tree, after, planned.moves))))
    return Solution(planned, changes, proof)


def _held(proof: Proof) -> Proof:
    """The proof; Refused if it does not hold."""
    if proof.held:
        return proof
    raise Refused(
        *(
            Hazard(f"proof:{check.name}", finding.place, finding.message)
            for check in proof.checks
            for finding in check.failures
        )
    )
