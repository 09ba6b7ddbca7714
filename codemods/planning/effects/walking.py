"""What one piece of code does by itself when it runs: what it changes, and what it calls with what."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codemods import knowledge
from codemods.bindings import Module
from codemods.bindings.guards import is_main_guard, is_type_checking
from codemods.bindings.scopes import COMPREHENSIONS, FUNCTIONS
from codemods.bindings.templates import filled, reads_own_module
from codemods.knowledge.implied import (
    COMPUTED,
    IMPLYING,
    IMPORTING,
    MISSING,
    OF_CLASS,
    OPERATORS,
    asked,
    by_name,
    evaluated,
    implied,
    imported_by_text,
)
from codemods.planning.effects.attributes import Attributes
from codemods.planning.effects.class_hooks import ClassHooks
from codemods.planning.effects.resolving import Resolver
from codemods.planning.effects.scopes import Scope, class_scope, comprehension_scope, is_collecting
from codemods.planning.effects.targets import FRESH, Callee, Code, Function, Target, Targets
from codemods.planning.grouping.dotted_names import chain_of

_SHIFTS = (ast.LShift, ast.RShift)


@dataclass(frozen=True)
class Site:
    """A call: what may run, the objects that it is given, and the code, by position or keyword. ``line``: where."""

    callee: Callee
    line: int
    arguments: Targets = FRESH
    first: Targets = FRESH
    given: tuple[tuple[int | str | None, Callee], ...] = ()


class Walker:
    """Yields the sites of code; what code changes by itself is a site whose callee says so."""

    def __init__(self, resolver: Resolver, hooks: ClassHooks) -> None:
        self.resolver = resolver
        self.hooks = hooks
        self.attributes = Attributes(resolver)
        self._asked: dict[ast.AST, Function] = {}

    def run(self, module: Module, scope: Scope | None, node: ast.AST) -> Iterator[Site]:
        """What running a statement, or evaluating an expression, does."""
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                yield from self.run(module, scope, default)
        if isinstance(node, FUNCTIONS):
            for annotation in evaluated(node, module.postponed):
                yield from self.run(module, scope, annotation)
            yield from self._decorated(module, scope, node)
        elif isinstance(node, ast.ClassDef):
            yield from self._class(module, scope, node)
        elif isinstance(node, ast.Lambda) or (isinstance(node, ast.If) and is_main_guard(node)):
            return
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            for statement in node.orelse:
                yield from self.run(module, scope, statement)
        elif isinstance(node, COMPREHENSIONS):
            inside = comprehension_scope(module, node, scope)
            for child in ast.iter_child_nodes(node):
                yield from self.run(module, inside, child)
        else:
            yield from self._plain(module, scope, node)
            if isinstance(node, ast.ImportFrom):
                yield from (Site(callee, node.lineno) for callee in self.attributes.imported(module, node))
            elif type(node) in IMPLYING:
                yield from self._implied(module, scope, node)

    def _plain(self, module: Module, scope: Scope | None, node: ast.AST) -> Iterator[Site]:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
            targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
            for target in targets:
                in_place = isinstance(node, ast.AugAssign) and not _is_text(node.value)
                yield from self._stored(module, scope, target, in_place)
            for annotation in evaluated(node, module.postponed or (scope is not None and scope.function)):
                yield from self.run(module, scope, annotation)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            yield from self._stored(module, scope, node.target, False)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield from self._stored(module, scope, node.optional_vars, False)
        elif isinstance(node, ast.Call):
            yield from self._call(module, scope, node)
        elif isinstance(node, ast.BinOp):
            yield from self._operator(module, scope, node, isinstance(node.op, _SHIFTS))
        elif isinstance(node, ast.Expr) and isinstance(node.value, (ast.BinOp, ast.Compare, ast.UnaryOp)):
            yield from self._thrown(module, scope, node.value)
        found = filled(node)
        named = found.namespace if found is not None and found.fields is not None else None
        for child in ast.iter_child_nodes(node):
            if named is not None and named in (child, getattr(child, "value", None)) and reads_own_module(named, True):
                continue  # a text names what it takes out of the namespace
            if not isinstance(child, ast.arguments) and child is not getattr(node, "annotation", None):
                yield from self.run(module, scope, child)

    # -- what changes

    def _stored(self, module: Module, scope: Scope | None, node: ast.expr, in_place: bool) -> Iterator[Site]:
        """``X.a = …``, ``X[k] = …``, ``X += …``, ``global X; X = …``"""
        if isinstance(node, (ast.Tuple, ast.List, ast.Starred)):
            for part in [node.value] if isinstance(node, ast.Starred) else node.elts:
                yield from self._stored(module, scope, part, in_place)
            return
        label = ast.unparse(node)
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            own = is_collecting(scope, node.value)
            roots = self.resolver.roots(module, scope, node.value) if not own else FRESH
            if not roots and self._is_other(module, scope, node.value):
                roots = frozenset({("", ast.unparse(node.value))})
            yield Site(Callee(label, changes=roots), node.lineno)
        elif isinstance(node, ast.Name) and (in_place or (scope is not None and node.id in scope.declared)):
            if scope is not None and node.id in scope.declared:
                yield Site(Callee(label, changes=frozenset({(module.path, node.id)})), node.lineno)
            else:
                found = {
                    self.resolver.names.imported(module, i, (node.id,)) for i in module.top_imports.get(node.id, ())
                }
                roots = self.resolver.roots(module, scope, node) | frozenset(one for one in found if one is not None)
                yield Site(Callee(label, changes=roots), node.lineno)

    def _implied(self, module: Module, scope: Scope | None, node: ast.AST) -> Iterator[Site]:
        """The methods that Python runs though nobody calls them."""
        if (attribute := by_name(node)) is not None:
            yield from self._implied(module, scope, attribute)
        if isinstance(node, ast.Attribute):
            yield from self._attribute(module, scope, node)
        for operand, names in implied(node):
            for owner, receiver in self._classes(module, scope, operand):
                yield from self._ran(owner, names, receiver, operand)
            own = OF_CLASS.intersection(names)
            target = self.resolver.names.named(module, scope, chain_of(operand)) if own else None
            if target is not None:
                yield from self._ran(target, sorted(own), frozenset({target}), operand)

    def _attribute(self, module: Module, scope: Scope | None, node: ast.Attribute) -> Iterator[Site]:
        reads = isinstance(node.ctx, ast.Load)
        for owner, receiver in self._classes(module, scope, node.value):
            for callee in self.attributes.ran(owner, node.attr, type(node.ctx), receiver):
                yield Site(self._asking(callee) if reads else callee, node.lineno)
            if reads:
                has = self.resolver.classes.has(owner, node.attr)
                yield from self._ran(owner, COMPUTED if has else (*COMPUTED, *MISSING), receiver, node)
        target = self.resolver.names.named(module, scope, chain_of(node)) if reads else None
        for callee in self.attributes.of_module(target) if target is not None else ():
            yield Site(callee, node.lineno)
        owner = self.resolver.names.named(module, scope, chain_of(node.value)) if reads else None
        for callee in self.attributes.of_class(owner, node.attr) if owner is not None else ():
            yield Site(self._asking(callee), node.lineno)

    def _classes(self, module: Module, scope: Scope | None, node: ast.expr) -> Iterator[tuple[Target, Targets]]:
        """The class of which an expression is an instance, or the metaclasses of a class; and whose object it is."""
        owner = self.resolver.classes.class_of(module, scope, node)
        if owner is not None:
            yield owner, self.resolver.roots(module, scope, node)
        elif (target := self.resolver.names.named(module, scope, chain_of(node))) is not None and target[0]:
            yield from ((meta, frozenset({target})) for meta in self.resolver.classes.metaclasses(target))

    def _ran(self, owner: Target, names: Iterable[str], receiver: Targets, node: ast.expr) -> Iterator[Site]:
        for name in names:
            for callee in self.resolver.classes.methods(owner, name, 1, receiver):
                yield Site(self._asking(callee), node.lineno)

    def _asking(self, callee: Callee) -> Callee:
        code = callee.code
        if code is None or isinstance(code.node, ast.Lambda):
            return callee
        node = self._asked.setdefault(code.node, asked(code.node))
        return replace(callee, code=replace(code, node=node))

    def _is_other(self, module: Module, scope: Scope | None, node: ast.expr) -> bool:
        """Is this a module, or an attribute of one?"""
        chain = chain_of(node)
        local = scope is not None and bool(chain) and scope.holder(chain[0]) is not None
        return bool(chain) and not local and chain[0] in module.top_imports

    # -- what is called

    def _call(self, module: Module, scope: Scope | None, node: ast.Call) -> Iterator[Site]:
        if knowledge.hushes_itself(node, module.source.tree.body):
            return
        values: list[tuple[int | str | None, ast.expr]] = [*enumerate(node.args)]
        values += [(keyword.arg, keyword.value) for keyword in node.keywords]
        roots = [self.resolver.roots(module, scope, value) for _, value in values]
        if knowledge.writes_files(node) and self.resolver.classes.class_of(module, scope, _called_on(node)) is None:
            yield Site(Callee(ast.unparse(node.func), changes=frozenset({("", "files")})), node.func.lineno)
        given = tuple((key, found) for key, value in values for found in self._functions(module, scope, value))
        for callee in self.hooks.of_call(module, scope, node):
            yield Site(callee, node.func.lineno)
        outside = bool(name := imported_by_text(node)) and self._is_outside(module, name)
        for callee in self.resolver.callees(module, scope, node.func):
            if outside and callee.label in IMPORTING:
                continue
            first = roots[0] if roots else FRESH
            yield Site(callee, node.func.lineno, frozenset().union(*roots), first, given)
        for keyword in node.keywords:
            given = [(keyword.arg, keyword.value)] if keyword.arg else []
            home, table = (module, None) if keyword.arg else self.hooks.written(module, scope, keyword.value)
            if isinstance(table, ast.Dict):
                pairs = zip(table.keys, table.values, strict=True)
                given = [(str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)]
            for value in (value for name, value in given if name in knowledge.CALLED_AT_ONCE):
                for callee in self.resolver.callees(home, scope if home is module else None, value):
                    yield Site(callee, keyword.value.lineno)

    def _is_outside(self, module: Module, name: str) -> bool:
        """Has the tree no such module, nor a package around it?"""
        return self.resolver.names.project.names.find(name.partition(".")[0], module.path) is None

    def _functions(self, module: Module, scope: Scope | None, value: ast.expr) -> Iterator[Callee]:
        """The functions of the tree that an argument stands for."""
        if isinstance(value, (ast.Name, ast.Attribute, ast.Lambda)):
            for callee in self.resolver.callees(module, scope, value):
                if callee.code is not None or callee.calls or callee.changes:
                    yield callee

    def _decorated(self, module: Module, scope: Scope | None, node: ast.AST) -> Iterator[Site]:
        """A decorator is called with what the statement makes, which is nobody else's."""
        own = ((0, Callee(node.name, Code(module, node, 1, None, scope))),) if isinstance(node, FUNCTIONS) else ()
        for decorator in node.decorator_list:  # type: ignore[attr-defined]
            yield from self.run(module, scope, decorator)
            if knowledge.makes_a_property(decorator, getattr(node, "name", "")):
                continue
            if isinstance(decorator, ast.Attribute) and decorator.attr in knowledge.READING:  # nobody reads so
                yield Site(
                    Callee(ast.unparse(decorator), changes=self.resolver.roots(module, scope, decorator.value)),
                    decorator.lineno,
                )
            for callee in self.resolver.callees(module, scope, decorator):
                yield Site(callee, decorator.lineno, given=own)

    def _class(self, module: Module, scope: Scope | None, node: ast.ClassDef) -> Iterator[Site]:
        for part in (*node.bases, *(keyword.value for keyword in node.keywords)):
            yield from self.run(module, scope, part)
        for callee in self.hooks.of(module, scope, node):
            yield Site(callee, node.lineno)
        inside = class_scope(module, node, scope)
        for statement in node.body:
            yield from self.run(module, inside, statement)
        yield from self._decorated(module, scope, node)

    def _operator(self, module: Module, scope: Scope | None, node: ast.BinOp, unknown: bool) -> Iterator[Site]:
        """An operator runs a method of the tree's class; one from outside is taken to change the left operand where
        the operator is one that nobody uses to compute."""
        name = OPERATORS.get(type(node.op), "")
        for operand, method in ((node.left, f"__{name}__"), (node.right, f"__r{name}__")):
            owner = self.resolver.classes.class_of(module, scope, operand)
            receiver = self.resolver.roots(module, scope, operand)
            if owner is not None:
                for callee in self.resolver.classes.methods(owner, method, 1, receiver):
                    yield Site(callee, node.lineno, self.resolver.roots(module, scope, node.right))
            elif unknown and operand is node.left and not _is_number(operand):
                yield Site(Callee(ast.unparse(node), changes=receiver), node.lineno)

    def _thrown(self, module: Module, scope: Scope | None, node: ast.expr) -> Iterator[Site]:
        """An operator whose result nobody keeps is there for its effect."""
        if isinstance(node, ast.BinOp) and not isinstance(node.op, _SHIFTS):
            if self.resolver.classes.class_of(module, scope, node.left) is None:
                receiver = self.resolver.roots(module, scope, node.left)
                yield Site(Callee(ast.unparse(node), changes=receiver), node.lineno)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, (ast.Constant, ast.UnaryOp))


def _called_on(node: ast.Call) -> ast.expr:
    return node.func.value if isinstance(node.func, ast.Attribute) else node.func


def _is_text(node: ast.expr) -> bool:
    """A text can be added to a text alone, which is made anew."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        return _is_text(node.left)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
