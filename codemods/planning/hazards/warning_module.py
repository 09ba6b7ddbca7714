"""Warnings that moved code gives come from another module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Reference
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts

CODE = "warning-module"
ACCEPTS = True
TITLE = "moved code gives warnings in its own module's name"
MEANING = """`warnings.warn` without a `stacklevel` of two or more says that the warning comes from the module in which
the call stands, and filters select by that module. After the move it comes from the destination. The move is refused
where the project has a filter that names the source."""
EXAMPLE = """
-- shop/prices.py --
import warnings
def price(net):
    warnings.warn("prices are net")
    return net
-- move --
shop/prices.py shop/net.py price
"""

_SETTINGS = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")


def find(facts: Facts) -> Iterator[Hazard]:
    found = [(unit, r) for unit in facts.moving for s in unit.statements for r in _warnings(s.node, s.references)]
    if not found:
        return
    unit, reference = found[0]
    reason = f"warnings of {unit.label} come from {facts.world.names.dotted(facts.move.destination)} after the move"
    filtered = _filtered(facts)
    remedies = (f"name the new module in {filtered} too, first", "give the warning a stacklevel of 2")
    yield Hazard(
        CODE,
        facts.source.source.place(reference.node),
        f"{reason}, and {filtered} has a filter for the source" if filtered else reason,
        remedies if filtered else (),
        Severity.REFUSES if filtered else Severity.DECLARED,
    )


def _warnings(node: ast.stmt, references: tuple[Reference, ...]) -> Iterator[Reference]:
    by_node = {id(r.node): r for r in references}
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and not any(k.arg == "stacklevel" for k in call.keywords) and len(call.args) < 3:
            inner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
            found = by_node.get(id(inner))
            if found is not None and (found.name, *found.chain) in (("warnings", "warn"), ("warn",)):
                yield found


def _filtered(facts: Facts) -> Place | None:
    """A filter for warnings that names the source's module."""
    dotted = re.escape(facts.world.names.dotted(facts.move.source))
    option = re.compile(rf"\b(?:error|ignore|always|default|module|once):[^:\n]*:[^:\n]*:{dotted}\b")
    call = re.compile(rf"""module\s*=\s*r?["']\^?{dotted.replace(".", "[.]")}|module\s*=\s*r?["']\^?{dotted}""")
    settings = [path for path in sorted(facts.world.tree.paths) if path.rpartition("/")[2] in _SETTINGS]
    calls = [path for path in facts.world.mentions("filterwarnings") if path.endswith(".py")]
    for path, pattern in [(path, option) for path in settings] + [(path, call) for path in calls]:
        text = facts.world.tree.read(path).decode("utf-8", "replace")
        match = pattern.search(text)
        if match is not None:
            return Place(path, text.count("\n", 0, match.start()) + 1)
    return None
