"""The pages are true: each command on them is run, and prints what stands there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from codemods.commands.explain import titles
from codemods.frameworks.entries import Fact
from codemods.planning.hazards import registry
from tests.pages import ROOT, as_said, blocks, broken_links, follow

_CODE = re.compile(r"`([a-z-]+)`(\*?)")
RUN = ["README.md", "docs/install.md", "docs/first-move.md", "docs/ci.md"]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("page", RUN)
def test_each_command_of_the_page(page: str, tmp_path: Path) -> None:
    follow(ROOT / page, tmp_path)


@pytest.mark.parametrize("page", RUN)
def test_there_is_something_to_run(page: str) -> None:
    assert any(block.language == "console" for block in blocks(ROOT / page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_page_that_is_not_true_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_said("a ... c\n", "a b\nb c\n")
    assert not as_said("a ... c\n", "a b\n")
    assert not as_said("", "something\n")
    monkeypatch.delenv("UPDATE_PAGES", raising=False)
    page = tmp_path / "page.md"
    page.write_text("```python\n# a/b.py\nprint(1)\n```\n\n```console\n$ python a/b.py; echo 2\n1\n3\n```\n")
    with pytest.raises(AssertionError, match="is to print"):
        follow(page, tmp_path)


def test_an_untrue_page_is_mended_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo 1\n2\n$ echo 3\n...\n```\n")
    monkeypatch.setenv("UPDATE_PAGES", "1")
    follow(page, tmp_path)
    assert page.read_text() == "```console\n$ echo 1\n1\n$ echo 3\n...\n```\n"


def test_every_refusal_of_the_readme_has_its_page() -> None:
    """The codes of the table are those that `codemods explain` knows, and a star stands where `--accept` takes one."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What it refuses")[2].partition("\n## ")[0]
    told = {code: bool(star) for row in re.findall(r"^\| (`.+?) \|", table, re.M) for code, star in _CODE.findall(row)}
    accepted = {code for code, page in registry().items() if getattr(page, "ACCEPTS", False)}
    assert len(told) > 20
    assert told.keys() - titles().keys() == set()
    assert {code for code, star in told.items() if star} == told.keys() & accepted


def test_architecture_names_what_is_there() -> None:
    """Each file and package in backticks is somewhere in codemods/, under the path that is given."""
    there = {path.relative_to(ROOT).as_posix() + "/" * path.is_dir() for path in (ROOT / "codemods").rglob("*")}
    named = re.findall(r"`([\w./]+(?:\.py|\.toml|/))`", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    assert [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in there)] == []


def test_every_field_of_an_entry_is_in_the_page_on_frameworks() -> None:
    """The keys that `[tool.codemods.frameworks]` takes, and the rows of the table that says what they are."""
    table = (ROOT / "docs/frameworks.md").read_text().partition("| field | meaning |\n")[2].partition("\n\n")[0]
    rows = {name for line in table.splitlines()[1:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert rows == {field.name for field in fields(Fact)}
