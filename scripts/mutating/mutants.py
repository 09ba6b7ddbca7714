"""All mutants of a class. A mutant's id says where and what, and outlives edits, moves and formatting elsewhere."""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .operators import Change, changes, header, is_log_call

Step = tuple[str, int | None]
# What is not executed, or is the mover's business: imports are proven elsewhere.
NEVER = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal)
UNREAD = ("annotation", "returns", "type_comment", "decorator_list", "bases", "type_params")
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One change to a class.

    `lines` are those of the source that have to run for the change to matter, first and last; `wording` says that
    only the text of a log record changes.
    """

    id: str
    class_name: str
    method: str
    kind: str
    statement: str
    what: str
    wording: bool
    lines: tuple[int, int]
    path: tuple[Step, ...] = field(repr=False)
    node: ast.AST = field(repr=False)

    def applied(self, tree: ast.ClassDef) -> ast.ClassDef:
        """The class with the change; the tree itself stays as it is."""
        tree = copy.deepcopy(tree)
        at: ast.AST = tree
        for name, index in self.path[:-1]:
            value = getattr(at, name)
            at = value if index is None else value[index]
        name, index = self.path[-1]
        if index is None:
            setattr(at, name, self.node)
        else:
            getattr(at, name)[index] = self.node
        return tree


@dataclass(frozen=True)
class _Place:
    """Where the walk is: the function, and the statement whose own text it is in."""

    method: str
    statement: ast.AST
    lines: tuple[int, int]
    depth: int  # how much of the path leads to the statement
    wording: bool = False


def mutants_of(source: str, tree: ast.ClassDef) -> list[Mutant]:
    """All mutants of a class that stands in a source text, in the order of that text."""
    lines = source.splitlines()
    found: list[Mutant] = []
    ids: Counter[str] = Counter()
    for path, place, number, change in _walk(tree, (), _Place(tree.name, tree, (tree.lineno, tree.lineno), 0)):
        # Only what every version of Python reads in the same way goes into the id.
        text = repr((_written(lines, place), path[place.depth :], change.kind, number))
        key = f"{place.method}:{change.kind}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        ids[key] += 1
        found.append(
            Mutant(
                id=key if ids[key] == 1 else f"{key}.{ids[key]}",
                class_name=tree.name,
                method=place.method,
                kind=change.kind,
                statement=header(place.statement),
                what=change.what,
                wording=place.wording and change.kind == "constant",
                lines=place.lines,
                path=path,
                node=change.node,
            )
        )
    return found


def _walk(
    node: ast.AST, path: tuple[Step, ...], place: _Place
) -> Iterator[tuple[tuple[Step, ...], _Place, int, Change]]:
    if isinstance(node, NEVER) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, FUNCTION):
        # The defaults are evaluated with the class; they matter when the function runs.
        lines = (body_of(node)[0].lineno, node.end_lineno or node.lineno)
        place = _Place(f"{place.method}.{node.name}", node, lines, len(path))
    elif isinstance(node, ast.stmt | ast.ExceptHandler) and not isinstance(node, ast.ClassDef):
        place = _Place(place.method, node, _own_lines(node), len(path))
    if path:
        for number, change in enumerate(changes(node)):
            yield path, place, number, change
    for name, value in ast.iter_fields(node):
        if name in UNREAD:
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                step = (name, index if isinstance(value, list) else None)
                said = is_log_call(node) and step == ("args", 0)
                yield from _walk(child, (*path, step), replace(place, wording=True) if said else place)


def body_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """The statements of a function, without its docstring where there are others."""
    return node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body


def _own_lines(node: ast.stmt | ast.ExceptHandler) -> tuple[int, int]:
    """The lines of a statement without those of the statements in it."""
    body: list[ast.stmt] = getattr(node, "body", [])
    last = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
    return node.lineno, last


def _written(lines: list[str], place: _Place) -> str:
    """A statement's own text as it is written, but for white space and commas before brackets."""
    node = place.statement
    assert isinstance(node, ast.stmt | ast.ExceptHandler)
    first, last = _own_lines(node)
    return re.sub(r",(?=[)\]}])", "", re.sub(r"\s+", "", "".join(lines[first - 1 : last])))
