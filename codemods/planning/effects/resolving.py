"""What an expression that is called may run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from codemods import knowledge
from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.effects.classes import outside
from codemods.planning.effects.roots import ENTRIES, Roots
from codemods.planning.effects.scopes import Scope, given_in_branches, is_collecting
from codemods.planning.effects.targets import FRESH, Callee, Code, Target, Targets
from codemods.planning.grouping.dotted_names import chain_of
from codemods.project.optional_first import without_first

# Results of calls that are called, and so on: `f()()` is two levels.
_DEEPEST = 4


class Resolver(Roots):
    """Answers for the code of one tree."""

    def callees(self, module: Module, scope: Scope | None, node: ast.expr, depth: int = 1) -> Iterator[Callee]:
        """What calling an expression may run; ``depth`` 2: calling what such a call returned."""
        chain = chain_of(node)
        holder = scope.holder(chain[0]) if scope is not None and chain else None
        if isinstance(node, ast.Call):
            yield from self._result(module, scope, node, depth)
        elif isinstance(node, ast.Lambda):
            yield Callee("lambda", Code(module, node, depth, None, scope))
        elif isinstance(node, ast.Subscript):
            yield from self.callees(module, scope, node.value, depth)
        elif isinstance(node, ast.IfExp):
            yield from self.callees(module, scope, node.body, depth)
            yield from self.callees(module, scope, node.orelse, depth)
        elif isinstance(node, (ast.BoolOp, ast.Dict)):
            for value in node.values:
                yield from self.callees(module, scope, value, depth)
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            for value in node.elts:
                yield from self.callees(module, scope, value, depth)
        elif isinstance(node, ast.Constant):
            return
        elif isinstance(node, ast.Name) and holder is not None and node.id not in holder.imports:
            yield from self._local(module, holder, node, depth)
        elif (target := self.names.named(module, scope, chain)) is not None:
            yield from self.of_target(target, depth)
        elif isinstance(node, ast.Attribute):
            yield from self._method(module, scope, node, depth)
        else:
            yield Callee(ast.unparse(node), changes=frozenset({("", ast.unparse(node))}))

    def _result(self, module: Module, scope: Scope | None, node: ast.Call, depth: int) -> Iterator[Callee]:
        """What calling the result of a call runs."""
        named = self.names.named(module, scope, chain_of(node.func))
        if named == ("", "functools.partial"):
            for argument in node.args[:1]:
                yield from self.callees(module, scope, argument, depth)
            return
        if named == ("", "builtins.getattr") and len(node.args) > 1:
            name = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
            if isinstance(name, str):
                yield from self.callees(module, scope, ast.Attribute(node.args[0], name, ast.Load()), depth)
            else:
                chain = chain_of(node.args[0])
                local = scope is not None and bool(chain) and scope.holder(chain[0]) is not None
                unknown = FRESH if local or not chain else frozenset({("", ast.unparse(node))})
                yield Callee(ast.unparse(node), changes=self.roots(module, scope, node.args[0]) or unknown)
            return
        if isinstance(node.func, ast.Attribute) and self._is_entry(module, scope, node.func):
            yield from self.callees(module, scope, node.func.value, depth)
        inner = node.func.func if isinstance(node.func, ast.Call) else node.func
        maker = self.names.named(module, scope, chain_of(inner))
        if maker is not None and not maker[0] and knowledge.names_after(maker[1]) and inner is node.func:
            return  # `wraps(f)` calls nothing, and gives back what it gets then
        if maker is not None and not maker[0] and knowledge.gives_back(maker[1]):
            for argument in node.args[:1]:  # `lru_cache(maxsize=1)(f)`
                yield from self.callees(module, scope, argument, depth)
        given = self._given(module, scope, node)
        # A function that calls what it returns itself, `return retry()(f)`, would go on for ever.
        for found in self.callees(module, scope, node.func, min(depth, _DEEPEST) + 1):
            if found.code is not None and found.code.owner is None:
                found = replace(found, code=replace(found.code, node=without_first(found.code.node, node)))
            of_instance = found.code is not None and found.code.owner is not None
            yield replace(found, given=found.given | given) if of_instance else found

    def _is_entry(self, module: Module, scope: Scope | None, node: ast.Attribute) -> bool:
        """Is it ``HANDLERS.get`` of a table that a module has written down?"""
        if node.attr not in ENTRIES:
            return False
        target = self.names.named(module, scope, chain_of(node.value))
        stands = self.names.definition(target) if target is not None and target[0] else None
        return isinstance(getattr(stands, "value", None), ast.Dict)

    def _given(self, module: Module, scope: Scope | None, call: ast.Call) -> Targets:
        return self._all(module, scope, [*call.args, *(keyword.value for keyword in call.keywords)])

    def _made_with(self, module: Module, scope: Scope | None, node: ast.expr) -> Targets:
        """The objects that others hold with which an instance was made: ``Section(registry)``, or a name of one."""
        if isinstance(node, ast.Call):
            return self._given(module, scope, node)
        holder = scope.holder(node.id) if scope is not None and isinstance(node, ast.Name) else None
        if holder is not None and isinstance(node, ast.Name) and node.id not in holder.imports:
            calls = [value for value in holder.values.get(node.id, ()) if isinstance(value, ast.Call)]
            return frozenset().union(*(self._given(module, holder, call) for call in calls))
        target = self.names.named(module, scope, chain_of(node))
        stands = self.names.definition(target) if target is not None and target[0] else None
        value = getattr(stands, "value", None) if isinstance(stands, (ast.Assign, ast.AnnAssign)) else None
        if target is None or not isinstance(value, ast.Call):
            return FRESH
        return self._settled(("given", target), self.names.project.module(target[0]), None, [*value.args])

    def _local(self, module: Module, holder: Scope, node: ast.Name, depth: int) -> Iterator[Callee]:
        if node.id in holder.parameters:
            yield Callee(node.id, calls=True)
        if depth > _DEEPEST:
            return

        def assigned() -> Iterator[Callee]:
            for value in holder.values.get(node.id, ()):
                if isinstance(value, FUNCTIONS):
                    yield Callee(node.id, Code(module, value, depth, None, holder))
                elif isinstance(value, ast.expr):
                    yield from self.callees(module, holder, value, depth)

        yield from self._found.ask(("call", holder, node.id, depth), assigned)

    def of_target(self, target: Target, depth: int, receiver: Targets = FRESH) -> Iterator[Callee]:
        """What calling a name of a module runs."""
        path, name = target
        if path == "":
            yield from outside(name, depth)
            return
        found = list(self.names.in_force(target))
        for node in found or [None]:
            yield from self._defined(target, node, depth, receiver)

    def _defined(self, target: Target, node: ast.stmt | None, depth: int, receiver: Targets) -> Iterator[Callee]:
        path, name = target
        if isinstance(node, FUNCTIONS):
            module = self.names.project.module(path)
            yield Callee(name, Code(module, node, depth))
            yield from self._found.ask(("around", node, depth), lambda: self._decorated(module, node, depth))
        elif isinstance(node, ast.ClassDef):
            if depth == 1:
                yield from self.classes.constructor(target)
                yield from self._of_fields(target)
            for found in self.classes.methods(target, "__call__", depth - 1, receiver | {target}) if depth > 1 else ():
                yield replace(found, made=True)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            yield from self._values(target, [node.value], depth)
        elif isinstance(node, (ast.For, ast.AsyncFor)) and isinstance(node.iter, (ast.Tuple, ast.List)):
            yield from self._values(target, node.iter.elts, depth)
        elif (branches := given_in_branches(node, name)) is not None:
            functions = [one for one in branches if isinstance(one, FUNCTIONS)]
            yield from (Callee(name, Code(self.names.project.module(path), one, depth)) for one in functions)
            yield from self._values(target, [one for one in branches if isinstance(one, ast.expr)], depth)
        else:
            yield Callee(name, changes=frozenset({target}))

    def _decorated(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> Iterator[Callee]:
        for decorator in node.decorator_list:
            for made in self.callees(module, None, decorator):
                yield from self._around(made, depth)

    def _around(self, decorator: Callee, depth: int) -> Iterator[Callee]:
        """What a decorator of the tree puts in the place of a function: that runs where the function is called."""
        code = decorator.code
        if code is None or code.depth > _DEEPEST:
            return
        for value in self.returns(code.node):
            for found in self.callees(code.module, self.scope(code), value, depth):
                if found.code is not None and code.depth == 1:
                    yield found
                elif found.code is not None:
                    yield from self._around(replace(found, code=replace(found.code, depth=code.depth - 1)), depth)

    def _of_fields(self, owner: Target) -> Iterator[Callee]:
        """What the fields of a class run for a new instance: ``field(default_factory=…)``, ``@x.validator``."""
        for target, node in self.classes.above(owner):
            module = self.names.project.module(target[0])
            for inner in node.body:
                call = getattr(inner, "value", None)
                for keyword in call.keywords if isinstance(call, ast.Call) else ():
                    value = keyword.value if keyword.arg in knowledge.CALLED_BY_FIELDS else None
                    if isinstance(value, (ast.Name, ast.Attribute, ast.Lambda)):
                        yield from (c for c in self.callees(module, None, value) if c.code is not None)
                kinds = {getattr(d, "attr", "") for d in getattr(inner, "decorator_list", ())}
                if isinstance(inner, FUNCTIONS) and not kinds.isdisjoint(knowledge.CALLED_BY_FIELDS):
                    yield Callee(inner.name, Code(module, inner, 1, target), made=True)

    def _values(self, target: Target, values: list[ast.expr], depth: int) -> Iterator[Callee]:
        """A name that was assigned is called: an alias, an instance, a bound method, the result of a factory."""
        module = self.names.project.module(target[0])
        if depth > _DEEPEST:
            return

        def stands_for() -> Iterator[Callee]:
            for value in values:
                if isinstance(value, ast.Call) and (owner := self.classes.class_of(module, None, value)) is not None:
                    given = self._given(module, None, value)
                    for found in self.classes.methods(owner, "__call__", depth, frozenset({target})):
                        yield replace(found, given=given)
                    continue
                for found in self.callees(module, None, value, depth):
                    yield replace(found, receiver=found.receiver | {target}) if _has_closure(found) else found

        yield from self._found.ask(("call", target, depth), stands_for)

    def _method(self, module: Module, scope: Scope | None, node: ast.Attribute, depth: int) -> Iterator[Callee]:
        """``bus.on``: a method of an instance, of a class, or of something that is only known by its roots."""
        receiver = self.roots(module, scope, node.value) if not is_collecting(scope, node.value) else FRESH
        owner = self.names.named(module, scope, chain_of(node.value))
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "super":
            return  # what stands above runs too, and is asked of each class above
        of_class = owner is not None and isinstance(self.names.definition(owner), ast.ClassDef)
        if not of_class:
            owner = self.classes.class_of(module, scope, node.value)
        found = list(self.classes.methods(owner, node.attr, depth, receiver)) if owner is not None else []
        if not found and of_class and owner is not None:
            metas = self.classes.metaclasses(owner)
            found = [method for meta in metas for method in self.classes.methods(meta, node.attr, depth, receiver)]
        if found:
            given = self._made_with(module, scope, node.value)
            yield from (replace(one, given=one.given | given) for one in found)
        elif node.attr not in knowledge.READING or depth > 1:  # what it returned is called: `@app.get("/")`
            yield Callee(ast.unparse(node), changes=receiver, calls=node.attr in knowledge.CALLING)
        elif node.attr in knowledge.CALLING:
            yield Callee(ast.unparse(node), calls=True)


def _has_closure(callee: Callee) -> bool:
    return callee.code is not None and (callee.code.around is not None or callee.code.depth > 1)
