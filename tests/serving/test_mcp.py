"""`codemods mcp`, asked by the SDK's own client over a pipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.commands.conftest import fingerprint, root  # noqa: F401  (a fixture)
from tests.suggest.test_suggest import klass


def committed(folder: Path) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=e@x"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)


async def ask(folder: Path, *calls: tuple[str, dict[str, Any]], write: bool = False) -> list[Any]:
    """The structured answers to some calls, in one session."""
    words = ["-m", "codemods", "mcp", "--root", str(folder), *(["--allow-write"] if write else [])]
    async with Client(stdio_client(StdioServerParameters(command=sys.executable, args=words))) as client:
        found = []
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result.content
            found.append(result.structured_content)
        return found


async def tools(folder: Path, *more: str) -> dict[str, Any]:
    words = ["-m", "codemods", "mcp", "--root", str(folder), *more]
    async with Client(stdio_client(StdioServerParameters(command=sys.executable, args=words))) as client:
        return {tool.name: tool for tool in (await client.list_tools()).tools}


MOVE = {"source": "shop/worker.py", "destination": "shop/status.py", "names": ["Status"]}


async def test_it_only_reads_unless_it_may_write(root: Path) -> None:  # noqa: F811
    known = await tools(root)
    assert set(known) == {"suggest_split", "plan_move", "prove_change", "explain"}
    assert all(tool.annotations.read_only_hint for tool in known.values())
    assert "names" in known["plan_move"].input_schema["required"]
    allowed = await tools(root, "--allow-write")
    assert set(allowed) - set(known) == {"move"}


async def test_a_move_is_planned_proven_and_made(root: Path) -> None:  # noqa: F811
    before = fingerprint(root)
    planned, proven = await ask(root, ("plan_move", MOVE), ("plan_move", {**MOVE, "prove": True, "diff": True}))
    assert planned["outcome"] == "planned"
    assert planned["files"] == 3
    assert {name for unit in planned["moves_with_it"] for name in unit["names"]} >= {"LIMIT"}
    assert proven["outcome"] == "proven"
    assert proven["proof"]["held"]
    assert "+class Status" in proven["diff"]
    assert fingerprint(root) == before
    moved, again = await ask(root, ("move", MOVE), ("move", MOVE), write=True)
    assert moved["outcome"] == "moved"
    assert "class Status" in (root / "shop/status.py").read_text()
    assert again["outcome"] == "nothing to do"


async def test_a_refusal_is_an_answer(root: Path) -> None:  # noqa: F811
    misspelt, method, missing = await ask(
        root,
        ("plan_move", {**MOVE, "names": ["STATUS"]}),
        ("plan_move", {**MOVE, "names": ["beat"]}),
        ("plan_move", {**MOVE, "source": "../outside.py"}),
    )
    assert misspelt["outcome"] == "wrong request"
    assert "did you mean Status?" in misspelt["causes"][0]["shown"][0]
    assert method["outcome"] == "refused"
    assert method["causes"][0]["code"] == "not-top-level"
    assert method["causes"][0]["help"]
    assert missing["causes"][0]["code"] == "outside-root"


async def test_a_split_is_suggested_and_codes_are_explained(root: Path) -> None:  # noqa: F811
    text = klass("Reader", body="1") + klass("Writer", body="2") + klass("Machine", body="Reader(), Writer()")
    (root / "shop/models.py").write_text(text)
    split, page, codes, none = await ask(
        root,
        ("suggest_split", {"module": "shop.models"}),
        ("explain", {"code": "[patched-name]"}),
        ("explain", {}),
        ("explain", {"code": "patched-nam"}),
    )
    assert split["new_modules"] == 2
    assert "[tool.codemods.moves.readers]" in split["toml"]
    assert split["proof"]["held"]
    assert page["page"].startswith("patched-name: ")
    assert len(codes["codes"]) > 20
    assert "did you mean patched-name?" in none["reason"]


async def test_a_change_is_reviewed(root: Path) -> None:  # noqa: F811
    committed(root)
    _, reviewed = await ask(root, ("move", MOVE), ("prove_change", {"since": "HEAD"}), write=True)
    assert reviewed["outcome"] == "proven"
    (unknown,) = await ask(root, ("prove_change", {"since": "nowhere"}))
    assert unknown["outcome"] in ("refused", "wrong request")
