"""Finding side effects ends for every program, however its values nest and its functions call one another; and what is
really changed is found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.proof.importing.abstract.calls import Call, Calls
from codemods.proof.importing.abstract.interpreter import AbstractInterpreter
from codemods.proof.importing.abstract.values import UNKNOWN
from codemods.proof.snapshot.resolution import Snapshot
from tests.moves.archive import MemoryTree

# Function bodies that are run for one small program, in all rounds; none of those here needs 2,000.
LIMIT = 20_000

HEAD = "import functools\n\nLOG = []\n\n\ndef log(x=None, *rest):\n    LOG.append(x)\n    return x\n\n\n"
OF_ITSELF = {
    "a decorator applied again and again": """
        def wrapped(f):
            def call(*args):
                return wrapped(f)(*args)
            return call

        def main():
            f = log
            for w in (wrapped, wrapped):
                f = w(f)
            f(1)
            return wrapped(main)
    """,
    "decorators in a loop, as Django's method_decorator": """
        def multi(decorators, method):
            decorators = [multi_decorator(d) for d in decorators]
            def _wrapper(self, *args, **kwargs):
                bound = functools.partial(method.__get__(self), *args)
                for dec in decorators:
                    bound = dec(bound)
                return bound(*args, **kwargs)
            for dec in decorators:
                _wrapper = dec(_wrapper)
            return _wrapper

        def multi_decorator(decorator):
            def dec(obj):
                return multi([decorator, dec], multi([dec], obj))
            return dec

        @multi_decorator(log)
        def main():
            log(1)
    """,
    "a container that holds the one before": """
        def grow(x, f):
            f([x], lambda: x)
            return grow([x, (x, f)], lambda *a: grow(f, x))

        def main():
            grow([], log)
    """,
    "a partial of a partial": """
        def again(f):
            f()
            again(functools.partial(f, f))
            return functools.partial(again, functools.partial(again, f))

        def main():
            again(log)()
    """,
    "super of super": """
        class A:
            def run(self, x):
                log(x)

        class B(A):
            def run(self, x):
                super().run(super())
                B.run(super(), x)

        def main():
            B().run(1)
    """,
    "a class made in a function": """
        def make(base):
            class Inner(base):
                made = [lambda: base for _ in (1, 2)]
                def __set_name__(self, owner, name):
                    make(owner)
                field = base()
            log(Inner)
            return make(Inner)

        def main():
            make(object)
    """,
    "attributes of attributes of the unknown": """
        import outside

        def deeper(x):
            log(x)
            deeper(x.left)
            deeper(x.right)
            return deeper(deeper(x.both)(x))

        def main():
            deeper(outside.thing)
    """,
    "functions that hand on one another": """
        def p(f, g, h):
            f(g, h, p)
            return q(h, p, [f, g])

        def q(f, g, h):
            g(q, f, h)
            return lambda x: p(x, f, lambda y: q(y, x, h))

        def main():
            p(q, p, log)(log)
    """,
}  # fmt: skip


class Endless(BaseException):
    """The limit is reached."""


def changed(text: str, limit: int = LIMIT) -> frozenset[tuple[str, str]]:
    """What the last statement of a module changes; a program that runs too many function bodies is stopped."""
    side = Snapshot(MemoryTree({"mod.py": text.encode()}))
    last = side.symbols("mod.py").body[-1]  # type: ignore[union-attr]
    begin, runs = Calls.begin, iter(range(limit))

    def counted(self: Calls, call: Call) -> bool:
        is_run = begin(self, call)
        if is_run and next(runs, None) is None:
            raise Endless
        return is_run

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Calls, "begin", counted)
        return AbstractInterpreter(side, frozenset()).run("mod.py", last)


@pytest.mark.parametrize("text", OF_ITSELF.values(), ids=OF_ITSELF)
def test_it_ends(text: str) -> None:
    body = "\n".join(line.removeprefix("        ") for line in text.splitlines())
    assert ("mod.py", "LOG") in changed(f"{HEAD}{body}\n\nmain()\n")


def test_a_function_that_is_given_much_is_still_followed() -> None:
    many = "".join(f"    apply(lambda x: [{n}, x], {n})\n" for n in range(100))
    text = f"{HEAD}def apply(f, x):\n    return f(x)\n\n\ndef main():\n{many}    apply(log, 1)\n\n\nmain()\n"
    assert changed(text) == frozenset({("mod.py", "LOG")})


def test_a_chain_of_calls_with_two_each_is_not_followed_twice_as_often_with_each_step() -> None:
    chain = "".join(f"def f{n}(x):\n    f{n + 1}(x)\n    return f{n + 1}([x])\n\n\n" for n in range(40))
    text = f"{HEAD}{chain}def f40(x):\n    return log(x)\n\n\nf0(1)\n"
    assert changed(text, limit=10_000) == frozenset({("mod.py", "LOG")})


# -- at random, beside what really happens

name, function = st.sampled_from("abc"), st.sampled_from(["f0", "f1", "f2", "log", "a", "b"])
step = st.one_of(
    st.builds("{0} = [{1}, {2}]".format, name, name, name),
    st.builds("{0} = {{'k': {1}}}".format, name, name),
    st.builds("{0} = {1}[0] if isinstance({1}, list) else {1}".format, name, name),
    st.builds("{0} = lambda x=None, y=None: {1}(x, {2}) if callable({1}) else y".format, name, function, name),
    st.builds("{0} = functools.partial({1}, {2}) if callable({1}) else {2}".format, name, function, name),
    st.builds("{0} = {1}({2}, {3}) if callable({1}) else {2}".format, name, function, name, name),
    st.builds("for c in [{0}, {1}]:\n        {2} = f1(c, {0})".format, name, name, name),
    st.builds("def inner(x=None, y=None):\n        return {0}(x, {1})\n    {2} = inner".format, function, name, name),
    st.builds("return {0}".format, name),
    st.builds("{0} = [lambda *args: f2(x, {1}) for x in [{2}]]".format, name, name, name),
)
bodies = st.lists(st.lists(step, min_size=1, max_size=5), min_size=3, max_size=3)


def program(steps: list[list[str]]) -> str:
    functions = (
        f"def f{n}(a=None, b=None, c=None):\n    tick()\n    " + "\n    ".join(lines) + "\n\n\n"
        for n, lines in enumerate(steps)
    )
    return f"{HEAD}def tick():\n    pass\n\n\n{''.join(functions)}f0(log, f1)\n"


def really_changed(text: str) -> bool:
    class Stop(BaseException):
        pass

    ticks = iter(range(300))

    def tick() -> None:
        if next(ticks, None) is None:
            raise Stop

    definitions, _, last = text.rstrip().rpartition("\n")
    names: dict[str, list[object]] = {}
    exec(definitions, names)
    names["tick"] = tick  # type: ignore[assignment]
    try:
        exec(last, names)
    except (Stop, RecursionError, TypeError):
        pass
    return bool(names["LOG"])


@settings(max_examples=150, deadline=None)
@given(bodies)
def test_what_is_changed_is_found(steps: list[list[str]]) -> None:
    text = program(steps)
    found = changed(text)
    assert ("mod.py", "LOG") in found or not really_changed(text), text


MANY = "LOG = []\n\n\ndef log():\n    LOG.append(1)\n\n\n" + "\n\n".join(
    f"def f{n}(*given):\n" + "".join(f"    f{m}(lambda: given, f{n})\n" for m in range(8)) for n in range(8)
)


def test_what_leads_to_too_much_code_changes_something_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemods.proof.importing.abstract.machine.STEPS", 100)
    side = Snapshot(MemoryTree({"mod.py": f"{MANY}\n\nMADE = f0()\nMADE.x()\nlog()\n".encode()}))
    symbols = side.symbols("mod.py")
    assert symbols is not None
    interpreter = AbstractInterpreter(side, frozenset())
    first, second, last = (interpreter.run("mod.py", node) for node in symbols.body[-3:])
    assert first == {UNKNOWN}
    assert UNKNOWN in second  # nobody knows what the name stands for
    assert last == {("mod.py", "LOG")}  # what was given up leaves nothing behind
