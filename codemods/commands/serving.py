"""`codemods mcp` and `codemods lsp`: the tool for agents and for editors, on stdin and stdout."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace

from codemods.commands.shell import DONE, add_root, refuse_usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

MCP = "Serve agents by the Model Context Protocol, on stdin and stdout: suggest, plan, prove, explain; move if allowed."
MCP_EXAMPLES = """
It needs the extra `mcp` (pip install 'codemods[mcp]'). docs/agents.md says how to register it with an agent.

examples:
  %(prog)s                 read-only, for the project around the current folder
  %(prog)s --allow-write   agents may move, too
"""
LSP = "Serve an editor by the Language Server Protocol, on stdin and stdout: move, split, and what is still to be done."
LSP_EXAMPLES = """
It needs the extra `lsp` (pip install 'codemods[lsp]'). docs/editors.md has settings for editors.
"""


def mcp_arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = MCP, MCP_EXAMPLES
    parser.usage = "%(prog)s [--root DIR] [--allow-write]"
    parser.add_argument("--allow-write", action="store_true", help="offer the tool `move`, which writes files")
    add_root(parser)


def mcp(options: Namespace) -> int:
    try:
        from codemods.serving.mcp_server import server
    except ImportError as error:
        _missing("mcp", error)
    server(options.root, options.allow_write).run("stdio")
    return DONE


def lsp_arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = LSP, LSP_EXAMPLES
    parser.usage = "%(prog)s"


def lsp(options: Namespace) -> int:
    try:
        from codemods.serving.lsp_server import server
    except ImportError as error:
        _missing("lsp", error)
    server().start_io()
    # The server has closed its pipe; what a command does at its end needs one.
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    return DONE


def _missing(extra: str, error: ImportError) -> NoReturn:
    refuse_usage(extra, f"it needs {error.name}, which is not installed", f"pip install 'codemods[{extra}]'")
