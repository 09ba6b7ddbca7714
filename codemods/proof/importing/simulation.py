"""Simulated imports: one module first, with partially initialized modules, as Python executes them."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Hashable, Iterable

from codemods.model import Place
from codemods.proof.importing.eager import called_import
from codemods.proof.importing.traces import OUTSIDE, Executing, Failed, Run, Stale
from codemods.proof.snapshot.symbols import BUILTINS, OWN, Origin, SymbolTable, flat, is_main_guard, is_typing

_TRANSPARENT = frozenset({"cache", "lru_cache", "wraps", "staticmethod", "no_type_check", "deprecated", "final"})


class ImportSimulation(Executing):
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
            if not is_typing(node.test) and (path == self._script or not is_main_guard(node)):
                self._block(path, node.body, symbols)
            self._block(path, node.orelse, symbols)
        elif isinstance(node, ast.Match):
            self._reads(path, node.subject, symbols)
            self._bind(path, self.facts.binds(node))
            for case in node.cases:
                self._block(path, case.body, symbols)
        elif isinstance(node, ast.Try):
            self._try(path, node, symbols)
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            self._bind(path, self.facts.binds(node))
            for name in ("items", "iter", "test"):
                part = getattr(node, name, None)
                for item in part if isinstance(part, list) else [part] if part else []:
                    self._reads(path, item, symbols)
            self._block(path, [*node.body, *getattr(node, "orelse", [])], symbols)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.bound[path].pop(getattr(target, "id", ""), None)
        elif self.facts.only_binds(path, node, symbols.postponed):
            self._bind(path, self.facts.binds(node))
        else:
            self._reads(path, node, symbols)
            if module := called_import(node):
                self._module(path, module, node)
            self._bind(path, self.facts.binds(node))

    def _block(self, path: str, body: list[ast.stmt], symbols: SymbolTable) -> None:
        for node in body:
            self._statement(path, node, symbols)

    def _try(self, path: str, node: ast.Try, symbols: SymbolTable) -> None:
        guarded = _catches(node, ImportError)
        try:
            self._guarded += guarded
            self._block(path, [*node.body, *node.orelse], symbols)
        except Failed as failed:
            if not _catches(node, failed.error):
                raise
            if self.traces is not None:
                raise Stale from None  # What began and failed stands half made, and others may look at it.
        finally:
            self._guarded -= guarded
        for handler in node.handlers:
            if handler.type is not None:
                self._reads(path, handler.type, symbols)
            self._bind(path, (n for s in handler.body for n in self.facts.binds(s)))
            for inner in handler.body:
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    self._bind(path, (a.asname or a.name.partition(".")[0] for a in inner.names))
        self._block(path, node.finalbody, symbols)

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

    def _should_be_there(self, target: str, name: str) -> bool:
        symbols = self.snapshot.symbols(target)
        if symbols is None or "__getattr__" in self.bound[target]:
            return False
        return name in symbols.binds or all(self.snapshot.find(star, target) for star in symbols.stars)

    # -- names that are read while importing

    def _reads(self, path: str, node: ast.AST, symbols: SymbolTable) -> None:
        names = self.bound[path]
        seen: set[Hashable] = set()
        for chain, line in self.facts.names(path, node, symbols.postponed):
            name, _, rest = chain.partition(".")
            if rest and name in names:
                self._through(path, chain, names[name], line)
            if name in names:
                if name in self.facts.rebound:
                    seen.add((name, names[name]))
            elif name not in BUILTINS and name not in OWN and self._is_bound_later(path, name, symbols):
                raise Failed(Place(path, line), name, f"{name} is read before it is bound", NameError)
        if seen:
            self._frames[-1].repeatable = False
            self.run_.versions[self._now] = self.run_.versions.get(self._now, frozenset()) | seen
        visited: set[Origin] = set()
        for function in self.facts.called(node):
            self._call(path, function, visited, getattr(function, "lineno", 0))

    def _through(self, path: str, chain: str, version: Hashable, line: int) -> None:
        """``module.name`` is read while importing: the module has to have the name by now."""
        for attribute in chain.split(".")[1:]:
            if not isinstance(version, tuple) or version[0] != "module" or version[1] not in self.bound:
                return
            module = version[1]
            self._reads_names_of(module)
            if attribute not in self.bound[module]:
                if self._lazily(module, attribute):
                    return
                symbols = self.snapshot.symbols(module)
                later = symbols is not None and any(not b.typing for b in symbols.binds.get(attribute, ()))
                later = later or (symbols is not None and attribute in symbols.lazy and module in self._open)
                if later and "__getattr__" not in self.bound[module]:
                    message = f"{chain} is read before {attribute} is bound in {module}"
                    raise Failed(Place(path, line), attribute, message, AttributeError)
                return
            version = self.bound[module][attribute]

    def _is_bound_later(self, path: str, name: str, symbols: SymbolTable) -> bool:
        bounds = symbols.binds.get(name, ())
        return any(not b.typing for b in bounds) or (bool(bounds) and not self.snapshot.origins(path, name))

    def _call(self, path: str, function: ast.expr, visited: set[Origin], line: int) -> None:
        """A function of the tree is called while importing: what it reads has to be there by now."""
        origins = self.snapshot.meaning(path, function)
        if len(origins) != 1:
            return
        (origin,) = origins
        if origin in visited or origin[0] not in self.bound or not origin[1] or len(visited) > 40:
            return
        visited.add(origin)
        self._reads_names_of(origin[0])
        symbols = self.snapshot.symbols(origin[0])
        body = next((n for n in symbols.body if getattr(n, "name", None) == origin[1]), None) if symbols else None
        if isinstance(body, ast.ClassDef):
            body = next((n for n in body.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
        if not isinstance(body, ast.FunctionDef) or symbols is None or not all(map(_calls_it, body.decorator_list)):
            return
        self._runs(path, origin, body, visited, line)

    def _asks_for_path(self, target: str, line: int) -> None:
        """``from shop import x`` asks a module that is no package for ``__path__``, and so its ``__getattr__``."""
        if target.endswith("/__init__.py") or "__getattr__" not in self.bound.get(target, ()):
            return
        symbols = self.snapshot.symbols(target)
        nodes = (node for node, typing in flat(symbols.body) if not typing) if symbols is not None else ()
        functions = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.name == "__getattr__"]
        if len(functions) == 1 and self._asking.count(target) < 2:
            self._asking.append(target)
            try:
                self._runs(target, (target, "__getattr__"), functions[0], {(target, "__getattr__")}, line)
            finally:
                self._asking.pop()

    def _runs(self, path: str, origin: Origin, body: ast.FunctionDef, visited: set[Origin], line: int) -> None:
        """A function of the tree runs: all that it certainly does."""
        where, name = origin
        symbols = self.snapshot.symbols(where)
        own, certain = self.facts.body(body)
        local = set(own)
        for inner in certain:
            if isinstance(inner, (ast.Import, ast.ImportFrom)):
                self._imports(where, inner)
                local |= {a.asname or a.name.partition(".")[0] for a in inner.names}
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and inner.id not in local:
                bounds = symbols.binds.get(inner.id, ()) if symbols is not None else ()
                there = inner.id in self.bound[where] or inner.id in BUILTINS or inner.id in OWN
                if not there and any(not b.typing for b in bounds):
                    message = f"{name} is called, which reads {inner.id} before it is bound"
                    raise Failed(Place(path, line), inner.id, message, NameError)
            elif isinstance(inner, ast.Call):
                self._call(where, inner.func, visited, line if where != path else inner.lineno)


def _catches(node: ast.Try, error: type[Exception]) -> bool:
    """May a handler catch it? What names no exception of Python's own may."""
    for handler in node.handlers:
        for kind in handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]:
            known = vars(builtins).get(kind.id) if isinstance(kind, ast.Name) else None
            if not isinstance(known, type) or issubclass(error, known) or issubclass(known, error):
                return True
    return False


def _calls_it(decorator: ast.expr) -> bool:
    """Does what a decorator makes of a function certainly run it when it is called?"""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(named, "attr", getattr(named, "id", "")) in _TRANSPARENT
