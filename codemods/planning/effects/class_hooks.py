"""What runs when a class is made: hooks of its bases and metaclasses, and of the values in its body."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from codemods import knowledge
from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.knowledge.implied import OF_MEMBERS, members
from codemods.planning.effects.classes import MAKING
from codemods.planning.effects.resolving import Resolver
from codemods.planning.effects.scopes import Scope, own_nodes
from codemods.planning.effects.targets import FRESH, Callee, Code, Target
from codemods.planning.grouping.dotted_names import chain_of
from codemods.project.call_scan import callers

_OF_METACLASSES = ("__prepare__", "__new__", "__init__")


class ClassHooks:
    """Answers for the classes of one tree."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def of(self, module: Module, scope: Scope | None, node: ast.ClassDef) -> Iterator[Callee]:
        """What the statement ``class …`` runs, decorators and body aside."""
        found = [callee for base in node.bases for callee in self._base(module, scope, base, frozenset())]
        metaclasses = [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
        found += [callee for value in metaclasses for callee in self._metaclass(module, scope, value)]
        yield from found
        asked = {name for callee in found if callee.code is not None for name in _asked_of_first(callee.code.node)}
        for inner in node.body:
            if isinstance(inner, FUNCTIONS) and inner.name in asked:
                code = Code(module, inner, 1, (module.path, node.name), scope)
                yield Callee(f"{node.name}.{inner.name}", code, FRESH, made=True, inherits=True)
        assigned = (s for s in node.body if isinstance(s, (ast.Assign, ast.AnnAssign)) and s.value is not None)
        yield from self._named(module, scope, [s.value for s in assigned if s.value is not None])
        if members(node.body):
            yield from self._members(module, scope, node)

    def of_call(self, module: Module, scope: Scope | None, node: ast.Call) -> Iterator[Callee]:
        """What a call runs that makes a class: ``type("Csv", (Format,), {"size": Field()})``, with a metaclass too."""
        target = self.resolver.names.named(module, scope, chain_of(node.func))
        if target is None or not self._makes_a_class(target):
            return
        given = [*node.args[1:], *(k.value for k in node.keywords if k.arg in ("bases", "namespace"))]
        for home, value in (self.written(module, scope, one) for one in given):
            inside = scope if home is module else None
            for base in value.elts if isinstance(value, ast.Tuple) else ():
                if not isinstance(base, ast.Name) or inside is None or inside.holder(base.id) is None:
                    yield from self._base(home, inside, base, frozenset())
            if isinstance(value, ast.Dict):
                yield from self._named(home, inside, value.values)

    def written(self, module: Module, scope: Scope | None, node: ast.expr) -> tuple[Module, ast.expr]:
        """What a name stands for, and its module, or the expression itself."""
        target = self.resolver.names.named(module, scope, chain_of(node))
        stands = self.resolver.names.definition(target) if target is not None and target[0] else None
        value = getattr(stands, "value", None)
        if target is None or not isinstance(value, ast.expr):
            return module, node
        return self.resolver.names.project.module(target[0]), value

    def _makes_a_class(self, target: Target) -> bool:
        if target[0] == "":
            return target[1] in knowledge.CLASS_CALLS
        return ("", "builtins.type") in self._outer(target)

    def _named(self, module: Module, scope: Scope | None, values: list[ast.expr]) -> Iterator[Callee]:
        """What the values in the body of a class run when they get their names."""
        for value in values:
            owner = self.resolver.classes.class_of(module, scope, value)
            if owner is not None:
                yield from self.resolver.classes.methods(owner, "__set_name__", 1, FRESH)

    def _members(self, module: Module, scope: Scope | None, node: ast.ClassDef) -> Iterator[Callee]:
        """What the members of an enumeration run, which are made when its class is."""
        bases = [self.resolver.names.named(module, scope, chain_of(base)) for base in node.bases]
        known = [target for target in bases if target is not None]
        outer = {dotted for target in known for path, dotted in (target, *self._outer(target)) if path == ""}
        if not any(map(knowledge.instantiates, outer)):
            return
        above = [pair for target in known for pair in self.resolver.classes.above(target)]
        for target, level in [((module.path, node.name), node), *above]:
            home = self.resolver.names.project.module(target[0])
            for inner in level.body:
                if isinstance(inner, FUNCTIONS) and inner.name in (*MAKING, OF_MEMBERS):
                    code = Code(home, inner, 1, target, scope if level is node else None)
                    yield Callee(f"{level.name}.{inner.name}", code, made=True, inherits=True)

    def _outer(self, owner: Target) -> set[Target]:
        """The bases from outside of the tree that a class of the tree has."""
        found: set[Target] = set()
        for target, node in self.resolver.classes.above(owner):
            module = self.resolver.names.project.module(target[0])
            names = (self.resolver.names.named(module, None, chain_of(base)) for base in node.bases)
            found |= {name for name in names if name is not None and name[0] == ""}
        return found

    def _base(self, module: Module, scope: Scope | None, base: ast.expr, seen: frozenset[int]) -> Iterator[Callee]:
        """What deriving from an expression runs."""
        expression = base.value if isinstance(base, (ast.Subscript, ast.Starred)) else base
        if isinstance(expression, ast.Call):
            yield from self._made(module, scope, expression, seen)
            return
        target = self.resolver.names.named(module, scope, chain_of(expression))
        holder = scope.holder(expression.id) if scope is not None and isinstance(expression, ast.Name) else None
        node = self.resolver.names.definition(target) if target is not None else None
        value = getattr(node, "value", None) if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if target is not None and target[0] == "":
            yield from self._outside(target[1])
        elif target is not None and isinstance(node, ast.ClassDef):
            yield from self._derived(target)
        elif target is not None and isinstance(value, ast.expr) and id(value) not in seen:
            yield from self._base(self.resolver.names.project.module(target[0]), None, value, seen | {id(value)})
        elif holder is None or expression.id in holder.parameters:  # type: ignore[attr-defined]
            label = ast.unparse(base)
            yield Callee(label, changes=frozenset({target or ("", label)}))

    def _outside(self, dotted: str) -> Iterator[Callee]:
        quiet = knowledge.call(dotted) not in (None, knowledge.Call.EFFECT) and ("", dotted) not in self.listed
        if not quiet:
            yield Callee(dotted, changes=frozenset({("", dotted)}))

    def _derived(self, target: Target) -> Iterator[Callee]:
        """What deriving from a class of the tree runs."""
        if target in self.listed:
            yield Callee(target[1], changes=frozenset({target}))
        for above, node in self.resolver.classes.above(target):
            module = self.resolver.names.project.module(above[0])
            for inner in node.body:
                if isinstance(inner, FUNCTIONS) and inner.name == "__init_subclass__":
                    for found in self.resolver.classes.methods(above, inner.name, 1, frozenset({above})):
                        yield replace(found, made=True, inherits=True)
                        break
            if above != target and above in self.listed:
                yield Callee(above[1], changes=frozenset({above}))
            for base in node.bases:
                expression = base.value if isinstance(base, ast.Subscript) else base
                found = self.resolver.names.named(module, None, chain_of(expression))
                if (
                    found is None
                    or found[0] == ""
                    or not isinstance(self.resolver.names.definition(found), ast.ClassDef)
                ):
                    yield from self._base(module, None, base, frozenset())
            for keyword in node.keywords:
                if keyword.arg == "metaclass":
                    yield from self._metaclass(module, None, keyword.value)

    def _metaclass(self, module: Module, scope: Scope | None, node: ast.expr) -> Iterator[Callee]:
        target = self.resolver.names.named(module, scope, chain_of(node))
        if target is None:
            label = ast.unparse(node)
            yield Callee(label, changes=frozenset({("", label)}))
        elif target[0] == "":
            yield from self._outside(target[1])
        elif isinstance(self.resolver.names.definition(target), FUNCTIONS):
            yield from self.resolver.of_target(target, 1)
        else:
            yield from self._making(target)

    def _making(self, meta: Target) -> Iterator[Callee]:
        """What a metaclass of the tree runs for a new class."""
        for name in _OF_METACLASSES:
            for found in self.resolver.classes.methods(meta, name, 1, frozenset({meta})):
                yield replace(found, made=name == "__init__", inherits=True)
        for above, node in self.resolver.classes.above(meta):
            for base in node.bases:
                found = self.resolver.names.named(self.resolver.names.project.module(above[0]), None, chain_of(base))
                if found is not None and found[0] == "":
                    yield from self._outside(found[1])

    def _made(self, module: Module, scope: Scope | None, node: ast.Call, seen: frozenset[int]) -> Iterator[Callee]:
        """A base that a call gives: ``declarative_base()``, ``namedtuple(…)``, ``Meta("Base", (), {})``."""
        owner = self.resolver.classes.class_of(module, scope, node)
        if owner is not None:  # a class that a metaclass was called for, or what stands for others
            yield from self._making(owner)
            yield from self.resolver.classes.methods(owner, "__mro_entries__", 1, frozenset({owner}))
            return
        for callee in self.resolver.callees(module, scope, node.func):
            if callee.code is None:
                yield callee
                continue
            code = callee.code
            inside = self.resolver.scope(code)
            nested = {n.name: n for n in own_nodes(code.node) if isinstance(n, ast.ClassDef)}
            for value in self.resolver.returns(code.node):
                inner = nested.get(getattr(value, "id", ""))
                if inner is None or inner.bases or inner.keywords:
                    if id(value) not in seen:
                        yield from self._base(code.module, inside, value, seen | {id(value)})
                for hook in inner.body if inner is not None else ():
                    if isinstance(hook, FUNCTIONS) and hook.name == "__init_subclass__":
                        owner = code.module.path, getattr(code.node, "name", "")
                        ran = Code(code.module, hook, 1, owner, inside)
                        yield Callee(owner[1], ran, frozenset({owner}), made=True, inherits=True)

    @cached_property
    def listed(self) -> frozenset[Target]:
        """The classes whose ``__subclasses__()`` somebody asks for; where it is unknown which, those that the asking
        module names."""
        found: set[Target] = set()
        for module in self.resolver.names.project.modules_mentioning("__subclasses__"):
            around = {id(n): f for f in module.source.tree.body if isinstance(f, FUNCTIONS) for n in ast.walk(f)}
            for node in module.source.nodes.of(ast.Attribute):
                if node.attr == "__subclasses__":
                    target = self._class_at(module, node.value)
                    passed = self._passed(module, around.get(id(node)), node.value)
                    found.update([target] if target is not None else passed)
        return frozenset(found)

    def _class_at(self, module: Module, value: ast.expr) -> Target | None:
        """The class that an expression is; that around it where it is ``cls``, or made of ``self``."""
        target = self.resolver.names.named(module, None, chain_of(value))
        if target is not None:
            return target
        if {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} & {"cls", "self"}:
            for owner in module.source.nodes.of(ast.ClassDef):
                if owner.lineno <= value.lineno <= (owner.end_lineno or 0):
                    return module.path, owner.name
        return None

    def _passed(self, asking: Module, function: ast.stmt | None, value: ast.expr) -> Iterator[Target]:
        """What callers give for the parameter whose subclasses a function asks for."""
        names = [a.arg for a in function.args.args] if isinstance(function, FUNCTIONS) else []
        if not isinstance(function, FUNCTIONS) or getattr(value, "id", "") not in names:
            yield from self._mentioned(asking)
            return
        position, own = names.index(value.id), {id(n) for n in ast.walk(function)}  # type: ignore[attr-defined]
        for module in self.resolver.names.project.modules_at(callers(self.resolver.names.project.tree, function.name)):
            for call in module.source.nodes.of(ast.Call):
                named = getattr(call.func, "id", getattr(call.func, "attr", "")) == function.name
                if named and id(call) not in own:
                    given = call.args[position] if len(call.args) > position else None
                    target = self._class_at(module, given) if given is not None else None
                    yield from [target] if target is not None else self._mentioned(module)

    def _mentioned(self, module: Module) -> Iterator[Target]:
        """The definitions of the tree that a module names."""
        nodes = (*module.source.nodes.of(ast.Name), *module.source.nodes.of(ast.Attribute))
        for chain in dict.fromkeys(map(chain_of, nodes)):
            target = self.resolver.names.named(module, None, chain)
            if target is not None and target[0]:
                yield target


def _asked_of_first(function: ast.AST) -> set[str]:
    """The methods that a hook calls of the class that it is given, which may have its own: ``cls.register()``."""
    arguments = getattr(function, "args", ast.arguments([], [], None, [], [], None, []))
    first = next((a.arg for a in (*arguments.posonlyargs, *arguments.args)), "")
    calls = (n.func for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute))
    return {func.attr for func in calls if getattr(func.value, "id", "") == first}
