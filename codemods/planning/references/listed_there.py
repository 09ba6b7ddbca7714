"""Code that goes through the names of the destination, and would find what moves there, or what that brings along."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.index.reference_prefilter import ReferencePrefilter
from codemods.planning.references.dynamic_names import Look, looks_elsewhere, looks_inside
from codemods.planning.references.module_values import ModuleValues
from codemods.project.listings import is_gone_through, kind_of, kind_of_import, what_is_kept


def found_there(facts: Facts) -> Iterator[tuple[Place, str, str]]:
    """(where the names of the destination are listed, how, a name that is new to the list)"""
    if facts.destination is None:
        return
    project, module = facts.project, facts.destination
    names = frozenset(module.binds)
    files = ReferencePrefilter(project.tree, module.path, project.names.dotted(module.path), names).files()
    values = ModuleValues(project, module.path, [module.path, *(path for path in files if path.endswith(".py"))])
    new = dict(_new(facts))
    for look in (*looks_elsewhere(values), *looks_inside(values, module)):
        if look.texts or look.node is None or look.called == "testmod":
            continue
        parents = values.files[look.place.path].source.nodes.parents
        listed = look.called in ("dir", "getmembers", "getmembers_static") or is_gone_through(look.node, parents)
        if not listed or _makes_all(look.node, parents):
            continue
        kinds, own = what_is_kept(look.node, parents)
        for name, (kind, defined) in new.items():
            kept = (kinds is None or kind in kinds) and (defined or not own)
            if kept and look.finds(name) and (look.keeps is None or (defined and _may_keep(facts, look, name))):
                yield look.place, look.called, name
                break


def _may_keep(facts: Facts, look: Look, name: str) -> bool:
    statements = (s for group in facts.moving for s in group.statements if name in s.binds)
    return look.keeps is None or any(look.keeps.may_keep(facts.source, s) for s in statements)


def _new(facts: Facts) -> Iterator[tuple[str, tuple[str, bool]]]:
    """What the destination binds after the move alone: its kind, and whether it is defined there."""
    bound = facts.destination.binds if facts.destination is not None else frozenset[str]()
    for group in facts.moving:
        for name in group.names:
            if name not in bound:
                yield name, (kind_of(group.statements[0].node), True)
        for r in group.references:
            if r.moment is Moment.TYPING or r.name in bound or r.name in facts.moved_names:
                continue
            for item in facts.source.top_imports.get(r.name, ()):
                yield r.name, (kind_of_import(item.attribute), False)
            at_top = r.moment is Moment.IMPORT or not facts.source_imports
            if at_top and r.name in facts.groups.by_name:
                yield r.name, (kind_of(facts.groups.by_name[r.name].statements[0].node), False)


def _makes_all(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does it make the ``__all__`` of the module, which is to have what stands there?"""
    around = parents.get(id(node))
    while around is not None and not isinstance(around, ast.stmt):
        around = parents.get(id(around))
    targets = around.targets if isinstance(around, ast.Assign) else [getattr(around, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
