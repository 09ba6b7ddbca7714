"""What stands in a container, and the attributes of modules, classes and instances."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from codemods.knowledge.implied import OF_MODULE
from codemods.proof.importing.abstract.attributes import OwnAttributes, defined_in, own_attributes
from codemods.proof.importing.abstract.machine import FUNCTIONS, Machine
from codemods.proof.importing.abstract.values import (
    Class,
    Code,
    Data,
    Instance,
    Items,
    ModuleOf,
    Outside,
    Places,
    Super,
    Value,
    Values,
    held_at,
)
from codemods.proof.importing.abstract.widening import bound, dotted
from codemods.proof.snapshot.resolution import Snapshot

# Methods whose first argument is the class, decorated or not.
OF_CLASS = frozenset({"__new__", "__init_subclass__", "__class_getitem__", "__subclasshook__"})


class Members(Machine):
    def __init__(self, snapshot: Snapshot, listed: Places) -> None:
        super().__init__(snapshot, listed)
        self._attributes: dict[ast.AST, OwnAttributes] = {}
        self._bodies: dict[ast.ClassDef, Mapping[str, list[ast.stmt]]] = {}

    def element(self, values: Values) -> Values:
        """What may stand in a container."""
        found: set[Value] = set()
        for value in values:
            if isinstance(value, Items):
                found |= value.inside
            elif isinstance(value, (Class, Outside)):
                found.add(value)  # ``Generic[T]``
            else:
                found.add(Data(held_at(value)))
        return frozenset(found)

    def attribute(self, values: Values, name: str) -> Values:
        return frozenset(found for value in values for found in self._attribute(value, name))

    def _attribute(self, value: Value, name: str) -> Iterable[Value]:
        if isinstance(value, Outside):
            return (Outside(dotted(value.dotted, name)),)
        if isinstance(value, ModuleOf):
            origins = self.snapshot.member(value.path, frozenset({(value.path, "")}), name)
            if not origins:
                names = self.snapshot.names
                inside = self.snapshot.find(f"{names.dotted(value.path)}.{name}", value.path)
                # A module below that somebody has loaded, or what is made when the module is executed.
                return (ModuleOf(inside) if inside else Data(frozenset({(value.path, name)})),)
            for where in (path for path, made in origins if made.startswith(f"{OF_MODULE}(")):
                self.answered(where, name)
            inner = [Outside(o[1]) if o[0] == "" else ModuleOf(o[0]) for o in origins if o[0] == "" or not o[1]]
            return [*inner, *(v for o in origins if o[0] not in ("", "=") and o[1] for v in self.defined(o))]
        if isinstance(value, (Instance, Class)):
            return self.got(value, name)
        return self.member(value, name) if isinstance(value, Super) else (Data(held_at(value)),)

    def member(self, value: Instance | Class | Super, name: str) -> Iterable[Value]:
        if name == "__class__" and isinstance(value, Instance):
            return (value.of,)
        owner = value.of if isinstance(value, Instance) else value.above if isinstance(value, Super) else value
        first = value.of if isinstance(value, Super) else frozenset({value})
        assert isinstance(owner, Class) and isinstance(first, frozenset)
        if isinstance(value, Super) and name == "__new__":
            return (bound(Outside("builtins.super.__new__"), ()),)
        skip = isinstance(value, Super)
        for level in self.above(owner):
            if skip and level.node is owner.node:
                continue
            for inner in self._body_of(level.node).get(name, ()):
                if isinstance(inner, FUNCTIONS):
                    code = Code(level.path, inner, level.frame, level, level.at)
                    kinds = {getattr(d, "id", "") for d in inner.decorator_list}
                    if "staticmethod" in kinds:
                        return (code,)
                    if isinstance(value, Class) and "classmethod" not in kinds and name not in OF_CLASS:
                        return (code,)
                    return (bound(code, (first,)),)
                if not (isinstance(value, Instance) and self.sets(owner, name)):
                    written = getattr(inner, "value", None)
                    if isinstance(written, ast.Tuple):  # nobody can change it
                        return self.value(level.frame or self.module(level.path), written)
                    return (Data(level.at | held_at(value)),)
        if isinstance(value, Super):
            return (Outside("builtins.object"),)
        if isinstance(value, Class) and (found := self._of_metaclass(value, name)):
            return found
        given = value.given if isinstance(value, Instance) and self._is_given(owner, name) else frozenset()
        return (Data(held_at(value) | self._kept(owner, name) | given),)

    def _is_given(self, owner: Class, name: str) -> bool:
        """Does an attribute hold what the instance was made with: ``self.registry = registry``?"""
        return any(name in self._own_attributes(level).given for level in self.above(owner))

    def _of_metaclass(self, value: Class, name: str) -> tuple[Value, ...]:
        """What a class finds in its metaclass: a method, which is called with it, or what that holds."""
        for meta in self.metaclasses(value):
            for level, inner in self.held(meta, name) if isinstance(meta, Class) else ():
                if isinstance(inner, FUNCTIONS):
                    return (bound(Code(level.path, inner, level.frame, level, level.at), (frozenset({value}),)),)
                return (Data(level.at | held_at(value)),)
        return ()

    def held(self, owner: Class, name: str) -> Iterator[tuple[Class, ast.stmt]]:
        """The statements that define a name in the body of a class, or in one above it."""
        return ((level, inner) for level in self.above(owner) for inner in self._body_of(level.node).get(name, ()))

    def _body_of(self, node: ast.ClassDef) -> Mapping[str, list[ast.stmt]]:
        if node not in self._bodies:
            self._bodies[node] = defined_in(node)
        return self._bodies[node]

    def sets(self, owner: Class, name: str) -> bool:
        """Do the methods of a class set an attribute of the instance?"""
        return name in self._own_attributes(owner).set

    def _kept(self, owner: Class, name: str) -> Places:
        """What others hold that a class keeps in an attribute: ``self.table = TABLE``."""
        names = self._own_attributes(owner).kept.get(name, ())
        found = (origin for kept in names for origin in self.snapshot.origins(owner.path, kept))
        return frozenset(origin for origin in found if origin[0] not in ("", "="))

    def _own_attributes(self, owner: Class) -> OwnAttributes:
        if owner.node not in self._attributes:
            self._attributes[owner.node] = own_attributes(owner.node)
        return self._attributes[owner.node]

    def above(self, owner: Class) -> Iterator[Class]:
        """A class of the tree and those above it in the tree."""
        todo, seen = [owner], {owner.node}
        while todo:
            level = todo.pop(0)
            yield level
            for value in self.bases(level):
                if isinstance(value, Class) and value.node not in seen:
                    seen.add(value.node)
                    todo.append(value)

    def bases(self, level: Class) -> Values:
        frame = level.frame or self.module(level.path)
        aside, self.changed = self.changed, set()
        found = frozenset(v for base in level.node.bases for v in self.value(frame, base))
        self.changed = aside
        return found
