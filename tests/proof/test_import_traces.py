"""Import traces recorded by one simulated run hold for the next: both give what a run without them gives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from codemods.proof.importing.eager import Facts
from codemods.proof.importing.simulation import ImportSimulation
from codemods.proof.importing.traces import Run, Trace
from codemods.proof.snapshot.resolution import Snapshot
from tests.moves.archive import MemoryTree

NAMES = ["p/__init__.py", "p/a.py", "p/b.py", "p/c.py", "p/d.py", "q/__init__.py", "q/e.py", "f.py", "g.py"]
DOTTED = ["p", "p.a", "p.b", "p.c", "p.d", "q", "q.e", "f", "g"]

module = st.sampled_from(DOTTED)
statement = st.one_of(
    st.builds("import {}".format, module),
    st.builds("from {} import x".format, module),
    st.builds("from {} import *".format, module),
    st.sampled_from(["from p import a, d", "from p import b", "from q import e", "import outside", "x = 2", "del x"]),
    st.builds("import {0}\nclass C({0}.C): ...".format, module),
    st.builds("try:\n    from {} import x\nexcept ImportError:\n    import outside".format, module),
    st.builds("def f():\n    from {} import x\n    return x\nf()".format, module),
    st.builds("from {0} import C\nC()".format, module),
)
body = st.lists(statement, max_size=4).map(lambda lines: "\n".join(["x = 1", *lines, "class C: ...", "print(x)"]))


def told(run: Run) -> tuple[object, ...]:
    """Everything that a run says."""
    failed = (str(run.failed), run.failed.place) if run.failed else None
    events = [(key, path) for key, path, _ in run.events]
    bound = {path: {*names} for path, names in run.bound.items()}
    return failed, events, run.versions, run.outside, run.others, bound if failed is None else None


@settings(max_examples=200, deadline=None)
@given(st.lists(body, min_size=len(NAMES), max_size=len(NAMES)), st.permutations(NAMES), st.booleans())
def test_a_recorded_trace_is_what_would_happen(bodies: list[str], order: list[str], watched: bool) -> None:
    tree = MemoryTree({name: text.encode() for name, text in zip(NAMES, bodies, strict=True)})
    side = Snapshot(tree)
    facts = Facts(side, NAMES, frozenset(["x"] if watched else []))
    keys = {(name, index) for name in NAMES for index in range(12)}
    traces: dict[str, Trace] = {}
    for name in order:
        inside = frozenset(NAMES)
        shared = ImportSimulation(side, inside, {}, facts, keys, traces).start(name)
        alone = ImportSimulation(side, inside, {}, facts, keys).start(name)
        assert told(shared) == told(alone), name


def test_what_a_module_does_as_a_script_does_not_run_when_it_is_imported() -> None:
    guarded = "if __name__ == '__main__':\n    from a import X\n    X.y\nelse:\n    import outside\n"
    snapshot = Snapshot(MemoryTree({"a.py": b"import b\nX = 1\n", "b.py": guarded.encode()}))
    run = ImportSimulation(snapshot, frozenset(["a.py", "b.py"]), {}, Facts(snapshot, ["a.py"], frozenset()), ()).start(
        "a.py"
    )
    assert run.failed is None
    assert [*run.outside] == ["outside"]
