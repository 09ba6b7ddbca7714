"""Module-level imports executed on paper, each module first in turn, with partially initialised modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Check, Finding, Place
from codemods.proof.comparison import Comparison
from codemods.proof.side import BUILTINS, Side, defined_names, is_typing

SAYS = "imported first, each touched module reads no name before it is bound, unless it did so before"


class _Failed(Exception):
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


class Interpreter:
    """Runs imports of one tree on paper; a fresh one for each start."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.bound: dict[str, set[str]] = {}

    def run(self, path: str) -> None:
        """Import the module at ``path``, its packages first. Raises _Failed."""
        dotted = self.side.names.dotted(path)
        parts = dotted.split(".")
        for count in range(1, len(parts)):
            parent = self.side.names.find(".".join(parts[:count]), path)
            if parent and parent != path:
                self._execute(parent)
        self._execute(path)
        if len(parts) > 1:
            parent = self.side.names.find(".".join(parts[:-1]), path)
            if parent in self.bound:
                self.bound[parent].add(parts[-1])

    def _execute(self, path: str) -> None:
        if path in self.bound:
            return
        outline = self.side.outline(path)
        self.bound[path] = set()
        if outline is None:
            return
        ever = set(outline.binds)
        postponed = any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in outline.body)
        for node in outline.body:
            self._statement(path, node, ever, postponed)

    def _statement(self, path: str, node: ast.stmt, ever: set[str], postponed: bool) -> None:
        names = self.bound[path]
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._module(path, alias.name)
                names.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            self._from(path, node)
        elif isinstance(node, ast.If):
            if not is_typing(node.test):
                self._reads(path, node.test, ever, postponed)
                self._block(path, node.body, ever, postponed)
            self._block(path, node.orelse, ever, postponed)
        elif isinstance(node, ast.Try):
            self._try(path, node, ever, postponed)
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            names.update(defined_names(node))
            for name in ("items", "iter", "test"):
                part = getattr(node, name, None)
                for item in part if isinstance(part, list) else [part] if part else []:
                    self._reads(path, item, ever, postponed)
            self._block(path, [*node.body, *getattr(node, "orelse", [])], ever, postponed)
        else:
            self._reads(path, node, ever, postponed)
            names.update(defined_names(node))

    def _block(self, path: str, body: list[ast.stmt], ever: set[str], postponed: bool) -> None:
        for node in body:
            self._statement(path, node, ever, postponed)

    def _try(self, path: str, node: ast.Try, ever: set[str], postponed: bool) -> None:
        try:
            self._block(path, [*node.body, *node.orelse], ever, postponed)
        except _Failed:
            if not node.handlers:
                raise
        for handler in node.handlers:
            self.bound[path].update(n for s in handler.body for n in defined_names(s))
            for inner in handler.body:
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    self.bound[path].update(a.asname or a.name.partition(".")[0] for a in inner.names)
        self._block(path, node.finalbody, ever, postponed)

    def _module(self, path: str, dotted: str) -> None:
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            target = self.side.names.find(".".join(parts[:count]), path)
            if target:
                self.run(target)

    def _from(self, path: str, node: ast.ImportFrom) -> None:
        module = self.side.absolute(path, node)
        self._module(path, module)
        target = self.side.names.find(module, path)
        for alias in node.names:
            if target and alias.name == "*":
                outline = self.side.outline(target)
                public = {n for n in self.bound.get(target, ()) if not n.startswith("_")}
                self.bound[path].update(outline.exported if outline and outline.exported is not None else public)
                continue
            inner = self.side.names.find(f"{module}.{alias.name}", path)
            if target and alias.name not in self.bound.get(target, set()):
                outline = self.side.outline(target)
                if inner and inner != target:
                    self.run(inner)
                elif (
                    outline
                    and (alias.name in outline.binds or not outline.stars)
                    and "__getattr__" not in self.bound[target]
                ):
                    raise _Failed(
                        Place(path, node.lineno), f"{alias.name} is imported from {module} before it is bound there"
                    )
            self.bound[path].add(alias.asname or alias.name)

    def _reads(self, path: str, node: ast.AST, ever: set[str], postponed: bool) -> None:
        names = self.bound[path]
        for name, line in import_time_names(node, postponed):
            if name in ever and name not in names and name not in BUILTINS:
                raise _Failed(Place(path, line), f"{name} is read before it is bound")


def import_time_names(node: ast.AST, postponed: bool) -> Iterator[tuple[str, int]]:
    """Module-level names that a statement certainly reads when it runs: bases, decorators, defaults, plain
    expressions."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        parts: list[ast.AST] = [*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        own = {n for s in node.body for n in defined_names(s)}
        for statement in node.body:
            if isinstance(statement, (ast.Assign, ast.Expr, ast.AnnAssign)) and getattr(statement, "value", None):
                yield from ((n, line) for n, line in import_time_names(statement.value, postponed) if n not in own)  # type: ignore[arg-type]
    elif isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return
    elif isinstance(node, ast.AnnAssign):
        parts = [node.value] if node.value else []
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            yield node.id, node.lineno
        return
    else:
        parts = list(ast.iter_child_nodes(node))
    for part in parts:
        yield from import_time_names(part, postponed)


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    declared: list[Finding] = []
    for path in comparison.changed:
        if path not in comparison.after.tree.paths:
            continue
        found = _attempt(comparison.after, path)
        if found is None:
            continue
        old = path if path in comparison.before.tree.paths else comparison.source
        was = _attempt(comparison.before, old) if old else None
        finding = Finding(found.place, f"imported first, {path} fails: {found}")
        (declared if was is not None else failures).append(finding)
    return Check("import order", SAYS, len(comparison.changed), tuple(failures), tuple(declared))


def _attempt(side: Side, path: str) -> _Failed | None:
    try:
        Interpreter(side).run(path)
    except _Failed as failed:
        return failed
    except RecursionError:
        return None
    return None
