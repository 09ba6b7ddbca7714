"""What a statement certainly reads and calls at the instant when it runs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from codemods.proof.importing.bodies import Perhaps, before_a_test, chain_read, has_default, is_generator, looks
from codemods.proof.importing.side_effects import immediate_calls, is_chain
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import defined_names
from codemods.proof.statements.filled_texts import fields_read


class Read(NamedTuple):
    """A name with its attributes is read; ``default``: something stands in where it is not there. What is not
    ``certain`` stands under a condition."""

    chain: str
    line: int
    default: bool = False
    certain: bool = True


@dataclass(frozen=True)
class Taken:
    """``from module import …``: the file of the module, and of each name (it, what it is called, the file of the
    submodule of that name)."""

    module: str
    target: str | None
    names: tuple[tuple[str, str, str | None], ...]


class Facts:
    """What is asked of the same statement in every run, found out once.

    ``changed``: in other modules, which bind their names in the order of before, a plain name can't be read too early.
    ``rebound``: names that are bound several times: what they hold depends on when they are read.
    """

    def __init__(self, snapshot: Snapshot, changed: Collection[str], rebound: frozenset[str]) -> None:
        self.snapshot = snapshot
        self.changed = frozenset(changed)
        self.rebound = rebound
        self._ways: dict[tuple[str, str], tuple[str, ...]] = {}
        self._names: dict[int, tuple[Read, ...]] = {}
        self._called: dict[int, tuple[ast.expr, ...]] = {}
        self._attempted: dict[int, tuple[ast.AST | Perhaps, ...]] = {}
        self._bodies: dict[int, tuple[frozenset[str], tuple[ast.AST | Perhaps, ...]]] = {}
        self._binds: dict[int, tuple[str, ...]] = {}
        self._taken: dict[int, Taken] = {}
        self._above: dict[str, tuple[tuple[str | None, ...], str]] = {}
        self._only_binds: dict[int, bool] = {}

    def way(self, path: str, dotted: str) -> tuple[str, ...]:
        """The modules of the tree that ``import dotted`` in the module at ``path`` executes, packages first."""
        key = (path.rpartition("/")[0], dotted)
        if key not in self._ways:
            parts = dotted.split(".")
            found = (self.snapshot.find(".".join(parts[:count]), path) for count in range(1, len(parts) + 1))
            self._ways[key] = tuple(target for target in found if target)
        return self._ways[key]

    def above(self, path: str) -> tuple[tuple[str | None, ...], str]:
        """The packages around a module, where they are of the tree, the innermost last; its name in that."""
        if path not in self._above:
            parts = self.snapshot.names.dotted(path).split(".")
            found = (self.snapshot.find(".".join(parts[:count]), path) for count in range(1, len(parts)))
            self._above[path] = tuple(found), parts[-1]
        return self._above[path]

    def taken(self, path: str, node: ast.ImportFrom) -> Taken:
        if id(node) not in self._taken:
            module = self.snapshot.absolute(path, node)
            inner = ((a, self.snapshot.find(f"{module}.{a.name}", path) if a.name != "*" else None) for a in node.names)
            names = tuple((a.name, a.asname or a.name, found) for a, found in inner)
            self._taken[id(node)] = Taken(module, self.snapshot.find(module, path), names)
        return self._taken[id(node)]

    def only_binds(self, path: str, node: ast.stmt, postponed: bool) -> bool:
        """Is there nothing that a statement reads too early, calls or imports?"""
        if id(node) not in self._only_binds:
            reads = self.names(path, node, postponed) or self.called(node) or called_import(node)
            self._only_binds[id(node)] = not reads and not _may_import(node)
        return self._only_binds[id(node)]

    def names(self, path: str, node: ast.AST, postponed: bool) -> tuple[Read, ...]:
        """What the statement reads, if it could be read too early."""
        if id(node) not in self._names:
            found = dict.fromkeys(import_time_names(node, postponed))
            if path not in self.changed:
                found = [read for read in found if "." in read.chain or read.chain in self.rebound]
            self._names[id(node)] = tuple(found)
        return self._names[id(node)]

    def binds(self, node: ast.stmt) -> tuple[str, ...]:
        """The names that a statement binds otherwise than by importing."""
        if id(node) not in self._binds:
            self._binds[id(node)] = tuple(defined_names(node))
        return self._binds[id(node)]

    def called(self, node: ast.AST) -> tuple[ast.expr, ...]:
        if id(node) not in self._called:
            self._called[id(node)] = tuple(_called(node))
        return self._called[id(node)]

    def body(self, function: ast.FunctionDef) -> tuple[frozenset[str], tuple[ast.AST | Perhaps, ...]]:
        """(its locals, what a call of it certainly looks at)."""
        if id(function) not in self._bodies:
            local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
            local |= {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
            defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)
            local |= {n.name for n in ast.walk(function) if isinstance(n, defining) and n is not function and n.name}
            body = before_a_test(function.body) if function.name == "__getattr__" else function.body
            certain = () if is_generator(function) else tuple(looks(body))
            self._bodies[id(function)] = frozenset(local), certain
        return self._bodies[id(function)]

    def attempted(self, node: ast.AST) -> tuple[ast.AST | Perhaps, ...]:
        """What a statement that catches errors certainly looks at, up to the first one."""
        if id(node) not in self._attempted:
            self._attempted[id(node)] = tuple(looks([*getattr(node, "body", ()), *getattr(node, "orelse", ())]))
        return self._attempted[id(node)]


def _perhaps(parts: list[ast.expr], postponed: bool) -> Iterator[Read]:
    for read in (read for part in parts for read in import_time_names(part, postponed)):
        if "." in read.chain:
            yield read._replace(default=True, certain=False)


def _may_import(node: ast.stmt) -> bool:
    """Is it a class in whose body imports may stand?"""
    kinds = (ast.Import, ast.ImportFrom, ast.If, ast.Try, ast.With)
    return isinstance(node, ast.ClassDef) and any(isinstance(inner, kinds) for inner in node.body)


def _called(node: ast.AST) -> Iterator[ast.expr]:
    """What a module-level statement certainly calls: decorators, and calls outside of functions."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        for decorator in node.decorator_list:
            yield decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield from _called(inner)
        return
    for call in immediate_calls(node):
        yield call.func


def called_import(node: ast.stmt) -> str:
    """The module that a statement imports by `__import__("pkg.first")` or `import_module("pkg.first")`, if it does."""
    call = getattr(node, "value", None)
    while isinstance(call, ast.Attribute):
        call = call.value
    if not isinstance(call, ast.Call) or len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
        return ""
    function = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return str(call.args[0].value) if function in ("__import__", "import_module") else ""


def import_time_names(node: ast.AST, postponed: bool) -> Iterator[Read]:
    """Module-level names, with their attributes, that a statement certainly reads when it runs: bases, decorators,
    defaults, annotations that are not postponed, plain expressions."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        a = node.args
        parts: list[ast.AST] = [*node.decorator_list, *a.defaults, *filter(None, a.kw_defaults)]
        if not postponed and not getattr(node, "type_params", None) and sys.version_info < (3, 14):
            every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
            parts += [*filter(None, (x.annotation for x in every)), *filter(None, [node.returns])]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.decorator_list]
        if not getattr(node, "type_params", None):
            parts += [*node.bases, *(k.value for k in node.keywords)]
        for part in parts:
            yield from import_time_names(part, postponed)
        own: set[str] = set()
        for statement in node.body:
            for read in import_time_names(statement, postponed):
                if read.chain.partition(".")[0] not in own:
                    yield read
            own |= set(defined_names(statement))
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                own |= {a.asname or a.name.partition(".")[0] for a in statement.names}
            if isinstance(statement, (ast.If, ast.For, ast.With, ast.Try, ast.While)):
                own |= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        return
    elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        if not isinstance(node, ast.Lambda):
            yield from import_time_names(node.generators[0].iter, postponed)
            asked = (n for n in ast.walk(node) if isinstance(n, ast.Call) and chain_read(n).endswith(".*"))
            yield from (Read(chain_read(call), call.lineno, has_default(call)) for call in asked)
        return
    elif isinstance(node, ast.AnnAssign):
        parts = [node.value] if node.value else []
        if not postponed and sys.version_info < (3, 14):
            parts.append(node.annotation)
    elif isinstance(node, (ast.Call, ast.BinOp)) and (found := fields_read(node)):
        yield from (Read(field, found[0].lineno) for field in found[1])
        parts = [child for child in ast.iter_child_nodes(node) if child is not found[0]]
    elif isinstance(node, (ast.Name, ast.Attribute, ast.Call)) and (chain := chain_read(node)):
        yield Read(chain, node.lineno, has_default(node))
        if not isinstance(node, ast.Call):
            return
        parts = list(ast.iter_child_nodes(node))
    elif isinstance(node, (ast.Name, ast.Attribute)) and is_chain(node):
        return
    elif type(node).__name__ == "TypeAlias":
        return
    elif isinstance(node, ast.BoolOp):
        parts = [node.values[0]]
        yield from _perhaps(node.values[1:], postponed)
    elif isinstance(node, ast.IfExp):
        parts = [node.test]
        yield from _perhaps([node.body, node.orelse], postponed)
    elif isinstance(node, (ast.If, ast.While)):
        parts = [node.test]
    elif isinstance(node, (ast.Try, ast.Match)):
        return
    else:
        parts = list(ast.iter_child_nodes(node))
    for part in parts:
        yield from import_time_names(part, postponed)
