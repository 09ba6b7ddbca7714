"""Code that gets what moved, and keeps the name of the module that it says to stand in.

It is followed forward: to its decorators, to the methods and the metaclass that a class has from the tree, to
descriptors in it, to functions that are given it or an instance of it, and to what those call with it. A name of a
module is kept where it is a key, is put into an attribute, or is returned; what people read is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.proof.checks.kept_texts import KeptText
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.name_resolution import last_name

ACCEPTED = "module-recorded"  # the hazard of that name, by --accept
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Got = Literal["itself", "instance"]
_ASKING = frozenset({"getmodule", "getfile", "getsourcefile", "getabsfile"})
# Methods that a class is given to, not an instance.
_OF_CLASSES = frozenset({"__init_subclass__", "__class_getitem__", "__new__"})
_DEEP = 4


def asked_elsewhere(comparison: Comparison) -> Iterator[Finding]:
    """Each place that keeps the module of something that moved."""
    if any(ACCEPTED in move.accept for move in comparison.moves):
        return
    work = _Following(comparison.after)
    for pair in comparison.pairing.pairs:
        node, same = pair.new.node, pair.old.path
        dotted = comparison.before.names.dotted(same), comparison.after.names.dotted(pair.new.path)
        if pair.moved and isinstance(node, (ast.ClassDef, *_FUNCTIONS)) and dotted[0] != dotted[1]:
            work.definition(pair.new.path, node, _What(node.name, *dotted))
    for place, name in sorted(work.found.items()):
        message = f"{name} is asked for its module here, which is another one now"
        yield Finding(place, message, "module-attribute", Kind.BROKEN)


@dataclass(frozen=True)
class _What:
    """What moved, and the dotted names of its modules."""

    name: str
    old: str
    new: str

    def modules(self, asked: ast.AST) -> tuple[object, object]:
        """What an expression that asks for the module gives, before and after; None where it is no text."""
        return (
            (None, None) if isinstance(asked, ast.Call) and last_name(asked.func) in _ASKING else (self.old, self.new)
        )


@dataclass
class _Following:
    """``found``: where the module of what moved is kept, with its name; ``met``: the parameters that were followed."""

    snapshot: Snapshot
    found: dict[Place, str] = field(default_factory=dict)
    met: set[tuple[int, str, Got, _What]] = field(default_factory=set)

    def definition(self, path: str, node: ast.ClassDef | Function, what: _What) -> None:
        for decorator in node.decorator_list:
            self._decorated(path, decorator, what)
        if isinstance(node, ast.ClassDef):
            self._class(path, node, what, set())
        self._given(path, node, what)

    def _decorated(self, path: str, decorator: ast.expr, what: _What) -> None:
        made = decorator.func if isinstance(decorator, ast.Call) else decorator
        for where, meant in self._meant(path, made):
            if isinstance(meant, ast.ClassDef):
                method = _method(meant, "__call__" if isinstance(decorator, ast.Call) else "__init__")
                self._enter(where, method, 1, "itself", what, 0) if method is not None else None
            elif isinstance(decorator, ast.Call):
                for inner in _returned(meant):
                    self._enter(where, inner, 0, "itself", what, 0)
            else:
                self._enter(where, meant, _first(meant), "itself", what, 0)

    def _class(self, path: str, node: ast.ClassDef, what: _What, seen: set[int]) -> None:
        """What runs with a class, or an instance of it, without being named: methods, and what its metaclass does."""
        if id(node) in seen:
            return
        seen.add(id(node))
        for method in (n for n in node.body if isinstance(n, _FUNCTIONS)):
            marks = {last_name(mark) for mark in method.decorator_list}
            if "staticmethod" not in marks:
                of_class = "classmethod" in marks or method.name in _OF_CLASSES
                self._enter(path, method, 0, "itself" if of_class else "instance", what, 0)
        for keyword in node.keywords:
            for where, meta in self._meant(path, keyword.value) if keyword.arg == "metaclass" else ():
                for method in meta.body if isinstance(meta, ast.ClassDef) else ():
                    if isinstance(method, _FUNCTIONS) and method.name != "__new__":
                        self._enter(where, method, 0, "itself", what, 0)
        for value in (n.value for n in node.body if isinstance(n, (ast.Assign, ast.AnnAssign))):
            for where, kind in self._meant(path, value.func) if isinstance(value, ast.Call) else ():
                hook = _method(kind, "__set_name__") if isinstance(kind, ast.ClassDef) else None
                self._enter(where, hook, 1, "itself", what, 0) if hook is not None else None
        for base in node.bases:
            for where, above in self._meant(path, base):
                if isinstance(above, ast.ClassDef):
                    self._class(where, above, what, seen)

    def _given(self, home: str, node: ast.ClassDef | Function, what: _What) -> None:
        """The calls that are given it, or an instance of it, by its name."""
        origin = (home, node.name)
        for path in sorted(self.snapshot.tree.code_with([node.name])):
            symbols = self.snapshot.symbols(path) if path.endswith(".py") else None
            for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
                for argument in (*call.args, *call.keywords):
                    value = argument.value if isinstance(argument, (ast.keyword, ast.Starred)) else argument
                    made = isinstance(value, ast.Call) and isinstance(node, ast.ClassDef)
                    named = value.func if isinstance(value, ast.Call) and made else value
                    if last_name(named) == node.name and origin in self.snapshot.meaning(path, named):
                        self._passed(path, call, argument, "instance" if made else "itself", what, 0)

    def _passed(
        self, path: str, call: ast.Call, argument: ast.expr | ast.keyword, got: Got, what: _What, deep: int
    ) -> None:
        for where, meant in self._meant(path, call.func):
            bound = isinstance(meant, ast.ClassDef) or _is_method(meant)
            function = _method(meant, "__init__") if isinstance(meant, ast.ClassDef) else meant
            if function is None:
                continue
            if isinstance(argument, ast.keyword):
                self._enter(where, function, argument.arg or "", got, what, deep)
            elif not isinstance(argument, ast.Starred):
                self._enter(where, function, call.args.index(argument) + bound, got, what, deep)

    def _meant(self, path: str, node: ast.expr) -> Iterator[tuple[str, ast.ClassDef | Function]]:
        """The definitions that an expression is: by its name, or a method of an instance that a module holds."""
        for where, meant in definitions_meant(self.snapshot, path, node):
            if isinstance(meant, (ast.ClassDef, *_FUNCTIONS)):
                yield where, meant
        if not isinstance(node, ast.Attribute):
            return
        for where, name in self.snapshot.meaning(path, node.value):
            symbols = self.snapshot.symbols(where) if where.endswith(".py") else None
            for bound in symbols.body if symbols is not None and name else ():
                if not (isinstance(bound, ast.Assign) and any(getattr(t, "id", "") == name for t in bound.targets)):
                    continue
                for home, kind in self._meant(where, bound.value.func) if isinstance(bound.value, ast.Call) else ():
                    method = _method(kind, node.attr) if isinstance(kind, ast.ClassDef) else None
                    if method is not None:
                        yield home, method

    def _enter(
        self, path: str, function: Function | ast.Lambda, at: int | str, got: Got, what: _What, deep: int
    ) -> None:
        given = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        named = {*given, *(a.arg for a in function.args.kwonlyargs)}
        parameter = at if isinstance(at, str) else given[at] if at < len(given) else ""
        if parameter not in named or deep > _DEEP or (id(function), parameter, got, what) in self.met:
            return
        self.met.add((id(function), parameter, got, what))
        held = _held(function, parameter, got)
        kept = KeptText(function)
        for node in walk(function):
            asked = _asked(node)
            if asked is not None and _kind(asked, held) is not None and kept.shows(node, *what.modules(node)):
                symbols = self.snapshot.symbols(path)
                assert symbols is not None
                self.found.setdefault(symbols.source.place(node), what.name)
            if isinstance(node, ast.Call):
                self._hands_on(path, node, held, what, deep)

    def _hands_on(self, path: str, call: ast.Call, held: Mapping[str, Got], what: _What, deep: int) -> None:
        for argument in (*call.args, *call.keywords):
            kind = _kind(argument.value if isinstance(argument, ast.keyword) else argument, held)
            if kind is not None:
                self._passed(path, call, argument, kind, what, deep + 1)


def _held(function: Function | ast.Lambda, parameter: str, got: Got) -> Mapping[str, Got]:
    """The names of a function that are what a parameter is, or its class."""
    held: dict[str, Got] = {parameter: got}
    assigned = [n for n in walk(function) if isinstance(n, (ast.Assign, ast.NamedExpr))]
    for _ in assigned:
        for node in assigned:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            kind = _kind(node.value, held) if isinstance(target, ast.Name) else None
            if kind is not None:
                held.setdefault(target.id, kind)  # type: ignore[attr-defined]
    return held


def _kind(node: ast.expr, held: Mapping[str, Got]) -> Got | None:
    match node:
        case ast.Name(id=name):
            return held.get(name)
        case ast.Attribute(value=value, attr="__class__") | ast.Call(func=ast.Name(id="type"), args=[value]):
            return "itself" if _kind(value, held) == "instance" else None
        case ast.Call(func=function, args=[value, *_]) if last_name(function) == "unwrap":
            return _kind(value, held)
        case ast.IfExp(body=one, orelse=two):
            return _kind(one, held) or _kind(two, held)
        case _:
            return None


def _asked(node: ast.AST) -> ast.expr | None:
    """Of what the module is asked: ``f.__module__``, ``getattr(f, "__module__", "")``, ``inspect.getmodule(f)``."""
    match node:
        case ast.Attribute(value=value, attr="__module__", ctx=ast.Load()):
            return value
        case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value="__module__"), *_]):
            return value
        case ast.Call(func=function, args=[value]) if last_name(function) in _ASKING:
            return value
        case _:
            return None


def _returned(function: Function) -> Iterator[Function | ast.Lambda]:
    """The functions of a function that it returns."""
    returned = [n.value for n in walk(function) if isinstance(n, ast.Return)]
    names = {value.id for value in returned if isinstance(value, ast.Name)}
    yield from (value for value in returned if isinstance(value, ast.Lambda))
    for inner in walk(function):
        if isinstance(inner, _FUNCTIONS) and inner is not function and inner.name in names:
            yield inner


def _method(node: ast.ClassDef, name: str) -> Function | None:
    return next((n for n in node.body if isinstance(n, _FUNCTIONS) and n.name == name), None)


def _is_method(node: Function) -> bool:
    return _first(node) == 1


def _first(node: Function) -> int:
    """The place of the parameter behind ``self``."""
    given = [*node.args.posonlyargs, *node.args.args]
    return 1 if given and given[0].arg in ("self", "cls") else 0
