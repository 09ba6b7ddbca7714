"""Measure the tool beside a floor, rope, emend and LibCST: the same trees, the same moves, whole processes.

    scripts/bench                                 everything; takes an hour, most of it rope's
    scripts/bench django worker 50 --runs 9       these trees alone
    scripts/bench 1000 10000 --without rope LibCST
    scripts/bench --docs                          everything, into docs/performance.md and docs/growth.svg
    scripts/bench --docs --results r.jsonl django each tree in a run of its own, kept in r.jsonl
    scripts/bench --moves 1000                    a module of 5,000 lines split into ten, as one change

Trees: django (its sdist), worker (this project's, before its first move), and a number: a monorepo of so many files
made from a seed. Each figure is the median of several whole processes: seconds by the clock, seconds of processor,
and peak memory. A run that takes longer than the limit is stopped, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import growth, moves, table
from benchmarks.columns import columns
from benchmarks.trees import SIZES, cases

_DOCS = Path(__file__).resolve().parent.parent / "docs"
_ALL = ["django", "worker", "50", *map(str, SIZES)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="*", default=_ALL, metavar="TREE")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (5)")
    parser.add_argument("--limit", type=float, default=300, help="seconds that one run may take (300)")
    parser.add_argument("--without", nargs="+", default=[], metavar="COLUMN", help="columns that are left out")
    parser.add_argument("--base", type=Path, help="the folder for the trees; kept for the next time")
    parser.add_argument("--moves", type=int, metavar="N", help="split a module of N definitions in ten, nothing else")
    parser.add_argument("--results", type=Path, help="a file of JSON lines that results are added to, and read from")
    parser.add_argument("--docs", action="store_true", help="write the table and the growth curve into docs/")
    options = parser.parse_intermixed_args()
    with tempfile.TemporaryDirectory() as scratch:
        base = (options.base or Path(scratch)).resolve()
        base.mkdir(parents=True, exist_ok=True)
        if options.moves:
            print(moves.split(base, options.moves, options.runs, options.limit))
            return 0
        before = table.load()
        rows = _measured(options, base)
    how = (
        f"Medians of {options.runs} runs of each command; load of the machine before: {before}, after: {table.load()}."
    )
    print(how)
    print(table.machine())
    print(table.text(rows))
    if options.docs:
        page = _DOCS / "performance.md"
        page.write_text(table.into(page.read_text(), rows, how))
        (_DOCS / "growth.svg").write_text(growth.svg(rows))
    return 0


def _measured(options: argparse.Namespace, base: Path) -> list[table.Row]:
    results: Path | None = options.results
    rows = table.read(results.read_text()) if results and results.exists() else []
    for case in cases(options.trees, base):
        runs = {}
        for name, run in columns(case, base, options.runs, options.limit, options.without):
            runs[name] = run
            print(f"{case.tree}, {case.what}: {name}: {table.cell(run)}", file=sys.stderr, flush=True)
        row = table.Row(case.tree, case.what, case.name, case.size, runs)
        rows = [r for r in rows if r.key != row.key] + [row]
        if results:
            results.write_text("".join(json.dumps(r.data) + "\n" for r in rows))
    return rows


if __name__ == "__main__":
    sys.exit(main())
