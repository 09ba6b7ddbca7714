"""Moved tests: what pytest collects from which module, and what it gives a test for standing where it stands."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from codemods.bindings import Module, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.project.pytest_fixtures import HOOKS_OF_TESTS, conftests_above

# Names of a test module that speak of all its tests.
_OF_THE_MODULE = frozenset(
    {"setup_module", "setup_function", "teardown_module", "teardown_function", "pytestmark"}
    | {"setUpModule", "tearDownModule", "load_tests", "pytest_generate_tests"}
)


def collected(facts: Facts) -> dict[str, ast.stmt]:
    """The moved tests that pytest collects from the source."""
    return _tests(facts) if facts.pytest_rules.reads(facts.move.source) else {}


def collected_twice(facts: Facts) -> frozenset[str]:
    """Classes of tests that stay, and that pytest would collect from the destination as well if it imported them."""
    rules, move = facts.pytest_rules, facts.move
    if not (rules.reads(move.source) and rules.reads(move.destination)):
        return frozenset()
    body = facts.source.source.tree.body
    return rules.tests(body) & {n.name for n in body if isinstance(n, ast.ClassDef)} - facts.moved_names


def found_in_the_destination(facts: Facts) -> dict[str, ast.stmt]:
    """The moved tests that pytest collects from the destination."""
    rules, move = facts.pytest_rules, facts.move
    there = rules.runs(move.destination) or (rules.reads(move.destination) and not rules.runs(move.source))
    return _tests(facts) if there else {}


def _tests(facts: Facts) -> dict[str, ast.stmt]:
    names = facts.pytest_rules.tests(facts.source.source.tree.body)
    nodes = [s.node for group in facts.moving for s in group.statements]
    return {node.name: node for node in nodes if getattr(node, "name", "") in names}  # type: ignore[attr-defined]


def applying_to_all(module: Module) -> Iterator[Statement]:
    """What a test module says of every test in it: marks, setup, fixtures that all tests use."""
    for statement in module.statements:
        if statement.binds & _OF_THE_MODULE or any("autouse" in keywords for _, keywords in _fixtures(statement.node)):
            yield statement


def applying_below(facts: Facts, path: str) -> Iterator[tuple[Module, Statement]]:
    """What stands above a test module and holds of each of its tests: fixtures that all use, hooks that get them."""
    for above in conftests_above(path):
        module = facts.project.module(above) if above in facts.project.tree.paths else None
        for statement in module.statements if module is not None else ():
            automatic = any("autouse" in keywords for _, keywords in _fixtures(statement.node))
            if module is not None and (automatic or statement.binds & HOOKS_OF_TESTS):
                yield module, statement


def given_by_conftest(facts: Facts) -> frozenset[str]:
    """Fixtures that move to a conftest.py above the source: its tests find them there by themselves."""
    folder, _, name = facts.move.destination.rpartition("/")
    if name != "conftest.py" or not facts.move.source.startswith(f"{folder}/" if folder else ""):
        return frozenset()
    moved = {s.node for group in facts.moving for s in group.statements}
    return frozenset(name for node in moved for fixture, _ in _fixtures(node) if (name := node.name) == fixture)  # type: ignore[attr-defined]


def found_by_pytest(facts: Facts) -> frozenset[str]:
    """Moved fixtures and hooks that pytest finds among the names of the source, a conftest.py or another plugin."""
    rules, move = facts.pytest_rules, facts.move
    nodes = [s.node for group in facts.moving for s in group.statements if isinstance(s.node, FUNCTIONS)]
    names = {n.name for n in nodes if any(True for _ in _fixtures(n)) or n.name.startswith("pytest_")}
    if names and not (move.source.endswith("conftest.py") or rules.reads(move.source) or _is_plugin(facts)):
        names = {name for name in names if not _is_imported(facts, name)}
    elif names and not (move.source.endswith("conftest.py") or _is_plugin(facts)):
        # Only tests that moved ask for them.
        own = own_fixtures(facts.source, facts.moved_names - names)
        names -= {name for name in own if not _is_imported(facts, name)}
    return frozenset(names) - (given_by_conftest(facts) if names else frozenset())


def only_for_moved_tests(facts: Facts) -> frozenset[str]:
    """Names that move along from one test module to another: nobody has them from a file that only pytest runs."""
    rules, move = facts.pytest_rules, facts.move
    if not (rules.runs(move.source) and rules.runs(move.destination)) or _is_plugin(facts):
        return frozenset()
    stem = move.source.rpartition("/")[2].removesuffix(".py")
    if not facts.project.tree.code_with([stem]) <= {move.source}:
        return frozenset()
    return facts.moved_names - set(move.names) - found_by_pytest(facts)


def _is_plugin(facts: Facts) -> bool:
    """Does somebody name plugins by their modules, in a file that has a part of the source's name?"""
    tree, last = facts.project.tree, facts.project.names.dotted(facts.move.source).rpartition(".")[2]
    named = tree.code_with(["pytest_plugins"]) | tree.texts_with(["pytest11"])
    return bool(named & (tree.code_with([last]) | tree.texts_with([last])))


def _is_imported(facts: Facts, name: str) -> bool:
    """Does another module take it from the source? Then pytest may find it there, and else only in the source."""
    source = facts.move.source
    return any(
        item.attribute == name and facts.project.target(module, item) == source
        for module in facts.project.modules_mentioning(name)
        if module.path != source
        for item in module.imports
    )


def fixtures(module: Module) -> dict[str, str]:
    """The fixtures that a module defines: by the name that tests ask for them, the name of the function."""
    return {
        name: statement.node.name  # type: ignore[attr-defined]
        for statement in module.statements
        for name, _ in _fixtures(statement.node)
    }


def own_fixtures(module: Module, names: Collection[str]) -> frozenset[str]:
    """The fixtures that only tests among ``names`` ask for, directly or by other fixtures; as their functions."""
    found: set[str] = set()
    defined = fixtures(module)
    while True:
        going = {s.index for s in module.statements if s.binds & {*names, *found}}
        asked, elsewhere = (
            {name for s in module.statements if (s.index in going) is moved for name in asked_for(s.node)}
            for moved in (True, False)
        )
        more = {defined[name] for name in (asked - elsewhere) & defined.keys()} - {*names, *found}
        if not more:
            return frozenset(found)
        found |= more


def _fixtures(node: ast.stmt) -> Iterator[tuple[str, set[str]]]:
    for decorator in node.decorator_list if isinstance(node, FUNCTIONS) else ():
        call = decorator if isinstance(decorator, ast.Call) else None
        function = call.func if call else decorator
        if getattr(function, "attr", getattr(function, "id", "")) in ("fixture", "yield_fixture"):
            keywords = {str(k.arg): k.value for k in call.keywords} if call else {}
            named = keywords.get("name")
            yield (
                named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else node.name,  # type: ignore[union-attr]
                set(keywords),
            )


def asked_for(node: ast.stmt) -> set[str]:
    """The names of fixtures that a test, or a fixture, may ask for: arguments, and texts of ``usefixtures``."""
    found = {a.arg for f in ast.walk(node) if isinstance(f, FUNCTIONS) for a in (*f.args.args, *f.args.kwonlyargs)}
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            what = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if what in ("usefixtures", "getfixturevalue"):
                found |= {a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found
