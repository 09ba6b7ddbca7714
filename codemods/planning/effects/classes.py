"""The classes of a tree: of which one an expression is an instance, what stands above it, what making one runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from codemods import knowledge
from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.effects.names import Names
from codemods.planning.effects.scopes import Scope
from codemods.planning.effects.targets import FRESH, Callee, Code, Target, Targets
from codemods.planning.grouping.dotted_names import chain_of

# What making an instance calls.
MAKING = ("__new__", "__init__", *knowledge.CALLED_WHEN_MADE)


class Classes:
    """Answers for the classes of one tree."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def class_of(
        self, module: Module, scope: Scope | None, node: ast.expr, seen: frozenset[Target] = frozenset()
    ) -> Target | None:
        """The class of the tree of which an expression is an instance; ``seen``: names that led here."""
        if isinstance(node, ast.Call):
            target = self.names.named(module, scope, chain_of(node.func))
            return target if target and isinstance(self.names.definition(target), ast.ClassDef) else None
        holder = scope.holder(node.id) if scope is not None and isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and holder is not None and node.id == holder.first:
            return holder.owner
        if holder is not None and isinstance(node, ast.Name) and node.id not in holder.imports:
            values = holder.values.get(node.id, [])
            value = values[0] if len(values) == 1 and isinstance(values[0], ast.Call) else None
            return self.class_of(module, holder, value, seen) if isinstance(value, ast.Call) else None
        target = self.names.named(module, scope, chain_of(node))
        stands = self.names.definition(target) if target is not None else None
        value = getattr(stands, "value", None) if isinstance(stands, (ast.Assign, ast.AnnAssign)) else None
        if target is None or not isinstance(value, (ast.Call, ast.Name, ast.Attribute)) or target in seen:
            return None
        return self.class_of(self.names.project.module(target[0]), None, value, seen | {target})

    def above(self, owner: Target) -> Iterator[tuple[Target, ast.ClassDef]]:
        """A class of the tree and those above it in the tree."""
        todo, seen = [owner], {owner}
        while todo:
            target = todo.pop(0)
            node = next((n for n in self.names.in_force(target) if isinstance(n, ast.ClassDef)), None)
            if node is None:
                continue
            yield target, node
            for base in node.bases:
                expression = base.value if isinstance(base, ast.Subscript) else base
                found = self.names.named(self.names.project.module(target[0]), None, chain_of(expression))
                if found is not None and found not in seen:
                    seen.add(found)
                    todo.append(found)

    def methods(self, owner: Target, name: str, depth: int, receiver: Targets) -> Iterator[Callee]:
        for target, node in self.above(owner):
            for inner in node.body:
                if isinstance(inner, FUNCTIONS) and inner.name == name:
                    code = Code(self.names.project.module(target[0]), inner, depth, target)
                    yield Callee(f"{target[1]}.{name}", code, receiver)

    def constructor(self, owner: Target) -> Iterator[Callee]:
        for name in MAKING:
            for found in self.methods(owner, name, 1, frozenset({owner})):
                yield found if name == "__new__" else replace(found, made=True)
        for target, node in self.above(owner):
            module = self.names.project.module(target[0])
            for base in node.bases:
                yield from self._base_outside(module, base)
        for meta in self.metaclasses(owner):
            yield from self.methods(meta, "__call__", 1, frozenset({owner}))

    def metaclasses(self, owner: Target) -> Iterator[Target]:
        """The metaclasses of the tree that a class of the tree has."""
        for target, node in self.above(owner):
            for keyword in node.keywords:
                found = chain_of(keyword.value) if keyword.arg == "metaclass" else ()
                meta = self.names.named(self.names.project.module(target[0]), None, found) if found else None
                if meta is not None and meta[0]:
                    yield meta

    def has(self, owner: Target, attribute: str) -> bool:
        """Does a class, or one above it, define an attribute, or set it on its instances?"""
        for _, node in self.above(owner):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and inner.attr == attribute:
                    return True
            for inner in node.body:
                targets = inner.targets if isinstance(inner, ast.Assign) else [getattr(inner, "target", None)]
                if getattr(inner, "name", "") == attribute or attribute in [getattr(t, "id", "") for t in targets]:
                    return True
        return False

    def _base_outside(self, module: Module, base: ast.expr) -> Iterator[Callee]:
        expression = base.value if isinstance(base, ast.Subscript) else base
        found = self.names.named(module, None, chain_of(expression))
        if found is not None and found[0] == "":
            yield from outside(found[1], 1)


def outside(dotted: str, depth: int) -> Iterator[Callee]:
    """What calling a name from outside of the tree runs."""
    kind = knowledge.call(dotted)
    mutates, calls = kind is knowledge.Call.MUTATES, kind is knowledge.Call.CALLS
    owner, _, method = dotted.rpartition(".")
    of_constant = kind is None and method in knowledge.READING and owner.rpartition(".")[2].isupper()
    quiet = of_constant or kind not in (None, knowledge.Call.EFFECT)
    changes = FRESH if quiet else frozenset({("", dotted)})
    yield Callee(dotted, changes=changes, arguments=mutates, calls=calls)
