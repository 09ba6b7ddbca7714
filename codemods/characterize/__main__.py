"""Look at recordings.

examples:
  python -m codemods.characterize show tests/__snapshots__/test_lock/test_two_want_it.tape
        the tape as a picture in the terminal, and as test_two_want_it.svg here
  python -m codemods.characterize show tests/__snapshots__ --svg pictures
        all tapes below a folder, and an SVG of each in the folder `pictures`
  python -m codemods.characterize counts report.jsonl
        what `pytest --tape-report report.jsonl` counted

exit codes: 0 shown, 2 wrong usage, or a file that cannot be read or written
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from codemods.characterize.picture import svg, terminal
from codemods.characterize.picture.lanes import Picture, picture
from codemods.characterize.picture.reading import UnreadableTapeError, read
from codemods.characterize.summary import Counts, counts_of_report, counts_of_tape


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "show":
            _show(options.tapes, options.svg, options.no_svg)
        else:
            print(counts_of_report(options.report))
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m codemods.characterize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="draw tapes in the terminal, and as SVG")
    show.add_argument("tapes", nargs="+", type=Path, metavar="TAPE", help="a .tape file, or a folder of them")
    show.add_argument(
        "--svg",
        type=Path,
        metavar="PATH",
        help="where the SVG goes: a file, or a folder (default: here, when there is one tape)",
    )
    show.add_argument("--no-svg", action="store_true", help="write no file")
    counts = commands.add_parser("counts", help="add up a report")
    counts.add_argument("report", type=Path, help="a file that `pytest --tape-report` wrote")
    return parser


def _show(paths: list[Path], target: Path | None, no_svg: bool) -> None:
    files = [file for path in paths for file in (sorted(path.rglob("*.tape")) if path.is_dir() else [path])]
    if not files:
        raise ValueError(f"no .tape file below {', '.join(map(str, paths))}")
    if target and target.suffix == ".svg" and len(files) > 1:
        raise ValueError(f"--svg {target} is one file, and there are {len(files)} tapes: name a folder")
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=terminal.WIDTH_OF_A_PIPE)
    total = Counts()
    for number, file in enumerate(files):
        if number:
            print()
        text = file.read_text(encoding="utf-8")
        drawn = _picture(file, text)
        terminal.draw(drawn, console)
        total += counts_of_tape(text)
        if not no_svg and (target or len(files) == 1):
            print(f"written: {_write(drawn, target or Path())}")
    if len(files) > 1:
        print(f"\n{total}")


def _picture(file: Path, text: str) -> Picture:
    try:
        return picture(file.stem, *read(text))
    except UnreadableTapeError as error:
        raise ValueError(f"{file} is no tape: {error}") from None


def _write(drawn: Picture, target: Path) -> Path:
    file = target if target.suffix == ".svg" else target / f"{drawn.title}.svg"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(svg.draw(drawn), encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.exit(main())
