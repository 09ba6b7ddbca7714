"""Names of the source that are set through its namespace."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.bindings import Module, Moment
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name
from codemods.planning.references.namespace_writes import names_written

CODE = "namespace-written"
TITLE = "names of the source are set through its namespace, or by a name in a variable"
MEANING = """`globals()["X"] = …`, `vars(module).update(…)`, `setattr(module, name, …)` set names of the module that
they were given, and of no other. Moved functions that read such a name read it through the source, freshly at each
call, so that they see what was set there. That holds too for what the source binds once more while it is imported:
`from .local_settings import *` below its defaults, `exec(text, globals())`; such a name itself does not move. Where
the name is not known, that holds for all values of the source. A name that moved code reads, and that no statement of
the source binds, may be made that way: where it is, only running the code shows, so the move is refused."""
_MAKERS = frozenset({"globals", "vars", "locals", "exec", "setattr", "global_enum", "_convert_"})
EXAMPLE = """
-- shop/limits.py --
LIMIT = 1
def configure(**settings):
    globals().update(settings)
def admit(n):
    return n < LIMIT
-- move --
shop/limits.py shop/gate.py admit
"""


def find(facts: Facts) -> Iterator[Hazard]:
    read = {r.name for group in facts.moving for r in group.references} & names_written(
        facts.project.tree, facts.groups, facts.writes
    )
    for write in facts.writes:
        names = sorted(read & {write.name}) if write.name is not None else sorted(read)
        if names:
            said = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            reason = f"{said} may be set here: moved functions read it through {facts.move.source}"
            yield Hazard(CODE, write.place, reason, (), Severity.HANDLED)
    for write in facts.writes:
        if write.again and write.name in facts.moved_names:
            reason = f"this may bind `{write.name}` once more, which {facts.move.destination} would not see"
            yield Hazard(CODE, write.place, reason, (f"leave `{write.name}` in {facts.move.source}",))
    maker = _maker(facts.source)
    if maker is not None and not facts.source.stars:
        for name, place in _bound_nowhere(facts):
            reason = f"moved code reads `{name}`, which no statement binds: line {maker} may make it"
            yield Hazard(CODE, place, reason, (f"bind `{name}` by a statement of its own first",))


def _bound_nowhere(facts: Facts) -> Iterator[tuple[str, Place]]:
    """The names that moved code reads in the module, that nothing in it binds, and that are no builtins."""
    known = facts.source.binds | {*dir(builtins)}
    found: dict[str, ast.AST] = {}
    for r in (r for group in facts.moving_in_order for r in group.references):
        if r.moment is not Moment.TYPING and not r.string and r.name not in known and not r.name.startswith("__"):
            found.setdefault(r.name, r.node)
    yield from ((name, facts.source.source.place(node)) for name, node in found.items())


def _maker(source: Module) -> int | None:
    """The line of a module that may bind names which stand in none of its statements."""
    for node in source.source.nodes.of(ast.Call):
        if last_name(node.func) in _MAKERS:
            return node.lineno
    return None
