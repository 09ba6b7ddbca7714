"""A thread that is started while the source is imported runs moved code, which then imports the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Moment, Statement
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.project import walk

CODE = "import-lock"
TITLE = "a thread that is started while the source is imported would wait for it for ever"
MEANING = """Moved functions import what they need of the source when they are called. One that is given to a thread,
a timer or an executor while the source is imported is called by another thread meanwhile: its import waits for the
source, and the source may wait for the thread. So such a function is only moved if it needs nothing of the source."""
EXAMPLE = """
-- shop/config.py --
import threading
FOUND = {}
PREFIX = "v"
def load(name):
    FOUND[name] = PREFIX + name
thread = threading.Thread(target=load, args=("a",))
thread.start()
thread.join(timeout=1)
def again():
    return PREFIX, FOUND
def known():
    return PREFIX, FOUND
-- move --
shop/config.py shop/loading.py load
"""

_STARTERS = frozenset({"Thread", "Timer", "Process", "submit", "start_new_thread", "run_in_executor", "apply_async"})


def find(facts: Facts) -> Iterator[Hazard]:
    """What such a function reads of the source, and stays there."""
    for group in facts.moving:
        left = {r.name for r in group.references if r.moment is Moment.CALL} & facts.groups.by_name.keys()
        left -= facts.moved_names
        for statement in (s for u in facts.groups.all for s in u.statements) if left else ():
            if group.binds & _given(statement):
                name = min(left)
                reason = f"a thread runs `{group.label}` while the source is imported, and waits for `{name}` for ever"
                remedies = (f"move `{name}` too: --with {name}", "start the thread in a function first")
                yield Hazard(CODE, facts.source.source.place(statement.node), reason, remedies)
                break


def _given(statement: Statement) -> set[str]:
    """The names that a statement gives to a thread while the module is imported."""
    names = {id(r.node): r.name for r in statement.references if r.moment is Moment.IMPORT}
    found: set[str] = set()
    for call in walk(statement.node) if names else ():
        if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in _STARTERS:
            values = [*call.args, *(keyword.value for keyword in call.keywords)]
            found |= {names[id(n)] for value in values for n in ast.walk(value) if id(n) in names}
    return found
