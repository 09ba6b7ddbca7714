"""`codemods mcp`: the tool for agents, by the Model Context Protocol on stdin and stdout.

Read-only unless it is started with ``--allow-write``; nothing of the project's code is run.
"""

from __future__ import annotations

from argparse import Namespace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations
from pydantic import Field

from codemods.serving.answers import (
    answered,
    change_answer,
    plan_answer,
    suggestion_answer,
)
from codemods.serving.workspace import Workspace

INSTRUCTIONS = """\
Moves top-level Python definitions between modules, rewrites everyone who refers to them, and proves that nothing else
changed. Ask plan_move before move; split a large module by suggest_split; end every refactoring, also one that you made
by hand, by prove_change. A refusal is an answer: it says what stands against the move, where, and what helps; explain
has a page for each code. Never repeat by hand a move that was refused."""

_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

Source = Annotated[str, Field(description="the module: a path below the project, shop/cart.py, or dotted, shop.cart")]
Destination = Annotated[str, Field(description="the module they go to, there already or not")]
Names = Annotated[list[str], Field(description="top-level classes, functions, constants; or patterns such as on_*")]
With = Annotated[list[str], Field(description="what is to move with them, too")]
Keep = Annotated[list[str], Field(description="what is to stay")]
Full = Annotated[bool, Field(description="every file, note and check, instead of counts and the first few")]


def server(root: Path, allow_write: bool = False) -> MCPServer:
    """A server for the project below ``root``; it has the tool `move` only where it may write."""
    workspace = Workspace(root)
    made = MCPServer("codemods", instructions=INSTRUCTIONS, version=version("codemods"), log_level="ERROR")

    @made.tool(annotations=_READS)
    def suggest_split(
        module: Source,
        into: Annotated[int | None, Field(description="how many modules at most, with the old one", ge=2)] = None,
        full: Full = False,
    ) -> dict[str, Any]:
        """Propose how to split a large module into several: what to move where and why, proven, as pyproject tables."""
        return answered(lambda: suggestion_answer(workspace.suggest(module, into), full), full)

    @made.tool(annotations=_READS)
    def plan_move(
        source: Source,
        destination: Destination,
        names: Names,
        move_with: With = [],  # noqa: B006 (the schema shows it)
        keep: Keep = [],  # noqa: B006
        prove: Annotated[bool, Field(description="also compute the change and its proof; slower")] = False,
        diff: Annotated[bool, Field(description="with prove: also the change as a diff")] = False,
        full: Full = False,
    ) -> dict[str, Any]:
        """What moving definitions would do: what moves with them, which files change, what stands against it."""

        def ask() -> dict[str, Any]:
            move = workspace.request(source, destination, names, along=move_with, keep=keep)
            if prove or diff:
                return change_answer("proven", workspace.solve([move]), full, diff)
            return plan_answer(workspace.plan([move]), full)

        return answered(ask, full)

    @made.tool(annotations=_READS)
    def prove_change(
        since: Annotated[str, Field(description="a git revision, with which the files are compared; or OLD..NEW")],
        full: Full = False,
    ) -> dict[str, Any]:
        """Review a change that anybody made since a git revision: what moved unchanged, what was edited, what broke."""
        return answered(lambda: _reviewed(workspace.root, since, full), full)

    @made.tool(annotations=_READS)
    def explain(
        code: Annotated[str, Field(description="a code as refusals have it; empty: list them all")] = "",
    ) -> dict[str, Any]:
        """What a code in a refusal means, with an example."""
        return _explained(code)

    if allow_write:

        @made.tool(annotations=_WRITES)
        def move(
            source: Source,
            destination: Destination,
            names: Names,
            move_with: With = [],  # noqa: B006
            keep: Keep = [],  # noqa: B006
            allow_dirty: Annotated[bool, Field(description="also change files with uncommitted changes")] = False,
            full: Full = False,
        ) -> dict[str, Any]:
            """Move definitions, rewrite everyone who refers to them, and prove it. `codemods undo` takes it back."""

            def ask() -> dict[str, Any]:
                asked = workspace.request(source, destination, names, along=move_with, keep=keep)
                return change_answer("moved", workspace.write([asked], allow_dirty), full)

            return answered(ask, full)

    return made


def _reviewed(root: Path, since: str, full: bool) -> dict[str, Any]:
    from codemods.commands import proving
    from codemods.commands.shell import Parser
    from codemods.report.review_lines import review_lines

    if since.startswith("-"):
        return {"outcome": "wrong request", "reason": "it is not the name of a revision"}
    parser = Parser(prog="codemods prove")
    proving.arguments(parser)
    options: Namespace = parser.parse_args([since, "--root", str(root), "--quiet"])
    review, _, _ = proving.reviewed(options)
    return {"outcome": review.outcome.value, "review": [line.text for line in review_lines(review, every=full)]}


def _explained(code: str) -> dict[str, Any]:
    from codemods.commands.explain import page, page_code, titles

    known, code = titles(), page_code(code)
    if not code:
        return {"codes": known}
    if code not in known:
        from codemods.spelling import did_you_mean

        return {"outcome": "wrong request", "reason": f"no code {code!r}{did_you_mean(code, known)}"}
    return {"code": code, "page": page(code)}
