"""Annotations that would change between objects and text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard
from codemods.planning.facts import Facts
from codemods.planning.index.annotation_readers import reads_annotations
from codemods.planning.references.alike_annotations import alike

CODE = "live-annotations"
TITLE = "the two modules differ in `from __future__ import annotations`"
MEANING = """Under the future import annotations are text, without it they are objects. Code that reads them
(dataclasses, pydantic, FastAPI, `inspect.signature`) sees the difference. A new module gets the import that the source
has; one that stands can be given it only if it has no annotations that somebody may read. What pydantic or FastAPI
makes objects of at once may be either, where nobody else reads annotations."""
EXAMPLE = """
-- shop/loader.py --
class Limits:
    size: int = 1
-- shop/plans.py --
from __future__ import annotations
class Plan: ...
-- shop/show.py --
from typing import get_type_hints
from shop.loader import Limits
print(get_type_hints(Limits))
-- move --
shop/loader.py shop/plans.py Limits
"""


def find(facts: Facts) -> Iterator[Hazard]:
    destination = facts.destination
    if destination is None or destination.postponed == facts.source.postponed:
        return
    moved = [n for group in facts.moving for s in group.statements for n in _annotated(s.node)]
    own = fields_of(destination)
    if not moved or (alike(facts) and (own or destination.postponed)):
        return
    if destination.postponed and (reads_annotations(facts.project, facts.move.source) or _unknown_readers(facts)):
        yield Hazard(
            CODE,
            facts.source.source.place(moved[0]),
            "these annotations are objects, and would be text after the move:"
            f" {facts.move.destination} has `from __future__ import annotations`",
            (
                "choose a destination without `from __future__ import annotations`",
                "add that import to the source first",
            ),
        )
    elif not destination.postponed and own and reads_annotations(facts.project, facts.move.source):
        yield Hazard(
            CODE,
            destination.source.place(own[0]),
            "moved annotations need `from __future__ import annotations`, which would turn this module's own into text",
            ("add that import to the destination first, and see that nothing there reads its annotations",),
        )


def fields_of(module: Module) -> list[ast.AST]:
    """The annotations of a module that somebody may read."""
    return [n for s in module.statements for n in _fields(s.node)]


def _unknown_readers(facts: Facts) -> bool:
    """Could a base class or a decorator from elsewhere read the annotations of a moved class or function?"""
    known = {
        "dataclass",
        "dataclasses",
        "property",
        "staticmethod",
        "classmethod",
        "functools",
        "contextmanager",
        "overload",
        "abstractmethod",
    }
    for group in facts.moving:
        for statement in group.statements:
            for node in ast.walk(statement.node):
                outside = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
                roots = {n.id for o in outside for n in ast.walk(o) if isinstance(n, ast.Name)}
                if roots - known - facts.moved_names - {"object", "Exception", "functools"} and any(
                    _annotated(statement.node)
                ):
                    return True
    return False


def _fields(statement: ast.stmt) -> Iterator[ast.AST]:
    """Annotations of classes and of the module, and those of decorated functions; a function's own names are gone."""
    local = {id(n) for f in ast.walk(statement) if isinstance(f, FUNCTIONS) for n in _local(f)}
    for node in ast.walk(statement):
        if (isinstance(node, ast.AnnAssign) and id(node) not in local) or (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.decorator_list and any(_annotated(node))
        ):
            yield node


def _local(node: ast.AST) -> Iterator[ast.AST]:
    """What a function has inside, the bodies of classes aside."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef):
            yield child
            yield from _local(child)


def _annotated(statement: ast.stmt) -> Iterator[ast.AST]:
    """Annotations that somebody could read: parameters, returns, and names of classes and modules."""
    for node in ast.walk(statement):
        if (
            (isinstance(node, ast.arg) and node.annotation is not None)
            or (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None)
            or isinstance(node, ast.AnnAssign)
        ):
            yield node
