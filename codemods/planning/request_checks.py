"""The names of a request, checked against the module: clear refusals before anything is planned."""

from __future__ import annotations

import ast
import sys

from codemods.bindings import Module
from codemods.model import Hazard, Move, Place, Refused, WrongUsage
from codemods.planning.grouping.definition_groups import DefinitionGroups
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable
from codemods.project.hiding import hides
from codemods.spelling import did_you_mean

_SHOWN = 8  # names of a module, where one is named that it does not have


def readable(project: ProjectIndex, path: str, role: str) -> Module:
    """The module at ``path``; Refused where Python itself can't read it."""
    try:
        return project.module(path)
    except Unreadable as error:
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        remedy = f"correct the file, or run codemods with a newer Python (this is {here})"
        raise Refused(
            Hazard("unreadable", error.place, f"the {role} can't be read: {error.reason}", (remedy,))
        ) from error
    except OSError as error:
        raise Refused(Hazard("no-file", Place(path), f"the {role} can't be read: {error.strerror}")) from error


def check_destination(project: ProjectIndex, move: Move) -> None:
    """Refused, with nothing else said, where the new module hides another: whatever is found then has this cause."""
    found = hides(project.tree, move.destination)
    if found is None:
        return
    another = "choose another name for the destination"
    if found.module:
        reason = f"this makes `{found.dotted}` a package, {found.hider}, which hides {found.hidden}"
        remedies = (f"make the module the package first: codemods package {found.module}", another)
    elif found.hidden == move.destination:
        reason = f"no import would find it: the package {found.hider} comes before it"
        remedies = (f"name {found.hider}__init__.py, or a new module in {found.hider}", another)
    else:
        who = f", which {found.importer}:{found.line} imports" if found.importer else ""
        reason, remedies = f"it would hide {found.hidden}{who}", (another,)
    raise Refused(Hazard("hides-module", Place(move.destination), reason, remedies))


def check_names(project: ProjectIndex, move: Move, groups: DefinitionGroups) -> None:
    """Refused unless each name is defined once, at the top level of the source."""
    module = groups.module
    for name in (*move.names, *move.along, *move.keep):
        if name in groups.by_name:
            group = groups.by_name[name]
            if group.typing_only:
                place = module.source.place(group.statements[0].node)
                raise Refused(
                    Hazard(
                        "not-top-level",
                        place,
                        f"`{name}` is defined for type checkers only, inside a block",
                        ("do not name it: moved code imports it for type checkers",),
                    )
                )
            continue
        absent = _absent(project, module, name)
        raise (WrongUsage if absent.code == "no-such-name" else Refused)(absent)


def _absent(project: ProjectIndex, module: Module, name: str) -> Hazard:
    imports = module.top_imports.get(name)
    if imports:
        target = project.target(module, imports[0])
        origin = project.origin(target, imports[0].attribute) if target and imports[0].attribute else None
        place = module.source.place(imports[0].node)
        if origin:
            line = project.module(origin[0]).definitions[origin[1]][0].node.lineno
            return Hazard(
                "not-defined-here",
                place,
                f"`{name}` is only imported here; it is defined in {origin[0]}:{line}",
                (f"name {origin[0]} as the source",),
            )
        reason = f"`{name}` is only imported here, from {imports[0].module or 'its package'}, outside of the project"
        return Hazard("not-defined-here", place, reason, (_defined(module),))
    for node in ast.walk(module.source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            return Hazard(
                "not-top-level",
                module.source.place(node),
                f"`{name}` is not at the top level of the module",
                ("move what it stands in",),
            )
    hint = did_you_mean(name, module.definitions)
    return Hazard(
        "no-such-name", Place(module.path), f"`{name}` is not defined here{hint}", () if hint else (_defined(module),)
    )


def _defined(module: Module) -> str:
    """What could be named instead."""
    names = [name for name in module.definitions if not name.startswith("__")]
    if not names:
        return f"{module.path} defines nothing that could move"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{module.path} defines {', '.join(names[:_SHOWN])}{more}"
