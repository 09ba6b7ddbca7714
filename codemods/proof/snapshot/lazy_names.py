"""Lazy names of a module: a ``__getattr__`` (PEP 562) whose branches import what is asked for.

A branch is recognized only in exactly the form that codemods writes. What it gives is what the import gives; it is no
entry in the namespace of the module, so code of the module itself, star imports without ``__all__`` and code that
looks into the namespace do not find it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.project import Names
from codemods.proof.snapshot.symbols import SymbolTable, is_typing

# What a branch does; TARGET is the module that the name moved to.
_HEAD = """
import importlib{importlib}
"""
_WARNING = """
import warnings{warnings}
{p}message = f"{{__name__}}.{{{name}}} is now {new}.{{{name}}}"
{p}warnings.warn({p}message, DeprecationWarning, stacklevel=2)
"""
_TAIL = """
return getattr({p}importlib.import_module({target}), {name})
"""


@dataclass(frozen=True)
class Branch:
    """A branch that answers for ``names``; ``binds``: the function's names that it makes local."""

    names: tuple[str, ...]
    module: str
    node: ast.If
    binds: frozenset[str]
    warns: bool


@dataclass(frozen=True)
class LazyNames:
    """The branches with which a ``__getattr__`` begins; ``whole``: the statement that has nothing else in it.

    ``complete``: for any other name the function fails.
    """

    branches: tuple[Branch, ...]
    whole: ast.If | None
    complete: bool

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """(name, the module that it is imported from)"""
        for branch in self.branches:
            yield from ((name, branch.module) for name in branch.names)


def lazy_names(names: Names, path: str, symbols: SymbolTable) -> LazyNames | None:
    """What the ``__getattr__`` of a module answers for; None where it has none, or several."""
    if "__getattr__" not in symbols.source.text:
        return None
    found = list(_functions(symbols.body))
    return _in_function(names, path, *found[0]) if len(found) == 1 else None


def _functions(body: list[ast.stmt], around: ast.If | None = None) -> Iterator[tuple[ast.FunctionDef, ast.If | None]]:
    """Every ``__getattr__`` of the module, with the ``if TYPE_CHECKING`` whose other half it is."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            yield node, around
        elif isinstance(node, ast.If):
            yield from _functions(node.body)
            yield from _functions(node.orelse, node if is_typing(node.test) and len(node.orelse) == 1 else None)


def _in_function(names: Names, path: str, function: ast.FunctionDef, around: ast.If | None) -> LazyNames | None:
    documented = isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant)
    rest = function.body[1:] if documented else function.body
    arguments = [*function.args.posonlyargs, *function.args.args]
    branches: list[Branch] = []
    while len(arguments) == 1 and rest and not function.decorator_list:
        branch = _branch(names, path, rest[0], arguments[0].arg)
        if branch is None:
            break
        branches.append(branch)
        rest = rest[1:]
    # What a branch binds is local in the whole function.
    known = {getattr(n, "id", getattr(n, "name", "")) for other in rest for n in ast.walk(other)}
    if not branches or any(branch.binds & known for branch in branches):
        return None
    lazy = {name for branch in branches for name in branch.names}
    complete = len(rest) == 1 and _fails(rest[0])
    alone = complete and around is not None and _only_brings(around.body, lazy)
    return LazyNames(tuple(branches), around if alone else None, complete)


def _branch(names: Names, path: str, node: ast.stmt, argument: str) -> Branch | None:
    if not isinstance(node, ast.If) or node.orelse or not isinstance(node.body[0], ast.Import):
        return None
    asked, target = _asked_for(node.test, argument), _target(node.body[-1])
    if not asked or target is None:
        return None
    dotted = _absolute(names, path, target)
    if dotted is None:
        return None
    bound = node.body[0].names[0].asname or "importlib"
    prefix = bound.removesuffix("importlib")
    renamed = {n: f" as {prefix}{n}" if prefix else "" for n in ("importlib", "warnings")}
    for warns in (False, True):
        form = _HEAD + (_WARNING if warns else "") + _TAIL
        written = form.format(
            name=argument, new=dotted, target=", ".join(map(ast.unparse, target)), p=prefix, **renamed
        )
        if [ast.dump(n) for n in node.body] == [ast.dump(n) for n in ast.parse(written).body]:
            local = ("importlib", "warnings", "message") if warns else ("importlib",)
            return Branch(asked, dotted, node, frozenset(prefix + n for n in local), warns)
    return None


def _asked_for(test: ast.expr, argument: str) -> tuple[str, ...]:
    """The names of ``name == "A"`` or ``name in ("A", "B")``."""
    if not (isinstance(test, ast.Compare) and getattr(test.left, "id", "") == argument and len(test.ops) == 1):
        return ()
    (right,) = test.comparators
    members = right.elts if isinstance(test.ops[0], ast.In) and isinstance(right, ast.Tuple) else [right]
    if not isinstance(test.ops[0], (ast.In if isinstance(right, ast.Tuple) else ast.Eq)):
        return ()
    return tuple(str(m.value) for m in members if isinstance(m, ast.Constant))


def _target(node: ast.stmt) -> list[ast.expr] | None:
    """The arguments of ``import_module`` in ``return getattr(importlib.import_module(…), name)``."""
    call = node.value if isinstance(node, ast.Return) else None
    inner = call.args[0] if isinstance(call, ast.Call) and call.args else None
    if not isinstance(inner, ast.Call) or not 1 <= len(inner.args) <= 2 or inner.keywords:
        return None
    return inner.args


def _absolute(names: Names, path: str, target: list[ast.expr]) -> str | None:
    """The full name of the module, which may be relative to ``__package__``."""
    first = target[0]
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return None
    level = len(first.value) - len(first.value.lstrip("."))
    relative = len(target) == 2 and getattr(target[1], "id", "") == "__package__"
    if bool(level) != relative:
        return None
    return names.absolute(path, first.value[level:] or None, level) if level else first.value


def _only_brings(body: list[ast.stmt], lazy: set[str]) -> bool:
    brought = [alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return all(isinstance(node, ast.ImportFrom) for node in body) and lazy <= set(brought)


def _fails(node: ast.stmt) -> bool:
    """Is it ``raise AttributeError``?"""
    call = node.exc if isinstance(node, ast.Raise) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "AttributeError"
