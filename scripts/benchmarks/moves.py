"""A god module split into ten, as one change of many moves: `codemods run` with moves from pyproject.toml."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from benchmarks.measuring import measure
from benchmarks.table import cell, machine

_INTO = 10


def split(base: Path, count: int, runs: int, limit: float) -> str:
    """Measure the split of a module of ``count`` definitions, all of them, into ten; and of one, to compare."""
    folder = base / f"god{count}"
    lines = []
    for asked in (count // _INTO, count // 2, count):
        command = [sys.executable, "-m", "codemods", "run", *(f"part{n}" for n in range(_INTO)), "--quiet"]
        run = measure(command, folder, runs, limit, lambda asked=asked: make(folder, count, asked))
        lines.append(f"  {asked:>6,} moves of {count:,} definitions into {_INTO} modules: {cell(run)}")
    return "\n".join([machine(), *lines])


def make(folder: Path, count: int, asked: int) -> None:
    """A package with one module of ``count`` definitions, about five lines each; ``asked`` of them are to move."""
    shutil.rmtree(folder, ignore_errors=True)
    package = folder / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    generator = random.Random(count)
    names = [f"helper_{number:04}" for number in range(count)]
    parts = ['"""Everything."""\n\nimport os\nimport logging\n']
    for number, name in enumerate(names):
        calls = names[number - 1] if number % (count // _INTO) and generator.random() < 0.5 else "str"
        body = f"    logging.debug(os.fspath(value))\n    return {calls}(value)[{generator.randint(0, 9)}:]\n"
        parts.append(f"def {name}(value):\n{body}")
    (package / "god.py").write_text("\n\n".join(parts))
    (folder / "main.py").write_text("".join(f"from shop.god import {name}\n" for name in names[::5]))
    tables = []
    for part in range(_INTO):
        mine = [name for index, name in enumerate(names[:asked]) if index * _INTO // asked == part]
        tables.append(
            f'[tool.codemods.moves.part{part}]\nsource = "shop/god.py"\ndestination = "shop/part{part}.py"\n'
            f"names = {mine!r}\n".replace("'", '"')
        )
    (folder / "pyproject.toml").write_text("\n".join(tables))
