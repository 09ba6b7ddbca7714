"""What all commands share: a parser that says one sentence, and how each kind of end is told."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import warnings
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn, TextIO

DONE, TO_DO, REFUSED, INTERNAL = 0, 1, 2, 3
_INTERRUPTED, _BROKEN_PIPE = 130, 141

Command = Callable[[argparse.Namespace], int]


class _Help(argparse.RawDescriptionHelpFormatter):
    """Asks the terminal itself how wide it is: argparse would import all of shutil for that."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


def _width() -> int:
    try:
        columns = int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size().columns
    except (ValueError, OSError):
        columns = 80
    return columns - 2


class Parser(argparse.ArgumentParser):
    """Wrong usage is one sentence and exit code 2; help keeps the lines of its examples."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("formatter_class", _Help)
        options.setdefault("allow_abbrev", False)
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        say(f"refused: {message}; see `{self.prog} --help`")
        raise SystemExit(REFUSED)


def add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=_folder, default=".", metavar="DIR", help="the folder of the project (here)")


def _folder(written: str) -> Path:
    from pathlib import Path

    return Path(written)


def run(command: Command, parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    """Parse and run one command; every way that it can end becomes a sentence and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    # About the code of the tree, which is not what was asked for.
    warnings.simplefilter("ignore", SyntaxWarning)
    options: argparse.Namespace | None = None
    collecting = gc.isenabled()
    # Syntax trees hold no cycles; looking for some in them takes a tenth of the time or more.
    gc.disable()
    try:
        options = parser.parse_args(argv)
        code = command(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader went away (`| head`); nothing more can be said, also not when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        say(f"interrupted: {_state(options)}")
        return _INTERRUPTED
    except Exception as error:
        return _ended(error, options)
    finally:
        if collecting:
            gc.enable()


def recovered(root: Path) -> Path:
    """The root, checked, after an interrupted write in it is put right; every command begins with it."""
    from codemods.applying import recover
    from codemods.project.request import check_root

    root = check_root(root)
    told = recover(root)
    if told:
        say(told)
    return root


def say(text: str, stream: TextIO | None = None) -> None:
    """One sentence, on stderr unless told otherwise."""
    from codemods.report.terminal import printable

    out = stream or sys.stderr
    print(printable(text, out), file=out)


def refuse_usage(what: str, reason: str, *remedies: str) -> NoReturn:
    """Refuse what a parser can't see to be wrong."""
    from codemods.model import Hazard, Place, Refused

    raise Refused(Hazard("usage", Place(what), reason, remedies))


def _ended(error: Exception, options: argparse.Namespace | None) -> int:
    from codemods.model import Hazard, Refused
    from codemods.project import Unreadable

    if isinstance(error, Unreadable):
        error = Refused(Hazard("unreadable", error.place, error.reason))
    if isinstance(error, Refused):
        _refused(error.hazards, as_json=bool(getattr(options, "json", False)))
        return REFUSED
    if os.environ.get("CODEMODS_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    say(f"internal error ({what[:300]}): {_state(options)}; please report it, with CODEMODS_DEBUG=1 set")
    return INTERNAL


def _refused(hazards: tuple, as_json: bool) -> None:
    if as_json:
        from codemods.report.as_json import document, hazards_json

        print(document("refused", refusals=hazards_json(hazards)))
        return
    from codemods.report.lines import refusal_lines
    from codemods.report.terminal import show

    show(refusal_lines(hazards), sys.stderr)


def _state(options: argparse.Namespace | None) -> str:
    """What is true of the tree after a command that was cut short."""
    root = getattr(options, "root", None)
    if getattr(options, "wrote", False):
        return "the move is written"
    if root is not None and (root / ".codemods/journal.json").exists():
        return "the next command, or `codemods recover`, puts the tree right"
    return "nothing was changed"
