"""`codemods run`: moves that are written down in pyproject.toml."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence

from codemods.commands.moving import add_options, carry_out
from codemods.commands.shell import add_root, recovered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, NoReturn

    from codemods.model import Move
    from codemods.trying import Guard

ABOUT = "Carry out moves that pyproject.toml names, as one change."
EXAMPLES = """
In pyproject.toml:

  [tool.codemods.moves.status]
  source = "shop/worker.py"
  destination = "shop/status.py"
  names = ["Status"]
  with = ["STATES"]     # optional: what is to go along, too
  keep = ["log"]        # optional: what is to stay
  accept = ["pickled"]  # optional: hazards, by their codes, that are no reason not to move
  reexport = true       # optional: does the old path go on?
  deprecate = false     # optional: does it warn?
  guard = "pytest -q"   # optional: the command that --guard runs

examples:
  %(prog)s status           carry it out
  %(prog)s status --check   exit 1 while it is still to be done
  %(prog)s status --guard   carry it out if the guard notices nothing
"""
_FILE = "pyproject.toml"
_KINDS = {"reexport": "true or false", "deprecate": "true or false", "guard": "a command"}
_LISTS = ("names", "with", "keep", "accept")
_FLAGS = ("reexport", "deprecate")
_KEYS = {"source", "destination", "guard", *_FLAGS, *_LISTS}


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.add_argument("moves", metavar="NAME", nargs="+", help="the name of a move in pyproject.toml")
    add_root(parser)
    add_options(parser, own_guard="those that pyproject.toml gives the moves")


def main(options: Namespace) -> int:
    import difflib

    options.root = recovered(options.root)
    moves = configured_moves(options.root)
    for name in options.moves:
        if name not in moves:
            close = difflib.get_close_matches(name, moves, 1)
            known = f"did you mean {close[0]}?" if close else f"known moves: {', '.join(sorted(moves)) or 'none'}"
            _refuse(f"there is no [tool.codemods.moves.{name}]", known)
    asked = list(dict.fromkeys(options.moves))
    return carry_out([_move(name, moves[name]) for name in asked], options, _guards([moves[name] for name in asked]))


def configured_moves(root: Path) -> Mapping[str, Any]:
    """The tables below ``[tool.codemods.moves]``; raises Refused where they can't be read."""
    import tomllib

    if (root / _FILE).exists() and not (root / _FILE).is_file():
        _refuse("it is not an ordinary file")  # to read it might never end
    try:
        data: Any = tomllib.loads((root / _FILE).read_bytes().decode())
    except FileNotFoundError:
        _refuse(f"there is no such file in {root}", "give the folder that has it as --root")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        _refuse(f"it can't be read ({error})")
    for key in ("tool", "codemods", "moves"):
        data = data.get(key, {})
        if not isinstance(data, dict):
            _refuse(f"{key} is not a table")
    return data


def _move(name: str, table: Any) -> Move:
    from codemods.model import Move

    where = f"[tool.codemods.moves.{name}]"
    if not isinstance(table, dict):
        _refuse(f"{where} is not a table")
    for key in sorted(table.keys() - _KEYS):
        _refuse(f"{where} has an unknown key, {key}", f"known keys: {', '.join(sorted(_KEYS))}")
    for key in ("source", "destination", "names"):
        if key not in table:
            _refuse(f"{where} has no {key}")
    for key, value in table.items():
        if key in _LISTS:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                _refuse(f"{where}: {key} is not a list of names")
        elif not isinstance(value, bool if key in _FLAGS else str):
            _refuse(f"{where}: {key} is not {_KINDS.get(key, 'a path')}")
    if table.get("deprecate") and not table.get("reexport", True):
        _refuse(f"{where}: a path that ends can't warn", "leave out reexport, or deprecate")
    return Move(
        table["source"],
        tuple(table["names"]),
        table["destination"],
        along=tuple(table.get("with", ())),
        keep=tuple(table.get("keep", ())),
        reexport=table.get("reexport", True),
        deprecate=table.get("deprecate", False),
        accept=tuple(table.get("accept", ())),
    )


def _guards(tables: Sequence[Mapping[str, Any]]) -> list[Guard]:
    commands = dict.fromkeys(table["guard"] for table in tables if "guard" in table)
    if not commands:
        return []
    from codemods.trying import Guard

    return [Guard(command) for command in commands]


def _refuse(reason: str, *remedies: str) -> NoReturn:
    from codemods.model import Hazard, Place, Refused

    raise Refused(Hazard("configuration", Place(_FILE), reason, remedies))
