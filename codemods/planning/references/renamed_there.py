"""Names that a destination imported from the source under others: it reads them by their own names then."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Import, Module
from codemods.planning.edits.model import Replacement
from codemods.planning.references.referrers import Referrers


def renamed_there(referrers: Referrers, destination: Module, moved: frozenset[str]) -> list[Import]:
    """The imports at the top of the destination that give a moved name another one."""
    own = (item for module, item in referrers.imports if module.path == destination.path and item.function is None)
    return [item for item in own if item.attribute in moved and item.binds != item.attribute]


def called_by_their_own_names(
    referrers: Referrers, destination: Module, moved: frozenset[str]
) -> Iterator[Replacement]:
    """``BasePrice()`` becomes ``Price()``."""
    source = destination.source
    for item in renamed_there(referrers, destination, moved):
        if can_be_called_so(referrers, destination, item):
            for node in (n for n in source.nodes.of(ast.Name) if n.id == item.binds):
                said = f"reads {item.attribute} in its own module"
                yield Replacement(source.start(node), source.end(node), str(item.attribute), said)


def can_be_called_so(referrers: Referrers, destination: Module, item: Import) -> bool:
    """Is a name only read, in this file alone, and is the other one free in it?"""
    text, name = destination.source.text, item.binds
    read = [node for node in destination.source.nodes.of(ast.Name) if node.id == name]
    alone = len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", text)) == len(read) + 1
    last, tree = destination.path.rpartition("/")[2].removesuffix(".py"), referrers.project.tree
    elsewhere = tree.code_with([name]) & tree.code_with([last, "import_module", "getattr"]) - {destination.path}
    plain = all(isinstance(node.ctx, ast.Load) for node in read) and str(item.attribute) not in spoken(destination)
    return plain and alone and not elsewhere


def spoken(module: Module) -> set[str]:
    """Every name that a file binds or reads anywhere, in whatever scope."""
    nodes = module.source.nodes
    found = {node.id for node in nodes.of(ast.Name)} | {node.arg for node in nodes.of(ast.arg)}
    found |= {item.binds for item in module.imports}
    found |= {n.name for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) for n in nodes.of(kind)}
    return found | {"__class__"}
