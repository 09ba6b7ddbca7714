"""Somebody reads the source file as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts

CODE = "read-as-text"
TITLE = "a module of the project reads the source file itself"
MEANING = """A module names the source's file and opens files: it may cut code out of it, or run it. Where the source
marks regions for that (`###{name` ... `###}`), code that leaves its region is refused; elsewhere the reader is
listed."""
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
    for path in sorted(facts.world.tree.code_with([name])):
        # Tests and build scripts name files for many reasons; the project's own code names them to read them.
        if not path.endswith(".py") or path.partition("/")[0] != top or path == facts.move.source or "test" in path:
            continue
        try:
            module = facts.world.module(path)
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
                marked = _leaves_region(facts)
                yield Hazard(
                    CODE,
                    module.source.place(node),
                    f"{path} names the file {name} and reads files; it may look for the moved code there",
                    ("read the module through its import system instead", "leave the name where it is"),
                    Severity.REFUSES if marked else Severity.DECLARED,
                )
                return


def _leaves_region(facts: Facts) -> bool:
    """Does moved code stand between marker comments that open and close a region?"""
    source = facts.source.source
    inside, open_lines = False, set()
    for number in range(1, len(source.line_starts) + 1):
        line = source.line(number).strip()
        if line.startswith("#") and line.rstrip().endswith("}") and len(line) < 40:
            inside = False
        elif line.startswith("#") and "{" in line and "}" not in line and not line[1:2].isspace():
            inside = True
        if inside:
            open_lines.add(number)
    return any(s.node.lineno in open_lines for unit in facts.moving for s in unit.statements)
