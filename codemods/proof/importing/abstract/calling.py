"""Calls: of functions and classes of the tree, of what a library provides, of what nobody knows."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import replace

from codemods import knowledge
from codemods.knowledge.implied import IMPORTING, by_name, imported_by_text
from codemods.project.optional_first import without_first
from codemods.proof.importing.abstract.calls import FIRST, RETURNED
from codemods.proof.importing.abstract.machine import NOTHING, Machine
from codemods.proof.importing.abstract.values import (
    NEW,
    UNKNOWN,
    Bound,
    Class,
    Code,
    Data,
    Frame,
    Function,
    Instance,
    Items,
    Outside,
    Value,
    Values,
    held_at,
)
from codemods.proof.importing.abstract.widening import bound, given, items, super_of


class Calling(Machine):
    def call_of(self, frame: Frame, node: ast.Call) -> Values:
        symbols = self.snapshot.symbols(frame.path)
        if symbols is not None and knowledge.hushes_itself(node, symbols.body):
            return NOTHING
        arguments = [self.value(frame, argument) for argument in node.args]
        keywords = {keyword.arg: self.value(frame, keyword.value) for keyword in node.keywords}
        for keyword in node.keywords if None in keywords else ():
            if keyword.arg is None:
                self.implied(keyword, {keyword.value: keywords[None]})
                keywords.update(self.table(frame, keyword.value))
        self.implied(node, dict(zip(node.args, arguments, strict=True)))
        if (attribute := by_name(node)) is not None:
            reads = isinstance(attribute.ctx, ast.Load)
            for value in (v for v in arguments[0] if isinstance(v, Instance)):
                self.described(value, attribute.attr, type(attribute.ctx))
                _ = reads and self.got(value, attribute.attr)
        if (name := imported_by_text(node)) and self.snapshot.find(name.partition(".")[0], frame.path) is None:
            if {getattr(function, "dotted", "") for function in self.value(frame, node.func)} <= IMPORTING:
                return frozenset({Outside(name)})  # as the statement is
        if isinstance(node.func, ast.Name) and node.func.id == "super" and frame_of(frame).owner is not None:
            inside = frame_of(frame)
            assert inside.owner is not None
            return frozenset({super_of(inside.owner, inside.names.get(FIRST, NOTHING))})
        if isinstance(node.func, ast.Attribute):
            owner = self.value(frame, node.func.value)
            if knowledge.writes_files(node) and not any(isinstance(v, (Instance, Class)) for v in owner):
                self.changed.add(("", "files"))
            plain = frozenset(v for v in owner if isinstance(v, (Data, Items, Code)))
            given = [*arguments, *keywords.values()]
            found = self._plain_method(plain, node.func.attr, given) if plain else NOTHING
            if node.func.attr in knowledge.CALLING and _unknown_method(node):
                self.change(v for v in arguments[0] if isinstance(v, Data))  # ``stack.callback(TABLE.append, …)``
            return found | self.call(self.attribute(owner - plain, node.func.attr), arguments, keywords)
        if knowledge.writes_files(node):
            self.changed.add(("", "files"))
        functions = self.value(frame, node.func) | self._out_of_a_table(frame, node.func)
        if any(isinstance(f, Outside) and f.dotted in knowledge.CLASS_CALLS for f in functions):
            bodies = [self.table(frame, argument) for argument in node.args[2:]]
            arguments += [frozenset({items(values)}) for body in bodies for values in body.values()]
        if any(isinstance(f, Outside) and knowledge.calls_its_first(f.dotted) for f in functions):
            if _unknown_method(node):
                self.change(v for v in arguments[0] if isinstance(v, Data))  # ``map(TABLE.append, …)``
        return self.call(functions, arguments, keywords)

    def _out_of_a_table(self, frame: Frame, function: ast.expr) -> Values:
        """``HANDLERS["csv"](…)``, ``HANDLERS.get("csv")(…)``"""
        match function:
            case ast.Subscript(value=table):
                return self.entries(frame, table)
            case ast.Call(func=ast.Attribute(value=table, attr="get" | "pop" | "setdefault")):
                return self.entries(frame, table)
            case _:
                return NOTHING

    def _plain_method(self, values: Values, name: str, arguments: list[Values]) -> Values:
        """A method of a value of which no more is known than who holds it."""
        if name not in knowledge.READING:
            self.change(values)
        if name in knowledge.CALLING:
            self._call_given(arguments)
        if name == "copy":
            return frozenset({items(self.element(values))})
        if name in knowledge.MAKING and all(path for value in values for path, _ in held_at(value)):
            return NEW  # of a table of the tree; what a library gives may be anything
        return self.element(values) | frozenset(v for given in arguments for v in given if name == "setdefault")

    def _call_given(self, given: Iterable[Values]) -> None:
        """What is given is called, as far as it is a function; a method that nobody knows changes what has it."""
        for values in given:
            self.call(frozenset(v for v in values if isinstance(v, (Code, Bound, Class))), [NEW], {})

    def call(self, values: Values, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        found: set[Value] = set()
        for value in values:
            found |= self._called(value, arguments, keywords)
        return frozenset(found)

    def _called(self, value: Value, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        self.step()
        if isinstance(value, Bound):
            if value.function == Outside("builtins.super.__new__"):
                return frozenset(self.making[-1:]) or frozenset(
                    Instance(c) for given in arguments[:1] for c in given if isinstance(c, Class)
                )
            return self._called(value.function, given(value, arguments, keywords), keywords)
        if isinstance(value, Outside):
            return self._outside(value.dotted, arguments, keywords)
        if isinstance(value, Code):
            return self.run_code(value, arguments, keywords)
        if isinstance(value, Class):
            return self._construct(value, arguments, keywords)
        if isinstance(value, Instance):
            method = self.member(value, "__call__")
            return self.call(frozenset(method), arguments, keywords)
        if isinstance(value, Data) and value.at and all(not p and knowledge.makes_a_decorator(d) for p, d in value.at):
            return frozenset(v for values in arguments for v in values)  # ``@patch.object(Mailer, "send")``
        self.change([value])  # nobody knows what it runs
        return frozenset({Data(held_at(value))})

    def _outside(self, dotted: str, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        every = [*arguments, *keywords.values()]
        kind = knowledge.call(dotted)
        for name, values in keywords.items():
            if name in knowledge.CALLED_AT_ONCE:
                self.call(values, [NEW, NEW], {})
        if dotted == "functools.partial" and arguments:
            return frozenset(bound(function, tuple(arguments[1:])) for function in arguments[0])
        if dotted.endswith(".__new__") and dotted != "builtins.object.__new__" and self.making:
            return frozenset(self.making[-1:])  # by a metaclass
        if dotted in knowledge.CLASS_CALLS:
            self.subclassed([*arguments[1:], *(keywords.get(name, NOTHING) for name in ("bases", "namespace"))])
        if dotted in knowledge.CLASS_MAKERS and arguments:
            return frozenset({Outside("builtins.object")})
        if knowledge.names_after(dotted):
            return frozenset({Outside(f"{dotted}()")})
        if knowledge.names_after(dotted.removesuffix("()")):
            return arguments[0] if arguments else NEW
        functions = frozenset(v for values in arguments for v in values if isinstance(v, (Code, Bound)))
        if knowledge.gives_back(dotted) and functions:
            return functions
        if knowledge.makes_a_decorator(dotted) and kind is not knowledge.Call.SHARED:
            if not any(isinstance(value, (Code, Bound, Class)) for values in arguments for value in values):
                return frozenset({Outside(dotted)})
        if dotted == "builtins.type" and len(arguments) == 1:
            return frozenset(v.of if isinstance(v, Instance) else Data(held_at(v)) for v in arguments[0])
        if kind is knowledge.Call.MUTATES:
            self.change(arguments[0] if arguments else ())
        elif kind is knowledge.Call.CALLS:
            self._call_given(every)
        elif kind in (None, knowledge.Call.EFFECT):
            method = dotted.rpartition(".")[2] in knowledge.READING and kind is None
            if not method:
                self.changed.add(("", dotted))
            return frozenset({Data(frozenset({("", dotted)}))})
        if kind is knowledge.Call.SHARED:
            return frozenset({Data(frozenset({("", dotted)}))})
        if dotted in ("builtins.getattr", "builtins.iter", "builtins.reversed", "builtins.enumerate", "builtins.zip"):
            return frozenset(v for values in arguments for v in self.element(values))
        return NEW

    def methods(self, values: Values, name: str, arguments: list[Values]) -> bool:
        """Runs a method that the tree's classes have; has one it?"""
        found = False
        for value in values:
            for method in self.special(value, name):
                if isinstance(method, (Bound, Code)):
                    found = True
                    self._called(method, arguments, {})
        return found

    def run_code(self, code: Code, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        """A function of the tree is called."""
        if code.node in self.endless:
            self.changed.add(UNKNOWN)
            return frozenset({Data(frozenset({UNKNOWN}))})
        if not arguments and code.owner is None and not keywords.keys() & {None, _first(code.node)}:
            code = replace(code, node=without_first(code.node))
        around = code.frame or self.module(code.path)
        defaults = {name: self.value(around, node) for name, node in _defaults(code.node)}
        first = arguments[0] if code.owner is not None and arguments else NOTHING
        call = self.calls.call(code, _bindings(code.node, arguments, keywords, defaults), first)
        if self.calls.begin(call):
            aside, self.changed = self.changed, set()
            self.running.append(code.node)
            if isinstance(code.node, ast.Lambda):
                self.calls.bind(call.frame, RETURNED, self.value(call.frame, code.node.body))
            else:
                self.body(call.frame, code.node.body)
            self.running.pop()
            self.calls.end(call, self.changed)
            self.changed = aside
        self.changed |= call.changed
        return call.returned or NEW

    def _construct(self, owner: Class, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        every = (v for values in (*arguments, *keywords.values()) for v in values)
        holding = (v for v in every if isinstance(v, (Data, Items, Instance)))
        made = Instance(owner, given=frozenset(o for v in holding for o in (*held_at(v), *getattr(v, "given", ()))))
        for name, first in (("__new__", owner), ("__init__", made), *((n, made) for n in knowledge.CALLED_WHEN_MADE)):
            for method in self.member(first, name):
                code = method.function if isinstance(method, Bound) else method
                if isinstance(code, Code):
                    given = arguments if name in ("__new__", "__init__") else []
                    self.run_code(code, [frozenset({first}), *given], keywords)
        for level in self.above(owner):
            self._fields(level, made)
            for value in self.bases(level):
                if isinstance(value, Outside):  # a metaclass makes a class
                    self._outside(value.dotted, arguments if value.dotted in knowledge.CLASS_CALLS else [], {})
        for meta in self.metaclasses(owner):
            if isinstance(meta, Class):
                self.methods(frozenset({Instance(meta, owner.at)}), "__call__", arguments)
        return frozenset({made})

    def _fields(self, level: Class, made: Instance) -> None:
        """What the fields of a class run for a new instance: ``field(default_factory=…)``, ``@x.validator``."""
        frame = level.frame or self.module(level.path)
        for node in level.node.body:
            call = getattr(node, "value", None)
            for keyword in call.keywords if isinstance(call, ast.Call) else ():
                if keyword.arg in knowledge.CALLED_BY_FIELDS:
                    values = self.value(frame, keyword.value)
                    self.call(frozenset(v for v in values if isinstance(v, (Code, Bound, Instance, Class))), [NEW], {})
            kinds = {getattr(d, "attr", "") for d in getattr(node, "decorator_list", ())}
            if isinstance(node, ast.FunctionDef) and not kinds.isdisjoint(knowledge.CALLED_BY_FIELDS):
                code = Code(level.path, node, level.frame, level, level.at)
                self.run_code(code, [frozenset({made}), NEW, NEW], {})


def _unknown_method(node: ast.Call) -> bool:
    """Is a call given a method first that may change what has it?"""
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Attribute) and first.attr not in knowledge.READING


def frame_of(frame: Frame) -> Frame:
    """The frame of the method that a frame lies in."""
    here: Frame | None = frame
    while here is not None and here.owner is None:
        here = here.around
    return here or frame


def _first(node: Function) -> str:
    return next((x.arg for x in (*node.args.posonlyargs, *node.args.args)), "")


def _defaults(node: Function) -> Iterator[tuple[str, ast.expr]]:
    a = node.args
    ordered = [*a.posonlyargs, *a.args]
    yield from ((x.arg, d) for x, d in zip(ordered[len(ordered) - len(a.defaults) :], a.defaults, strict=True))
    yield from ((x.arg, d) for x, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d is not None)


def _bindings(
    node: Function, arguments: list[Values], keywords: dict[str | None, Values], defaults: dict[str, Values]
) -> dict[str, Values]:
    """The parameters of a function, and what they stand for."""
    a = node.args
    names = [x.arg for x in (*a.posonlyargs, *a.args)]
    found: dict[str, Values] = {}
    for name, values in zip(names, arguments, strict=False):
        found[name] = values
    rest = frozenset(v for values in arguments[len(names) :] for v in values)
    if a.vararg is not None:
        found[a.vararg.arg] = frozenset({items(rest)})
    for key, values in keywords.items():
        if key in {*names, *(x.arg for x in a.kwonlyargs)}:
            found[str(key)] = values
        elif a.kwarg is not None:
            found[a.kwarg.arg] = found.get(a.kwarg.arg, NOTHING) | {items(values)}
    for x in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.kwarg,))):
        found.setdefault(x.arg, defaults.get(x.arg, NEW))
    return found
