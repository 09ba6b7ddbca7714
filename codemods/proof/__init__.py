"""The prover: reads the old tree and the new one afresh, and shares nothing with the mover but the parser."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.model import Move, Proof
from codemods.project import Tree
from codemods.proof import (
    bindings,
    circles,
    conservation,
    differences,
    examples,
    importing,
    namespaces,
    old_paths,
    stubs,
    texts,
)
from codemods.proof.comparison import Comparison
from codemods.proof.old_paths import with_warnings_as_imports
from codemods.proof.paths import in_one_form

CHECKS = (
    conservation.check,
    bindings.check,
    importing.check,
    circles.check,
    namespaces.check,
    texts.check,
    stubs.check,
    differences.check,
)


def prove(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Proof:
    """The evidence that ``after`` behaves as ``before``; without moves it finds itself what moved."""
    written = Comparison(before, after, moves)
    comparison = in_one_form(with_warnings_as_imports(written))
    return Proof((*(check(comparison) for check in CHECKS), examples.check(written), old_paths.check(written)))
