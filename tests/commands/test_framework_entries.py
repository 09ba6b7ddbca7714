"""Entries of a project's own in [tool.codemods.frameworks]: a faulty one is an error that says which key it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.frameworks import facts
from codemods.model import WrongUsage
from codemods.project import DiskTree

from .conftest import Run, fingerprint

GOOD = """\
framework = "our queue"
kind = "identity"
decorators = ["ourqueue.Queue().job"]
pin = { place = "keyword", name = "key", value = "{module}:{name}" }
why = "our queue keys a job by its module"
"""
ENTRY = "[[tool.codemods.frameworks.fact]]"


def tree(folder: Path, text: str) -> DiskTree:
    (folder / "pyproject.toml").write_text(text)
    return DiskTree(folder)


def test_an_entry_is_added(tmp_path: Path) -> None:
    (added,) = [f for f in facts(tree(tmp_path, f"{ENTRY}\n{GOOD}"), "identity") if f.framework == "our queue"]
    assert added.decorators == ("ourqueue.Queue().job",)
    assert added.pin is not None and added.pin.default("shop.tasks", "send", "") == "shop.tasks:send"


FAULTS = {
    "unknown key": (GOOD + 'decorator = ["x"]\n', "entry 1 has an unknown key, decorator; did you mean decorators?"),
    "unknown kind": (GOOD.replace("identity", "identiy"), "entry 1: kind has an unknown value, identiy"),
    "no why": (GOOD.replace("why", "# why"), "entry 1 has no why"),
    "no list": (GOOD.replace('["ourqueue.Queue().job"]', '"ourqueue"'), "entry 1: decorators is not a list of texts"),
    "list of numbers": (GOOD + "bases = [1]\n", "entry 1: bases is not a list of texts"),
    "number": (GOOD.replace('"our queue"', "7"), "entry 1: framework is not a text"),
    "flag": (GOOD + 'at_import = "yes"\n', "entry 1: at_import is not true or false"),
    "no regular expression": (GOOD + 'words = ["(a"]\n', "entry 1: words: '(a' is no regular expression"),
    "pin of text": (GOOD.replace("{ place", "'a' # {"), "entry 1: pin is not a table"),
    "key of pin": (GOOD.replace('name = "key"', 'nam = "key"'), "entry 1: pin has an unknown key, nam"),
    "pin without value": (GOOD.replace(', value = "{module}:{name}"', ""), "entry 1: pin has no value"),
    "place of pin": (GOOD.replace('"keyword"', '"keywrd"'), "entry 1: pin: place has an unknown value, keywrd"),
    "value of pin": (GOOD.replace("{module}", "{modul}"), "entry 1: pin: value can hold {module}, {name} and {app}"),
    "reads attributes": (GOOD.replace("{module}", "{module.x}"), "entry 1: pin: value can hold {module}"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named(tmp_path: Path, fault: str) -> None:
    text, said = FAULTS[fault]
    with pytest.raises(WrongUsage) as caught:
        facts(tree(tmp_path, f"{ENTRY}\n{text}"), "identity")
    assert str(caught.value.hazards[0]).startswith(f"pyproject.toml: [configuration] {ENTRY}, {said}")


@pytest.mark.parametrize(
    "text, said",
    [
        ("[tool.codemods]\nframeworks = 1\n", "[tool.codemods.frameworks] is not a table"),
        ("[tool.codemods.frameworks]\nfacts = []\n", "has an unknown key, facts; did you mean fact?"),
        ("[tool.codemods.frameworks.fact]\nkind = 'hints'\n", "fact is not a list of entries"),
        ("[tool.codemods.frameworks]\nfact = [1]\n", "entry 1 is not a table"),
    ],
)
def test_a_move_is_not_begun(root: Path, run: Run, text: str, said: str) -> None:
    (root / "pyproject.toml").write_text(text)
    before = fingerprint(root)
    wrong = run("extract", "shop/worker.py", "shop/status.py", "Status")
    assert wrong.code == 4
    assert said in wrong.err
    assert "help: docs/frameworks.md has the fields" in wrong.err
    assert fingerprint(root) == before
