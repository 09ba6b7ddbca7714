"""The source is executed again, or another module is put in its place."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.grouping.interchangeable import is_never_asked_for
from codemods.planning.grouping.second_execution import has_no_state
from codemods.planning.references.reloads import Again, reloads, renewed

CODE = "module-reloaded"
ACCEPTS = True
TITLE = "a program executes the source again, or replaces the whole module"
MEANING = """`importlib.reload(settings)` makes the values of one module anew, and so does an import after
`del sys.modules["shop.settings"]`; what stands in another module is not made again. A test that puts a module of its
own into `sys.modules` reaches whoever imports that module, and nobody who imports from the destination. What is the
same each time moves: plain functions, values that are written out, classes without state that nobody asks for. Who
imports one after the source was taken out goes on importing the source, and what moved code reads of a source that is
reloaded it reads each time it is called."""
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
_WRITTEN = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator)
_REMEDIES = ("reload, or replace, the new module there too, first", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    values, moving = facts.referrers.values, list(facts.moving)
    stale = next(renewed(values, facts.groups, moving, Again.REMOVED), "")
    again = [group for group in facts.moving if not _is_same_each_time(facts, group)]
    for place, kind in reloads(values):
        if kind is Again.REPLACED:
            reason = f"another module is put in the place of {facts.move.source} here"
            yield Hazard(CODE, place, f"{reason}: importers of moved names would not see the replacement", _REMEDIES)
        elif again:
            reason = (
                f"{facts.move.source} is executed again here; `{again[0].label}` would no longer be made anew by that"
            )
            yield Hazard(CODE, place, reason, _REMEDIES)
        elif stale and kind is Again.REMOVED:
            reason = (
                f"{facts.move.source} is taken out of `sys.modules` here: moved code would go on with the `{stale}`"
            )
            yield Hazard(CODE, place, f"{reason} of before", _REMEDIES)


def _is_same_each_time(facts: Facts, group: DefinitionGroup) -> bool:
    """Is this a plain function, a value that is written out, or a class without state of which nobody asks for one?"""
    nodes = [s.node for s in group.statements]
    if all(isinstance(node, FUNCTIONS) and not node.decorator_list for node in nodes):
        return True
    if len(nodes) != 1 or _is_replaced(facts, group) or not has_no_state(facts.groups, group):
        return False
    if not isinstance(nodes[0], ast.ClassDef):
        return all(isinstance(n, _WRITTEN) or _is_builtin(n) for n in ast.walk(getattr(nodes[0], "value", nodes[0])))
    others = (facts.groups.by_name.get(r.name) for r in group.references if r.moment is Moment.IMPORT)
    if any(other is not None and other not in facts.moving for other in others):
        return False
    users = facts.project.modules_mentioning(*group.names)
    return all(is_never_asked_for(user, name) for user in users for name in group.names)


def _is_builtin(node: ast.AST) -> bool:
    return isinstance(node, ast.expr_context) or (isinstance(node, ast.Name) and hasattr(builtins, node.id))


def _is_replaced(facts: Facts, group: DefinitionGroup) -> bool:
    """Does somebody put something else in its place, which an execution of the source takes away again?"""
    replaced = {*facts.referrers.assigned, *(target.name for target in facts.referrers.patch_targets)}
    return not replaced.isdisjoint(group.binds)
