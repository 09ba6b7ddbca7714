"""What defining a class runs: decorators, metaclasses, hooks of the classes above it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods import knowledge
from codemods.knowledge.implied import OF_MEMBERS, members
from codemods.proof.importing.abstract.machine import FUNCTIONS, Machine
from codemods.proof.importing.abstract.values import (
    NEW,
    Bound,
    Class,
    Code,
    Data,
    Frame,
    Instance,
    Outside,
    Value,
    Values,
    held_at,
)


class Classes(Machine):
    def decorated(self, frame: Frame, decorators: list[ast.expr], made: Values) -> Values:
        for decorator in reversed(decorators):
            result = self.call(self.value(frame, decorator), [made], {})
            if result != NEW and not any(isinstance(v, (Code, Data)) for v in result):
                made = result
            elif all(isinstance(v, Code) for v in made):
                made |= {v for v in result if isinstance(v, Code)}
        return made

    def metaclasses(self, owner: Class) -> Iterator[Value]:
        for level in self.above(owner):
            for keyword in level.node.keywords:
                if keyword.arg == "metaclass":
                    yield from self.value(level.frame or self.module(level.path), keyword.value)

    def class_of(self, frame: Frame, node: ast.ClassDef, top: bool) -> Values:
        made = Class(frame.path, node, None if top else frame)
        self.making.append(made)
        self._derived(frame, made)
        inside = self.calls.inside(node, frame)
        inside.is_class = True
        self.body(inside, node.body)
        for values in list(inside.names.values()):
            self.methods(values, "__set_name__", [frozenset({made}), NEW])
        if members(node.body) and any(map(knowledge.instantiates, self._outer(made))):
            self.call(frozenset({made}), [NEW], {})
            self.methods(frozenset({Instance(made)}), OF_MEMBERS, [NEW, NEW, NEW])
        self.making.pop()
        return self.decorated(frame, node.decorator_list, frozenset({made}))

    def _outer(self, made: Class) -> Iterator[str]:
        """The names of the bases from outside of the tree."""
        found = (value for level in self.above(made) for value in self.bases(level))
        return (value.dotted for value in found if isinstance(value, Outside))

    def _derived(self, frame: Frame, made: Class) -> None:
        """What bases and metaclasses do when a class is derived."""
        new: Values = frozenset({made})
        for base in made.node.bases:
            for value in self.value(frame, base):
                if isinstance(value, Instance):  # a class that a metaclass was called for, or what stands for others
                    self._made_by(value.of, new)
                    self.methods(frozenset({value}), "__mro_entries__", [NEW])
                elif not isinstance(value, (Class, Outside)):
                    self.change([value])
        for keyword in made.node.keywords:
            if keyword.arg != "metaclass":
                self.value(frame, keyword.value)
        levels = list(self.above(made))
        self._heard(levels[1:], new)
        for level in levels:
            for value in self.bases(level):
                if isinstance(value, Outside):
                    if knowledge.call(value.dotted) in (None, knowledge.Call.EFFECT) or held_at(value) & self.listed:
                        self.change([value])
        for meta in self.metaclasses(made):
            if isinstance(meta, Class):
                self._made_by(meta, new)
            elif isinstance(meta, Code):
                self.call(frozenset({meta}), [NEW, NEW, NEW], {})
            elif isinstance(meta, Outside) and knowledge.call(meta.dotted) is not knowledge.Call.QUIET:
                self.change([meta])

    def _heard(self, levels: Iterable[Class], new: Values) -> None:
        """What the classes above a new one do with it, or may be asked for it."""
        for level in levels:
            if level.at & self.listed:
                self.change([level])
            hooks = [n for n in level.node.body if isinstance(n, FUNCTIONS) and n.name == "__init_subclass__"]
            for hook in hooks:
                self.run_code(Code(level.path, hook, level.frame, level, level.at), [new], {})

    def subclassed(self, given: Iterable[Values]) -> None:
        """A class is made by a call: ``type("Csv", (Format,), {"size": Field()})``. What it is given are its bases, and
        what stands in its body."""
        for base in frozenset(v for values in given for v in self.element(values)):
            if isinstance(base, Instance):
                self.methods(frozenset({base}), "__set_name__", [NEW, NEW])
            elif isinstance(base, Class):
                self._heard(self.above(base), frozenset({base}))
                for meta in self.metaclasses(base):
                    if isinstance(meta, Class):
                        self._made_by(meta, NEW)

    def _made_by(self, meta: Class, new: Values) -> None:
        for name in ("__prepare__", "__new__", "__init__"):
            for method in self.member(meta, name):
                code = method.function if isinstance(method, Bound) else method
                if isinstance(code, Code):
                    first = frozenset({meta}) if name != "__init__" else new
                    self.run_code(code, [first, NEW, NEW, NEW], {})
