"""Look at recordings.

python -m codemods.characterize show TAPE...        the tapes, and what they hold together
python -m codemods.characterize counts REPORT       what `pytest --tape-report REPORT` counted
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from codemods.characterize.summary import Counts, counts_of_report, counts_of_tape


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m codemods.characterize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("show", help="print tapes")
    show.add_argument("tapes", nargs="+", type=Path, metavar="TAPE", help="a .tape file, or a folder of them")
    counts = commands.add_parser("counts", help="add up a report")
    counts.add_argument("report", type=Path)
    options = parser.parse_args(arguments)
    try:
        return _show(options.tapes) if options.command == "show" else _counts(options.report)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2


def _show(paths: Iterable[Path]) -> int:
    files = [file for path in paths for file in (sorted(path.rglob("*.tape")) if path.is_dir() else [path])]
    for file in files:
        print(f"== {file.name}\n{file.read_text().rstrip()}\n")
    print(sum((counts_of_tape(file.read_text()) for file in files), Counts()))
    return 0


def _counts(report: Path) -> int:
    print(counts_of_report(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
