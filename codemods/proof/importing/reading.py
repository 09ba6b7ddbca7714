"""What is read while modules are imported, by statements and by functions that they call; it has to be bound."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager

from codemods.model import Place
from codemods.proof.importing.attempts import attempts, catches
from codemods.proof.importing.bodies import Perhaps, chain_read, has_default
from codemods.proof.importing.eager import Read
from codemods.proof.importing.traces import Executing, Failed, Stale
from codemods.proof.snapshot.symbols import BUILTINS, OWN, Origin, SymbolTable, flat

_TRANSPARENT = frozenset({"cache", "lru_cache", "wraps", "staticmethod", "no_type_check", "deprecated", "final"})


class Reading(Executing):
    """The part of a simulation that looks at names."""

    @abstractmethod
    def _imports(self, path: str, node: ast.Import | ast.ImportFrom) -> None:
        """An import inside of a function runs."""

    @abstractmethod
    def _lazily(self, target: str, name: str) -> bool:
        """Does the module find a name by importing it?"""

    @abstractmethod
    def _not_yet(self, target: str, name: str) -> str:
        """The module in which another one looks for a name, and which has not bound it by now."""

    def _reads(self, path: str, node: ast.AST, symbols: SymbolTable) -> None:
        names = self.bound[path]
        seen: set[Hashable] = set()
        for read in self.facts.names(path, node, symbols.postponed):
            line, (name, _, rest) = read.line, read.chain.partition(".")
            if rest and (version := self._held(path, name)):
                self._through(path, read, version)
            if name.startswith("="):
                continue
            if name in names:
                if name in self.facts.rebound:
                    seen.add((name, names[name]))
            elif (
                name not in BUILTINS and name not in OWN and read.certain and self._is_bound_later(path, name, symbols)
            ):
                raise Failed(Place(path, line), name, f"{name} is read before it is bound", NameError)
        if seen:
            self._frames[-1].repeatable = False
            self.run_.versions[self._now] = self.run_.versions.get(self._now, frozenset()) | seen
        visited: set[Origin] = set()
        for function in self.facts.called(node):
            self._call(path, function, visited, getattr(function, "lineno", 0))

    @contextmanager
    def _attempting(self, node: ast.AST) -> Iterator[None]:
        """What fails in a statement that catches it ends there."""
        guarded, now = catches(node, ImportError), self._now
        self._guarded += guarded
        try:
            yield
        except Failed as failed:
            if not catches(node, failed.error):
                raise
            if self.traces is not None:
                raise Stale from None  # What began and failed stands half made, and others may look at it.
            self._now = now
            self.run_.caught.append((now, failed))
        finally:
            self._guarded -= guarded

    def _held(self, path: str, name: str) -> Hashable:
        """What a name of a module is by now, or the module that is found by a text."""
        if name.startswith("="):
            return ("module", self.snapshot.find(name[1:].replace("|", "."), path))
        return self.bound[path].get(name)

    def _asked_later(self, path: str, module: str) -> str:
        """A name that a file says in a text, and that a module finds only once it is executed to its end."""
        symbols, asking = self.snapshot.symbols(module), self.snapshot.symbols(path)
        if symbols is None or asking is None or module not in self._open or "__getattr__" in self.bound[module]:
            return ""
        texts = {n.value for n in asking.source.nodes.of(ast.Constant) if isinstance(n.value, str)}
        return min(texts & {*symbols.lazy} - self.bound[module].keys(), default="")

    def _through(self, path: str, read: Read, version: Hashable) -> None:
        """``module.name`` is read while importing: the module has to have the name by now."""
        try:
            self._follow(path, read.chain, version, read.line)
        except Failed as failed:
            if not read.default:
                raise
            self.run_.caught.append((self._now, failed))

    def _follow(self, path: str, chain: str, version: Hashable, line: int) -> None:
        for attribute in chain.split(".")[1:]:
            if not isinstance(version, tuple) or version[0] != "module" or version[1] not in self.bound:
                return
            module = version[1]
            self._reads_names_of(module)
            if module == path == self._script:
                return  # the script imports itself by its name: that is another execution of it, and complete
            if attribute == "*":
                if name := self._asked_later(path, module):
                    message = f"{chain.removesuffix('.*')} may be asked for {name} before that is found in {module}"
                    raise Failed(Place(path, line), name, message, AttributeError)
                return
            if attribute not in self.bound[module]:
                if self._lazily(module, attribute):
                    return
                if home := self._not_yet(module, attribute):
                    message = f"{chain} is read, and {module} finds it in {home} before it is bound there"
                    raise Failed(Place(path, line), attribute, message, AttributeError)
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
        own, certain = self.facts.body(body)
        self._evaluates((path, line), origin, certain, set(own), visited)

    def _evaluates(
        self,
        caller: tuple[str, int],
        origin: Origin,
        certain: Iterable[ast.AST | Perhaps],
        local: set[str],
        visited: set[Origin],
    ) -> None:
        (path, line), (where, name) = caller, origin
        symbols = self.snapshot.symbols(where)
        for inner in certain:
            if isinstance(inner, Perhaps):
                chain = chain_read(inner.node)
                root = chain.partition(".")[0]
                if root not in local and (version := self._held(where, root)):
                    self._through(path, Read(chain, line, True, False), version)
            elif attempts(inner):
                with self._attempting(inner):
                    self._evaluates(caller, origin, self.facts.attempted(inner), local, visited)
            elif isinstance(inner, (ast.Import, ast.ImportFrom)):
                self._imports(where, inner)
                local |= {a.asname or a.name.partition(".")[0] for a in inner.names}
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and inner.id not in local:
                bounds = symbols.binds.get(inner.id, ()) if symbols is not None else ()
                there = inner.id in self.bound[where] or inner.id in BUILTINS or inner.id in OWN
                if not there and any(not b.typing for b in bounds):
                    message = f"{name} is called, which reads {inner.id} before it is bound"
                    raise Failed(Place(path, line), inner.id, message, NameError)
            else:
                chain = chain_read(inner)
                root = chain.partition(".")[0]
                if root != chain and root not in local and (version := self._held(where, root)):
                    self._through(path, Read(chain, line, has_default(inner)), version)
                if isinstance(inner, ast.Call):
                    self._call(where, inner.func, visited, line if where != path else inner.lineno)


def _calls_it(decorator: ast.expr) -> bool:
    """Does what a decorator makes of a function certainly run it when it is called?"""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(named, "attr", getattr(named, "id", "")) in _TRANSPARENT
