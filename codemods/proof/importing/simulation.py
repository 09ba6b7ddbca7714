"""Simulated imports: one module first, with partially initialized modules, as Python executes them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Hashable, Iterable

from codemods.model import Place
from codemods.proof.importing.eager import called_import
from codemods.proof.importing.reading import Reading
from codemods.proof.importing.traces import OUTSIDE, Failed, Run, Stale
from codemods.proof.snapshot.symbols import OWN, SymbolTable, is_main_guard, is_typing


class ImportSimulation(Reading):
    """Simulates the imports of one tree; a fresh one for each start."""

    def start(self, path: str, script: bool = False) -> Run:
        """Import the module at ``path`` into a fresh process; or run it, as a ``script``."""
        self._script = path if script else ""
        try:
            self.run(path)
        except Failed as failed:
            self.run_.failed = failed
        except RecursionError:
            pass
        except Stale:
            return ImportSimulation(
                self.snapshot, self.simulated, self.labels, self.facts, self.effectful, None, self.deferred
            ).start(path, script)
        return self.run_

    def _bind(self, path: str, names: Iterable[str]) -> None:
        for name in names:
            self.bound[path][name] = self._now

    def _statement(self, path: str, node: ast.stmt, symbols: SymbolTable) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._module(path, alias.name, node)
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                self.bound[path][alias.asname or top] = ("module", self.snapshot.find(top, path) or top)
        elif isinstance(node, ast.ImportFrom):
            self._from(path, node)
        elif isinstance(node, ast.If):
            self._reads(path, node.test, symbols)
            self._bind(path, self.facts.binds(node))
            if not is_typing(node.test) and (path == self._script or not is_main_guard(node)):
                self._block(path, node.body, symbols)
            self._block(path, node.orelse, symbols)
        elif isinstance(node, ast.Match):
            self._reads(path, node.subject, symbols)
            self._bind(path, self.facts.binds(node))
            for case in node.cases:
                self._block(path, case.body, symbols)
        elif isinstance(node, (ast.Try, ast.TryStar)):
            self._try(path, node, symbols)
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            self._bind(path, self.facts.binds(node))
            for name in ("items", "iter", "test"):
                part = getattr(node, name, None)
                for item in part if isinstance(part, list) else [part] if part else []:
                    self._reads(path, item, symbols)
            with self._attempting(node):
                self._block(path, [*node.body, *getattr(node, "orelse", [])], symbols)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.bound[path].pop(getattr(target, "id", ""), None)
        elif self.facts.only_binds(path, node, symbols.postponed):
            self._bind(path, self.facts.binds(node))
        else:
            self._reads(path, node, symbols)
            if isinstance(node, ast.ClassDef):
                self._class_body(path, node.body, symbols)
            if module := called_import(node):
                self._module(path, module, node)
            self._bind(path, self.facts.binds(node))

    def _block(self, path: str, body: list[ast.stmt], symbols: SymbolTable) -> None:
        for node in body:
            self._statement(path, node, symbols)

    def _try(self, path: str, node: ast.Try | ast.TryStar, symbols: SymbolTable) -> None:
        with self._attempting(node):
            self._block(path, [*node.body, *node.orelse], symbols)
        for handler in node.handlers:
            if handler.type is not None:
                self._reads(path, handler.type, symbols)
            self._bind(path, (n for s in handler.body for n in self.facts.binds(s)))
            for inner in handler.body:
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    self._bind(path, (a.asname or a.name.partition(".")[0] for a in inner.names))
        self._block(path, node.finalbody, symbols)

    def _class_body(self, path: str, body: list[ast.stmt], symbols: SymbolTable) -> None:
        """The imports in the body of a class; what they bind are names of the class."""
        for node in body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._imports(path, node)
            elif isinstance(node, ast.If) and is_typing(node.test):
                self._class_body(path, node.orelse, symbols)
            elif isinstance(node, (ast.If, ast.Try, ast.With)):
                with self._attempting(node):
                    self._class_body(path, [*node.body, *getattr(node, "orelse", [])], symbols)

    def _module(self, path: str, dotted: str, node: ast.stmt) -> None:
        way = self.facts.way(path, dotted)
        for target in way:
            self._import(target)
        if not way and dotted and dotted.partition(".")[0] not in sys.stdlib_module_names:
            what = dotted, Place(path, node.lineno)
            if not self._guarded:
                self.run_.outside.setdefault(*what)
            if self._frames and self._guarded == self._frames[-1].guarded:
                self._step(OUTSIDE, what)

    def _imports(self, path: str, node: ast.Import | ast.ImportFrom) -> None:
        """An import inside of a function runs."""
        if isinstance(node, ast.ImportFrom):
            self._from(path, node, binds=False)
        else:
            for alias in node.names:
                self._module(path, alias.name, node)

    def _from(self, path: str, node: ast.ImportFrom, binds: bool = True) -> None:
        taken = self.facts.taken(path, node)
        module, target = taken.module, taken.target
        self._module(path, module, node)
        entered = target in self.bound
        if target:
            self._reads_names_of(target)
            self._asks_for_path(target, node.lineno)
        for name, asname, inner in taken.names:
            if name == "*":
                if (
                    self.traces is None or target not in self.traces
                ):  # What a star import gives may depend on where its cycle was entered.
                    self._frames[-1].repeatable = False
                if target and entered and binds:
                    there = self.bound[target]
                    self.bound[path].update({n: v for n, v in there.items() if self.snapshot.exports(target, n)})
                    self._lazy_star(path, node, target)
                elif target and binds:
                    self._bind(path, (n for n in self.snapshot.namespace(target) if self.snapshot.exports(target, n)))
                continue
            if name in self.facts.rebound and (self.traces is None or target not in self.traces):
                # So may what a name is that is bound several times.
                self._frames[-1].repeatable = False
            version: Hashable = ("module", inner) if inner else ("outside", f"{module}.{name}")
            if target and entered:
                found = self.bound[target].get(name, version)
                if inner and inner != target and found == version:
                    self._import(inner)
                version = found
                missing = name not in self.bound[target] and name not in OWN and (not inner or inner == target)
                if missing and self._lazily(target, name):
                    pass
                elif missing and (home := self._not_yet(target, name)):
                    message = f"{name} is imported from {module}, which finds it in {home} before it is bound there"
                    raise Failed(Place(path, node.lineno), name, message, ImportError)
                elif missing and self._should_be_there(target, name):
                    message = f"{name} is imported from {module} before it is bound there"
                    raise Failed(Place(path, node.lineno), name, message, ImportError)
            elif inner:
                self._import(inner)
            if binds:
                self.bound[path][asname] = version

    def _lazy_star(self, path: str, node: ast.ImportFrom, target: str) -> None:
        """A star import asks for every name in ``__all__``, the lazy ones too."""
        symbols = self.snapshot.symbols(target)
        for name in symbols.lazy if symbols is not None and symbols.exported is not None else ():
            if name in symbols.exported and name not in self.bound[target]:  # type: ignore[union-attr,operator]
                if not self._lazily(target, name):
                    message = f"{name} is imported from {target} before it can be found"
                    raise Failed(Place(path, node.lineno), name, message, AttributeError)
                self._bind(path, [name])

    def _lazily(self, target: str, name: str) -> bool:
        """Does the module find a name by importing it? Then that runs. A ``__getattr__`` at the end of a module is
        there when the module is complete."""
        symbols = self.snapshot.symbols(target)
        if symbols is None or name not in symbols.lazy:
            return False
        if target in self._open and "__getattr__" not in self.bound[target]:
            return False
        for module in self.facts.way(target, symbols.lazy[name]):
            self._import(module)
            self._reads_names_of(module)
        home = self.snapshot.find(symbols.lazy[name], target)
        return home is None or home not in self.bound or name in self.bound[home]

    def _not_yet(self, target: str, name: str) -> str:
        """The module in which another one looks for a name, and which has not bound it by now."""
        symbols = self.snapshot.symbols(target)
        asked = symbols is not None and (target not in self._open or "__getattr__" in self.bound[target])
        found = symbols.lazy.get(name) if symbols is not None and asked else None
        home = self.snapshot.find(found, target) if found else None
        if home is None or home not in self._open or {name, "__getattr__"} & self.bound[home].keys():
            return ""
        return home

    def _should_be_there(self, target: str, name: str) -> bool:
        symbols = self.snapshot.symbols(target)
        if symbols is None or "__getattr__" in self.bound[target]:
            return False
        return name in symbols.binds or all(self.snapshot.find(star, target) for star in symbols.stars)
