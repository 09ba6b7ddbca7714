"""What all commands share: a parser whose errors are one sentence, and how each kind of end is reported."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn, TextIO

DONE, TO_DO, REFUSED, INTERNAL, WRONG_USAGE = 0, 1, 2, 3, 4  # the numbers of pytest
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
    """Wrong usage is one sentence, the usage line, and exit code 4; help keeps the lines of its examples."""

    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("formatter_class", _Help)
        options.setdefault("allow_abbrev", False)
        super().__init__(*args, **options)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        say(f"error: {message}\n{self.format_usage().strip()}\n`{self.prog} --help` explains each option")
        raise SystemExit(WRONG_USAGE)

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        """Every word has to be known here: argparse would ask the outermost parser, which has other options."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            from codemods.spelling import did_you_mean

            word = unknown[0].partition("=")[0]
            self.error(f"unrecognized arguments: {' '.join(unknown)}{did_you_mean(word, self._option_string_actions)}")
        return options, unknown

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            from codemods.spelling import did_you_mean

            known = [str(choice) for choice in action.choices]
            hint = did_you_mean(str(value), known) or f"; there are {', '.join(known)}"
            what = action.metavar if isinstance(action.metavar, str) else "/".join(action.option_strings)
            self.error(f"{what}: there is no {value!r}{hint}")


def add_root(parser: argparse.ArgumentParser, default: str | None = "") -> None:
    """``--root``; it is the project around the current folder unless a command knows better (``default`` None)."""
    what = "the folder of the project, to which paths are relative (default: the nearest with pyproject.toml or .git)"
    completed(parser.add_argument("--root", type=_folder, default=default, metavar="DIR", help=what), "folders")


def add_colour(parser: argparse.ArgumentParser) -> None:
    when = ("auto", "always", "never")
    parser.add_argument("--color", choices=when, metavar="WHEN", help="colour: auto (default), always or never")


def completed(action: argparse.Action, what: str) -> None:
    """Say what a shell may complete here; `completion.py` knows how."""
    action.completes = what  # type: ignore[attr-defined]


def _folder(written: str) -> Path:
    from pathlib import Path

    from codemods.project.root import marked_root

    return Path(written) if written else marked_root(Path.cwd()) or Path.cwd()


def run(
    command: Command,
    parser: argparse.ArgumentParser,
    argv: Sequence[str] | None,
    ended: Callable[[int], int] = int,
) -> int:
    """Parse and run one command; every way that it can end becomes a sentence and an exit code.

    ``ended`` gets the exit code while what the options and an error hold is still there.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    # About the code of the tree, which is not what was asked for.
    warnings.simplefilter("ignore", SyntaxWarning)
    options: argparse.Namespace | None = None
    if argv is None:  # The process is ours.
        _leave(os.getcwd())  # noqa: PTH109 (pathlib is not needed for help)
        _end_in_order()
    collecting = gc.isenabled()
    # Syntax trees hold no cycles; looking for some in them takes a tenth of the time or more.
    gc.disable()
    try:
        options = parser.parse_args(argv)
        choose_colour(getattr(options, "color", None))
        code = command(options)
        sys.stdout.flush()
        return ended(code)
    except BrokenPipeError:
        # The reader went away (`| head`); nothing more can be said, also not when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        say(f"interrupted: {_state(options)}")
        return _INTERRUPTED
    except _Terminated as end:
        with contextlib.suppress(OSError):  # The terminal may be gone.
            say(f"interrupted: {_state(options)}")
        return 128 + end.number
    except Exception as error:
        return ended(_ended(error, options))
    finally:
        if collecting:
            gc.enable()


def end_process(code: int) -> NoReturn:
    """End at once: a tenth of a long command was giving back its syntax trees, node by node, to a process that ends."""
    import atexit

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # It is closed, or nobody reads it.
            stream.flush()
    os._exit(code)


class _Terminated(BaseException):
    """SIGTERM or SIGHUP came: what runs is ended, scratch copies are taken away, a write is taken back."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _end_in_order() -> None:
    """Let SIGTERM and SIGHUP unwind the stack, as Ctrl-C does; one that is ignored (nohup) stays so."""

    def end(number: int, _: object) -> NoReturn:
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)  # A second one would stop the clearing up.
        raise _Terminated(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, end)


def _leave(folder: str) -> None:
    """Take what PYTHONPATH names in a folder off the path by which modules are found, unless this tool stands there."""
    inside, own = _slashed(folder), _slashed(os.path.join(os.path.dirname(__file__), "..", ".."))  # noqa: PTH118, PTH120
    named = {_slashed(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)} - {own}
    sys.path[:] = [entry for entry in sys.path if not (_slashed(entry) in named and _slashed(entry).startswith(inside))]


def _slashed(path: str) -> str:
    return os.path.join(os.path.realpath(path or "."), "")  # noqa: PTH118


def opened(options: argparse.Namespace, writes: bool, folder: Path | None = None) -> Path:
    """The root (``folder``, if that is not what the options say), checked; every command begins with it.

    A command that writes puts an interrupted write right first. One that only looks recovers nothing, and refuses to
    look at a tree that is written by half.
    """
    from codemods import applying

    if getattr(options, "opened", None):
        return options.opened
    root = found_root(folder or options.root, getattr(options, "quiet", False))
    if writes:
        message = applying.recover(root)
        if message and not getattr(options, "quiet", False):
            say(message)
    elif applying.interrupted(root):
        _refuse_unfinished(root)
    options.opened = root
    return root


def found_root(folder: Path, quiet: bool = False) -> Path:
    """The root, checked; settings of it that are not trusted are reported."""
    from codemods.applying import brought_along
    from codemods.project.request import check_root

    root = check_root(folder)
    message = brought_along(root)
    if message and not quiet:
        say(message)
    return root


def say(text: str, stream: TextIO | None = None) -> None:
    """Print one sentence, on stderr by default."""
    from codemods.report.terminal import printable

    out = stream or sys.stderr
    print(printable(text, out), file=out)


def refuse_usage(what: str, reason: str, *remedies: str) -> NoReturn:
    """Wrong usage that a parser can't see."""
    from codemods.model import Hazard, Place, WrongUsage

    raise WrongUsage(Hazard("usage", Place(what), reason, remedies))


def choose_colour(when: str | None) -> None:
    """Colour from now on: as ``--color`` says; None says nothing."""
    if when is not None:
        from codemods.report import terminal

        terminal.colour = when


def _refuse_unfinished(root: Path) -> NoReturn:
    from codemods.model import Hazard, Place, Refused

    reason = "an earlier move was interrupted while it was being written, so the tree is neither the old nor the new"
    raise Refused(Hazard("unfinished", Place(str(root)), reason, ("run `codemods recover`",)))


def _ended(error: Exception, options: argparse.Namespace | None) -> int:
    from codemods.model import Hazard, Refused, WrongUsage
    from codemods.project import Unreadable

    if isinstance(error, Unreadable):
        error = Refused(Hazard("unreadable", error.place, error.reason))
    if isinstance(error, Refused):
        wrong = isinstance(error, WrongUsage)
        _refused(error.hazards, "error" if wrong else "refused", options)
        return WRONG_USAGE if wrong else REFUSED
    if os.environ.get("CODEMODS_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    say(f"internal error ({what[:300]}): {_state(options)}; please report it, with CODEMODS_DEBUG=1 set")
    return INTERNAL


def _refused(hazards: tuple, outcome: str, options: argparse.Namespace | None) -> None:
    if getattr(options, "json", False):
        from codemods.report.as_json import document, hazards_json

        print(document(outcome, refusals=hazards_json(hazards)))
        return
    from codemods.report.refusals import refusal_lines
    from codemods.report.terminal import show

    show(refusal_lines(hazards, outcome, every_place=getattr(options, "verbose", False)), sys.stderr)


def _state(options: argparse.Namespace | None) -> str:
    """What is true of the tree after a command that was cut short."""
    root = getattr(options, "opened", None) or getattr(options, "root", None)
    if getattr(options, "wrote", False):
        return "the move is written"
    if root is not None and _interrupted(root):
        return "the next command, or `codemods recover`, puts the tree right"
    return "nothing was changed"


def _interrupted(root: Path) -> bool:
    from codemods.applying import interrupted
    from codemods.model import Refused

    try:
        return interrupted(root)
    except Refused:
        return False
