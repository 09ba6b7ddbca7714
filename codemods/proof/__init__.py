"""The prover: reads the old tree and the new one afresh, and shares nothing with the mover but the parser."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from codemods.model import Check, Finding, Move, Place, Proof
from codemods.project import Tree
from codemods.proof.checks import (
    conservation,
    doctests,
    expected_changes,
    import_cycles,
    lazy_reexports,
    names,
    namespaces,
    packaging,
    patches,
    stubs,
    texts,
)
from codemods.proof.checks.lazy_reexports import with_warnings_as_imports
from codemods.proof.checks.packaging import without_entries
from codemods.proof.comparison.canonical_texts import in_one_form
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing import order

CHECKS = (
    conservation.check,
    names.check,
    order.check,
    import_cycles.check,
    namespaces.check,
    patches.check,
    texts.check,
    stubs.check,
    expected_changes.check,
)


# How deep code may be nested; the default of Python is less than a long sum in one module needs.
_DEPTH = 8_000


def prove(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Proof:
    """The evidence that ``after`` behaves as ``before``; without moves it finds itself what moved."""
    written = Comparison(before, after, moves)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEPTH))
    try:
        comparison = in_one_form(with_warnings_as_imports(without_entries(written)))
        checks = [check(comparison) for check in CHECKS]
        checks += [packaging.check(written), doctests.check(written), lazy_reexports.check(written)]
        return Proof(tuple(checks), written.found)
    except RecursionError:
        places = [Place(path) for path in written.changed] or [Place(".")]
        deep = Finding(places[0], "here, or in another touched module, code is nested too deeply to be compared")
        return Proof((Check("conservation", conservation.SAYS, 0, (deep,)),))
    finally:
        sys.setrecursionlimit(limit)
