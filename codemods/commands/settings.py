"""Defaults of the command line in pyproject.toml: `[tool.codemods]`.

What executes code, or overwrites work that is not committed, can't be switched on there: a tree that somebody cloned
must not choose that. `guard` is the command that a bare `--guard` stands for.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

from codemods.commands.shell import choose_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, NoReturn

    from codemods.trying import Guard

FILE = "pyproject.toml"
# The defaults, by the option that each is one of.
_DEFAULTS = {
    "reexport": (bool, str),
    "reexport-comment": str,
    "deprecate": bool,
    "verbose": bool,
    "pager": bool,
    "color": str,
    "guard": str,
}
REEXPORTS = ("auto", "eager", "lazy", "none")
# An option that a tree can't give for the person who moves code in it.
_COMMAND_LINE_ONLY = ("allow-dirty",)
# Tables that other parts of the tool read.
_TABLES = ("moves", "frameworks")


def with_defaults(options: argparse.Namespace, root: Path) -> argparse.Namespace:
    """The options, those that were not given (None) as [tool.codemods] has them, or off."""
    table = settings(root)
    for key in _DEFAULTS:
        name = key.replace("-", "_")
        if getattr(options, name, False) is None:
            value = reexport(table) if key == "reexport" else table.get(key, _UNSET.get(key, False))
            setattr(options, name, value)
    choose_colour(options.color)
    return options


_UNSET: Mapping[str, Any] = {"reexport": "auto", "pager": True, "color": "auto"}


def reexport(table: Mapping[str, Any]) -> str | None:
    """How the old import path goes on, as a table says; None where it says nothing that is known."""
    written = table.get("reexport", "auto")
    if isinstance(written, bool):
        return "auto" if written else "none"
    return written if written in REEXPORTS else None


def own_guards(root: Path) -> list[Guard]:
    """The command that a bare ``--guard`` stands for, if there is one."""
    command = settings(root).get("guard")
    if command is None:
        return []
    from codemods.trying import Guard

    return [Guard(command)]


def settings(root: Path) -> Mapping[str, Any]:
    """The table [tool.codemods], checked; empty where there is none."""
    table = tool_table(root, missing_ok=True)
    for key in table:
        if key in _COMMAND_LINE_ONLY:
            reason = f"{key} can't be set here: the repository would decide it for everybody who moves code in it"
            wrong(f"[tool.codemods]: {reason}", f"take the line out, and pass --{key} to the command that needs it")
        if key not in _DEFAULTS and key not in _TABLES:
            from codemods.spelling import did_you_mean

            known = sorted({*_DEFAULTS, *_TABLES})
            hint = did_you_mean(key, known)
            wrong(f"[tool.codemods] has an unknown key, {key}{hint}", f"known keys: {', '.join(known)}")
    for key, kind in _DEFAULTS.items():
        if key in table and not isinstance(table[key], kind):
            wrong(f"[tool.codemods]: {key} is not {'true or false' if kind is bool else 'a text'}")
    if "frameworks" in table:
        from codemods.frameworks.checking import check_added

        check_added(table["frameworks"])
    if (how := reexport(table)) is None:
        wrong(f"[tool.codemods]: reexport is not one of {', '.join(REEXPORTS)}")
    if table.get("color", "auto") not in ("auto", "always", "never"):
        wrong("[tool.codemods]: color is not auto, always or never")
    if table.get("deprecate") and how == "none":
        wrong("[tool.codemods]: an old path that ends can't warn", "leave out reexport, or deprecate")
    return table


def tool_table(root: Path, missing_ok: bool = False) -> Mapping[str, Any]:
    """The table [tool.codemods] as it is; raises WrongUsage where it can't be read."""
    import tomllib

    path = root / FILE
    if path.exists() and not path.is_file():
        if missing_ok:
            return {}
        wrong("it is not an ordinary file")  # to read it might never end
    try:
        data: Any = tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        if missing_ok:
            return {}
        wrong(f"there is no such file in {root}", "give the folder that has it as --root")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        if missing_ok and b"codemods" not in _bytes(path):
            return {}
        if isinstance(error, tomllib.TOMLDecodeError):
            line = re.search(r" \(at line (\d+), column \d+\)", str(error))
            said = str(error).replace(line[0], "") if line else str(error)
            wrong(f"it is not valid TOML: {said}", "correct that line", line=int(line[1]) if line else 0)
        wrong(f"it can't be read ({error})")
    for key in ("tool", "codemods"):
        data = data.get(key, {})
        if not isinstance(data, dict):
            wrong(f"{key} is not a table")
    return data


def wrong(reason: str, *remedies: str, line: int = 0) -> NoReturn:
    """What pyproject.toml says can't be followed."""
    from codemods.model import Hazard, Place, WrongUsage

    raise WrongUsage(Hazard("configuration", Place(FILE, line), reason, remedies))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
