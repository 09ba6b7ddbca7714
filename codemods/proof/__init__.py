"""The prover: reads the tree of before and the one of after afresh, and says what in it does not behave as before.

It judges the changes of any tool, and of people: it knows no plan. The rooms, in the order in which a comparison
goes through them, each of which imports only those above it:

    snapshot    one tree: symbol tables, name resolution, the import graph
    statements  one statement: its fingerprint, and what each name in it means
    comparison  the two trees: what moved, and what a change can reach
    importing   what happens while modules are imported: order, cycles, side effects
    checks      one file a check

With the planner it shares the file tree, the parser, what an import names (``codemods.project``), and tables of
facts about libraries; no reasoning. What it does not see is listed, check by check, in docs/proof.md.
"""

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
