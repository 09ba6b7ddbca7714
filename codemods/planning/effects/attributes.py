"""What reading, setting or deleting an attribute runs: properties, descriptors, `__getattr__` of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.knowledge.implied import ACCESSORS, DESCRIBING, OF_MODULE, asked_of_module, is_computed
from codemods.planning.effects.resolving import Resolver
from codemods.planning.effects.targets import Callee, Code, Target, Targets
from codemods.planning.grouping.dotted_names import chain_of

Context = type[ast.expr_context]


class Attributes:
    """Answers for the classes of one tree."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._asked: dict[ast.AST, ast.FunctionDef] = {}

    def imported(self, module: Module, node: ast.ImportFrom) -> Iterator[Callee]:
        """``from shop.settings import LEVEL`` asks the module for a name that it may not bind."""
        names = self.resolver.names.project.names
        base = names.absolute(module.path, node.module, node.level)
        path = names.find(base, module.path) if base else None
        for alias in node.names if path is not None else ():
            if names.find(f"{base}.{alias.name}", module.path) is None:
                yield from self.of_module((str(path), alias.name))

    def of_module(self, target: Target) -> Iterator[Callee]:
        """What a module runs that is asked for a name which it does not bind."""
        project, (path, name) = self.resolver.names.project, target
        if not path.endswith(".py") or name == "*" or name.startswith("__"):
            return
        module = project.module(path)
        if OF_MODULE in module.definitions and name not in module.binds and project.origin(path, name) is None:
            for callee in self.resolver.of_target((path, OF_MODULE), 1):
                code = callee.code
                if code is not None and isinstance(code.node, ast.FunctionDef):
                    node = self._asked.setdefault(code.node, asked_of_module(code.node))
                    yield replace(callee, code=replace(code, node=node))

    def of_class(self, target: Target, name: str) -> Iterator[Callee]:
        """``Order.total``, where that is a descriptor."""
        if target[0] and isinstance(self.resolver.names.definition(target), ast.ClassDef):
            found = self.ran(target, name, ast.Load, frozenset({target}))
            yield from (callee for callee in found if callee.code is not None and callee.code.owner != target)

    def ran(self, owner: Target, name: str, context: Context, receiver: Targets) -> Iterator[Callee]:
        """What an attribute of an instance runs; the class that has it is the first one."""
        for target, node in self.resolver.classes.above(owner):
            held = [inner for inner in node.body if name in _named(inner)]
            module = self.resolver.names.project.module(target[0])
            for inner in held:
                if isinstance(inner, FUNCTIONS):
                    code = Callee(f"{target[1]}.{name}", Code(module, inner, 1, target), receiver)
                    yield from self._of_function(module, inner, code, context)
                elif isinstance(value := getattr(inner, "value", None), ast.Call):
                    yield from self._of_value(module, target, value, context, receiver)
            if held:
                return

    def _of_function(
        self,
        module: Module,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        code: Callee,
        context: Context,
    ) -> Iterator[Callee]:
        accessor = {getattr(decorator, "attr", "") for decorator in node.decorator_list} & {*ACCESSORS.values()}
        if ACCESSORS.get(context, "") in accessor or (context is ast.Load and not accessor and is_computed(node)):
            yield code
        for decorator in node.decorator_list:
            made = decorator.func if isinstance(decorator, ast.Call) else decorator
            kind = self.resolver.names.named(module, None, chain_of(made))
            described = list(self._methods(kind, context)) if kind is not None and kind[0] else []
            yield from (replace(one, made=True) for one in described)
            if described and context is ast.Load:
                yield code  # which the descriptor calls

    def _of_value(
        self, module: Module, owner: Target, value: ast.Call, context: Context, receiver: Targets
    ) -> Iterator[Callee]:
        """``size = property(_size, _set_size)``, ``size = Field()``"""
        if self.resolver.names.named(module, None, chain_of(value.func)) == ("", "builtins.property"):
            place = [ast.Load, ast.Store, ast.Del].index(context)  # type: ignore[arg-type]
            given = [*value.args[place : place + 1]]
            given += [k.value for k in value.keywords if k.arg == ("fget", "fset", "fdel")[place]]
            for function in given:
                methods = self.resolver.classes.methods(owner, getattr(function, "id", ""), 1, receiver)
                yield from [*methods] or self.resolver.callees(module, None, function)
        elif (kind := self.resolver.classes.class_of(module, None, value)) is not None:
            yield from self._methods(kind, context)

    def _methods(self, kind: Target, context: Context) -> Iterator[Callee]:
        yield from self.resolver.classes.methods(kind, DESCRIBING[context], 1, frozenset({kind}))


def _named(node: ast.stmt) -> set[str]:
    if isinstance(node, FUNCTIONS):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {getattr(target, "id", "") for target in targets}
