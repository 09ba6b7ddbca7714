"""What pytest gives a test for standing where it stands: marks and setup of its module, fixtures by their names, hooks
of a conftest.py that know the module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.project.asked_of_test_modules import asked_of_module
from codemods.project.pytest_fixtures import HOOKS_OF_TESTS, PATHS_OF_TESTS, conftests_above, fixtures_in
from codemods.proof.checks.shared_fixtures import arguments
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, SymbolTable
from codemods.proof.statements.pairing import Pair

_SETUP = frozenset(
    {"setup_module", "setup_function", "teardown_module", "teardown_function", "pytestmark", "pytest_generate_tests"}
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PATH = re.compile(r"[\w./-]*\w[\w./-]*")
_HOOK = re.compile(r"pytest_(?:collection_modifyitems|itemcollected|runtest_\w+|generate_tests|pycollect_makeitem)")


def given_otherwise(comparison: Comparison) -> Iterator[Finding]:
    """Each test that moved between two test modules, and is marked, set up or given something else there."""
    rules = comparison.pytest_rules
    for pair in comparison.pairing.pairs:
        if not (pair.moved and rules.runs(pair.old.path) and rules.runs(pair.new.path)):
            continue
        one, other = comparison.before.symbols(pair.old.path), comparison.after.symbols(pair.new.path)
        name = str(getattr(pair.new.node, "name", ""))
        if one is None or other is None or name not in rules.tests(other.body):
            continue
        given = (*_fixtures(comparison, pair), *_hooks(comparison, pair), *_of_its_module(comparison, pair))
        for message, place in (*_of_all(comparison, pair), *given):
            yield Finding(pair.new.place, f"{name} {message}", "test-state", Kind.BROKEN, place)


def _of_all(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, Place | None]]:
    """Marks, setup and hooks that hold of every test of a module or of a folder, in one of the two."""
    names = arguments(pair.new.node)
    was = _applying(comparison.before, pair.old.path, names)
    now = _applying(comparison.after, pair.new.path, names)
    for key in was.keys() - now.keys():
        yield "loses what its module says of all its tests", was[key]
    for key in now.keys() - was.keys():
        yield "gets what its new module says of all its tests", now[key]


def _applying(snapshot: Snapshot, path: str, names: set[str]) -> dict[str, Place]:
    """Whatever holds of a test with these arguments in a module, as it is written, and where that stands."""
    found: dict[str, Place] = {}
    for where in (path, *conftests_above(path)):
        symbols = snapshot.symbols(where) if where in snapshot.tree.paths else None
        for node in _holding(symbols, where == path) if symbols is not None else ():
            texts = {n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
            makes_others = getattr(node, "name", "") == "pytest_generate_tests" and texts and not texts & names
            if symbols is not None and not makes_others:
                found[ast.dump(node)] = symbols.source.place(node)
    return found


def _holding(symbols: SymbolTable, module: bool) -> Iterator[ast.stmt]:
    for node in symbols.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        names = {getattr(node, "name", ""), *(getattr(target, "id", "") for target in targets)}
        automatic = any(
            k.arg == "autouse" and ast.unparse(k.value) != "False"
            for decorator in (node.decorator_list if isinstance(node, _FUNCTIONS) else ())
            for k in getattr(decorator, "keywords", ())
        )
        if names & (_SETUP if module else HOOKS_OF_TESTS) or automatic:
            yield node


def _fixtures(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, Place | None]]:
    """Fixtures that it asks for by name, and that are others where it stands now."""
    for name in sorted(arguments(pair.new.node)):
        was = nearest_fixture(comparison.before, pair.old.path, name)
        now = nearest_fixture(comparison.after, pair.new.path, name)
        if was is not None and now is not None and comparison.mapped(frozenset({was})) != {now}:
            yield f"gets the fixture {name} of {now[0]} now, before it was that of {was[0]}", Place(was[0])
        elif was is not None and now is None:
            yield f"no longer finds the fixture {name}, which stands in {was[0]}", Place(was[0])


def nearest_fixture(snapshot: Snapshot, path: str, name: str) -> Origin | None:
    """The fixture of that name that is nearest: in the module, or in a conftest.py above it."""
    for where in (path, *reversed(conftests_above(path))):
        symbols = snapshot.symbols(where) if where in snapshot.tree.paths else None
        for fixture in fixtures_in(symbols.body) if symbols is not None else ():
            if fixture.name == name:
                return where, fixture.node.name
        if symbols is not None and name in symbols.binds and (origins := snapshot.bound_origins(where, name)):
            return min(origins)
    return None


def _of_its_module(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, Place | None]]:
    """What it or its fixtures ask `request` for, of the module or file in which the test stands."""
    old, new = pair.old.path, pair.new.path
    for path, node in _asking(comparison.before, pair):
        for asked in asked_of_module(node):
            was, now = (s.given(p, asked.name) for s, p in ((comparison.before, old), (comparison.after, new)))
            same = comparison.mapped(was) == now if asked.name else asked.folder and _folder(old) == _folder(new)
            if not same:
                what = f"{asked.name} in its module" if asked.name else "what its module is"
                yield f"asks for {what}, which is {new} now", Place(path, asked.node.lineno)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _asking(snapshot: Snapshot, pair: Pair) -> Iterator[tuple[str, ast.AST]]:
    """A test, and the fixtures that it gets: those it asks for, those of every test, and those behind these."""
    path = pair.old.path
    yield path, pair.old.node
    symbols = snapshot.symbols(path)
    marks = [node for node in symbols.body if isinstance(node, ast.Assign)] if symbols is not None else []
    todo, seen = {n for node in (pair.old.node, *marks) for n in arguments(node)}, set[str]()
    folder = _folder(path)
    for where in (path, *(p for p in snapshot.tree.code_with(["autouse"]) if p.endswith("conftest.py"))):
        stands = snapshot.symbols(where) if where == path or f"{folder}/".startswith(where[:-11]) else None
        todo |= {f.name for f in fixtures_in(stands.body) if f.automatic} if stands is not None else set[str]()
    while todo:
        name = todo.pop()
        seen.add(name)
        home = nearest_fixture(snapshot, path, name)
        there = snapshot.symbols(home[0]) if home is not None else None
        for fixture in fixtures_in(there.body) if there is not None and home is not None else ():
            if home is not None and fixture.node.name == home[1]:
                yield home[0], fixture.node
                todo |= arguments(fixture.node) - seen


def _hooks(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, Place | None]]:
    """Hooks above the old module that look for its name."""
    stem = pair.old.path.rpartition("/")[2].removesuffix(".py")
    word = re.compile(rf"(?<!\w){re.escape(stem)}(?!\w)")
    for path in sorted(comparison.new.code_with([stem])):
        if path.rpartition("/")[2] != "conftest.py" or not pair.old.path.startswith(path.removesuffix("conftest.py")):
            continue
        symbols = comparison.after.symbols(path)
        for hook in symbols.body if symbols is not None else ():
            if isinstance(hook, _FUNCTIONS) and _HOOK.fullmatch(hook.name):
                texts = (n for n in walk(hook) if isinstance(n, ast.Constant) and isinstance(n.value, str))
                if any(word.search(str(text.value)) for text in texts):
                    yield f"is not in {stem} any more, for whose name {hook.name} looks", Place(path, hook.lineno)
    yield from _of_hooks(comparison, pair)


def _of_hooks(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, Place | None]]:
    """Hooks that ask for names of its module, or look for its folder in its path."""
    old, new = pair.old.path, pair.new.path
    for path in conftests_above(old):
        symbols = comparison.after.symbols(path) if path in comparison.new.paths else None
        for hook in symbols.body if symbols is not None else ():
            if not isinstance(hook, _FUNCTIONS) or not _HOOK.fullmatch(hook.name):
                continue
            for asked in asked_of_module(hook):
                was, now = comparison.before.given(old, asked.name), comparison.after.given(new, asked.name)
                if asked.name and comparison.mapped(was) != now:
                    yield f"is asked by {hook.name} for {asked.name} in its module", Place(path, asked.node.lineno)
            inside = walk(hook)
            if any(isinstance(n, ast.Attribute) and n.attr in PATHS_OF_TESTS for n in inside):
                for node in (n for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, str)):
                    text = str(node.value)
                    if _PATH.fullmatch(text) and (text in old) is not (text in new):
                        yield f"has another path, and {hook.name} looks for {text} there", Place(path, node.lineno)
