"""Whoever binds a name anew, reaches the same readers: patches in tests, ``global``, assignments from other modules.

A name of a module is a place that code looks at. ``mock.patch("pkg.worker.sleep")`` binds this place anew, and reaches
who looks at it, not who has what it held. So a patch whose target is still there may be deaf after a move, and a value
that was imported may be stale. Before and after, the same code has to be reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.checks.deleted_names import missed_otherwise
from codemods.proof.checks.held_modules import unreached
from codemods.proof.checks.kept_values import kept
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import Origin
from codemods.proof.statements.name_resolution import Occurrence
from codemods.proof.statements.pairing import Pair

_SHOWN = 3
SAYS = "whoever replaces or rebinds a name reaches the code that it reached before"
StatementAnalyzer = tuple[Pair, int]


def check(comparison: Comparison) -> Check:
    old_readers: dict[Origin, set[StatementAnalyzer]] = defaultdict(set)
    new_readers: dict[Origin, set[StatementAnalyzer]] = defaultdict(set)
    sites: list[tuple[Pair, Occurrence, Occurrence]] = []
    lines: dict[StatementAnalyzer, int] = {}
    for pair in comparison.pairs:
        for index, (before, after) in enumerate(_partners(comparison, pair)):
            lines[pair, index] = after.line
            for occurrence, readers in ((before, old_readers), (after, new_readers)):
                if occurrence.moment == "call":
                    for cell in _looked_at(occurrence):
                        readers[cell].add((pair, index))
            if before.writes and not before.own:
                sites.append((pair, before, after))
    failures: list[Finding] = []
    for pair, before, after in sites:
        assert before.writes is not None
        if after.writes is None:
            continue  # The path leads nowhere now, which the check of bindings says.
        was = old_readers[before.writes] | old_readers[before.writes[0], "*"]
        now = new_readers[after.writes] | new_readers[after.writes[0], "*"]
        if was != now:
            runs = comparison.is_run(pair.new.path)
            # Who writes another path in the patch, wants to reach others.
            kind = Kind.BROKEN if was - now and runs and before.text == after.text else Kind.NOTE
            failures.append(_finding(pair, after, was - now, now - was, lines, kind))
    failures += [*unreached(comparison), *kept(comparison), *missed_otherwise(comparison)]
    assumed = tuple(_assumptions(comparison, len(sites)))
    return Check("patch targets", SAYS, len(sites), tuple(dict.fromkeys(failures)), assumptions=assumed)


def _assumptions(comparison: Comparison, sites: int) -> Iterator[Finding]:
    """A patch by the old path that stands in another repository reaches the source only."""
    looked = "no code in this tree does"
    if sites:
        looked = f"{sites:,} place{'s' * (sites > 1)} in this tree that replace{'s' * (sites == 1)} a name"
        looked += f" {'were' if sites > 1 else 'was'} compared"
    for source in dict.fromkeys(move.source for move in comparison.moves):
        names = sorted(n for old, n in comparison.renamed if old == source and comparison.after.given(source, n))
        if names:
            old = comparison.after.names.dotted(source)
            what = f"{old}.{names[0]}" if len(names) == 1 else f"{_listed(names)} of {old}"
            message = f"no code outside of this tree patches {what}; {looked}"
            yield Finding(Place(source), message, "patched-outside", Kind.NOTE)


def _listed(names: list[str]) -> str:
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _partners(comparison: Comparison, pair: Pair) -> Iterator[tuple[Occurrence, Occurrence]]:
    """The occurrences of a pair; of one that was edited, those of the same text that mean the same, in order."""
    old, new = pair.old.reading.occurrences, pair.new.reading.occurrences
    if not pair.edited:
        yield from zip(old, new, strict=False) if len(old) == len(new) else ()
        return
    waiting: dict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in new:
        waiting[occurrence.text.rpartition(".")[2]].append(occurrence)
    for before in old:
        alike = waiting[before.text.rpartition(".")[2]]
        after = next((o for o in alike if _is_partner(comparison, before, o)), None)
        if after is not None:
            alike.remove(after)
            yield before, after


def _is_partner(comparison: Comparison, before: Occurrence, after: Occurrence) -> bool:
    if before.moment != after.moment or bool(before.writes) != bool(after.writes):
        return False
    return bool(before.writes) or comparison.same(before.meaning, after.meaning)


def _looked_at(occurrence: Occurrence) -> Iterator[Origin]:
    """The places that an occurrence may look at; all of a module where it asks for the namespace."""
    yield from occurrence.cells
    for path, name in occurrence.meaning:
        if name in ("globals()", "vars()", "eval()", "exec()"):
            yield path, "*"


def _finding(
    pair: Pair,
    site: Occurrence,
    lost: set[StatementAnalyzer],
    gained: set[StatementAnalyzer],
    lines: dict[StatementAnalyzer, int],
    kind: Kind,
) -> Finding:
    assert site.writes is not None
    parts = []
    for readers, verb in ((lost, "no longer reaches"), (gained, "now also reaches")):
        if readers:
            places = sorted({(p.new.path, lines[p, i], p.new.said) for p, i in readers})
            shown = ", ".join(f"{said} ({Place(path, line)})" for path, line, said in places[:5])
            more = f" and {len(places) - 5} more" if len(places) > 5 else ""
            parts.append(f"{verb} {shown}{more}")
    path, name = site.writes
    message = f"{pair.new.said} binds {path}:{name} anew, which {' and '.join(parts)}"
    where, cause = Place(pair.new.path, site.line), f"patch {path}:{name}"
    return Finding(where, message, "patch-target", kind, pair.old.place, cause)
