"""Somebody reads the source file as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.packaging_lists import part_of, readers
from codemods.project.marks import marked_parts

CODE = "read-as-text"
TITLE = "a module of the project reads the source file itself"
MEANING = """A module names the source's file and opens files: it may cut code out of it, or run it. Where the source
marks parts for that (`###{name` ... `###}`) and a list names the files, the new file gets the same marks and a place in
that list; code of a marked part that is read otherwise is refused. Without marks the reader is listed."""
EXAMPLE = """
-- shop/lexer.py --
###{standalone
class Scanner: ...
###}
-- shop/standalone.py --
def text():
    with open("lexer.py") as f:
        return f.read()
-- move --
shop/lexer.py shop/scanner.py Scanner
"""

_READS = ("open(", "read_text", "read_bytes", "get_data", "getsource", "run_path")
_COMMON = {"__init__.py", "__main__.py", "setup.py", "conftest.py"}


def find(facts: Facts) -> Iterator[Hazard]:
    name = facts.move.source.rpartition("/")[2]
    top = facts.move.source.partition("/")[0]
    if name in _COMMON:
        return
    for path in sorted(facts.project.tree.code_with([name])):
        # Tests and build scripts name files for many reasons; the project's own code names them to read them.
        if not path.endswith(".py") or path.partition("/")[0] != top or path == facts.move.source or "test" in path:
            continue
        try:
            module = facts.project.module(path)
        except Exception:  # unreadable files are reported elsewhere
            continue
        if not any(word in module.source.text for word in _READS):
            continue
        for node in module.source.nodes.of(ast.Constant):
            if (
                isinstance(node.value, str)
                and (
                    node.value == name
                    or ("/" + node.value).endswith("/" + facts.move.source)
                    or node.value.endswith("/" + name)
                )
                and "\n" not in node.value
            ):
                yield Hazard(
                    CODE,
                    module.source.place(node),
                    f"{path} names the file {name} and reads files; it may look for the moved code there",
                    ("read the module through its import system instead", "leave the name where it is"),
                    Severity.REFUSES if _is_lost(facts, path, node) else Severity.DECLARED,
                )
                return


def _is_lost(facts: Facts, path: str, node: ast.Constant) -> bool:
    """Does code leave marked parts of the source for a file that this reader does not look into?"""
    parts = marked_parts(facts.source.source)
    if not any(part.covers(s.node.lineno) for part in parts for group in facts.moving for s in group.statements):
        return False
    listed = any(path == at and node in getattr(files, "elts", ()) for at, files, _ in readers(facts))
    return not listed or part_of(facts) is None or facts.destination is not None
