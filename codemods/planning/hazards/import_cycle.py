"""Each of the two modules would need the other while it is imported."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "import-cycle"
TITLE = "Each of the two modules would need the other while it is imported"
MEANING = """Moved code needs a name of the source at import time (a base class, a decorator, a default), and code that
stays needs moved code at import time. Whichever module is imported first, the other finds it partially initialized. A
public definition that others use moves only if you say so: the refusal lists what works, each tried before it is
printed."""
EXAMPLE = """
-- shop/fields.py --
class Field: ...
class Nested(Field): ...
class Pluck(Nested): ...
class Number(Field): ...
-- move --
shop/fields.py shop/nested.py Nested
"""


def find(facts: Facts) -> Iterator[Hazard]:
    """Nothing: the selection of what moves refuses it, before there are facts."""
    return iter(())
