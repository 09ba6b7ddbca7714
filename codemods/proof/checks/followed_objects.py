"""Which expressions of some code are a definition that moved, an instance of it, or have one in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from codemods.project import walk
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin
from codemods.proof.statements.name_resolution import last_name

# A "namespace" is what a metaclass is given to make the class of.
Got = Literal["itself", "instance", "namespace", "of itself", "of instances"]
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.stmt
_IN: Mapping[Got, Got] = {"of itself": "itself", "of instances": "instance"}
_WITH: Mapping[Got, Got] = {one: many for many, one in _IN.items()}
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
# What gives the same things in another container.
_SAME = frozenset({"values", "items", "copy", "sorted", "list", "tuple", "set", "reversed", "iter", "enumerate"})


@dataclass(frozen=True)
class Objects:
    """What moved; ``is_class``: calling it makes an instance; ``known``: what is known of variables of modules."""

    snapshot: Snapshot
    origin: Origin
    is_class: bool
    known: dict[Origin, Got | None] = field(default_factory=dict, compare=False)

    def kind(self, path: str, node: ast.expr, held: Mapping[str, Got | None]) -> Got | None:
        """``held``: what names of the scope are; None where they are something else."""
        match node:
            case ast.Name(id=name) if name in held:
                return held[name]
            case ast.Attribute(value=value, attr="__class__") | ast.Call(func=ast.Name(id="type"), args=[value]):
                return "itself" if self.kind(path, value, held) == "instance" else None
            case ast.Name() | ast.Attribute():
                return self._meant(path, node, held)
            case ast.Call():
                return self._called(path, node, held)
            case ast.IfExp(body=one, orelse=two):
                return self.kind(path, one, held) or self.kind(path, two, held)
            case ast.BoolOp(values=parts):
                return next((kind for part in parts if (kind := self.kind(path, part, held)) is not None), None)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._with(path, parts, held)
            case ast.Dict(values=parts):
                return self._with(path, parts, held)
            case ast.Subscript(value=value):
                return in_it(self.kind(path, value, held))
            case _:
                return None

    def _meant(self, path: str, node: ast.Name | ast.Attribute, held: Mapping[str, Got | None]) -> Got | None:
        root: ast.expr = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or root.id in held:
            return None
        meaning = self.snapshot.meaning(path, node)
        if self.origin in meaning:
            return "itself"
        return next((kind for origin in sorted(meaning) if (kind := self._variable(origin)) is not None), None)

    def _variable(self, origin: Origin) -> Got | None:
        if origin not in self.known:
            self.known[origin] = None  # while it is asked, for `TABLE = {**TABLE, ...}`
            values = [value for value in assigned(self.snapshot, *origin) if isinstance(value, _DISPLAYS)]
            for value in values:
                self.known[origin] = self.known[origin] or self.kind(origin[0], value, {})
        return self.known[origin]

    def _called(self, path: str, call: ast.Call, held: Mapping[str, Got | None]) -> Got | None:
        if self.is_class and self.kind(path, call.func, held) == "itself":
            return "instance"
        name = last_name(call.func)
        if name == "unwrap" and call.args:
            return self.kind(path, call.args[0], held)
        if name == "__new__":
            return "itself" if "namespace" in held.values() else "instance" if "itself" in held.values() else None
        of = call.func.value if isinstance(call.func, ast.Attribute) else call.args[0] if call.args else None
        many = self.kind(path, of, held) if name in _SAME and of is not None else None
        return many if many in _IN else None

    def _with(self, path: str, parts: list[ast.expr], held: Mapping[str, Got | None]) -> Got | None:
        for part in parts:
            starred = isinstance(part, ast.Starred)
            kind = self.kind(path, part.value if isinstance(part, ast.Starred) else part, held)
            if kind is not None and (starred or kind in _WITH):
                return kind if starred and kind in _IN else _WITH.get(kind)
        return None

    def held(self, path: str, scope: Scope, given: Mapping[str, Got]) -> Mapping[str, Got | None]:
        """The names of a scope, and what they are: ``given`` are parameters."""
        held: dict[str, Got | None] = {**dict.fromkeys(_bound(scope)), **given}
        sets, loops = list(_sets(scope)), list(_loops(scope))
        for _ in range(3) if sets or loops else ():  # a name may be set to what a later one was
            for target, value in sets:
                kind = self.kind(path, value, held)
                if kind is not None and held.get(target) is None:
                    held[target] = kind
            for target, iterated in loops:
                one = in_it(self.kind(path, iterated, held))
                if one is not None and held.get(target) is None:
                    held[target] = one
        return held


def in_it(many: Got | None) -> Got | None:
    """What stands in a container."""
    return _IN.get(many) if many is not None else None


def assigned(snapshot: Snapshot, path: str, name: str) -> Iterator[ast.expr]:
    """What a module sets a name to."""
    symbols = snapshot.symbols(path) if path.endswith(".py") and name else None
    for node in symbols.body if symbols is not None else ():
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == name for target in node.targets):
            yield node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None and getattr(node.target, "id", "") == name:
            yield node.value


def _bound(scope: Scope) -> Iterator[str]:
    if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        for node in walk(scope):
            if isinstance(node, ast.arg):
                yield node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _sets(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    for node in walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id, node.value


def _loops(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    for node in walk(scope):
        if isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            target = node.target.elts[-1] if isinstance(node.target, ast.Tuple) else node.target
            if isinstance(target, ast.Name):
                yield target.id, node.iter
