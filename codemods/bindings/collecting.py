"""Finds where a statement reads or writes names of its module, and at which moment.

Scopes are decided here with ``ast`` rather than by asking ``symtable``: the compiler's tables name scopes but not
places, and their shape changes with every version (inlined comprehensions, annotation scopes). That the two agree is a
test.
"""

from __future__ import annotations

import ast
import collections.abc
import typing
from collections.abc import Iterator
from dataclasses import replace

from codemods.bindings.guards import is_main_guard, is_type_checking
from codemods.bindings.references import Moment, Reference, Where
from codemods.bindings.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    Scope,
    class_scope,
    comprehension_scope,
    function_scope,
    mangle,
    names_given,
    parameter_scope,
)
from codemods.bindings.templates import names_filled_in
from codemods.project.nodes import children

_CAST_LIKE = {"cast": (0,), "TypeVar": (1, 2, 3, 4, 5), "NewType": (1,), "assert_type": (1,), "TypeAliasType": (1,)}

# What takes types in brackets.
_GENERICS = {"dict", "list", "set", "frozenset", "tuple", "type"} | {*typing.__all__, *collections.abc.__all__}


class Collector:
    """Collects the module-level references of statements; ``postponed`` is the module's annotations future."""

    def __init__(self, postponed: bool) -> None:
        self.postponed = postponed
        self.found: list[Reference] = []

    def collect(self, statement: ast.stmt, typing_only: bool = False) -> list[Reference]:
        self.found = []
        self._visit(statement, Where(moment=Moment.TYPING if typing_only else Moment.IMPORT))
        return self.found

    # -- names

    def _name(self, node: ast.Name | ast.Global, name: str, at: Where, called: bool, chain: tuple[str, ...]) -> None:
        if not self._is_global(name, node, at):
            return
        name = mangle(name, at.owner)
        writes = not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load)
        function = None if at.hidden else at.function
        self.found.append(
            Reference(name, at.moment, node, function, at.method, writes, called, chain, at.string, at.annotation)
        )

    def _is_global(self, name: str, node: ast.AST, at: Where) -> bool:
        for depth, scope in enumerate(at.scopes):
            if name in scope.declared_global:
                return True
            if scope.kind == "class":
                if depth == 0 and name in scope.binds and not self._before_first_store(name, node, scope):
                    return False
                name = mangle(name, at.owner)  # what is bound inside of the class is bound under its own mangled name
                continue
            if name in scope.binds:
                return False
        return True

    def _before_first_store(self, name: str, node: ast.AST, scope: Scope) -> bool:
        """A class body reads the module's name as long as it has not bound its own."""
        first = self._class_stores.get(id(scope), {}).get(name)
        return (
            first is not None
            and isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and ((node.lineno, node.col_offset) < first)
        )

    _class_stores: dict[int, dict[str, tuple[int, int]]] = {}  # noqa: RUF012

    # -- nodes

    def _visit(self, node: ast.AST, at: Where) -> None:
        if isinstance(node, ast.Name):
            self._name(node, node.id, at, False, ())
        elif isinstance(node, ast.Attribute):
            self._attribute(node, at)
        elif isinstance(node, ast.Call):
            self._template(node, at)
            self._call(node, at)
        elif isinstance(node, FUNCTIONS):
            self._function(node, at)
        elif isinstance(node, ast.ClassDef):
            self._class(node, at)
        elif isinstance(node, ast.Lambda):
            self._defaults(node.args, at)
            hidden = at.hidden or at.function is None
            moment = Moment.CALL if at.moment is Moment.IMPORT else at.moment
            self._visit(node.body, at.inside(function_scope(node), hidden=hidden, moment=moment))
        elif isinstance(node, ast.Subscript):
            self._subscript(node, at)
        elif isinstance(node, COMPREHENSIONS):
            self._comprehension(node, at)
        elif isinstance(node, ast.AnnAssign):
            self._annotated(node, at)
        elif isinstance(node, ast.Global):
            for name in node.names:
                self._name(node, name, at, False, ())
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            self._visit(node.test, at)
            for child in node.body:
                self._visit(child, replace(at, moment=Moment.TYPING))
            for child in node.orelse:
                self._visit(child, at)
        elif isinstance(node, ast.If) and at == Where() and is_main_guard(node):
            self._visit(node.test, at)
            for child in node.body:
                self._visit(child, replace(at, moment=Moment.CALL, function=node))
        elif type(node).__name__ == "TypeAlias":
            self._visit(node.name, at)  # type: ignore[attr-defined]
            self._lazy(node.value, at.inside(parameter_scope(node)))  # type: ignore[attr-defined]
        elif not isinstance(node, ast.Constant):
            if isinstance(node, ast.BinOp):
                self._template(node, at)
            for child in children(node):
                self._visit(child, at)

    def _template(self, node: ast.Call | ast.BinOp, at: Where) -> None:
        """The fields of a text that is filled in from the namespace of the module; no import in a function serves."""
        for read, chain in names_filled_in(node, not at.scopes):
            self.found.append(Reference(read.id, at.moment, read, chain=chain, field=True))

    def _attribute(self, node: ast.Attribute, at: Where, called: bool = False) -> None:
        chain: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            chain.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._name(inner, inner.id, at, called, tuple(reversed(chain)))
        else:
            self._visit(inner, at)

    def _callee(self, node: ast.expr, at: Where) -> None:
        if isinstance(node, ast.Name):
            self._name(node, node.id, at, True, ())
        elif isinstance(node, ast.Attribute):
            self._attribute(node, at, called=True)
        else:
            self._visit(node, at)

    def _call(self, node: ast.Call, at: Where) -> None:
        self._callee(node.func, at)
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        quoted = _CAST_LIKE.get(name, ())
        for index, argument in enumerate(node.args):
            if index in quoted and isinstance(argument, ast.Constant):
                self._annotation(argument, at)
            else:
                self._visit(argument, at)
        for keyword in node.keywords:
            if name == "TypeVar" and keyword.arg in ("bound", "default"):
                self._typed(keyword.value, at)
            else:
                self._visit(keyword.value, at)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, at: Where) -> None:
        for decorator in node.decorator_list:
            self._callee(decorator, at)
        self._defaults(node.args, at)
        parameters = parameter_scope(node)
        around = at.inside(parameters)
        for parameter in getattr(node, "type_params", ()):
            for child in ast.iter_child_nodes(parameter):
                self._lazy(child, around)
        given = node.args
        for argument in (*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg):
            if argument is not None and argument.annotation is not None:
                self._annotation(argument.annotation, around)
        if node.returns is not None:
            self._annotation(node.returns, around)
        if node.name == "__getattr__" and at == Where():
            self._asked_at_import(node.body, around.inside(function_scope(node), method=node.name))
            return
        moment = Moment.CALL if at.moment is Moment.IMPORT else at.moment
        inside = around.inside(
            function_scope(node), moment=moment, function=at.function or node, method=at.method or node.name
        )
        for child in node.body:
            self._visit(child, inside)

    def _asked_at_import(self, body: list[ast.stmt], at: Where) -> None:
        """The body of a module's ``__getattr__``: ``from shop import x`` asks it for ``__path__``, so what stands under
        no test runs while others import the module."""
        for node in body:
            if not isinstance(node, ast.If):
                self._visit(node, at)
                continue
            self._visit(node.test, at)
            for child in node.body:
                self._visit(child, replace(at, moment=Moment.CALL, function=node))
            self._asked_at_import(node.orelse, at)

    def _lazy(self, node: ast.AST, at: Where) -> None:
        """A type that is evaluated when somebody asks for it (PEP 695): the value of an alias, a bound, a default."""
        moment = Moment.CALL if at.moment is Moment.IMPORT else at.moment
        self._typed(node, replace(at, moment=moment, hidden=at.hidden or at.function is None))

    def _defaults(self, arguments: ast.arguments, at: Where) -> None:
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self._visit(default, at)

    def _class(self, node: ast.ClassDef, at: Where) -> None:
        for decorator in node.decorator_list:
            self._callee(decorator, at)
        around = at.inside(parameter_scope(node))
        for parameter in getattr(node, "type_params", ()):
            for child in ast.iter_child_nodes(parameter):
                self._lazy(child, around)
        for base in node.bases:
            self._visit(base, around)
        for keyword in node.keywords:
            (self._callee if keyword.arg == "metaclass" else self._visit)(keyword.value, around)
        scope = class_scope(node)
        stores: dict[str, tuple[int, int]] = dict.fromkeys(names_given(node), (node.lineno, 0))
        for child in node.body:
            for name in _block_names(child):
                stores.setdefault(name, (child.end_lineno or 0, child.end_col_offset or 0))
        self._class_stores[id(scope)] = stores
        for child in node.body:
            self._visit(child, around.inside(scope, owner=node.name))
        del self._class_stores[id(scope)]

    def _comprehension(self, node: ast.expr, at: Where) -> None:
        inside = at.inside(comprehension_scope(node))
        generators = node.generators  # type: ignore[attr-defined]
        # The first iterable is evaluated outside of the comprehension's own scope.
        self._visit(generators[0].iter, at)
        for index, generator in enumerate(generators):
            self._visit(generator.target, inside)
            if index:
                self._visit(generator.iter, inside)
            for condition in generator.ifs:
                self._visit(condition, inside)
        for part in ("elt", "key", "value"):
            if hasattr(node, part):
                self._visit(getattr(node, part), inside)

    def _annotated(self, node: ast.AnnAssign, at: Where) -> None:
        in_function = bool(at.scopes) and at.scopes[0].kind == "function"
        self._annotation(node.annotation, replace(at, moment=Moment.TYPING) if in_function else at)
        self._visit(node.target, at)
        if node.value is not None:
            name = getattr(node.annotation, "id", getattr(node.annotation, "attr", ""))
            (self._typed if name == "TypeAlias" else self._visit)(node.value, at)

    def _annotation(self, node: ast.AST, at: Where) -> None:
        """An annotation: read when its function or class is made, unless postponed."""
        moment = Moment.TYPING if self.postponed else at.moment
        self._typed(node, replace(at, moment=moment, annotation=True))

    def _typed(self, node: ast.AST, at: Where) -> None:
        """An expression that is a type: strings in it are names that only typing reads."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                parsed = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError, RecursionError):
                return
            for inner in ast.walk(parsed):
                ast.copy_location(inner, node)
            self._visit(parsed, replace(at, moment=Moment.TYPING, string=True))
        elif isinstance(node, ast.Subscript):
            self._visit(node.value, at)
            self._bracketed(node, at)
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
            self._visit(node, at)
        else:
            for child in ast.iter_child_nodes(node):
                self._typed(child, at)

    def _subscript(self, node: ast.Subscript, at: Where) -> None:
        """``Dict["Layout", int]`` is a type wherever it stands."""
        self._visit(node.value, at)
        if getattr(node.value, "id", getattr(node.value, "attr", "")) in _GENERICS:
            self._bracketed(node, at)
        else:
            self._visit(node.slice, at)

    def _bracketed(self, node: ast.Subscript, at: Where) -> None:
        """In the brackets of a type: strings in those of Literal, and after Annotated's type, are strings."""
        name = getattr(node.value, "id", getattr(node.value, "attr", ""))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        types = {"Literal": 0, "Annotated": 1}.get(name, len(parts))
        for part in parts[:types]:
            self._typed(part, at)
        for part in parts[types:]:
            self._visit(part, at)


def _block_names(statement: ast.stmt) -> Iterator[str]:
    yield from class_scope(ast.ClassDef("_", [], [], [statement], [])).binds
