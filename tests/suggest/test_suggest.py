"""What is proposed for a module, by examples; the first is what the authors of the worker did by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from codemods.planning.grouping.definition_groups import DefinitionGroups
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import DiskTree
from codemods.suggest import suggest
from codemods.suggest.graph import SymbolGraph
from codemods.suggest.grouping import Grouping
from codemods.suggest.naming import module_names
from codemods.suggest.proposal import NewModule, proven
from tests.commands.conftest import Run, fingerprint, root, run  # noqa: F401  (fixtures)

FROZEN = Path(__file__).parents[1] / "replay/frozen"


def groups(folder: Path, text: str, into: int | None = None) -> tuple[list[list[str]], list[str]]:
    """(the new modules, what stays), by the names of their definitions."""
    (folder / "shop.py").write_text(text)
    graph = SymbolGraph(DefinitionGroups(ProjectIndex(DiskTree(folder)).module("shop.py")))
    found = Grouping(graph, into)
    return [[unit.label for unit in group] for group in found.new], [unit.label for unit in found.stays]


def klass(name: str, base: str = "", body: str = "0", lines: int = 50) -> str:
    filling = "".join(f"    x{n} = {n}\n" for n in range(lines))
    return f"class {name}{f'({base})' if base else ''}:\n{filling}\n    def do(self):\n        return {body}\n\n\n"


@pytest.mark.slow
def test_what_the_authors_of_the_worker_did() -> None:
    """The same definitions in each module as in the split that was made by hand, recipe by recipe."""
    found = suggest(DiskTree(FROZEN / "before"), "worker/worker.py")
    split = ProjectIndex(DiskTree(FROZEN / "split"))
    by_hand = {
        name: {n for n in split.module(f"worker/{name}.py").definitions if n not in ("logger", "__all__")}
        for name in ("status", "jobs", "failures", "worker")
    }
    assert [set(module.names) for module in found.modules] == [by_hand[n] for n in ("status", "jobs", "failures")]
    assert set(found.stays) == by_hand["worker"]
    assert [module.path for module in found.modules] == ["worker/status.py", "worker/jobs.py", "worker/failed.py"]
    assert found.solution is not None
    assert found.solution.proof.held
    assert not found.left


def test_a_base_class_stays_and_families_leave(tmp_path: Path) -> None:
    text = "".join(
        [
            klass("Field"),
            klass("CharField", "Field"),
            klass("EmailField", "CharField", lines=5),
            klass("SlugField", "CharField", lines=5),
            klass("IntegerField", "Field"),
            klass("FloatField", "IntegerField"),
            klass("BooleanField", "Field", lines=2),
        ]
    )
    new, stays = groups(tmp_path, text)
    assert new == [["CharField", "EmailField", "SlugField"], ["IntegerField", "FloatField"]]
    assert stays == ["Field", "BooleanField"]


def test_a_driver_stays_and_what_it_uses_leaves(tmp_path: Path) -> None:
    text = (
        "LIMIT = 3\nSHARED = 4\n\n\n"
        + klass("Reader", body="LIMIT")
        + klass("Writer", body="SHARED")
        + klass("Machine", body="Reader(), Writer(), SHARED")
    )
    new, stays = groups(tmp_path, text)
    assert new == [["LIMIT", "Reader"], ["SHARED", "Writer"]], "a helper goes where all its users can import it"
    assert stays == ["Machine"]


def test_what_needs_one_another_is_not_divided(tmp_path: Path) -> None:
    text = klass("Tree", body="Leaf()") + klass("Leaf", body="Tree()") + klass("Other") + klass("Fourth")
    new, stays = groups(tmp_path, text)
    assert [sorted(group) for group in [*new, stays] if "Tree" in group] == [["Leaf", "Tree"]]


def test_no_group_imports_another_in_a_cycle(tmp_path: Path) -> None:
    text = klass("A", body="B()") + klass("B", body="helper()") + klass("C", body="A(), helper()")
    text += "def helper():\n    return LIMIT\n\n\nLIMIT = 3\n" + klass("D", body="C()")
    new, stays = groups(tmp_path, text)
    home = {name: n for n, group in enumerate([stays, *new]) for name in group}
    edges = [("A", "B"), ("B", "helper"), ("C", "A"), ("C", "helper"), ("helper", "LIMIT"), ("D", "C")]
    between = {(home[one], home[other]) for one, other in edges} - {(n, n) for n in range(9)}
    assert not {(b, a) for a, b in between} & between


def test_so_many_modules_at_most(tmp_path: Path) -> None:
    text = "".join(klass(f"{name}Thing") for name in ("Red", "Green", "Blue", "Grey"))
    text += klass("Driver", body="RedThing(), GreenThing(), BlueThing(), GreyThing()")
    assert len(groups(tmp_path, text)[0]) == 4
    for into in (2, 3, 4):
        assert len(groups(tmp_path, text, into)[0]) == into - 1


@pytest.mark.parametrize("text", ["", "x = 1\n", "import os\n", "def f():\n    return 1\n"])
def test_nothing_to_split(tmp_path: Path, text: str) -> None:
    assert groups(tmp_path, text)[0] == []


def test_it_is_the_same_each_time(tmp_path: Path) -> None:
    shutil.copytree(FROZEN / "before", tmp_path / "tree")
    text = (tmp_path / "tree/worker/worker.py").read_text()
    assert len({str(groups(tmp_path, text)) for _ in range(3)}) == 1


def test_names() -> None:
    statuses = ["WorkerStatusManager", "WORKER_STATUS", "STATUS_VERSION"]
    jobs = ["JobStatusManager", "JOB_HISTORY"]
    assert module_names([statuses, jobs], "worker", ()) == ["status", "jobs"]
    assert module_names([["JSONRenderer"]], "processors", ()) == ["json_renderer"], "json is in the standard library"
    assert module_names([["ErrorPage"]], "_views", ("errors",)) == ["_error_page"], "a neighbour has that name"


def test_a_proposal_is_written_and_carried_out(root: Path, run: Run) -> None:  # noqa: F811
    (root / "shop/models.py").write_text(
        klass("Reader", body="1") + klass("Writer", body="2") + klass("Machine", body="Reader(), Writer()")
    )
    before = fingerprint(root)
    told = run("suggest", "shop/models.py")
    assert told.code == 0, told
    assert "shop/models.py: 2 new modules, 54 lines of 162 stay" in told.out
    assert "Proof holds" in told.out
    assert fingerprint(root) == before
    assert run("suggest", "shop.models", "--write").code == 0
    assert run("undo").code == 0
    assert fingerprint(root) == before, "what was written can be undone as a move can"
    assert run("suggest", "shop.models", "--write").code == 0
    moved = run("run", "readers", "writers")
    assert moved.code == 0, moved
    assert "class Reader" in (root / "shop/readers.py").read_text()
    again = run("suggest", "shop/models.py", "--json")
    assert again.code == 1
    assert json.loads(again.out)["suggestion"]["modules"] == []


REGISTRY = "KNOWN = []\n\n\ndef known(function):\n    KNOWN.append(function)\n    return function\n"


def registered(name: str, *calls: str, lines: int = 40) -> str:
    filling = "".join(f"    x{n} = {n}\n" for n in range(lines))
    return f"@known\ndef {name}():\n{filling}    return {' + '.join(f'{call}()' for call in calls) or 0}\n\n\n"


def test_what_registers_itself_leaves_with_what_stands_beside_it(tmp_path: Path) -> None:
    """`bellman_other` stands below `floyd`, which is small and stays: it would be registered too early."""
    (tmp_path / "registry.py").write_text(REGISTRY)
    parts = [
        registered("dijkstra_path"),
        registered("dijkstra_length", "dijkstra_path"),
        registered("bellman_path"),
        registered("bellman_length", "bellman_path"),
        registered("floyd", lines=5),
        registered("bellman_other", "bellman_length", lines=5),
    ]
    (tmp_path / "paths.py").write_text("from registry import known\n\n\n" + "".join(parts))
    found = suggest(DiskTree(tmp_path), "paths.py")
    assert [module.names for module in found.modules] == [
        ("dijkstra_path", "dijkstra_length"),
        ("bellman_path", "bellman_length"),
    ]
    assert found.stays == ("floyd", "bellman_other")
    assert not found.left
    assert found.solution is not None


def test_a_helper_that_only_all_of_them_would_take_along_stays(tmp_path: Path) -> None:
    """Each of them alone leaves it, for most of its users stay."""
    families = ("dijkstra", "bellman", "floyd")
    parts = ["def _weight():\n    return 1\n\n\n"]
    for name in families:
        parts += [registered(f"{name}_path", "_weight"), registered(f"{name}_length", f"{name}_path", "_weight")]
    parts += [
        registered("main", "floyd_path", "_weight", lines=5),
        registered("other", "_weight", lines=5),
    ]
    (tmp_path / "paths.py").write_text("".join(parts).replace("@known\n", ""))
    modules = [
        NewModule(name, f"{name}s.py", (f"{name}_path", f"{name}_length"), (f"{name}_path",), 80, ())
        for name in families
    ]
    modules, solution = proven(modules, "paths.py", DiskTree(tmp_path))
    assert all(module.keep == ("_weight",) for module in modules)
    assert b"def _weight" in (solution.changes.after["paths.py"] or b"")


def test_what_is_refused_is_not_proposed(root: Path, run: Run) -> None:  # noqa: F811
    (root / "shop/models.py").write_text(
        klass("Reader", body="__file__")
        + klass("Writer", body="Reader()")
        + klass("Machine", body="Reader(), Writer()")
    )
    told = json.loads(run("suggest", "shop/models.py", "--json").out)["suggestion"]
    assert [module["names"] for module in told["modules"]] == [["Writer"]]
    assert told["left"][0]["names"] == ["Reader"]
    assert "__file__" in told["left"][0]["reason"]
    assert told["modules"][0]["needs"] == ["Reader of models (when called)"]


def test_wrong_usage(root: Path, run: Run) -> None:  # noqa: F811
    assert "did you mean shop/worker.py?" in run("suggest", "shop/wroker.py").err
    assert run("suggest", "shop/worker.py", "--into", "1").code == 4
