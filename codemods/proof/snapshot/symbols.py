"""What one module binds at its top level, seen from its syntax tree alone."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.project import Source
from codemods.project.nodes import children

# Where an object comes from: (path, name) defined in the tree; (path, "") a module of the tree; ("", "os.path.join")
# from outside of it; ("=", text) a value that is the same object wherever it is made.
Origin = tuple[str, str]


Origins = frozenset[Origin]


BUILTINS = frozenset(dir(builtins))


# Names that every module has for itself: what they say depends on where they stand.
OWN = frozenset({"__file__", "__name__", "__doc__", "__package__", "__spec__", "__path__", "__loader__", "__cached__"})


# Builtins that answer for the module, or the frame, that calls them.
LOCAL_BUILTINS = frozenset({"globals", "locals", "vars", "dir", "exec", "eval", "__import__"})


@dataclass(frozen=True)
class Bound:
    """One way in which a module binds a name: defined in place, or imported from (module, attribute), or to a value
    that is the same wherever it is made. ``script``: under the main guard: who imports the module never finds it.
    ``unseen``: in the ``else`` of an ``if TYPE_CHECKING``, where type checkers do not look.
    """

    defined: bool
    module: str = ""
    attribute: str | None = None
    typing: bool = False
    value: str = ""
    script: bool = False
    unseen: bool = False


@dataclass
class SymbolTable:
    """What a module binds at its top level, its star imports, and its statements."""

    source: Source
    body: list[ast.stmt]
    binds: dict[str, list[Bound]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    exported: list[str] | None = None
    exported_from: list[str] = field(default_factory=list)
    exported_more: bool = False  # and what nobody can read here: ``__all__ = ["Price"] + others``
    deleted: set[str] = field(default_factory=set)
    postponed: bool = False
    lazy: dict[str, str] = field(default_factory=dict)  # what ``__getattr__`` imports when asked: name, module
    answers: bool = False  # may its ``__getattr__`` give more than that?

    def ways(self, name: str, typing: bool) -> list[Bound]:
        """The ways in which the program binds a name, or those that type checkers see."""
        bounds = self.binds.get(name, [])
        if not typing:
            return [bound for bound in bounds if not bound.typing]
        shown = any(bound.typing for bound in bounds)
        return [bound for bound in bounds if not (shown and bound.unseen)]


def logger_name(node: ast.stmt) -> ast.expr | None:
    """The name by which ``log = logging.getLogger(name)`` gets its logger; None for other statements."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    if getattr(call.func, "attr", getattr(call.func, "id", "")) != "getLogger" or len(call.args) != 1 or call.keywords:
        return None
    return call.args[0]


def is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "__all__"


def flat(body: list[ast.stmt], typing: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Statements that run at import time, blocks opened; with whether only type checkers see them."""
    for node in body:
        if isinstance(node, ast.If):
            yield from flat(node.body, typing or is_typing(node.test))
            yield from flat(node.orelse, typing)
        elif isinstance(node, (ast.Try, ast.With, ast.For, ast.While)) or type(node).__name__ in ("TryStar", "Match"):
            yield node, typing
            for name in ("body", "orelse", "finalbody"):
                yield from flat(getattr(node, name, []), typing)
            for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                yield from flat(part.body, typing)
        else:
            yield node, typing


def asked(body: list[ast.stmt]) -> Iterator[ast.If]:
    """The ``if`` statements that ``flat`` opens."""
    for node in body:
        if isinstance(node, ast.If):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                yield from asked(getattr(node, name, []))
            for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                yield from asked(part.body)


def provided(symbols: SymbolTable | None, name: str) -> Origins:
    """What Python provides by a name in every module, and who imports it from there can't have; a module that imports
    it from ``builtins`` has it."""
    bounds = symbols.binds.get(name, ()) if symbols is not None else ()
    own = any(bound.module == "builtins" and bound.attribute == name for bound in bounds)
    return frozenset() if own else frozenset({("", f"builtins.{name}")})


def is_main_guard(node: ast.AST) -> bool:
    """Is it ``if __name__ == "__main__":``, perhaps with conditions beside it?"""
    return isinstance(node, ast.If) and is_main(node.test)


def is_main(test: ast.expr) -> bool:
    """Does a test hold in a script alone?"""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(is_main, test.values))
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, *test.comparators)
    return {"__name__", "__main__"} == {getattr(side, "id", getattr(side, "value", None)) for side in sides}


def is_typing(test: ast.expr) -> bool:
    """Is this ``TYPE_CHECKING``, or ``MYPY``, which mypy takes for true?"""
    return getattr(test, "id", getattr(test, "attr", "")) in ("TYPE_CHECKING", "MYPY")


def import_like(node: ast.stmt) -> bool:
    """Is a statement nothing but imports, guarded or not: ``try`` or ``if`` around imports and values that are the same
    wherever they are computed?"""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.If):
        inside = [*node.body, *node.orelse]
    elif isinstance(node, ast.Try):
        inside = [*node.body, *node.orelse, *node.finalbody, *(s for h in node.handlers for s in _handled(h))]
    else:
        return False
    return any(map(import_like, inside)) and all(
        import_like(s) or isinstance(s, ast.Pass) or (isinstance(s, ast.Assign) and _is_plain(s.value)) for s in inside
    )


def _handled(handler: ast.ExceptHandler) -> list[ast.stmt]:
    """The statements of a handler, without the one that raises at its end: nobody sees what comes of it."""
    return handler.body[:-1] if isinstance(handler.body[-1], ast.Raise) else handler.body


def _is_plain(node: ast.expr) -> bool:
    """Constants, names, and questions to a library: ``hasattr(attr, "ib")``, ``attr.__version__ > "2"``."""
    if isinstance(node, ast.Call):
        asks = isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "callable", "bool") and not node.keywords
        return asks and all(map(_is_plain, node.args))
    if isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Attribute)):
        return all(_is_plain(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return isinstance(node, (ast.Constant, ast.Name))


def defined_names(node: ast.stmt) -> Iterator[str]:
    """Names that one statement binds otherwise than by importing, blocks not opened."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    parts: list[ast.AST] = []
    if isinstance(node, (ast.For, ast.AsyncFor)):
        parts = [node.target]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        parts = [item.optional_vars for item in node.items if item.optional_vars]
    elif isinstance(node, (ast.If, ast.While)):
        parts = [node.test]
    elif isinstance(node, ast.Match):
        parts = [node.subject, *(part for case in node.cases for part in (case.pattern, case.guard) if part)]
    elif isinstance(node, ast.AnnAssign):
        parts = [node] if node.value else []
    elif isinstance(node, ast.Assign):
        parts = [*node.targets, node.value]
    elif isinstance(node, (ast.AugAssign, ast.Expr)) or type(node).__name__ == "TypeAlias":
        parts = [node]
    for part in parts:
        if not isinstance(part, ast.Constant):
            yield from _stored(part)


def _stored(root: ast.AST) -> Iterator[str]:
    """Names stored by an expression or statement; a comprehension's targets are its own, a walrus in it is not."""
    todo = [(root, False)]
    while todo:
        node, nested = todo.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store) and not nested:
                yield node.id
            continue
        if isinstance(node, (ast.Lambda, ast.Constant)):
            continue
        if isinstance(node, ast.NamedExpr):
            yield node.target.id
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        nested = nested or isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        todo += [(child, nested) for child in reversed(children(node))]
