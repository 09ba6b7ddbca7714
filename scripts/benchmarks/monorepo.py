"""A monorepo made from a seed: packages of modules of realistic sizes that import one another.

Sizes are spread as they are in real trees (median about 3 kB, mean about 6 kB, a few of 100 kB). One file in a thousand
mentions the name that moves; ten in a thousand mention the word that its module is called by.

    python scripts/benchmarks/monorepo.py FOLDER FILES [SEED]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

NAME = "LedgerOfOrders"
SOURCE, DESTINATION = "lib0000/core/ledger.py", "lib0000/core/orders.py"
_WORDS = ["account", "batch", "cache", "channel", "cursor", "delta", "event", "factor", "gauge", "handle", "index"]
_WORDS += ["journal", "kernel", "limit", "market", "node", "offer", "parcel", "query", "route", "sample", "ticket"]
_PER_PACKAGE = 60

_SOURCE = '''"""Ledgers."""

from __future__ import annotations

import decimal
import logging
from dataclasses import dataclass, field

from lib0000.core.m003 import first_003

logger = logging.getLogger(__name__)
_CENT = decimal.Decimal("0.01")


def _rounded(value: decimal.Decimal) -> decimal.Decimal:
    return value.quantize(_CENT)


@dataclass
class LedgerOfOrders:
    """What was ordered, and what it came to."""

    rows: list[decimal.Decimal] = field(default_factory=list)

    def total(self) -> decimal.Decimal:
        logger.debug("%d rows", len(self.rows))
        return _rounded(sum(self.rows, decimal.Decimal(0)))


class Statement:
    def lines(self, rows: list[str]) -> list[str]:
        return [first_003(row) for row in rows]
'''


def block(generator: random.Random, number: int) -> str:
    """One definition, as long as definitions are."""
    noun, other = generator.sample(_WORDS, 2)
    lines = [
        f"def helper_{number:03}({noun}, {other}=None, *, strict=False):",
        f'    """Gives the {noun} of {other}."""',
    ]
    for step in range(generator.randint(2, 14)):
        first, second = generator.sample(_WORDS, 2)
        lines.append(f"    {first} = {second}_{step} = [{noun}, {other}, {generator.randint(1, 999)}]")
        if step % 3 == 2:
            lines.append(f"    if strict and {first} is not None:")
            lines.append(f'        raise ValueError(f"no {second}: {{{first}!r}} of {{{noun}!r}}")')
    lines.append(f"    return {noun}")
    if generator.random() < 0.4:
        lines = [f"class {noun.title()}{number:03}:", "    size: int = 0", "", *("    " + line for line in lines)]
        lines[3] = lines[3].replace("(", "(self, ", 1)
    return "\n".join(lines) + "\n"


def module(generator: random.Random, blocks: list[str], package: str, number: int, mention: str) -> str:
    """One module of about as many bytes as one of a real tree has."""
    lines = ['"""A module."""', "", "import logging", "import os", "from pathlib import Path", ""]
    # Of modules before it alone, so that imports have no cycles.
    for other in sorted(generator.sample(range(number), min(number, generator.randint(0, 5)))):
        lines.append(f"from {package}.core.m{other:03} import first_{other:03}")
    lines += [mention, "", "logger = logging.getLogger(__name__)", "", ""]
    size = min(100_000, int(generator.lognormvariate(8.0, 1.1)))
    parts, length = ["\n".join(lines)], 0
    while length < size:
        parts.append(generator.choice(blocks))
        length += len(parts[-1]) + 2
    return "\n\n".join(parts) + f"\n\ndef first_{number:03}(value):\n    return value\n"


def make(folder: Path, files: int, seed: int = 5) -> None:
    """Write the tree; the same seed gives the same bytes."""
    generator = random.Random(seed)
    blocks = [block(generator, number) for number in range(1, 600)]
    written = 0
    uses = f"from lib0000.core.ledger import {NAME}"
    every = max(1, min(1000, files // 10))
    while written < files:
        package = f"lib{written // _PER_PACKAGE:04}"
        core = folder / package / "core"
        core.mkdir(parents=True)
        for init in (folder / package / "__init__.py", core / "__init__.py"):
            init.write_text("")
        written += 2
        for number in range(min(_PER_PACKAGE - 2, max(files - written, 0))):
            mention = ""
            if written % every == every - 1:
                mention = uses
            elif written % 100 == 50:
                mention = "# Writes what the ledger receives."
            (core / f"m{number:03}.py").write_text(module(generator, blocks, package, number, mention))
            written += 1
    (folder / SOURCE).write_text(_SOURCE)
    (folder / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 5)
