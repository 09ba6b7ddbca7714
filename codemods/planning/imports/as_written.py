"""Which import of the source the destination repeats, and how it is written there."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from codemods.bindings import Import, Module, Reference
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.edits.model import NewImport
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Names
from codemods.project.relative_imports import allowed_dots

_PRAGMAS = ("type:", "noqa", "pyright:", "pylint:")
_BELOW_CODE = "E402"


def rewritten(project: ProjectIndex, source: Module, destination: str, item: Import) -> NewImport | None:
    """An import of the source as the destination writes it; None where it would import itself."""
    target = project.target(source, item)
    if item.attribute is not None and target == destination:
        return None
    module = item.module
    if item.level:
        absolute = project.names.absolute(source.path, item.module or None, item.level) or item.module
        module = relocated(project.names, destination, absolute)
    return NewImport(module, item.attribute, item.asname, _pragma(source, item))


def relocated(names: Names, destination: str, absolute: str) -> str:
    """A dotted module relative to the destination, as far as the project's linter lets it be."""
    here, there = (names.package(destination) or "").split("."), absolute.split(".")
    if not here[0] or here[0] != there[0]:
        return absolute
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    dots = len(here) - common + 1
    return "." * dots + ".".join(there[common:]) if dots <= allowed_dots(names.tree) else absolute


def block_of(module: Module, item: Import) -> ast.stmt | None:
    """The statement of a module in which an import stands."""
    for statement in module.statements:
        if statement.node.lineno <= item.node.lineno <= (statement.node.end_lineno or 0):
            return statement.node
    return None


def by_chain(items: list[Import], references: list[Reference]) -> list[Import]:
    """Of `import a.b` and `import a.c`, those whose dotted name the code goes through."""
    if len(items) == 1 or any(i.attribute is not None or i.asname for i in items):
        return items[-1:] if items[-1].attribute is not None or items[-1].asname else items
    chains = [(r.name, *r.chain) for r in references]
    hit = [i for i in items if any(c[: len(p)] == p for c in chains for p in [tuple(i.module.split("."))])]
    longest = [i for i in hit if "." in i.module]
    return (longest or hit) if all(len(c) > 1 for c in chains) and hit else items


def in_a_function(new: NewImport) -> NewImport:
    """An import without what its pragma says of code above it, ``# noqa: E402``."""
    alone = re.fullmatch(rf"#\s*noqa:\s*{_BELOW_CODE}", new.comment)
    less = re.sub(rf"(?<=[:,\s]){_BELOW_CODE},\s*|,\s*{_BELOW_CODE}\b", "", new.comment)
    return replace(new, comment="" if alone else less)


def _pragma(module: Module, item: Import) -> str:
    """A ``# type: ignore`` or the like at the end of the import's only line."""
    source = module.source
    alias = item.node.names[item.index]
    line = source.line(alias.end_lineno or item.node.lineno)
    tail = line[len(line.encode()[: alias.end_col_offset].decode(errors="ignore")) :].strip().lstrip(",) ").strip()
    return tail if tail.startswith("#") and any(word in tail for word in _PRAGMAS) else ""


def stands_late(project: ProjectIndex, source: Module, item: Import) -> bool:
    """Does the source import a module of the tree below its first definitions, as against import cycles? Constants do
    not mark the end of a module's head."""
    definitions = (s.node for found in source.definitions.values() for s in found)
    lines = [node.lineno for node in definitions if isinstance(node, (*FUNCTIONS, ast.ClassDef))]
    return bool(lines) and min(lines) < item.node.lineno and project.target(source, item) is not None
