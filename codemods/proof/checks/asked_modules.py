"""Code that gets what moved, and keeps the name of the module that it says to stand in.

It is followed forward: to its decorators, to the methods and the metaclass that a class has from the tree, to
descriptors in it, to functions that are given it or an instance of it, and to what those call with it. A name of a
module is kept where it is a key, is put into an attribute, or is returned; what people read is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.proof.checks.followed_objects import Got, Objects, Scope, assigned, in_it
from codemods.proof.checks.kept_texts import KeptText
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin
from codemods.proof.statements.name_resolution import last_name

ACCEPTED = "module-recorded"  # the hazard of that name, by --accept
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
# Who calls what is given beside it, with each thing.
_CALLING = frozenset({"map", "filter", "sorted", "min", "max", "groupby", "sort"})
Function = ast.FunctionDef | ast.AsyncFunctionDef
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
            objects = Objects(comparison.after, (pair.new.path, node.name), isinstance(node, ast.ClassDef))
            work.definition(pair.new.path, node, _What(node.name, *dotted, objects))
    for place, name in sorted(work.found.items()):
        message = f"{name} is asked for its module here, which is another one now"
        yield Finding(place, message, "module-attribute", Kind.BROKEN)


@dataclass(frozen=True)
class _What:
    """What moved, and the dotted names of its modules."""

    name: str
    old: str
    new: str
    objects: Objects

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
    asking: set[Origin] = field(default_factory=set)

    def definition(self, path: str, node: ast.ClassDef | Function, what: _What) -> None:
        for decorator in node.decorator_list:
            self._decorated(path, decorator, what)
        if isinstance(node, ast.ClassDef):
            self._class(path, node, what, set())
        self._named(node, what)

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
                    if isinstance(method, _FUNCTIONS) and method.name in ("__new__", "__init__"):
                        self._enter(where, method, 3, "namespace", what, 0)
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

    def _named(self, node: ast.ClassDef | Function, what: _What) -> None:
        """What code does with it that has it by its name."""
        for path in sorted(self.snapshot.tree.code_with([node.name])):
            symbols = self.snapshot.symbols(path) if path.endswith(".py") else None
            for scope in _scopes(symbols.body) if symbols is not None else ():
                self._scan(path, scope, {}, what, 0)

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

    def _meant(self, path: str, node: ast.expr) -> Iterator[tuple[str, Definition]]:
        """The definitions that an expression is: by its name, or a method of an instance that a module holds."""
        for where, meant in definitions_meant(self.snapshot, path, node):
            if isinstance(meant, (ast.ClassDef, *_FUNCTIONS)):
                yield where, meant
        for where, value in self._values(path, node):
            yield from self._made(where, value)
        if isinstance(node, ast.Attribute):
            yield from self._methods(path, node)

    def _methods(self, path: str, node: ast.Attribute) -> Iterator[tuple[str, Function]]:
        for where, value in self._values(path, node.value):
            for home, kind in self._meant(where, value.func) if isinstance(value, ast.Call) else ():
                method = _method(kind, node.attr) if isinstance(kind, ast.ClassDef) else None
                if method is not None:
                    yield home, method

    def _values(self, path: str, node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
        """What variables of modules are set to; of one that is being asked nothing, for ``log = log.bind()``."""
        for origin in sorted(self.snapshot.meaning(path, node) - self.asking):
            self.asking.add(origin)
            yield from ((origin[0], value) for value in assigned(self.snapshot, *origin))
            self.asking.discard(origin)

    def _made(self, path: str, value: ast.expr) -> Iterator[tuple[str, Definition]]:
        """The function that an expression makes: a lambda, a part of another one, what a function returns."""
        if isinstance(value, ast.Lambda):
            yield path, value
        elif isinstance(value, ast.Call) and last_name(value.func) == "partial":
            yield from self._meant(path, value.args[0]) if value.args else ()
        elif isinstance(value, ast.Call):
            for where, meant in self._meant(path, value.func):
                yield from ((where, inner) for inner in _returned(meant))

    def _enter(
        self, path: str, function: Function | ast.Lambda, at: int | str, got: Got, what: _What, deep: int
    ) -> None:
        given = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        named = {*given, *(a.arg for a in function.args.kwonlyargs)}
        parameter = at if isinstance(at, str) else given[at] if at < len(given) else ""
        if parameter not in named or deep > _DEEP or (id(function), parameter, got, what) in self.met:
            return
        self.met.add((id(function), parameter, got, what))
        self._scan(path, function, {parameter: got}, what, deep)

    def _scan(self, path: str, scope: Scope, given: Mapping[str, Got], what: _What, deep: int) -> None:
        held, kept, symbols = what.objects.held(path, scope, given), KeptText(scope), self.snapshot.symbols(path)
        for node in walk(scope) if symbols is not None else ():
            asked, of = _asked(node)
            # Of what is named itself, texts are another check's.
            named = (
                asked is not None
                and not given
                and isinstance(asked, (ast.Name, ast.Attribute))
                and _is_free(asked, held)
            )
            if asked is not None and not named and what.objects.kind(path, asked, held) in of:
                if kept.shows(node, *what.modules(node)):
                    self.found.setdefault(symbols.source.place(node), what.name)  # type: ignore[union-attr]
            if isinstance(node, ast.Call):
                self._hands_on(path, node, held, what, deep)

    def _hands_on(self, path: str, call: ast.Call, held: Mapping[str, Got | None], what: _What, deep: int) -> None:
        arguments = [a.value if isinstance(a, (ast.keyword, ast.Starred)) else a for a in (*call.args, *call.keywords)]
        for argument, value in zip((*call.args, *call.keywords), arguments, strict=True):
            kind = what.objects.kind(path, value, held)
            if kind is None:
                continue
            self._passed(path, call, argument, kind, what, deep + 1)
        through = [*arguments, *([call.func.value] if isinstance(call.func, ast.Attribute) else [])]
        calls = last_name(call.func) in _CALLING
        ones: list[Got | None] = [in_it(what.objects.kind(path, one, held)) for one in through if calls]
        for one in ones:
            if one is not None:
                for callback in arguments:
                    self._called_with(path, callback, one, what, deep + 1)

    def _called_with(self, path: str, callback: ast.expr, got: Got, what: _What, deep: int) -> None:
        """``sorted(HANDLERS, key=by_module)``"""
        if isinstance(callback, ast.Lambda):
            self._enter(path, callback, 0, got, what, deep)
        elif isinstance(callback, ast.Call) and last_name(callback.func) == "attrgetter":
            symbols = self.snapshot.symbols(path)
            if symbols is not None and any(getattr(a, "value", "") == "__module__" for a in callback.args):
                self.found.setdefault(symbols.source.place(callback), what.name)
        elif isinstance(callback, (ast.Name, ast.Attribute)):
            for where, meant in self._meant(path, callback):
                if isinstance(meant, _FUNCTIONS):
                    self._enter(where, meant, _first(meant), got, what, deep)


def _scopes(body: Sequence[ast.stmt]) -> Iterator[Scope]:
    """The functions of a module, and the statements beside them."""
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.If, ast.Try, ast.With)):
            yield from _scopes([n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)])
        else:
            yield node


def _is_free(node: ast.expr, held: Mapping[str, Got | None]) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "") not in held


def _asked(node: ast.AST) -> tuple[ast.expr | None, Sequence[Got]]:
    """Of what the module is asked: ``f.__module__``, ``getattr(f, "__module__", "")``, ``inspect.getmodule(f)``,
    ``namespace["__module__"]``; and as what it has to be known for that."""
    match node:
        case ast.Attribute(value=value, attr="__module__", ctx=ast.Load()):
            return value, ("itself", "instance")
        case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value="__module__"), *_]):
            return value, ("itself", "instance")
        case ast.Call(func=function, args=[value]) if last_name(function) in _ASKING:
            return value, ("itself",)
        case ast.Subscript(value=value, slice=ast.Constant(value="__module__"), ctx=ast.Load()):
            return value, ("namespace",)
        case ast.Call(func=ast.Attribute(value=value, attr="get" | "pop"), args=[ast.Constant(value="__module__"), *_]):
            return value, ("namespace",)
        case _:
            return None, ()


def _returned(function: Definition) -> Iterator[Function | ast.Lambda]:
    """The functions of a function that it returns; a class returns none."""
    if not isinstance(function, _FUNCTIONS):
        return
    returned = [n.value for n in walk(function) if isinstance(n, ast.Return)]
    names = {value.id for value in returned if isinstance(value, ast.Name)}
    yield from (value for value in returned if isinstance(value, ast.Lambda))
    for inner in walk(function):
        if isinstance(inner, _FUNCTIONS) and inner is not function and inner.name in names:
            yield inner


def _method(node: ast.ClassDef, name: str) -> Function | None:
    return next((n for n in node.body if isinstance(n, _FUNCTIONS) and n.name == name), None)


def _is_method(node: Function | ast.Lambda) -> bool:
    return _first(node) == 1


def _first(node: Function | ast.Lambda) -> int:
    """The place of the parameter behind ``self``."""
    given = [*node.args.posonlyargs, *node.args.args]
    return 1 if given and given[0].arg in ("self", "cls") else 0
