"""Marked parts of several modules, cut out and put together by a program: as one text they do what they did."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from codemods.project import Tree, Unreadable
from codemods.project.marks import marked_parts
from codemods.proof.snapshot.symbols import defined_names, flat


@dataclass(frozen=True)
class JoinedText:
    """The parts of one name, in the order in which a list names the files."""

    name: str
    texts: tuple[str, ...]

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Raises SyntaxError where the parts are no module when they are put together."""
        return ast.parse("".join(self.texts)).body


def joined_text(tree: Tree, files: Sequence[str], name: str) -> JoinedText:
    texts = []
    for path in files:
        try:
            source = tree.source(path)
            parts = [part for part in marked_parts(source) if part.name == name]
        except (Unreadable, OSError):
            continue
        texts += ["".join(map(source.line, range(part.top + 1, part.bottom))) for part in parts]
    return JoinedText(name, tuple(texts))


def differences(old: JoinedText, new: JoinedText) -> Iterator[str]:
    """What is not the same in both, as sentences."""
    try:
        before, after = old.body, new.body
    except (SyntaxError, ValueError):
        yield f"the parts marked {old.name} can't be read as one module"
        return
    if _others(before) != _others(after):
        yield f"put together, the parts marked {old.name} do not have the statements that they had"
    elif _imports(before) != _imports(after):
        names = sorted(_imports(before) ^ _imports(after))
        yield f"put together, the parts marked {old.name} do not import what they did: {', '.join(names)}"
    elif (name := _bound_elsewhere(before, after)) is not None:
        yield f"put together, the parts marked {old.name} read {name} before it is bound, or another one"
    elif _effects(before) != _effects(after):
        yield f"put together, the parts marked {old.name} run their statements in another order"


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _others(body: list[ast.stmt]) -> Counter[str]:
    return Counter(ast.dump(node) for node in body if not _is_import(node))


def _imports(body: list[ast.stmt]) -> set[str]:
    return {
        ast.unparse(one)
        for node in body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
        for one in [
            ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], node.level)
        ]
    }


def _effects(body: list[ast.stmt]) -> list[str]:
    """Statements that run in order; definitions and plain assignments are reported by what reads them."""
    plain = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    return [ast.dump(node) for node in body if not isinstance(node, plain)]


def _bound_elsewhere(before: list[ast.stmt], after: list[ast.stmt]) -> str | None:
    """A name that a statement, or a function when it is called, finds bound by another statement than before."""
    old, new = _bindings(before), _bindings(after)
    return next((key[1] for key in sorted(old) if new.get(key) != old[key]), None)


def _bindings(body: list[ast.stmt]) -> dict[tuple[str, str], list[str]]:
    """(statement, name that it reads while it runs): what bound that last. ("", name): what binds it in the end."""
    found: dict[tuple[str, str], list[str]] = {}
    bound: dict[str, str] = {}
    for node in body:
        if not _is_import(node):
            for name in sorted(_read(node)):
                found.setdefault((ast.dump(node), name), []).append(bound.get(name, ""))
        for name, what in _bound(node):
            bound[name] = what
    return found | {("", name): [what] for name, what in bound.items()}


def _bound(node: ast.stmt) -> Iterator[tuple[str, str]]:
    for inner, _ in flat([node]):
        if isinstance(inner, (ast.Import, ast.ImportFrom)):
            module = getattr(inner, "module", "")
            for alias in inner.names:
                yield alias.asname or alias.name.partition(".")[0], f"import {module} {alias.name}"
        else:
            for name in defined_names(inner):
                yield name, ast.dump(node)


def _read(node: ast.stmt) -> set[str]:
    """The names that a statement may read while the text runs: all but those in the bodies of functions."""
    later: set[int] = set()
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            later.update(id(below) for statement in inner.body for below in ast.walk(statement))
        elif isinstance(inner, ast.Lambda):
            later.update(map(id, ast.walk(inner.body)))
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and id(inner) not in later
    }
