"""Which names a scope binds, by the rules of the language reference (4.2, naming and binding)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.project.nodes import children

type_params = (getattr(ast, "TypeVar", ()), getattr(ast, "ParamSpec", ()), getattr(ast, "TypeVarTuple", ()))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Scope:
    """A function, class, comprehension or type-parameter scope: what it binds, and what it declares global."""

    kind: str
    binds: frozenset[str]
    declared_global: frozenset[str] = frozenset()


def function_scope(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Scope:
    """The scope of a function's body."""
    arguments = node.args
    names = {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    names |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a}
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    bound, declared, outer = _block(body)
    return Scope("function", frozenset((names | bound) - declared - outer), frozenset(declared))


def class_scope(node: ast.ClassDef) -> Scope:
    """The scope of a class body."""
    bound, declared, outer = _block(node.body)
    bound |= names_given(node)
    return Scope("class", frozenset(bound - declared - outer), frozenset(declared))


def names_given(node: ast.ClassDef) -> set[str]:
    """The names that Python binds in a class body before its first statement, the module's name aside."""
    documented = ast.get_docstring(node, clean=False) is not None
    return {"__qualname__", "__doc__"} if documented else {"__qualname__"}


def comprehension_scope(node: ast.expr) -> Scope:
    """The scope of a comprehension: its loop targets (a walrus binds outside of it)."""
    names: set[str] = set()
    for generator in node.generators:  # type: ignore[attr-defined]
        names.update(target_names(generator.target))
    return Scope("comprehension", frozenset(names))


def parameter_scope(node: ast.AST) -> Scope | None:
    """The scope of PEP 695 type parameters, where the node has some."""
    parameters = getattr(node, "type_params", None)
    if not parameters:
        return None
    return Scope("type parameters", frozenset(p.name for p in parameters))


def module_binds(body: Iterable[ast.stmt]) -> set[str]:
    """Names that statements at module level bind or delete."""
    return _block(body)[0]


def caught_only(body: Iterable[ast.stmt]) -> set[str]:
    """Names that nothing but ``except … as`` binds, which deletes them where its handler ends."""
    nodes = list(body)
    blocks = [node for node in nodes if hasattr(node, "body") and not isinstance(node, (*FUNCTIONS, ast.ClassDef))]
    found = _block(blocks)[0] - _block(blocks, handlers=False)[0] if blocks else set()
    return found - _block(nodes, handlers=False)[0] if found else found


def target_names(target: ast.expr) -> Iterator[str]:
    """Names bound by an assignment target."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield node.id


def _block(body: Iterable[ast.AST], handlers: bool = True) -> tuple[set[str], set[str], set[str]]:
    """Names that a block binds, declares global, declares nonlocal; nested scopes are not entered."""
    bound: set[str] = set()
    declared: set[str] = set()
    outer: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, (ast.Store, ast.Del)):
                bound.add(node.id)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            bound.add(node.name)
            todo += node.decorator_list
            if isinstance(node, ast.ClassDef):
                todo += [*node.bases, *(k.value for k in node.keywords)]
            else:
                todo += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
            continue
        elif isinstance(node, ast.Lambda):
            todo += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
            continue
        elif isinstance(node, COMPREHENSIONS):
            bound.update(_walruses(node))
            continue
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update(a.asname or a.name.partition(".")[0] for a in node.names if a.name != "*")
        elif isinstance(node, ast.Global):
            declared.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            if node.name and (handlers or not isinstance(node, ast.ExceptHandler)):
                bound.add(node.name)
        elif isinstance(node, ast.MatchMapping):
            if node.rest:
                bound.add(node.rest)
        elif type(node).__name__ == "TypeAlias":
            bound.add(node.name.id)  # type: ignore[attr-defined]
            continue
        todo += children(node)
    return bound, declared, outer


def _walruses(comprehension: ast.AST) -> Iterator[str]:
    todo: list[ast.AST] = list(ast.iter_child_nodes(comprehension))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name):
            yield node.target.id
        todo += ast.iter_child_nodes(node)


def mangle(name: str, owner: str | None) -> str:
    """A private name as the compiler writes it inside class ``owner``."""
    if owner is None or not name.startswith("__") or name.endswith("__") or "." in name or not owner.strip("_"):
        return name
    return f"_{owner.lstrip('_')}{name}"
