"""What is changed in a class, and by what name each change goes."""

from __future__ import annotations

import ast
import textwrap

import pytest
from mutating.mutants import mutants_of
from mutating.subjects import CLASSES, Project, find_subjects

from .test_measuring import ROOT


def class_of(source):
    (tree,) = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return tree


def mutants(statements, head="def f(self, a, b):"):
    """The mutants of a method with these statements, and the statements as each makes them."""
    source = f"class C:\n    {head}\n{textwrap.indent(textwrap.dedent(statements), ' ' * 8)}\n"
    tree = class_of(source)
    found = []
    for mutant in mutants_of(source, tree):
        (method,) = mutant.applied(tree).body
        found.append((mutant, "\n".join(ast.unparse(one) for one in method.body)))
    return found


@pytest.mark.parametrize(
    "nothing",
    ['"""Only a text."""', "import os", "from os import path", "pass", "global x", "a: int", "..."],
)
def test_noop(nothing):
    assert mutants(nothing) == []


def test_noop_signature():
    assert mutants("pass", head="def f(self, a: 'int', b: dict[str, int]) -> 'str':") == []


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("a.go()", "remove", ["pass"]),
        ("x = a", "remove", ["pass"]),
        ("assert a", "remove", ["pass"]),
        ("raise a", "not-raised", ["pass"]),
        ("return a", "return-none", ["return None"]),
        ("return", "remove", ["pass"]),
        ("if a:\n    b()", "always", ["if True:\n    b()"]),
        ("if a:\n    b()", "never", ["if False:\n    b()"]),
        ("while a:\n    break", "never", ["while False:\n    break"]),
        ("while a:\n    break", "jump", ["while a:\n    continue"]),
        ("for x in a:\n    b()", "no-loop", ["for x in ():\n    b()"]),
        ("with a:\n    b()", "no-with", ["if True:\n    b()"]),
        ("x = a if b else 0", "never", ["x = a if False else 0"]),
        ("try:\n    a()\nexcept OSError:\n    b()", "not-caught", ["try:\n    a()\nexcept OSError:\n    raise"]),
        ("try:\n    a()\nexcept OSError:\n    b()", "catch-all", ["try:\n    a()\nexcept Exception:\n    b()"]),
        ("x = a < b", "compare", ["x = a <= b", "x = a >= b"]),
        ("x = a is b", "compare", ["x = a is not b"]),
        ("x = a and b", "and-or", ["x = a or b"]),
        ("x = a and b", "operand", ["x = b", "x = a"]),
        ("x = not a", "unary", ["x = a"]),
        ("x = a + b", "arithmetic", ["x = a - b"]),
        ("x = True", "constant", ["x = False"]),
        ("x = 1", "constant", ["x = 2", "x = 0"]),
        ("x = 'key'", "constant", ["x = 'keyX'"]),
        ("x = f'KV_{a}'", "constant", ["x = f'KV_X{a}'"]),
        ("x = a[:b]", "no-slice", ["x = a"]),
        ("x = (a, b)", "element", ["x = (b,)", "x = (a,)"]),
        ("x = {'k': a}", "entry", ["x = {}"]),
        ("x = {'k': a, 'l': b}", "swap", ["x = {'k': b, 'l': a}"]),
        ("self.g(a, b)", "swap", ["self.g(b, a)"]),
        ("self.g(x=a, y=b)", "swap", ["self.g(x=b, y=a)"]),
        ("self.g(x=a)", "keyword", ["self.g()"]),
        ("x = max(a, b)", "function", ["x = min(a, b)"]),
        ("x = max(a, b)", "swap", []),
        ("logger.error(a)", "log-level", ["logger.warning(a)"]),
    ],
)
def test_change(before, kind, after):
    assert [text for mutant, text in mutants(before) if mutant.kind == kind] == after


def test_an_await_is_dropped():
    found = mutants("await a.go()", head="async def f(self, a):")
    assert [text for mutant, text in found if mutant.kind == "no-await"] == ["a.go()"]


def test_defaults_are_changed():
    (found,) = mutants("pass", head="def f(self, a: bool = True):")
    assert (found[0].kind, found[0].what) == ("constant", "`True` becomes `False`")


def test_only_the_text_of_a_log_record_is_wording():
    found = mutants('logger.info("Worker %s", "w1")')
    assert {mutant.what for mutant, _ in found if mutant.wording} == {"`'Worker %s'` becomes `'Worker %sX'`"}
    assert {mutant.kind for mutant, _ in found if not mutant.wording} == {"remove", "swap", "log-level", "constant"}


BEFORE = """\
class C:
    def f(self, a):
        if a and self.g(a, 1,
                        key=2):
            return 3
        return 3
"""
REFORMATTED = '''\
"""It has moved to a module of its own."""
import logging


class C:
    """With a docstring now."""

    def before(self):
        return 3

    def f(self, a):
        if a and self.g(
            a,
            1,
            key=2,
        ):
            return 3
        return 3
'''


def test_ids_outlive_moves_and_formatting():
    before = [mutant.id for mutant in mutants_of(BEFORE, class_of(BEFORE))]
    after = [mutant.id for mutant in mutants_of(REFORMATTED, class_of(REFORMATTED))]
    assert before == [name for name in after if name.startswith("C.f:")]
    assert len(set(after)) == len(after)


def test_ids_change_with_their_statement_alone():
    changed = BEFORE.replace("key=2", "key=7")
    before, after = ({mutant.id for mutant in mutants_of(text, class_of(text))} for text in (BEFORE, changed))
    kept = before & after
    assert kept == {name for name in before if name.split(":")[1] in ("return-none",)} | {
        mutant.id for mutant in mutants_of(BEFORE, class_of(BEFORE)) if mutant.statement == "return 3"
    }


@pytest.mark.parametrize("subject", find_subjects(Project(ROOT)), ids=lambda one: one.name)
def test_each_mutant_of_the_worker_is_a_class_of_its_own(subject):
    found = mutants_of(subject.source, subject.tree)
    original = ast.dump(subject.tree)
    texts = []
    for mutant in found:
        tree = mutant.applied(subject.tree)
        compile(ast.Module([tree], []), "mutant", "exec")
        texts.append(ast.dump(tree))
        first, last = mutant.lines
        assert subject.tree.lineno < first <= last <= (subject.tree.end_lineno or 0)
    assert original not in texts
    assert ast.dump(subject.tree) == original
    assert len({mutant.id for mutant in found}) == len(found) > 100


def test_all_classes_are_found_by_name():
    assert [subject.name for subject in find_subjects(Project(ROOT))] == list(CLASSES)
