"""Moved annotations that are the same objects to whoever reads them, though they are text in one of the two modules.

pydantic, SQLAlchemy, FastAPI and Typer make objects of the text when they need them. Nothing changes where all that
moves is for such a framework, where nobody else in the program reads annotations, and where the names in them are
there: those of objects when they are evaluated, those of text in the module.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.frameworks import Fact, matching
from codemods.frameworks import facts as table
from codemods.planning.facts import Facts
from codemods.planning.index.annotation_readers import reads_them_itself
from codemods.planning.references.outside_names import outside_bases, outside_names, tree_classes

_BUILTINS = frozenset(dir(builtins))
_ITEMS = frozenset({"list", "dict", "set", "frozenset", "tuple", "type"})
_TYPING = frozenset({"typing", "typing_extensions", "collections", "collections.abc"})
_OLDEST = re.compile(r"""requires.python\s*=\s*["']?[^"'\n]*>=?\s*3\.(\d+)""")
_UNIONS = 10  # of Python 3.10 on, `X | None` is an object


def alike(facts: Facts) -> bool:
    """May the annotations of all that moves become text, or objects, as those of the destination are?"""
    if facts.destination is None or reads_them_itself(facts.project, facts.move.source):
        return False
    return all(
        _is_resolved(facts, s.node) and all(_is_there(facts, s.node, a, s.index) for a in annotations_in(s.node))
        for group in facts.moving
        for s in group.statements
        if any(True for _ in annotations_in(s.node))
    )


def annotations_in(node: ast.AST) -> Iterator[ast.expr]:
    """Those that somebody could read: of parameters, of what is returned, of names."""
    for inner in ast.walk(node):
        if isinstance(inner, (ast.arg, ast.AnnAssign)) and inner.annotation is not None:
            yield inner.annotation
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and inner.returns is not None:
            yield inner.returns


def _is_resolved(facts: Facts, node: ast.stmt) -> bool:
    """Does a framework make objects of the annotations of a definition while that is made?"""
    if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    bases = outside_bases(facts.project, facts.source, node) if isinstance(node, ast.ClassDef) else frozenset[str]()
    decorators = {
        name
        for decorator in node.decorator_list
        for name in outside_names(facts.project, facts.source, getattr(decorator, "func", decorator))
    }
    return any(matching(fact.bases, bases) or matching(fact.decorators, decorators) for fact in _known(facts))


def _known(facts: Facts) -> list[Fact]:
    tree = facts.project.tree
    return [fact for kind in ("hints", "registry") for fact in table(tree, kind) if not fact.only_decorated]


def _is_there(facts: Facts, node: ast.stmt, annotation: ast.expr, index: int) -> bool:
    names = {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)}
    assert facts.destination is not None
    if facts.destination.postponed:
        return all(_is_of_module(facts.source, name) for name in names)
    earlier = {n for group in facts.moving for s in group.statements if s.index < index for n in s.binds}
    return all(name in earlier or _is_imported(facts.source, name) for name in names) and _can_be_made(
        facts, annotation
    )


def _is_of_module(module: Module, name: str) -> bool:
    return name in module.definitions or _is_imported(module, name)


def _is_imported(module: Module, name: str) -> bool:
    """Is it imported by a plain statement, or a builtin?"""
    items = module.top_imports.get(name, ())
    plain = all(not (i.typing_only or i.guarded or i.function or i.in_class) for i in items)
    return plain and (bool(items) or (name in _BUILTINS and name not in module.binds))


def _can_be_made(facts: Facts, annotation: ast.expr) -> bool:
    """Is it an expression that gives an object, so that evaluating it raises nothing?"""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and not _has_items(facts, node.value):
            return False
        if isinstance(node, ast.BinOp):
            if not all(_is_type(facts, side) for side in (node.left, node.right)) or _oldest(facts) < _UNIONS:
                return False
    return True


def _has_items(facts: Facts, node: ast.expr) -> bool:
    if isinstance(node, ast.Name) and node.id in _ITEMS and node.id not in facts.source.binds:
        return True
    names = outside_names(facts.project, facts.source, node)
    made_for_it = {name.partition(".")[0] for fact in _known(facts) for name in (*fact.bases, *fact.decorators)}
    if any(name.rpartition(".")[0] in _TYPING or name.partition(".")[0] in made_for_it for name in names):
        return True
    classes = tree_classes(facts.project, facts.source, node)
    return any(
        "typing.Generic" in outside_bases(facts.project, facts.project.module(path), found) for path, found in classes
    )


def _is_type(facts: Facts, side: ast.expr) -> bool:
    match side:
        case ast.Constant(value=value):
            return value is None
        case ast.Name(id=name) if isinstance(getattr(builtins, name, None), type):
            return name not in facts.source.binds
        case ast.Name() | ast.Attribute():
            classes = any(True for _ in tree_classes(facts.project, facts.source, side))
            outside = outside_names(facts.project, facts.source, side)
            return classes or any(name.rpartition(".")[2][:1].isupper() for name in outside)
        case ast.Subscript() | ast.BinOp():
            return True
        case _:
            return False


def _oldest(facts: Facts) -> int:
    """The minor version of the oldest Python 3 that the project names."""
    tree = facts.project.tree
    texts = (
        tree.read(path).decode(errors="replace")
        for path in ("pyproject.toml", "setup.cfg", "setup.py")
        if path in tree.paths
    )
    return min((int(found[1]) for text in texts for found in _OLDEST.finditer(text.replace("_", "-"))), default=_UNIONS)
