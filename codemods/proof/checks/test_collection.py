"""Tests are collected by pytest as before: from as many modules, none lost on the way, none twice."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from codemods.model import Finding, Kind, Place
from codemods.project.pytest_rules import PytestRules, skipping_whole
from codemods.project.test_commands import commands_of
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Statement

ACCEPTED = "configured-by-name"  # the hazard of that name, by --accept


def moves_as_a_test(comparison: Comparison, origin: Origin) -> bool:
    """Does pytest collect this definition both where it stood and where it stands? Nobody looks for it by its path."""
    rules = comparison.pytest_rules
    new = comparison.renamed.get(origin)
    there = new is not None and rules.reads(origin[0]) and rules.reads(new[0])
    return there and _is_test(comparison.before, rules, origin)


def collected(comparison: Comparison) -> Iterator[tuple[bool, Finding]]:
    """(whether it is a failure, what is otherwise), for tests that more or fewer modules offer to pytest."""
    rules = comparison.pytest_rules
    here = [path for path in comparison.changed if rules.reads(path)]
    if any(rules.runs(path) for path in here):
        here = [path for path in here if rules.runs(path)]
    staying = {(path, name): (path, name) for path in here for name in _binding(comparison.after, path)}
    offered_before, offered_after = (_offered(snapshot, here) for snapshot in (comparison.before, comparison.after))
    for old, new in sorted({**staying, **comparison.renamed}.items()) if here else ():
        if not _is_test(comparison.before, rules, old):
            continue
        before, after = offered_before[old], offered_after[new]
        was = Place(old[0])
        if after < before:
            message = f"pytest no longer collects {new[1]}"
            if after:
                message = f"pytest collects {new[1]} from fewer modules: {after}, before {before}"
            kind = Kind.NOTE if after else Kind.BROKEN  # a base class has left the module of some of its tests
            yield True, Finding(Place(new[0]), message, "test-lost", kind, was)
        elif after > before:
            # An import back of one name is what a move makes; a star brings every test along.
            starred = old == new or any(
                _offers(comparison.after, path, new) and not _binds(comparison.after, path, new[1]) for path in here
            )
            message = f"pytest collects {new[1]} from more modules: {after}, before {before}"
            yield starred, Finding(Place(new[0]), message, "test-twice", Kind.BROKEN, was)
    found = (*_lost(comparison), *_twice(comparison), *_not_run(comparison), *_skipped(comparison))
    yield from ((True, finding) for finding in found)


def _skipped(comparison: Comparison) -> Iterator[Finding]:
    """Tests that their module skipped, or that pytest was told to pass over, and that run now; or the reverse."""
    rules = comparison.pytest_rules
    for old, new in sorted(comparison.renamed.items()):
        one, other = comparison.before.symbols(old[0]), comparison.after.symbols(new[0])
        if old[0] == new[0] or not moves_as_a_test(comparison, old) or one is None or other is None:
            continue
        if rules.passes_over(old[0]) and rules.runs(new[0]):
            message = f"pytest was told to pass over {old[0]}, and runs {new[1]} now"
            yield Finding(Place(new[0]), message, "test-twice", Kind.BROKEN, Place(old[0]))
        was, now = ({ast.dump(n): n for n in skipping_whole(s.body)} for s in (one, other))
        moved = next((s for s in comparison.new_statements.get(new[0], ()) if new[1] in s.names), None)
        read = {o.text.partition(".")[0] for o in moved.reading.occurrences} if moved is not None else set[str]()
        for key in was.keys() ^ now.keys():
            node = was.get(key, now.get(key))
            bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # type: ignore[arg-type]
            if not bound & read:
                message = f"{new[1]} is skipped with its module {'no longer' if key in was else 'now'}"
                yield Finding(Place(new[0]), message, "test-lost", Kind.BROKEN, Place(old[0]))


def _not_run(comparison: Comparison) -> Iterator[Finding]:
    """Commands that run the tests of one file, of which some stand in another one now, which they do not name."""
    accepted = {move.source for move in comparison.moves if ACCEPTED in move.accept}
    for old, new in sorted(comparison.renamed.items()):
        if old[0] in accepted or old[0] == new[0] or not moves_as_a_test(comparison, old):
            continue
        was, now = comparison.before.names.dotted(old[0]), comparison.after.names.dotted(new[0])
        for path, line, text in commands_of(comparison.new, old[0], was):
            if new[0] not in text and now not in text.split() and old[0] in comparison.new.paths:
                message = f"this runs the tests of {old[0]}, and no longer runs {new[1]}"
                yield Finding(Place(path, line), message, "test-lost", Kind.BROKEN, Place(old[0]), f"run {path} {line}")


def _lost(comparison: Comparison) -> Iterator[Finding]:
    """Tests that are nowhere, where those that stood beside them went to another module as they were. Who edits tests
    on the way, or writes others, drops some on purpose."""
    rules, pairing = comparison.pytest_rules, comparison.pairing
    tests = [pair for pair in pairing.pairs if pair.moved and rules.collects(pair.old.node)]
    written = {s.path for s in pairing.come if rules.collects(s.node)} | {p.new.path for p in tests if p.edited}
    left = {pair.old.path for pair in tests} - {pair.old.path for pair in tests if pair.new.path in written}
    accounted = {id(part.old) for part in pairing.parts}
    for statement in pairing.gone:
        if statement.path not in left or not rules.reads(statement.path) or id(statement) in accounted:
            continue
        if rules.collects(statement.node) and not _stands_elsewhere(comparison, statement):
            message = f"the test {statement.said} is lost: others of {statement.path} moved, and it is nowhere"
            yield Finding(statement.place, message, "test-lost", Kind.BROKEN, statement.place)


def _stands_elsewhere(comparison: Comparison, statement: Statement) -> bool:
    """Does another test module have a test by this name?"""
    names, after = statement.names, comparison.after
    found = after.tree.code_with(sorted(names))
    return any(names & set(getattr(after.symbols(path), "binds", ())) for path in found)


def _twice(comparison: Comparison) -> Iterator[Finding]:
    """Tests that were copied instead of moved: pytest runs both."""
    rules = comparison.pytest_rules
    for pair in comparison.pairing.copies:
        if all(rules.reads(s.path) and rules.collects(s.node) for s in (pair.old, pair.new)):
            other = next((p.new.place for p in comparison.pairing.pairs if p.old is pair.old), pair.old.place)
            message = f"the test {pair.new.said} stands twice now, also at {other}"
            yield Finding(pair.new.place, message, "test-twice", Kind.BROKEN, pair.old.place)


def found_by_conftest(comparison: Comparison, path: str, name: str) -> bool:
    """Does a conftest.py above a test module have a fixture by this name?"""
    parts = path.split("/")[:-1]
    above = ["/".join([*parts[:count], "conftest.py"]) for count in range(len(parts) + 1)]
    return any(_binds(comparison.after, one, name) for one in above)


def is_fixture(comparison: Comparison, path: str, name: str) -> bool:
    """Does pytest find a fixture by this name in the module, and do tests that are there go on asking for it?"""
    snapshot, new = comparison.before, comparison.after.symbols(path)
    if path.rpartition("/")[2] != "conftest.py" and not (
        comparison.pytest_rules.reads(path) and new is not None and re.search(rf"\b{name}\b", new.source.text)
    ):
        return False
    for where, inner in snapshot.bound_origins(path, name):
        symbols = snapshot.symbols(where) if where.endswith(".py") else None
        for node in symbols.body if symbols is not None else ():
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == inner:
                made = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
                if any(last_name(decorator) == "fixture" for decorator in made):
                    return True
    return False


def _is_test(snapshot: Snapshot, rules: PytestRules, origin: Origin) -> bool:
    symbols = snapshot.symbols(origin[0])
    return symbols is not None and origin[1] in rules.tests(symbols.body)


def _binding(snapshot: Snapshot, path: str) -> list[str]:
    """The names that a module defines."""
    symbols = snapshot.symbols(path)
    return [n for n, bounds in symbols.binds.items() if any(b.defined for b in bounds)] if symbols is not None else []


def _binds(snapshot: Snapshot, path: str, name: str) -> bool:
    symbols = snapshot.symbols(path)
    return symbols is not None and name in symbols.binds


def _offered(snapshot: Snapshot, paths: Iterable[str]) -> Counter[Origin]:
    """From how many of the modules each definition can be had."""
    found: Counter[Origin] = Counter()
    for path in paths:
        leading = {snapshot.bound_origins(path, name) for name in snapshot.namespace(path)}
        found.update(origin for origins in leading if len(origins) == 1 for origin in origins)
    return found


def _offers(snapshot: Snapshot, path: str, origin: Origin) -> bool:
    return any(snapshot.bound_origins(path, name) == {origin} for name in snapshot.namespace(path))
