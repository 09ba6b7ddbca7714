"""A moved test has fixtures, marks or setup for standing in its module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module, Statement
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.imports.eager_reexports import reexported
from codemods.planning.references.shared_fixtures import SharedFixtures
from codemods.planning.selection.test_items import (
    applying_below,
    applying_to_all,
    asked_for,
    collected,
    fixtures,
    found_in_the_destination,
)
from codemods.project.asked_of_test_modules import AskedOfModule, asked_of_module
from codemods.project.pytest_fixtures import PATHS_OF_TESTS, Fixture, conftests_above
from codemods.project.pytest_rules import skipping_whole

# Hooks of pytest that get tests.
_HOOKS = frozenset(
    {"pytest_collection_modifyitems", "pytest_itemcollected", "pytest_runtest_setup", "pytest_runtest_call"}
    | {"pytest_runtest_teardown", "pytest_runtest_protocol", "pytest_generate_tests", "pytest_deselected"}
    | {"pytest_runtest_makereport", "pytest_runtest_logreport", "pytest_pycollect_makeitem"}
)
CODE = "test-context"
TITLE = "pytest gives a moved test other fixtures, marks or setup, or collects it otherwise"
MEANING = """pytest collects a test from every test module that has its name, and gives it the fixtures, the
`pytestmark` and the setup functions of that module. A test that moves from one test module to another is therefore not
re-exported, unless something needs it there: then it runs twice, which is declared. Fixtures that it asks for have to
move with it or stand in a conftest.py, and what the old or the new module says of all its
tests has to be said in both. So has what a fixture asks the module of its test for, by `request.module`."""
EXAMPLE = """
-- tests/test_shop.py --
import pytest
@pytest.fixture
def cart():
    return []
def test_empty(cart):
    assert not cart
def test_still_empty(cart):
    assert not cart
-- move --
tests/test_shop.py tests/test_cart.py test_empty
"""


def find(facts: Facts) -> Iterator[Hazard]:
    before, after = collected(facts), found_in_the_destination(facts)
    offered = {new.attribute for new in reexported(facts)} if not facts.move.deprecate else set()
    for name, node in {**after, **before}.items():
        place = facts.source.source.place(node)
        if name not in after and name not in offered:
            remedy = "move it to a test module, or leave out --no-reexport and --deprecate"
            yield Hazard(CODE, place, f"pytest would not collect `{name}` any more", (remedy,))
        elif name not in before:
            reason = f"pytest collects `{name}` from {facts.move.destination} now"
            yield Hazard(CODE, place, reason, (), Severity.DECLARED)
        elif name in after:
            if name in offered:
                reason = f"pytest collects `{name}` twice: {facts.move.source} still needs its name"
                yield Hazard(CODE, place, reason, (), Severity.DECLARED)
            yield from _without_its_fixtures(facts, name, node)
            yield from _asking_its_module(facts, name, node)
    if before and after:
        for group in facts.moving:
            for name in sorted(group.binds & set(fixtures(facts.source).values())):
                yield from _without_its_fixtures(facts, name, group.statements[0].node)
        yield from _said_of_all(facts)
        yield from _skipped(facts)
        yield from _told_by_hooks(facts)
        rules, move = facts.pytest_rules, facts.move
        if rules.passes_over(move.source) and rules.runs(move.destination):
            reason = f"pytest ignores {move.source}, as it is configured, and runs {move.destination}"
            remedy = f"let it ignore {move.destination} too, first"
            yield Hazard(CODE, Place(move.source), reason, (remedy,))


def _without_its_fixtures(facts: Facts, name: str, node: ast.stmt) -> Iterator[Hazard]:
    there = fixtures(facts.destination) if facts.destination is not None else {}
    here = fixtures(facts.source)
    for fixture in sorted(asked_for(node) & here.keys() - there.keys()):
        if here[fixture] not in facts.moved_names:
            reason = f"`{name}` asks for the fixture `{fixture}`, which stays in {facts.move.source}"
            remedies = (f"take it along: --with {here[fixture]}", "move the fixture to a conftest.py first")
            yield Hazard(CODE, facts.source.source.place(node), reason, remedies)

    for fixture in sorted(asked_for(node) & there.keys() - here.keys()):
        if there[fixture] not in facts.moved_names and facts.destination is not None:
            reason = f"`{name}` would get the fixture `{fixture}` of this module, and not the one that it gets"
            place = next(s for s in facts.destination.statements if there[fixture] in s.binds)
            remedy = "give one of the two fixtures another name first, or move it to another module"
            yield Hazard(CODE, facts.destination.source.place(place.node), reason, (remedy,))


def _asking_its_module(facts: Facts, name: str, node: ast.stmt) -> Iterator[Hazard]:
    """A test that asks for its module or file, and fixtures of it that do: they find what is not there."""
    given = [(facts.move.source, node, f"`{name}`")]
    given += [(path, one.node, f"the fixture `{one.name}` of `{name}`") for path, one in _given(facts, node)]
    for path, function, label in given:
        module = facts.project.module(path)
        for asked in asked_of_module(function):
            if _is_found_there(facts, asked):
                continue
            what = f"`{asked.name}`" if asked.name else "its folder" if asked.folder else "its name or path"
            reason = f"{label} asks the module of the test for {what}, and that is {facts.move.destination} then"
            defined = asked.name in facts.source.definitions
            remedies = (f"take it along: --with {asked.name}",) if defined else ("move it beside its module",)
            yield Hazard(CODE, module.source.place(asked.node), reason, remedies)


def _given(facts: Facts, node: ast.stmt) -> Iterator[tuple[str, Fixture]]:
    """The fixtures that a test gets, with those behind them."""
    known = SharedFixtures(facts).all
    seen = {n for n, (p, f) in known.items() if f.automatic and (p == facts.move.source or not _is_test(facts, p))}
    todo = sorted(seen | {n for s in (node, *(s.node for s in applying_to_all(facts.source))) for n in asked_for(s)})
    seen |= {*todo}
    while todo:
        if (found := known.get(todo.pop())) is not None:
            yield found
            todo += sorted(asked_for(found[1].node) - seen)
            seen |= {*todo}


def _is_test(facts: Facts, path: str) -> bool:
    return facts.pytest_rules.reads(path) and not path.endswith("conftest.py")


def _is_found_there(facts: Facts, asked: AskedOfModule) -> bool:
    """Is it the same of the destination?"""
    name, move, there = asked.name, facts.move, facts.destination
    if not name:
        return asked.folder and move.source.rpartition("/")[0] == move.destination.rpartition("/")[0]
    here = {ast.dump(s.node) for s in facts.source.statements if name in s.binds}
    found = {ast.dump(s.node) for s in there.statements if name in s.binds} if there is not None else set[str]()
    return here == found or (name in facts.moved_names and not found)


def _said_of_all(facts: Facts) -> Iterator[Hazard]:
    asked = {name for node in collected(facts).values() for name in asked_for(node)}
    here, there = _applying(facts, facts.source, asked), _applying(facts, facts.destination, asked)
    for mine, others in ((here, there), (there, here)):
        for key in sorted(mine.keys() - others.keys()):
            module, statement = mine[key]
            label = ", ".join(sorted(statement.binds))
            place: Place = module.source.place(statement.node)
            folder = module.path.rpartition("/")[0]
            below = module.path.endswith("conftest.py")
            where, both = ("below this folder", "folders") if below else ("of this module", "modules")
            remedy = f"say the same in both {both}, or take {label} out of {folder if below else module.path} first"
            yield Hazard(CODE, place, f"{label} applies to every test {where}, and to no other", (remedy,))


def _applying(facts: Facts, module: Module | None, asked: set[str]) -> dict[str, tuple[Module, Statement]]:
    """What holds of each test of a module that asks for these, there or above it."""
    path = facts.move.destination if module is None else module.path
    found = list(applying_below(facts, path)) + [(m, s) for m in (module,) if m is not None for s in applying_to_all(m)]
    return {ast.dump(s.node): (m, s) for m, s in found if not _is_of_other_fixtures(s, asked)}


def _is_of_other_fixtures(statement: Statement, asked: set[str]) -> bool:
    """Does it only make the arguments of tests that ask for others?"""
    texts = {n.value for n in ast.walk(statement.node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return "pytest_generate_tests" in statement.binds and bool(texts) and asked.isdisjoint(texts)


def _skipped(facts: Facts) -> Iterator[Hazard]:
    """What skips a whole test module, and is not said in the other one. What moved code reads of it goes with that."""
    read = {r.name for group in facts.moving for r in group.references}
    moving = {id(s.node) for group in facts.moving for s in group.statements}
    modules = [module for module in (facts.source, facts.destination) if module is not None]
    said = {m.path: {ast.dump(node): node for node in skipping_whole(m.source.tree.body)} for m in modules}
    there = said.get(facts.move.destination, {})
    for module in modules:
        others = there if module is facts.source else said[facts.source.path]
        for key, node in said[module.path].items():
            bound = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            if key not in others and id(node) not in moving and not bound & read:
                reason = "this may skip every test of this module, and of no other"
                remedy = "say the same in both modules, or in each test, first"
                yield Hazard(CODE, module.source.place(node), reason, (remedy,))


def _told_by_hooks(facts: Facts) -> Iterator[Hazard]:
    """Hooks in a conftest.py that look for the name of the source in what pytest says of a test."""
    old, new = facts.move.source, facts.move.destination
    stem = re.compile(rf"(?<!\w){re.escape(old.rpartition('/')[2].removesuffix('.py'))}(?!\w)")
    for path in conftests_above(old):
        module = facts.project.module(path) if path in facts.project.tree.paths else None
        for hook in module.source.nodes.of(ast.FunctionDef) if module is not None else ():
            if module is None or hook.name not in _HOOKS:
                continue
            located = any(isinstance(n, ast.Attribute) and n.attr in PATHS_OF_TESTS for n in ast.walk(hook))
            for node in ast.walk(hook):
                text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
                if stem.search(text) or (located and _is_of_a_folder(text) and (text in old) is not (text in new)):
                    reason = f"this hook looks for {text} in the names of tests, which are others for those that move"
                    remedy = f"let it look for {new} too, first"
                    yield Hazard(CODE, module.source.place(node), reason, (remedy,))
            for asked in asked_of_module(hook):
                if asked.name and not _is_found_there(facts, asked):
                    reason = f"this hook asks the module of the test for `{asked.name}`, and that is {new} then"
                    yield Hazard(CODE, module.source.place(asked.node), reason, ("move it beside its module",))


def _is_of_a_folder(text: str) -> bool:
    """May a text be a part of the path of a folder?"""
    return re.fullmatch(r"[\w./-]*\w[\w./-]*", text) is not None
