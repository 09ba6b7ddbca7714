"""The source is executed again, or another module is put in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.references.reloads import Again, reloads

CODE = "module-reloaded"
ACCEPTS = True
TITLE = "a program executes the source again, or replaces the whole module"
MEANING = """`importlib.reload(settings)` makes the values of one module anew, and so does an import after
`del sys.modules["shop.settings"]`; what stands in another module is not made again. A test that puts a module of its
own into `sys.modules` reaches whoever imports that module, and nobody who imports from the destination. Plain functions
are the same each time, and move; who imports one after the source was taken out goes on importing the source."""
EXAMPLE = """
-- shop/settings.py --
import os
DEBUG = os.environ.get("SHOP_DEBUG") == "1"
NAME = "shop"
-- shop/app.py --
import importlib
from shop import settings
def refresh():
    importlib.reload(settings)
    return settings.DEBUG
-- move --
shop/settings.py shop/flags.py DEBUG
"""
_REMEDIES = ("reload, or replace, the new module there too, first", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    again = [group for group in facts.moving if not _is_same_each_time(facts, group)]
    for place, kind in reloads(facts.referrers.values):
        if kind is Again.REPLACED:
            reason = f"another module is put in the place of {facts.move.source} here"
            yield Hazard(CODE, place, f"{reason}: importers of moved names would not see the replacement", _REMEDIES)
        elif again:
            reason = (
                f"{facts.move.source} is executed again here; `{again[0].label}` would no longer be made anew by that"
            )
            yield Hazard(CODE, place, reason, _REMEDIES)


def _is_same_each_time(facts: Facts, group: object) -> bool:
    """Is this a plain function?"""
    statements = getattr(group, "statements", ())
    return all(
        isinstance(s.node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not s.node.decorator_list for s in statements
    )
