"""The prover: reads the old tree and the new one afresh, and shares nothing with the mover but the parser."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.model import Move, Proof
from codemods.project import Tree
from codemods.proof import bindings, circles, conservation, differences, importing, namespaces, seams
from codemods.proof.comparison import Comparison

CHECKS = (
    conservation.check,
    bindings.check,
    importing.check,
    circles.check,
    namespaces.check,
    seams.check,
    differences.check,
)


def prove(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Proof:
    """The evidence that ``after`` behaves as ``before``; without moves it finds itself what moved."""
    comparison = Comparison(before, after, moves)
    return Proof(tuple(check(comparison) for check in CHECKS), comparison.found)
