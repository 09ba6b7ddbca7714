"""The prover: reads the tree of before and the one of after afresh, and says what in it does not behave as before.

It judges the changes of any tool, and of people: it knows no plan. The sub-packages, in the order in which a comparison
goes through them, each of which imports only those above it:

    snapshot    one tree: symbol tables, name resolution, the import graph
    statements  one statement: its fingerprint, and what each name in it means
    comparison  the two trees: what moved, and what a change can reach
    importing   what happens while modules are imported: order, cycles, side effects
    checks      the checks, each in a file

With the planner it shares the file tree, the parser, what an import names (``codemods.project``), and tables of
facts about libraries; no reasoning. What it does not see is listed, check by check, in docs/proof.md.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from codemods.model import Check, Finding, Move, Place, Proof, Review
from codemods.project import Tree
from codemods.proof.checks import (
    conservation,
    doctests,
    executed_again,
    expected_changes,
    identities,
    import_cycles,
    lazy_reexports,
    listed_modules,
    load_order,
    loaded_files,
    manuals,
    names,
    namespaces,
    packaging,
    patches,
    renamed_modules,
    second_execution,
    settings,
    stubs,
    submodules,
    texts,
    unbound_imports,
)
from codemods.proof.checks.identities import without_pins
from codemods.proof.checks.lazy_reexports import without_lazy_branches
from codemods.proof.checks.packaging import without_entries
from codemods.proof.comparison import module_to_package
from codemods.proof.comparison.canonical_texts import canonicalized
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.module_to_package import modules_in_place
from codemods.proof.comparison.renamed_modules import in_old_words
from codemods.proof.importing import order
from codemods.proof.reviewing import reviewed
from codemods.proof.snapshot.symbols import defined_names, flat

CHECKS = (
    conservation.check,
    names.check,
    unbound_imports.check,
    order.check,
    load_order.check,
    second_execution.check,
    import_cycles.check,
    submodules.check,
    namespaces.check,
    patches.check,
    executed_again.check,
    texts.check,
    manuals.check,
    stubs.check,
    expected_changes.check,
    listed_modules.check,
    settings.check,
    renamed_modules.check,
)
# Those that need the texts as they are written, with lazy re-exports and pins in place.
CHECKS_AS_WRITTEN = (
    identities.check,
    packaging.check,
    doctests.check,
    lazy_reexports.check,
    loaded_files.check,
    module_to_package.check,
)


# How deep code may be nested; the default of Python is less than a long sum in one module needs.
_DEPTH = 8_000


@cache
def codes() -> Mapping[str, Mapping[str, str]]:
    """The codes of findings, each with ``title`` and ``meaning``."""
    return tomllib.loads(files(__name__).joinpath("codes.toml").read_text())


def prove(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Proof:
    """The evidence that ``after`` behaves as ``before``; without moves it finds itself what moved."""
    comparison = Comparison(before, after, moves)
    return Proof(_checked(comparison), comparison.found)


def review(before: Tree, after: Tree, moves: Sequence[Move] = ()) -> Review:
    """The same evidence for who reviews a change that may do other things beside moving."""
    comparison = Comparison(before, after, moves)
    return reviewed(comparison, _checked(comparison))


def defined_in(body: Sequence[ast.stmt]) -> frozenset[str]:
    """The names that a module binds itself while it is imported."""
    return frozenset(name for node, _ in flat(list(body)) for name in defined_names(node))


def _checked(written: Comparison) -> tuple[Check, ...]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEPTH))
    try:
        read = modules_in_place(without_pins(without_entries(written)))
        comparison = canonicalized(in_old_words(without_lazy_branches(read)))
        checks = [check(comparison) for check in CHECKS]
        return (*checks, *(check(written) for check in CHECKS_AS_WRITTEN))
    except RecursionError:
        places = [Place(path) for path in written.changed] or [Place(".")]
        message = "here, or in another touched module, code is nested too deeply to be compared"
        return (Check("conservation", conservation.SAYS, 0, (Finding(places[0], message, "too-deep"),)),)
    finally:
        sys.setrecursionlimit(limit)
