"""The old path that warns (``--deprecate``): what the source goes on binding, and what it only finds when asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Place, Refused, Severity
from codemods.planning.edits.model import Deprecation, NewImport
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import Unit
from codemods.planning.imports.source_imports import imported_back
from codemods.planning.references.doctest_names import read_by_staying
from codemods.planning.references.module_escapes import handed_on


def ways_back(facts: Facts) -> tuple[tuple[NewImport, ...], Deprecation | None]:
    """(what the source imports back, what it finds with a warning). Raises Refused."""
    back = imported_back(facts)
    if not facts.move.deprecate:
        return back, None
    bound = bound_names(facts)
    kept = tuple(NewImport(new.module, new.attribute, new.asname) for new in back if new.attribute in bound)
    names = tuple(str(new.attribute) for new in back if new.attribute not in bound)
    if not names:
        return kept, None
    standing = _standing(facts)
    dotted = facts.world.names.dotted(facts.move.destination)
    return kept, Deprecation(names, back[0].module, dotted, standing, _prefix(standing))


def deprecation_hazards(facts: Facts) -> Iterator[Hazard]:
    """Names whose old path can't warn, for the source itself goes that way."""
    if not facts.move.deprecate:
        return
    bound = bound_names(facts)
    for new in imported_back(facts):
        name = str(new.attribute)
        if name in bound:
            place = Place(facts.move.source)
            reason = f"{name} is still bound in this module, because {bound[name]}: its old path gives no warning"
            yield Hazard("no-warning", place, reason, (), Severity.DECLARED)


def bound_names(facts: Facts) -> dict[str, str]:
    """Names that the source must bind, with the reason."""
    moved = facts.moved_names
    found: dict[str, str] = {}
    if facts.referrers.stars and facts.source.exported is None:
        star = facts.referrers.stars[0].path
        found |= dict.fromkeys((n for n in moved if not n.startswith("_")), f"{star} imports everything from it")
    for place in handed_on(facts):
        found = dict.fromkeys(moved, f"{place} hands the module on") | found
    for seam in facts.referrers.seams:
        if seam.name in moved - facts.followed:
            found[seam.name] = f"{seam.place} replaces it here"
    found |= dict.fromkeys(read_by_staying(facts), "an example reads it among the names of the module")
    found |= dict.fromkeys(facts.pinned & moved, "it is looked up here by those who may find it replaced")
    for unit in facts.moving:
        if _takes_effect(facts, unit):
            reason = f"{unit.label} takes effect when the module is imported"
            found = dict.fromkeys(unit.names, reason) | found
    for unit in facts.staying:
        for reference in unit.references:
            if reference.name in moved:
                found[reference.name] = f"line {facts.source.source.place(reference.node).line} uses it"
    for look in facts.looks:
        if look.bound:
            reason = f"{look.place} looks names up in the module by {look.called}"
            found = dict.fromkeys(filter(look.finds, moved), reason) | found
    return found


def _takes_effect(facts: Facts, unit: Unit) -> bool:
    """Does a definition change what others hold: by a decorator that registers it, a base that keeps a list?"""
    return any(facts.effects.of(facts.source, statement) for statement in unit.statements)


def _standing(facts: Facts) -> ast.FunctionDef | None:
    """The ``__getattr__`` that the source has; Refused where names can't be put into it."""
    if "__getattr__" not in facts.source.binds:
        return None
    found = [n for n in _module_level(facts.source.source.tree.body) if getattr(n, "name", "") == "__getattr__"]
    moving = {id(s.node) for unit in facts.moving for s in unit.statements}
    if len(found) == 1 and isinstance(found[0], ast.FunctionDef) and id(found[0]) not in moving:
        function = found[0]
        arguments = function.args
        own_line = function.body[0].lineno > function.lineno
        if len([*arguments.posonlyargs, *arguments.args]) == 1 and not function.decorator_list and own_line:
            return function
    place = facts.source.source.place(found[0]) if found else Place(facts.move.source)
    reason = "the module has a __getattr__ into which the moved names can't be put"
    remedy = "make it one plain function of one argument, or leave out --deprecate"
    raise Refused(Hazard("module-getattr", place, reason, (remedy,)))


def _prefix(function: ast.FunctionDef | None) -> str:
    """What a branch binds would be a local name everywhere in the function: it may be none that others read."""
    others = [n for n in (function.body if function else ()) if not _is_answer(n)]
    known = {getattr(n, "id", getattr(n, "name", "")) for other in others for n in ast.walk(other)}
    known |= {a.asname or a.name for o in others for n in ast.walk(o) if isinstance(n, ast.Import) for a in n.names}
    prefix = ""
    while any(prefix + name in known for name in ("importlib", "warnings", "message")):
        prefix += "_"
    return prefix


def _is_answer(node: ast.stmt) -> bool:
    """Is this a branch that an earlier move made?"""
    first = node.body[0] if isinstance(node, ast.If) and not node.orelse else None
    return isinstance(first, ast.Import) and first.names[0].name == "importlib"


def _module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try)):
            yield from _module_level([*node.body, *node.orelse])
