"""`codemods run`: moves that are written down in pyproject.toml."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence

from codemods.commands.moving import add_options, carry_out, writes
from codemods.commands.settings import REEXPORTS, reexport, tool_table, with_defaults, wrong
from codemods.commands.shell import add_root, completed, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from codemods.model import Move
    from codemods.trying import Guard

ABOUT = "Carry out moves that pyproject.toml names, as one change."
EXAMPLES = """
In pyproject.toml:

  [tool.codemods.moves.status]
  source = "shop/worker.py"
  destination = "shop/status.py"
  names = ["Status"]    # or patterns: ["on_*"]
  with = ["STATES"]     # optional: what is to move with it, too
  keep = ["log"]        # optional: what is to stay
  accept = ["pickled"]  # optional: codes of hazards to accept, as with --accept
  reexport = "auto"     # optional: how the old path goes on: "eager", "lazy", "none"
  deprecate = false     # optional: does it warn?
  guard = "pytest -q"   # optional: the command that --guard runs

examples:
  %(prog)s                  list the moves that pyproject.toml has
  %(prog)s status           carry one out
  %(prog)s status jobs      two of them, proven as one change
  %(prog)s status --check   exit 1 while it is still to be done
  %(prog)s status --guard   carry it out if the guard notices nothing
"""
_EXAMPLES = {
    "source": 'source = "shop/worker.py"',
    "destination": 'destination = "shop/status.py"',
    "names": 'names = ["Status"]',
}
_KINDS = {"deprecate": "true or false", "guard": "a command"}
_LISTS = ("names", "with", "keep", "accept")
_FLAGS = ("deprecate",)
_KEYS = {"source", "destination", "guard", "reexport", *_FLAGS, *_LISTS}


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s [NAME ...] [options]"
    named = parser.add_argument("moves", metavar="NAME", nargs="*", help="the name of a move in pyproject.toml")
    completed(named, "moves")
    add_root(parser)
    add_options(parser, own_guard="those that pyproject.toml gives the moves")


def main(options: Namespace) -> int:
    from codemods.spelling import closest

    root = opened(options, writes=bool(options.moves) and writes(options))
    moves = configured_moves(with_defaults(options, root).root)
    if not options.moves:
        return _list(moves)
    for name in options.moves:
        if name not in moves:
            close = closest(name, moves)
            known = f"did you mean {close}?" if close else f"known moves: {', '.join(sorted(moves)) or 'none'}"
            wrong(f"there is no [tool.codemods.moves.{name}]", known)
    asked = list(dict.fromkeys(options.moves))
    return carry_out([move_of(name, moves[name]) for name in asked], options, _guards([moves[name] for name in asked]))


def configured_moves(root: Path) -> Mapping[str, Any]:
    """The tables below ``[tool.codemods.moves]``; raises WrongUsage where they can't be read."""
    moves = tool_table(root).get("moves", {})
    if not isinstance(moves, dict):
        wrong("moves is not a table")
    return moves


def _list(moves: Mapping[str, Any]) -> int:
    import sys

    from codemods.commands.shell import DONE, say

    for name in sorted(moves):
        move = move_of(name, moves[name])
        say(f"{name}: {', '.join(move.names)} from {move.source} to {move.destination}", sys.stdout)
    if not moves:
        say("pyproject.toml has no [tool.codemods.moves.NAME]; `codemods run --help` shows one", sys.stdout)
    return DONE


def move_of(name: str, table: Any) -> Move:
    """The move that one table says; raises WrongUsage."""
    from codemods.model import Move, Reexport
    from codemods.spelling import did_you_mean

    where = f"[tool.codemods.moves.{name}]"
    if not isinstance(table, dict):
        wrong(f"{where} is not a table")
    for key in sorted(table.keys() - _KEYS):
        known = f"known keys: {', '.join(sorted(_KEYS))}"
        wrong(f"{where} has an unknown key, {key}{did_you_mean(key, _KEYS)}", known)
    for key in ("source", "destination", "names"):
        if key not in table:
            wrong(f"{where} has no {key}", f"write {_EXAMPLES[key]} in that table")
    for key, value in table.items():
        if key in _LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                wrong(f"{where}: {key} is not a list of names", f'write {key} = ["..."]')
        elif key == "reexport":
            if reexport(table) is None:
                wrong(f"{where}: reexport is not one of {', '.join(REEXPORTS)}")
        elif not isinstance(value, bool if key in _FLAGS else str):
            wrong(f"{where}: {key} is not {_KINDS.get(key, 'a path')}")
    for code in table.get("accept", ()):
        from codemods.commands.explain import why_not_accepted

        reason, remedy = why_not_accepted(code)
        if reason:
            wrong(f"{where}: {reason}", remedy)
    how = Reexport(reexport(table))
    if table.get("deprecate") and how is Reexport.NONE:
        wrong(f"{where}: a path that ends can't warn", "leave out reexport, or deprecate")
    return Move(
        table["source"],
        tuple(table["names"]),
        table["destination"],
        along=tuple(table.get("with", ())),
        keep=tuple(table.get("keep", ())),
        reexport=how,
        deprecate=table.get("deprecate", False),
        accept=tuple(table.get("accept", ())),
    )


def _guards(tables: Sequence[Mapping[str, Any]]) -> list[Guard]:
    commands = dict.fromkeys(table["guard"] for table in tables if "guard" in table)
    if not commands:
        return []
    from codemods.trying import Guard

    return [Guard(command) for command in commands]
