"""A file that imports the source can't be parsed by the Python that runs this tool."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.project import Unreadable, imports

CODE = "unreadable-importer"
TITLE = "a file imports from the source, and can't be parsed here"
MEANING = """The tool parses files with the grammar of the Python that runs it. A file in newer syntax, or with a
mistake in it, is not rewritten; its imports are read from its bytes. As long as the old path works, so does the file;
where the old path ends, the move is refused."""
EXAMPLE = """
-- shop/worker.py --
class Status: ...
-- shop/pages.py --
from shop.worker import Status
def page(:
    return Status
-- move --
shop/worker.py shop/status.py Status --no-reexport
"""


def find(facts: Facts) -> Iterator[Hazard]:
    here = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    for path in facts.referrers.files:
        error = _unreadable(facts, path) if path.endswith((".py", ".pyi")) else None
        names = sorted(_imported(facts, path)) if error is not None else []
        if error is None or not names:
            continue
        said = f"{here} can't parse this file ({error.reason})"
        said += f", which imports {', '.join(names)} from {facts.move.source}"
        if facts.move.goes_on:
            yield Hazard(CODE, error.place, f"{said}; it stays as it is", (), Severity.DECLARED)
        else:
            remedies = ("run codemods with the Python of the project", "leave out --no-reexport")
            yield Hazard(CODE, error.place, said, remedies)


def _unreadable(facts: Facts, path: str) -> Unreadable | None:
    try:
        facts.project.module(path)
    except Unreadable as error:
        return error
    except OSError:
        return None
    return None


def _imported(facts: Facts, path: str) -> Iterator[str]:
    """The moved names that a file imports, or may reach through the module, as its bytes say."""
    names = facts.project.names
    for found in imports(facts.project.tree.peek(path)):
        dotted = names.written(path, found.module) or ""
        if names.find(dotted, path) == facts.move.source:
            everything = not found.names or "*" in found.names
            yield from facts.move.names if everything else facts.moved_names & {*found.names}
        elif any(names.find(f"{dotted}.{name}", path) == facts.move.source for name in found.names):
            yield from facts.move.names
