"""Import statements as data: what each alias brings, from where, under which conditions."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, replace

from codemods.bindings.guards import is_main_guard, is_type_checking
from codemods.bindings.scopes import FUNCTIONS, module_binds

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Import:
    """One alias of an import statement.

    ``module`` is as written, with ``level`` dots; ``attribute`` is None for ``import a.b``. ``function`` is the
    outermost function around it. ``guarded``: in a ``try`` or an ``if``, other than one for type checkers
    alone. ``script``: under the main guard, so that who imports the module never sees it.
    """

    node: ast.Import | ast.ImportFrom
    index: int
    module: str
    level: int
    attribute: str | None
    asname: str | None
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    typing_only: bool = False
    guarded: bool = False
    in_class: bool = False
    script: bool = False

    @property
    def binds(self) -> str:
        """The name that the import binds; ``*`` for a star."""
        if self.asname:
            return self.asname
        return self.attribute if self.attribute is not None else self.module.partition(".")[0]

    @property
    def explicit(self) -> bool:
        """``X as X``: a promise to pass the name on."""
        return self.asname is not None and self.asname == (self.attribute or self.module)


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Every import of a module, at any depth, in the order of the text."""
    guards = [node for node in tree.body if is_main_guard(node)]
    script = {id(inner) for guard in guards for inner in ast.walk(guard)}
    for item in _walk(tree.body, None, False, False, False):
        yield replace(item, script=True) if id(item.node) in script else item


def _walk(
    body: list[ast.stmt],
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    typing_only: bool,
    guarded: bool,
    in_class: bool,
) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for index, alias in enumerate(node.names):
                yield Import(node, index, alias.name, 0, None, alias.asname, function, typing_only, guarded, in_class)
        elif isinstance(node, ast.ImportFrom):
            for index, alias in enumerate(node.names):
                yield Import(
                    node,
                    index,
                    node.module or "",
                    node.level,
                    alias.name,
                    alias.asname,
                    function,
                    typing_only,
                    guarded,
                    in_class,
                )
        elif isinstance(node, FUNCTIONS):
            yield from _walk(node.body, function or node, typing_only, guarded, in_class)
        elif isinstance(node, ast.ClassDef):
            yield from _walk(node.body, function, typing_only, guarded, True)
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            # A name that whoever runs the code has from the other branch: the two belong together.
            other = module_binds(node.orelse)
            for item in _walk(node.body, function, True, guarded, in_class):
                yield replace(item, guarded=True) if item.binds in other else item
            yield from _walk(node.orelse, function, typing_only, True, in_class)
        else:
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(node, field, None)
                if isinstance(inner, list):
                    yield from _walk(inner, function, typing_only, True, in_class)
            for handler in getattr(node, "handlers", ()):
                yield from _walk(handler.body, function, typing_only, True, in_class)
            for case in getattr(node, "cases", ()):
                yield from _walk(case.body, function, typing_only, True, in_class)


def import_like(node: ast.stmt) -> bool:
    """An import, or an ``if``/``try`` that holds nothing but imports, simple stand-ins, flags, and ways to fail."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.If):
        blocks = [*node.body, *node.orelse]
    elif isinstance(node, ast.Try):
        handled = (s for h in node.handlers if not fails(h) for s in h.body)
        blocks = [*node.body, *node.orelse, *node.finalbody, *handled]
    else:
        return False
    return any(import_like(s) for s in blocks) and all(import_like(s) or _stand_in(s) for s in blocks)


def fails(handler: ast.ExceptHandler) -> bool:
    """Does a handler say why and fail all the same? ``raise ImportError("pip install shop[json]") from error``"""
    *above, last = handler.body
    texts = all(isinstance(s, ast.Assign) and isinstance(s.value, (ast.Constant, ast.JoinedStr)) for s in above)
    return isinstance(last, ast.Raise) and texts


def read_where_it_fails(node: ast.stmt) -> set[str]:
    """What the handlers of a ``try`` that fail read of the module."""
    failing = [h for h in node.handlers if fails(h)] if isinstance(node, ast.Try) else []
    names = {n.id for h in failing for s in h.body for n in ast.walk(s) if isinstance(n, ast.Name)}
    return names - _BUILTINS - {h.name for h in failing} - module_binds([s for h in failing for s in h.body])


def bound_where_it_fails(node: ast.stmt) -> set[str]:
    """Names that nobody sees: the statement that binds them fails then."""
    if not isinstance(node, ast.Try):
        return set()
    failing = [h for h in node.handlers if fails(h)]
    others = [
        *node.body,
        *node.orelse,
        *node.finalbody,
        *(s for h in node.handlers if h not in failing for s in h.body),
    ]
    return module_binds([s for h in failing for s in h.body]) - module_binds(others)


def gives_other_names(node: ast.stmt, defined: frozenset[str]) -> bool:
    """Does a block of imports give definitions of the module names that it imports nothing by? ``sign = _sign``"""
    nodes = list(ast.walk(node)) if isinstance(node, (ast.If, ast.Try)) else []
    imports = [n for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom))]
    imported = {alias.asname or alias.name.partition(".")[0] for inner in imports for alias in inner.names}
    return any(
        getattr(inner.value, "id", "") in defined and not {getattr(t, "id", "") for t in inner.targets} <= imported
        for inner in nodes
        if isinstance(inner, ast.Assign)
    )


def _stand_in(node: ast.stmt) -> bool:
    """``x = None``, ``HAVE_X = True``, ``x = y``, ``HAS_IB = hasattr(x, "ib")``, ``pass``."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Assign):
        return all(isinstance(t, ast.Name) for t in node.targets) and _looked_at(node.value)
    return False


def _looked_at(value: ast.expr) -> bool:
    """A value that is the same however often it is made: no more than looked at."""
    if isinstance(value, ast.Call):
        simple = isinstance(value.func, ast.Name) and value.func.id in ("hasattr", "getattr", "bool", "callable")
        return simple and not value.keywords and all(map(_looked_at, value.args))
    parts = (ast.Name, ast.Attribute, ast.Constant, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Tuple, ast.Subscript)
    inner = (child for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr))
    return isinstance(value, parts) and all(map(_looked_at, inner))
