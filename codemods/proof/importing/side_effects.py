"""What a statement does to others while modules are imported: which objects it changes, besides binding its own names.

``HANDLERS.append(f)``, ``@register``, ``class Csv(Registered)``, ``REGISTRY["csv"] = Csv``: their order matters, and
whether they run at all. Calls are followed into functions of the tree. What stands outside of the tree is taken to give
a value and no more, unless its result is thrown away or it is known to change the process.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.proof.importing.known_calls import LOUD, PROCESS, READING
from codemods.proof.snapshot.resolution import Side
from codemods.proof.snapshot.symbols import Origin, Origins

_DEPTH = 6


class Effects:
    """Answers for the statements of one tree."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._known: dict[Origin, tuple[frozenset[Origin], bool]] = {}

    def writes(self, path: str, node: ast.stmt) -> frozenset[Origin]:
        """The objects that a module-level statement changes when it runs."""
        return frozenset(self._statement(path, node, frozenset(), 0))

    def reads(self, path: str, node: ast.stmt) -> frozenset[Origin]:
        """The objects that it looks at when it runs."""
        found: set[Origin] = set()
        for name in immediate(node):
            found |= self._resolve(path, name)[0]
        return frozenset(found)

    # -- at module level

    def _statement(self, path: str, node: ast.AST, local: frozenset[str], depth: int) -> Iterator[Origin]:
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)):
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                yield from self._decorator(path, decorator, local, depth)
            for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                yield from self._expression(path, default, local, depth)
        elif isinstance(node, ast.ClassDef):
            yield from self._class(path, node, local, depth)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete)):
            targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
            for target in targets:
                if isinstance(target, (ast.Attribute, ast.Subscript)) or isinstance(node, ast.AugAssign):
                    yield from self._changed(path, target, local)
            if getattr(node, "value", None) is not None:
                yield from self._expression(path, node.value, local, depth)  # type: ignore[union-attr]
        elif isinstance(node, ast.Expr):
            yield from self._expression(path, node.value, local, depth, thrown=True)
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                    yield from self._statement(path, child, local, depth)
                elif isinstance(child, ast.withitem):
                    yield from self._expression(path, child.context_expr, local, depth)
                elif isinstance(child, ast.expr):
                    yield from self._expression(path, child, local, depth)

    def _class(self, path: str, node: ast.ClassDef, local: frozenset[str], depth: int) -> Iterator[Origin]:
        for decorator in node.decorator_list:
            yield from self._decorator(path, decorator, local, depth)
        for part in (*node.bases, *(k.value for k in node.keywords)):
            yield from self._expression(path, part, local, depth)
        own = local | {
            n.id for s in node.body for n in _here(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        own |= {s.name for s in node.body if isinstance(s, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
        for statement in node.body:
            yield from self._statement(path, statement, own, depth)
        for base in (*node.bases, *(k.value for k in node.keywords if k.arg == "metaclass")):
            for origin in self._resolve(path, base)[0]:
                yield from self._subclassed(origin, depth + 1)

    def _subclassed(self, origin: Origin, depth: int) -> Iterator[Origin]:
        """What deriving from a class of the tree does: its ``__init_subclass__``, or its metaclass's making."""
        node = self._definition(origin)
        if not isinstance(node, ast.ClassDef) or depth > _DEPTH:
            return
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and inner.name in ("__init_subclass__", "__new__", "__init__"):
                meta = any(getattr(b, "id", "") == "type" for b in node.bases)
                if inner.name == "__init_subclass__" or meta:
                    written, passed = self._body(origin[0], inner, depth, meta and inner.name != "__init_subclass__")
                    yield from written
                    if passed:
                        yield origin
        for base in (*node.bases, *(k.value for k in node.keywords if k.arg == "metaclass")):
            for above in self._resolve(origin[0], base)[0]:
                yield from self._subclassed(above, depth + 1)

    def _decorator(self, path: str, node: ast.expr, local: frozenset[str], depth: int) -> Iterator[Origin]:
        yield from self._expression(path, node, local, depth)
        function = node.func if isinstance(node, ast.Call) else node
        origins, rest = self._resolve(path, function)
        if rest:  # @app.task, @f.register: a method of an object of the tree
            if self._root(function) not in local and not self._is_property(origins, rest):
                yield from (o for o in origins if o[0] not in ("", "="))
        elif not isinstance(node, ast.Call):
            for origin in origins:  # What is passed is what the statement makes, so it is nobody else's.
                yield from (o for o in self._called(origin, (), depth) if o != ("", ""))
        else:  # the function that a factory returned; what is inside of it runs now
            for origin in origins:
                factory = self._definition(origin)
                for inner in ast.walk(factory) if isinstance(factory, ast.FunctionDef) else ():
                    if isinstance(inner, ast.FunctionDef) and inner is not factory:
                        yield from self._body(origin[0], inner, depth + 1)[0]

    def _is_property(self, origins: Origins, rest: tuple[str, ...]) -> bool:
        """``@Page.content.setter``: a property gives a new one, and stays as it was."""
        if len(rest) != 2 or rest[1] not in ("getter", "setter", "deleter"):
            return False
        found = [node for origin in origins if isinstance(node := self._definition(origin), ast.ClassDef)]
        return any(
            isinstance(n, ast.FunctionDef) and n.name == rest[0] and n.decorator_list for c in found for n in c.body
        )

    # -- expressions

    def _expression(
        self, path: str, node: ast.expr, local: frozenset[str], depth: int, thrown: bool = False
    ) -> Iterator[Origin]:
        for call in immediate_calls(node):
            origins, rest = self._resolve(path, call.func)
            if self._root(call.func) in local:
                continue
            arguments = (*call.args, *(k.value for k in call.keywords))
            if rest:
                if rest[-1] not in READING:
                    yield from (o for o in origins if o[0] not in ("", "="))
                continue
            for origin in origins:
                if origin[0] != "":
                    for changed in self._called(origin, arguments, depth):
                        yield from self._arguments(path, arguments, local) if changed == ("", "") else (changed,)
                elif origin[1] in ("builtins.setattr", "builtins.delattr", "builtins.next"):
                    yield from self._arguments(path, arguments[:1], local)
                elif self._loud(origin[1]) or (thrown and call is node):
                    yield "", origin[1].removeprefix("builtins.").partition(".")[0]

    def _arguments(self, path: str, arguments: tuple[ast.expr, ...], local: frozenset[str]) -> Iterator[Origin]:
        for argument in arguments:
            if isinstance(argument, (ast.Name, ast.Attribute)):
                yield from self._changed(path, argument, local)

    def _changed(self, path: str, node: ast.expr, local: frozenset[str]) -> Iterator[Origin]:
        inner = node
        while isinstance(inner, (ast.Subscript, ast.Attribute)) and not isinstance(inner.value, ast.Name):
            inner = inner.value
        if self._root(inner) in local:
            return
        while isinstance(inner, ast.Subscript):
            inner = inner.value
        yield from (o for o in self._resolve(path, inner)[0] if o[0] != "=")

    def _loud(self, dotted: str) -> bool:
        name = dotted.removeprefix("builtins.")
        return name in LOUD if dotted.startswith("builtins.") else any(name.startswith(p) for p in PROCESS)

    # -- functions of the tree; ("", "") stands for what is passed to them

    def _called(self, origin: Origin, arguments: tuple[ast.expr, ...], depth: int) -> Iterator[Origin]:
        node = self._definition(origin)
        if depth > _DEPTH:
            return
        if isinstance(node, ast.ClassDef):
            node = next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            written, passed = self._body(origin[0], node, depth + 1)
            yield from written
            if passed:
                yield "", ""

    def _body(
        self, path: str, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int, meta: bool = False
    ) -> tuple[frozenset[Origin], bool]:
        """(what a function changes outside of itself, whether it changes what it was given); ``meta``: it is how a
        metaclass makes a class, from a namespace that is nobody else's."""
        key = (path, f"{function.name}:{function.lineno}{':meta' if meta else ''}")
        if key in self._known or depth > _DEPTH:
            return self._known.get(key, (frozenset(), False))
        self._known[key] = (frozenset(), False)
        every = [n for s in function.body for n in _here(s)]
        declared = {name for n in every if isinstance(n, ast.Global) for name in n.names}
        stored = {n.id for n in every if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} - declared
        stored |= {n.name for n in every if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
        a = function.args
        given = {x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg) if x}
        local = frozenset(stored | given)
        found = {
            (path, n.id) for n in every if isinstance(n, ast.Name) and n.id in declared and isinstance(n.ctx, ast.Store)
        }
        # What a constructor, or the hook of a base class, is given first is new, but not all that hangs on it.
        new = a.args[0].arg if function.name in ("__init__", "__new__", "__init_subclass__") and a.args else ""
        kept = function.name == "__init_subclass__" or meta
        namespace = a.args[3].arg if meta and len(a.args) > 3 else ""
        passed = False
        for node in every:
            if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
                inner: ast.expr = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr not in READING:
                inner = node.func.value
            else:
                continue
            root = self._root(inner)
            if root == namespace:
                continue
            if root == new or (meta and root in stored):
                passed = passed or (kept and not isinstance(inner, ast.Name) and not _is_super(inner))
            else:
                passed = passed or root in given - stored
        for statement in function.body:
            if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for origin in self._statement(path, statement, local, depth):
                    if origin == ("", ""):
                        passed = True
                    else:
                        found.add(origin)
        self._known[key] = (frozenset(found), passed)
        return self._known[key]

    def _definition(self, origin: Origin) -> ast.stmt | None:
        outline = self.side.outline(origin[0]) if origin[0].endswith(".py") else None
        return next((n for n in outline.body if getattr(n, "name", None) == origin[1]), None) if outline else None

    def _root(self, node: ast.AST) -> str:
        while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
            node = node.func if isinstance(node, ast.Call) else node.value
        return getattr(node, "id", "")

    def _resolve(self, path: str, node: ast.expr) -> tuple[Origins, tuple[str, ...]]:
        """(what the modules' part of a dotted expression means, the attributes that are left)."""
        if isinstance(node, ast.Name):
            return self.side.origins(path, node.id), ()
        if isinstance(node, ast.Attribute):
            origins, rest = self._resolve(path, node.value)
            if not rest:
                member = self.side.member(path, origins, node.attr)
                if member is not None:
                    return member, ()
            return origins, (*rest, node.attr)
        if isinstance(node, (ast.Call, ast.Subscript)):
            inner = node.func if isinstance(node, ast.Call) else node.value
            origins, rest = self._resolve(path, inner)
            return origins, (*rest, "()")
        return frozenset(), ()


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


def _here(node: ast.AST) -> Iterator[ast.AST]:
    """A statement's nodes without the bodies of functions inside."""
    yield node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        return
    for child in ast.iter_child_nodes(node):
        yield from _here(child)


def immediate_calls(node: ast.AST) -> Iterator[ast.Call]:
    """Calls that an expression makes when it is evaluated."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from immediate_calls(child)


def immediate(node: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    """Names, with their attributes, that a statement reads when it runs: not those in bodies of functions."""
    if isinstance(node, (ast.Lambda, ast.Import, ast.ImportFrom)):
        return
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        for part in parts:
            yield from immediate(part)
        return
    if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and is_chain(node):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from immediate(child)


def is_chain(node: ast.expr) -> bool:
    """Is this a name, or attributes of a name?"""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
