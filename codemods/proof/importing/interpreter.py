"""Code run on abstract values, for what it changes: every branch, every function of the tree that is called.

A call is run once for each function and what it is given; a recursive one is run again until nothing new is found, so
the answer does not hang on who asked first, nor on how deep a call lies. It ends for every program, for what can be
found is finite (``calls``, ``widening``); what takes too many steps is not followed to its end, and changes something
``UNKNOWN``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from codemods import knowledge
from codemods.proof.importing.attributes import OwnAttributes, defined_in, own_attributes
from codemods.proof.importing.calls import FIRST, RETURNED, Calls
from codemods.proof.importing.values import (
    NEW,
    NOWHERE,
    UNKNOWN,
    Bound,
    Class,
    Code,
    Data,
    Frame,
    Function,
    Instance,
    Items,
    ModuleOf,
    Outside,
    Places,
    Super,
    Value,
    Values,
    held_at,
    placed,
)
from codemods.proof.importing.widening import bound, dotted, given, items, super_of
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, defined_names, flat, is_typing

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DUNDER = {
    ast.LShift: "lshift", ast.RShift: "rshift", ast.Add: "add", ast.Sub: "sub", ast.BitOr: "or", ast.BitAnd: "and",
    ast.Mult: "mul", ast.Div: "truediv", ast.MatMult: "matmul", ast.Mod: "mod", ast.BitXor: "xor",
}  # fmt: skip
_NOTHING: Values = frozenset()
# Statements that are run for one statement of a module, and calls that these make. Those of Django need at most 609.
_STEPS = 20_000


class TooMuch(Exception):
    """A statement leads to more code than is run for it."""


class AbstractInterpreter:
    """Runs code of one tree; ``listed``: the classes whose subclasses somebody asks for."""

    def __init__(self, snapshot: Snapshot, listed: Places) -> None:
        self.snapshot = snapshot
        self.listed = listed
        self.changed: set[Origin] = set()
        self._globals: dict[Origin, Values] = {}
        self._given: dict[str, dict[str, list[ast.stmt]]] = {}
        self._modules: dict[str, Frame] = {}
        self._calls = Calls()
        self._attributes: dict[ast.AST, OwnAttributes] = {}
        self._bodies: dict[ast.ClassDef, Mapping[str, list[ast.stmt]]] = {}
        self._making: list[Class] = []
        self._steps = 0
        self._running: list[ast.AST] = []  # functions, the outermost first
        self._endless: set[ast.AST] = set()

    def run(self, path: str, node: ast.AST) -> Places:
        """What a statement of a module changes."""
        self._steps = 0
        try:
            return self._settled(lambda: self.statement(self._module(path), node, True))
        except (TooMuch, RecursionError):
            self._endless.update(self._running[:1])
            self._running, self._making = [], []
            return frozenset({UNKNOWN})

    def _settled(self, once: Callable[[], object]) -> Places:
        """What it changes, run until nothing new is found, apart from whatever is being run."""
        aside = self.changed, self._calls
        self._calls = Calls()
        try:
            while True:
                self.changed = set()
                once()
                if self._calls.settled():
                    return frozenset(self.changed)
        finally:
            self.changed, self._calls = aside

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _STEPS:
            raise TooMuch

    def _module(self, path: str) -> Frame:
        return self._modules.setdefault(path, Frame(path, None))

    # -- names

    def name(self, frame: Frame, name: str) -> Values:
        here: Frame | None = frame
        start, held = frame, NOWHERE
        while here is not None and name not in here.declared:
            if name in here.names and (here is start or not here.is_class):
                return frozenset(_held_by(value, held) for value in here.names[name])
            held |= here.held
            here = here.around
        return self.of_module(frame.path, name)

    def of_module(self, path: str, name: str) -> Values:
        found: set[Value] = set()
        for where, inner in self.snapshot.origins(path, name):
            if where == "=":
                found.add(Data(frozenset({("", "logging")})) if inner.startswith("getLogger") else Data())
            elif where == "":
                found.add(Outside(inner))
            else:
                found |= self._defined((where, inner)) if inner else {ModuleOf(where)}
        return frozenset(found)

    def _defined(self, origin: Origin) -> Values:
        """What a name of a module stands for: all that its statements give it."""
        if origin in self._globals:
            return self._globals[origin]
        self._globals[origin] = frozenset({Data(frozenset({origin}))})
        path, name = origin
        nodes = self._binding(path).get(name, ()) if path.endswith(".py") else ()
        found: set[Value] = set()
        # What that changes happens where the name is defined.
        try:
            self._settled(lambda: found.update(*(self._given_by(path, node, name) for node in nodes)))
        except (TooMuch, RecursionError):
            self._globals[origin] = frozenset({Data(frozenset({origin, UNKNOWN}))})
            raise
        self._globals[origin] = frozenset(placed(value, origin) for value in found) or self._globals[origin]
        return self._globals[origin]

    def _binding(self, path: str) -> dict[str, list[ast.stmt]]:
        """The statements of a module that give each name a value, blocks opened."""
        if path not in self._given:
            outline = self.snapshot.outline(path)
            found: dict[str, list[ast.stmt]] = {}
            for node, typing in flat(outline.body) if outline is not None else ():
                for name in defined_names(node) if not typing else ():
                    found.setdefault(name, []).append(node)
            self._given[path] = found
        return self._given[path]

    def _given_by(self, path: str, node: ast.stmt, name: str) -> Values:
        frame = self._module(path)
        if isinstance(node, _FUNCTIONS) and node.name == name:
            return frozenset({Code(path, node)})
        if isinstance(node, ast.ClassDef) and node.name == name:
            return frozenset({Class(path, node)})
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(getattr(target, "id", "") == name for target in targets):
                return self.value(frame, node.value)
        return _NOTHING

    # -- statements

    def body(self, frame: Frame, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.statement(frame, node, False)

    def statement(self, frame: Frame, node: ast.AST, top: bool) -> None:
        """``top``: it binds names of the module, which are looked up there."""
        self._step()
        if isinstance(node, _FUNCTIONS):
            for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                self.value(frame, default)
            made: Values = frozenset({Code(frame.path, node, None if top else frame, frame.owner)})
            acting = [d for d in node.decorator_list if not knowledge.makes_a_property(d, node.name)]
            self._bind(frame, node.name, self._decorated(frame, acting, made), top)
        elif isinstance(node, ast.ClassDef):
            self._bind(frame, node.name, self._class(frame, node, top), top)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(frame, node, top)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            frame.declared |= {*node.names} if isinstance(node, ast.Global) else set()
        elif isinstance(node, ast.Return):
            if node.value is not None:
                self._calls.bind(frame, RETURNED, self.value(frame, node.value))
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            value = self.value(frame, node.value) if node.value is not None else _NOTHING
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._store(frame, target, value, top, isinstance(node, ast.AugAssign))
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self._store(frame, target, _NOTHING, top, False)
        elif isinstance(node, ast.Expr):
            self._thrown(frame, node.value)
        else:
            self._compound(frame, node, top)

    def _compound(self, frame: Frame, node: ast.AST, top: bool) -> None:
        if isinstance(node, ast.If) and (is_typing(node.test) or _is_main(node.test)):
            for inner in node.orelse:
                self.statement(frame, inner, top)
            return
        if isinstance(node, (ast.For, ast.AsyncFor)):
            self._store(frame, node.target, self._element(self.value(frame, node.iter)), top, False)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                self.statement(frame, child, top)
            elif isinstance(child, ast.withitem):
                value = self.value(frame, child.context_expr)
                if child.optional_vars is not None:
                    self._store(frame, child.optional_vars, value, top, False)
                for method in ("__enter__", "__exit__"):
                    self._methods(value, method, [])
            elif isinstance(child, ast.expr) and child is not getattr(node, "target", None):
                self.value(frame, child)

    def _bind(self, frame: Frame, name: str, values: Values, top: bool) -> None:
        if name in frame.declared:
            self.changed.add((frame.path, name))
        elif not top:
            self._calls.bind(frame, name, values)

    def _store(self, frame: Frame, target: ast.expr, values: Values, top: bool, in_place: bool) -> None:
        if isinstance(target, ast.Name):
            if in_place:
                self.change(self.name(frame, target.id))
            self._bind(frame, target.id, values, top)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self._store(frame, part, self._element(values), top, in_place)
        elif isinstance(target, ast.Starred):
            self._store(frame, target.value, values, top, in_place)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            owner = self.value(frame, target.value)
            if isinstance(target, ast.Attribute) and in_place:
                owner |= self.attribute(owner, target.attr)
            self.change(owner)

    def _import(self, frame: Frame, node: ast.Import | ast.ImportFrom, top: bool) -> None:
        for alias in node.names if not top else ():
            if isinstance(node, ast.Import):
                name = alias.asname or alias.name.partition(".")[0]
                origins = self.snapshot.imported(frame.path, alias.name if alias.asname else name, None)
            else:
                name = alias.asname or alias.name
                origins = self.snapshot.imported(frame.path, self.snapshot.absolute(frame.path, node), alias.name)
            found: set[Value] = set()
            for where, inner in origins:
                if where == "":
                    found.add(Outside(inner))
                elif where != "=":
                    found |= self._defined((where, inner)) if inner else {ModuleOf(where)}
            self._bind(frame, name, frozenset(found), top)

    def _thrown(self, frame: Frame, node: ast.expr) -> None:
        """An operator whose result nobody keeps is there for what it does."""
        if isinstance(node, ast.BinOp):
            left = self.value(frame, node.left)
            if not self._operator(frame, node, left):
                self.change(value for value in left if not isinstance(value, Code))
        else:
            self.value(frame, node)

    # -- expressions

    def value(self, frame: Frame, node: ast.expr) -> Values:
        if isinstance(node, ast.Name):
            return self.name(frame, node.id)
        if isinstance(node, ast.Attribute):
            return self.attribute(self.value(frame, node.value), node.attr)
        if isinstance(node, ast.Call):
            return self._call(frame, node)
        if isinstance(node, ast.Lambda):
            return frozenset({Code(frame.path, node, frame)})
        if isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            parts = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
            inside = frozenset(v for part in parts if part is not None for v in self.value(frame, part))
            return frozenset({items(inside)})
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            return self._comprehension(frame, node)
        if isinstance(node, ast.Subscript):
            self.value(frame, node.slice)
            return self._element(self.value(frame, node.value))
        if isinstance(node, (ast.Starred, ast.Await, ast.YieldFrom)):
            return self.value(frame, node.value)
        if isinstance(node, ast.NamedExpr):
            found = self.value(frame, node.value)
            self._store(frame, node.target, found, frame.around is None and not frame.names, False)
            return found
        if isinstance(node, ast.IfExp):
            self.value(frame, node.test)
            return self.value(frame, node.body) | self.value(frame, node.orelse)
        if isinstance(node, ast.BoolOp):
            return frozenset(v for part in node.values for v in self.value(frame, part))
        if isinstance(node, ast.BinOp):
            self._operator(frame, node, self.value(frame, node.left))
            return NEW
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(frame, child)
        return NEW

    def _comprehension(self, frame: Frame, node: ast.expr) -> Values:
        inside = self._calls.inside(node, frame)
        inside.owner = frame.owner
        self._calls.bind(inside, FIRST, frame.names.get(FIRST, _NOTHING))
        for generator in node.generators:  # type: ignore[attr-defined]
            self._store(inside, generator.target, self._element(self.value(inside, generator.iter)), False, False)
            for condition in generator.ifs:
                self.value(inside, condition)
        parts = [getattr(node, name) for name in ("elt", "key", "value") if hasattr(node, name)]
        return frozenset({items(frozenset(v for part in parts for v in self.value(inside, part)))})

    def _operator(self, frame: Frame, node: ast.BinOp, left: Values) -> bool:
        """Runs the operator's methods; was there one of the tree, or is it known to change nothing?"""
        right = self.value(frame, node.right)
        name = _DUNDER.get(type(node.op), "")
        found = self._methods(left, f"__{name}__", [right]) or self._methods(right, f"__r{name}__", [left])
        if not found and isinstance(node.op, (ast.LShift, ast.RShift)):
            self.change(left)
        return found

    def _element(self, values: Values) -> Values:
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
            origins = self.snapshot.member(value.path, frozenset({(value.path, "")}), name) or frozenset()
            inner = [Outside(o[1]) if o[0] == "" else ModuleOf(o[0]) for o in origins if o[0] == "" or not o[1]]
            return [*inner, *(v for o in origins if o[0] not in ("", "=") and o[1] for v in self._defined(o))]
        if isinstance(value, (Instance, Class, Super)):
            return self._member(value, name)
        return (Data(held_at(value)),)

    def _member(self, value: Instance | Class | Super, name: str) -> Iterable[Value]:
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
                if isinstance(inner, _FUNCTIONS):
                    code = Code(level.path, inner, level.frame, level, level.at)
                    kinds = {getattr(d, "id", "") for d in inner.decorator_list}
                    if "staticmethod" in kinds:
                        return (code,)
                    if isinstance(value, Class) and "classmethod" not in kinds and name not in _OF_CLASS:
                        return (code,)
                    return (bound(code, (first,)),)
                if not (isinstance(value, Instance) and self._sets(owner, name)):
                    return (Data(level.at | held_at(value)),)
        if isinstance(value, Super):
            return (Outside("builtins.object"),)
        return (Data(held_at(value) | self._kept(owner, name)),)

    def _body_of(self, node: ast.ClassDef) -> Mapping[str, list[ast.stmt]]:
        if node not in self._bodies:
            self._bodies[node] = defined_in(node)
        return self._bodies[node]

    def _sets(self, owner: Class, name: str) -> bool:
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
            for value in self._bases(level):
                if isinstance(value, Class) and value.node not in seen:
                    seen.add(value.node)
                    todo.append(value)

    def _bases(self, level: Class) -> Values:
        frame = level.frame or self._module(level.path)
        aside, self.changed = self.changed, set()
        found = frozenset(v for base in level.node.bases for v in self.value(frame, base))
        self.changed = aside
        return found

    # -- calls

    def _call(self, frame: Frame, node: ast.Call) -> Values:
        arguments = [self.value(frame, argument) for argument in node.args]
        keywords = {keyword.arg: self.value(frame, keyword.value) for keyword in node.keywords}
        if isinstance(node.func, ast.Name) and node.func.id == "super" and frame_of(frame).owner is not None:
            inside = frame_of(frame)
            assert inside.owner is not None
            return frozenset({super_of(inside.owner, inside.names.get(FIRST, _NOTHING))})
        if isinstance(node.func, ast.Attribute):
            owner = self.value(frame, node.func.value)
            plain = frozenset(v for v in owner if isinstance(v, (Data, Items, Code)))
            found = self._plain_method(plain, node.func.attr, arguments) if plain else _NOTHING
            return found | self.call(self.attribute(owner - plain, node.func.attr), arguments, keywords)
        return self.call(self.value(frame, node.func), arguments, keywords)

    def _plain_method(self, values: Values, name: str, arguments: list[Values]) -> Values:
        """A method of a value of which no more is known than who holds it."""
        if name not in knowledge.READING:
            self.change(values)
        if name in knowledge.MAKING and all(path for value in values for path, _ in held_at(value)):
            return NEW  # of a table of the tree; what a library gives may be anything
        return self._element(values) | frozenset(v for given in arguments for v in given if name == "setdefault")

    def call(self, values: Values, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        found: set[Value] = set()
        for value in values:
            found |= self._called(value, arguments, keywords)
        return frozenset(found)

    def _called(self, value: Value, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        self._step()
        if isinstance(value, Bound):
            if value.function == Outside("builtins.super.__new__"):
                return frozenset(self._making[-1:]) or frozenset(
                    Instance(c) for given in arguments[:1] for c in given if isinstance(c, Class)
                )
            return self._called(value.function, given(value, arguments, keywords), keywords)
        if isinstance(value, Outside):
            return self._outside(value.dotted, arguments, keywords)
        if isinstance(value, Code):
            return self._run(value, arguments, keywords)
        if isinstance(value, Class):
            return self._construct(value, arguments, keywords)
        if isinstance(value, Instance):
            method = self._member(value, "__call__")
            return self.call(frozenset(method), arguments, keywords)
        self.change([value])  # nobody knows what it runs
        return frozenset({Data(held_at(value))})

    def _outside(self, dotted: str, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        every = [*arguments, *keywords.values()]
        kind = knowledge.call(dotted)
        if dotted == "functools.partial" and arguments:
            return frozenset(bound(function, tuple(arguments[1:])) for function in arguments[0])
        if dotted == "builtins.type" and len(arguments) == 1:
            return frozenset(v.of if isinstance(v, Instance) else Data(held_at(v)) for v in arguments[0])
        if kind is knowledge.Call.MUTATES:
            self.change(arguments[0] if arguments else ())
        elif kind is knowledge.Call.CALLS:
            for values in every:
                self.call(frozenset(v for v in values if isinstance(v, (Code, Bound, Class))), [NEW], {})
        elif kind in (None, knowledge.Call.EFFECT):
            method = dotted.rpartition(".")[2] in knowledge.READING and kind is None
            if not method:
                self.changed.add(("", dotted))
            return frozenset({Data(frozenset({("", dotted)}))})
        if kind is knowledge.Call.SHARED:
            return frozenset({Data(frozenset({("", dotted)}))})
        if dotted in ("builtins.getattr", "builtins.iter", "builtins.reversed", "builtins.enumerate", "builtins.zip"):
            return frozenset(v for values in arguments for v in self._element(values))
        return NEW

    def _methods(self, values: Values, name: str, arguments: list[Values]) -> bool:
        """Runs a method that the tree's classes have; has one it?"""
        found = False
        for value in values:
            for method in self._member(value, name) if isinstance(value, Instance) else ():
                if isinstance(method, (Bound, Code)):
                    found = True
                    self._called(method, arguments, {})
        return found

    def _run(self, code: Code, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        """A function of the tree is called."""
        if code.node in self._endless:
            self.changed.add(UNKNOWN)
            return frozenset({Data(frozenset({UNKNOWN}))})
        around = code.frame or self._module(code.path)
        defaults = {name: self.value(around, node) for name, node in _defaults(code.node)}
        first = arguments[0] if code.owner is not None and arguments else _NOTHING
        call = self._calls.call(code, _bindings(code.node, arguments, keywords, defaults), first)
        if self._calls.begin(call):
            aside, self.changed = self.changed, set()
            self._running.append(code.node)
            if isinstance(code.node, ast.Lambda):
                self._calls.bind(call.frame, RETURNED, self.value(call.frame, code.node.body))
            else:
                self.body(call.frame, code.node.body)
            self._running.pop()
            self._calls.end(call, self.changed)
            self.changed = aside
        self.changed |= call.changed
        return call.returned or NEW

    def _construct(self, owner: Class, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        made = Instance(owner)
        for name, first in (("__new__", owner), ("__init__", made), ("__post_init__", made)):
            for method in self._member(first, name):
                code = method.function if isinstance(method, Bound) else method
                if isinstance(code, Code):
                    given = arguments if name != "__post_init__" else []
                    self._run(code, [frozenset({first}), *given], keywords)
        for level in self.above(owner):
            for value in self._bases(level):
                if isinstance(value, Outside):
                    self._outside(value.dotted, [], {})
        for meta in self._metaclasses(owner):
            if isinstance(meta, Class):
                self._methods(frozenset({Instance(meta, owner.at)}), "__call__", arguments)
        return frozenset({made})

    # -- classes

    def _decorated(self, frame: Frame, decorators: list[ast.expr], made: Values) -> Values:
        for decorator in reversed(decorators):
            result = self.call(self.value(frame, decorator), [made], {})
            if result != NEW and not any(isinstance(v, (Code, Data)) for v in result):
                made = result
        return made

    def _metaclasses(self, owner: Class) -> Iterator[Value]:
        for level in self.above(owner):
            for keyword in level.node.keywords:
                if keyword.arg == "metaclass":
                    yield from self.value(level.frame or self._module(level.path), keyword.value)

    def _class(self, frame: Frame, node: ast.ClassDef, top: bool) -> Values:
        made = Class(frame.path, node, None if top else frame)
        self._making.append(made)
        self._derived(frame, made)
        inside = self._calls.inside(node, frame)
        inside.is_class = True
        self.body(inside, node.body)
        for values in list(inside.names.values()):
            self._methods(values, "__set_name__", [frozenset({made}), NEW])
        self._making.pop()
        return self._decorated(frame, node.decorator_list, frozenset({made}))

    def _derived(self, frame: Frame, made: Class) -> None:
        """What bases and metaclasses do when a class is derived."""
        new: Values = frozenset({made})
        for base in made.node.bases:
            for value in self.value(frame, base):
                if isinstance(value, Instance):  # a class that a metaclass was called for
                    self._made_by(value.of, new)
                elif not isinstance(value, (Class, Outside)):
                    self.change([value])
        for keyword in made.node.keywords:
            if keyword.arg != "metaclass":
                self.value(frame, keyword.value)
        levels = list(self.above(made))
        for level in levels[1:]:
            if level.at & self.listed:
                self.change([level])
            hooks = [n for n in level.node.body if isinstance(n, _FUNCTIONS) and n.name == "__init_subclass__"]
            for hook in hooks:
                self._run(Code(level.path, hook, level.frame, level, level.at), [new], {})
        for level in levels:
            for value in self._bases(level):
                if isinstance(value, Outside):
                    if knowledge.call(value.dotted) in (None, knowledge.Call.EFFECT) or held_at(value) & self.listed:
                        self.change([value])
        for meta in self._metaclasses(made):
            if isinstance(meta, Class):
                self._made_by(meta, new)
            elif isinstance(meta, Outside) and knowledge.call(meta.dotted) is not knowledge.Call.QUIET:
                self.change([meta])

    def _made_by(self, meta: Class, new: Values) -> None:
        for name in ("__prepare__", "__new__", "__init__"):
            for method in self._member(meta, name):
                code = method.function if isinstance(method, Bound) else method
                if isinstance(code, Code):
                    first = frozenset({meta}) if name != "__init__" else new
                    self._run(code, [first, NEW, NEW, NEW], {})

    def change(self, values: Iterable[Value]) -> None:
        for value in values:
            self.changed |= held_at(value)


# Methods whose first argument is the class, decorated or not.
_OF_CLASS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


def frame_of(frame: Frame) -> Frame:
    """The frame of the method that a frame lies in."""
    here: Frame | None = frame
    while here is not None and here.owner is None:
        here = here.around
    return here or frame


def _held_by(value: Value, places: Places) -> Value:
    """A value of a function around the one that runs is as old as what holds that."""
    for place in places if value in (Data(), Items(frozenset())) or isinstance(value, (Instance, Items)) else ():
        value = placed(value, place)
    return value


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
            found[a.kwarg.arg] = found.get(a.kwarg.arg, _NOTHING) | {items(values)}
    for x in (*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.kwarg,))):
        found.setdefault(x.arg, defaults.get(x.arg, NEW))
    return found


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and {"__name__", "__main__"} <= {
        getattr(n, "id", getattr(n, "value", None)) for n in (test.left, *test.comparators)
    }
