"""Commands in Makefiles, workflows and settings that run the tests of one file: ``pytest tests/test_shop.py``,
``python -m unittest tests.test_shop``, ``python tests/test_shop.py``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.files import Files

# Who reads such a command may run it, or not.
_PROSE = (".md", ".rst", ".txt", ".html", ".ipynb", ".lock")


def commands_of(tree: Files, file: str, dotted: str) -> Iterator[tuple[str, int, str]]:
    """(path, line, text) of each line that runs the tests of a file, and selects none of them."""
    run = r"\b(?:pytest|py\.test|unittest|python[\d.]*|nosetests)\b[^\n;&|#]*?"
    command = re.compile(rf"{run}(?<![\w.:/-])(?:\./)?(?:{re.escape(file)}|{re.escape(dotted)})(?!\w|::|[./-]\w)")
    for path in sorted(tree.texts_with([file.rpartition("/")[2].removesuffix(".py")])):
        if not path.endswith(_PROSE):
            for number, line in enumerate(tree.peek(path).decode("utf-8", "replace").split("\n"), 1):
                if not line.lstrip().startswith("#") and command.search(line):
                    yield path, number, line
