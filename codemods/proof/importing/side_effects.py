"""What a statement does to others while modules are imported: which objects it changes, besides binding its own names.

``HANDLERS.append(f)``, ``@register``, ``class Csv(Registered)``, ``REGISTRY["csv"] = Csv``: their order matters, and
whether they run at all. What stands outside of the tree is known by name (``codemods.knowledge``), or has an effect.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.project.call_scan import callers
from codemods.project.nodes import children
from codemods.proof.importing.abstract.interpreter import AbstractInterpreter
from codemods.proof.importing.abstract.statements import LOADS
from codemods.proof.snapshot.import_graph import Graph
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, defined_names, is_typing

_BINDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


class Effects:
    """Answers for the statements of one tree."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._interpreter: AbstractInterpreter | None = None
        self._writes: dict[int, frozenset[Origin]] = {}
        self._modules: dict[str, frozenset[Origin]] = {}

    def writes(self, path: str, node: ast.stmt) -> frozenset[Origin]:
        """The objects that a module-level statement changes when it runs."""
        if id(node) not in self._writes:
            if self._interpreter is None:
                self._interpreter = AbstractInterpreter(self.snapshot, frozenset(_listed(self.snapshot)))
            found = self._interpreter.run(path, node)
            loaded = {module for kind, module in found if kind == LOADS}
            self._writes[id(node)] = found = frozenset(origin for origin in found if origin[0] != LOADS)
            if loaded:
                reached = self.snapshot.one(Graph).closure(loaded) - {path}
                self._writes[id(node)] = found.union(*(self.of_module(module) for module in sorted(reached)))
        return self._writes[id(node)]

    def of_module(self, path: str) -> frozenset[Origin]:
        """What importing a module changes that it has not made itself."""
        if path not in self._modules:
            self._modules[path] = frozenset()  # while a function of it is asked that imports it again
            self._modules[path] = self._of_module(path)
        return self._modules[path]

    def _of_module(self, path: str) -> frozenset[Origin]:
        symbols = self.snapshot.symbols(path)
        if symbols is None:
            return frozenset({("", path)}) if path in self.snapshot.tree.paths else frozenset()
        found = (origin for node in symbols.body for origin in self.writes(path, node))
        return frozenset(origin for origin in found if not self.owns(path, origin))

    def owns(self, path: str, origin: Origin) -> bool:
        """Is it an object that the module makes?"""
        symbols = self.snapshot.symbols(path)
        bounds = symbols.binds.get(origin[1], ()) if symbols is not None and origin[0] == path else ()
        return any(bound.defined for bound in bounds)

    def reads(self, path: str, node: ast.stmt) -> frozenset[Origin]:
        """The objects that it looks at when it runs."""
        found: set[Origin] = set()
        for name in immediate(node):
            while isinstance(name, ast.Attribute) and not self.snapshot.meaning(path, name):
                name = name.value  # type: ignore[assignment]
            found |= self.snapshot.meaning(path, name)
        return frozenset(found)


def _listed(snapshot: Snapshot) -> Iterator[Origin]:
    """The classes whose ``__subclasses__()`` somebody asks for; where it is unknown which, those that the asking
    module names."""
    for path in sorted(snapshot.tree.code_with(["__subclasses__"])):
        symbols = snapshot.symbols(path) if path.endswith(".py") else None
        for top in symbols.body if symbols is not None else ():
            for node in ast.walk(top):
                if isinstance(node, ast.Attribute) and node.attr == "__subclasses__":
                    yield from _classes(snapshot, path, node.value) or _callers(snapshot, path, top, node.value)


def _classes(snapshot: Snapshot, path: str, value: ast.expr) -> frozenset[Origin]:
    """The classes that an expression is; that around it where it is ``cls``, or made of ``self``."""
    found, symbols = snapshot.meaning(path, value), snapshot.symbols(path)
    if not found and symbols is not None and {getattr(n, "id", "") for n in ast.walk(value)} & {"cls", "self"}:
        owners = (top for top in symbols.body if isinstance(top, ast.ClassDef))
        return frozenset((path, o.name) for o in owners if o.lineno <= value.lineno <= (o.end_lineno or 0))
    return found


def _callers(snapshot: Snapshot, asking: str, function: ast.stmt, value: ast.expr) -> Iterator[Origin]:
    """What is given for the parameter whose subclasses a function asks for."""
    names = [a.arg for a in function.args.args] if isinstance(function, ast.FunctionDef) else []
    if not isinstance(function, ast.FunctionDef) or not isinstance(value, ast.Name) or value.id not in names:
        yield from _mentioned(snapshot, asking)
        return
    own = {id(n) for n in ast.walk(function)}
    for path in callers(snapshot.tree, function.name):
        symbols = snapshot.symbols(path)
        for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
            if getattr(call.func, "id", getattr(call.func, "attr", "")) == function.name and id(call) not in own:
                given = call.args[names.index(value.id)] if len(call.args) > names.index(value.id) else None
                yield from (_classes(snapshot, path, given) if given is not None else ()) or _mentioned(snapshot, path)


def _mentioned(snapshot: Snapshot, path: str) -> Iterator[Origin]:
    """The definitions of the tree that a module names."""
    symbols = snapshot.symbols(path)
    if symbols is None:
        return
    nodes = symbols.source.nodes
    found = ((_parts(node), node) for kind in (ast.Name, ast.Attribute) for node in nodes.of(kind))
    chains = {parts: node for parts, node in found if parts}
    for node in chains.values():
        yield from (origin for origin in snapshot.meaning(path, node) if origin[0] not in ("", "="))


def immediate_calls(node: ast.AST) -> Iterator[ast.Call]:
    """Calls that an expression makes when it is evaluated."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in children(node):
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
    if isinstance(node, ast.If) and is_typing(node.test):
        for inner in node.orelse:
            yield from immediate(inner)
        return
    if isinstance(node, ast.ClassDef):
        yield from _of_class(node)
        return
    if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load) and is_chain(node):
        yield node
        return
    if not isinstance(node, ast.Constant):
        for child in children(node):
            yield from immediate(child)


def _of_class(node: ast.ClassDef) -> Iterator[ast.Name | ast.Attribute]:
    """What a class statement reads; what its body has bound above is its own, as `path` in ``@path.setter``."""
    for part in (*node.decorator_list, *node.bases, *node.keywords):
        yield from immediate(part)
    own: set[str] = set()
    for child in node.body:
        yield from (name for name in immediate(child) if _parts(name)[-1] not in own)
        if isinstance(child, _BINDING):
            own |= {*defined_names(child)}


def _parts(node: ast.expr) -> tuple[str, ...]:
    """``a.b.c``, its last part first; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (*parts, node.id) if isinstance(node, ast.Name) else ()


def is_chain(node: ast.expr) -> bool:
    """Is this a name, or attributes of a name?"""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
