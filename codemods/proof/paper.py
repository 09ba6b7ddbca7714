"""Imports executed on paper: one module first, with partially initialised modules, as Python does it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from codemods.model import Place
from codemods.proof.instant import Facts
from codemods.proof.outline import BUILTINS, OWN, Origin, Outline, is_typing
from codemods.proof.side import Side


class Failed(Exception):
    """On paper, an import fails."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


@dataclass
class Run:
    """What happened while one module was imported first."""

    failed: Failed | None = None
    events: list[tuple[Hashable, str, ast.stmt]] = field(default_factory=list)
    versions: dict[Hashable, frozenset[Hashable]] = field(default_factory=dict)
    outside: dict[str, Place] = field(default_factory=dict)
    bound: dict[str, dict[str, Hashable]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)


class Interpreter:
    """Runs imports of one tree on paper; a fresh one for each start.

    ``inside``: the modules that are looked into; all others are taken to work as before. ``known``: what to call a
    statement, by the id of its node, so that two runs can be compared.
    """

    def __init__(
        self,
        side: Side,
        inside: frozenset[str],
        known: Mapping[int, Hashable],
        facts: Facts,
    ) -> None:
        self.side = side
        self.inside = inside
        self.known = known
        self.run_ = Run()
        self.bound = self.run_.bound
        self.facts = facts
        self._now: Hashable = None
        self._guarded = 0

    def start(self, path: str) -> Run:
        """Import the module at ``path`` into a fresh process."""
        try:
            self.run(path)
        except Failed as failed:
            self.run_.failed = failed
        except RecursionError:
            pass
        return self.run_

    def run(self, path: str) -> None:
        """Import the module at ``path``, its packages first. Raises Failed."""
        if path not in self.inside:
            self.run_.others.add(path)
        if path in self.bound or path not in self.inside:
            return
        parts = self.side.names.dotted(path).split(".")
        for count in range(1, len(parts)):
            parent = self.side.find(".".join(parts[:count]), path)
            if parent and parent != path:
                self.run(parent)
        self._execute(path)
        if len(parts) > 1:
            parent = self.side.find(".".join(parts[:-1]), path)
            if parent in self.bound:
                self.bound[parent][parts[-1]] = ("module", path)

    def _execute(self, path: str) -> None:
        if path in self.bound:
            return
        outline = self.side.outline(path)
        self.bound[path] = {}
        if outline is None:
            return
        before = self._now
        for index, node in enumerate(outline.body):
            self._now = self.known.get(id(node), (path, index))
            self._statement(path, node, outline)
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                self.run_.events.append((self._now, path, node))
        self._now = before

    def _bind(self, path: str, names: Iterable[str]) -> None:
        for name in names:
            self.bound[path][name] = self._now

    def _statement(self, path: str, node: ast.stmt, outline: Outline) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._module(path, alias.name, node)
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                self.bound[path][alias.asname or top] = ("module", self.side.find(top, path) or top)
        elif isinstance(node, ast.ImportFrom):
            self._from(path, node)
        elif isinstance(node, ast.If):
            self._reads(path, node.test, outline)
            if not is_typing(node.test):
                self._block(path, node.body, outline)
            self._block(path, node.orelse, outline)
        elif isinstance(node, ast.Try):
            self._try(path, node, outline)
        elif isinstance(node, (ast.With, ast.For, ast.While)):
            self._bind(path, self.facts.binds(node))
            for name in ("items", "iter", "test"):
                part = getattr(node, name, None)
                for item in part if isinstance(part, list) else [part] if part else []:
                    self._reads(path, item, outline)
            self._block(path, [*node.body, *getattr(node, "orelse", [])], outline)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.bound[path].pop(getattr(target, "id", ""), None)
        else:
            self._reads(path, node, outline)
            self._bind(path, self.facts.binds(node))

    def _block(self, path: str, body: list[ast.stmt], outline: Outline) -> None:
        for node in body:
            self._statement(path, node, outline)

    def _try(self, path: str, node: ast.Try, outline: Outline) -> None:
        try:
            self._guarded += bool(node.handlers)
            self._block(path, [*node.body, *node.orelse], outline)
        except Failed:
            if not node.handlers:
                raise
        finally:
            self._guarded -= bool(node.handlers)
        for handler in node.handlers:
            if handler.type is not None:
                self._reads(path, handler.type, outline)
            self._bind(path, (n for s in handler.body for n in self.facts.binds(s)))
            for inner in handler.body:
                if isinstance(inner, (ast.Import, ast.ImportFrom)):
                    self._bind(path, (a.asname or a.name.partition(".")[0] for a in inner.names))
        self._block(path, node.finalbody, outline)

    def _module(self, path: str, dotted: str, node: ast.stmt) -> None:
        way = self.facts.way(path, dotted)
        for target in way:
            if target not in self.bound:
                self.run(target)
        if not way and dotted and not self._guarded:
            if dotted.partition(".")[0] not in sys.stdlib_module_names:
                self.run_.outside.setdefault(dotted, Place(path, node.lineno))

    def _from(self, path: str, node: ast.ImportFrom, binds: bool = True) -> None:
        module = self.side.absolute(path, node)
        self._module(path, module, node)
        target = self.side.find(module, path)
        entered = target in self.bound
        for alias in node.names:
            if alias.name == "*":
                if target and entered and binds:
                    there = self.bound[target]
                    self.bound[path].update({n: v for n, v in there.items() if self.side.exports(target, n)})
                elif target and binds:
                    self._bind(path, (n for n in self.side.namespace(target) if self.side.exports(target, n)))
                continue
            inner = self.side.find(f"{module}.{alias.name}", path)
            version: Hashable = ("module", inner) if inner else ("outside", f"{module}.{alias.name}")
            if target and entered:
                version = self.bound[target].get(alias.name, version)
                if alias.name not in self.bound[target] and alias.name not in OWN:
                    if inner and inner != target:
                        self.run(inner)
                    elif self._should_be_there(target, alias.name):
                        raise Failed(
                            Place(path, node.lineno), f"{alias.name} is imported from {module} before it is bound there"
                        )
            elif inner:
                self.run(inner)
            if binds:
                self.bound[path][alias.asname or alias.name] = version

    def _should_be_there(self, target: str, name: str) -> bool:
        outline = self.side.outline(target)
        if outline is None or "__getattr__" in self.bound[target]:
            return False
        return name in outline.binds or all(self.side.find(star, target) for star in outline.stars)

    # -- names that are read while importing

    def _reads(self, path: str, node: ast.AST, outline: Outline) -> None:
        names = self.bound[path]
        seen: set[Hashable] = set()
        for chain, line in self.facts.names(path, node, outline.postponed):
            name, _, rest = chain.partition(".")
            if rest and name in names:
                self._through(path, chain, names[name], line)
            if name in names:
                if name in self.facts.watched:
                    seen.add((name, names[name]))
            elif name not in BUILTINS and name not in OWN and self._is_bound_later(path, name, outline):
                raise Failed(Place(path, line), f"{name} is read before it is bound")
        if seen:
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
            if attribute not in self.bound[module]:
                outline = self.side.outline(module)
                later = outline is not None and any(not b.typing for b in outline.binds.get(attribute, ()))
                if later and "__getattr__" not in self.bound[module]:
                    raise Failed(Place(path, line), f"{chain} is read before {attribute} is bound in {module}")
                return
            version = self.bound[module][attribute]

    def _is_bound_later(self, path: str, name: str, outline: Outline) -> bool:
        bounds = outline.binds.get(name, ())
        return any(not b.typing for b in bounds) or (bool(bounds) and not self.side.origins(path, name))

    def _call(self, path: str, function: ast.expr, visited: set[Origin], line: int) -> None:
        """A function of the tree is called while importing: what it reads has to be there by now."""
        origins = self.side.meaning(path, function)
        if len(origins) != 1:
            return
        (origin,) = origins
        if origin in visited or origin[0] not in self.bound or not origin[1] or len(visited) > 40:
            return
        visited.add(origin)
        outline = self.side.outline(origin[0])
        body = next((n for n in outline.body if getattr(n, "name", None) == origin[1]), None) if outline else None
        if isinstance(body, ast.ClassDef):
            body = next((n for n in body.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
        if not isinstance(body, ast.FunctionDef) or outline is None:
            return
        own, certain = self.facts.body(body)
        local = set(own)
        for inner in certain:
            if isinstance(inner, ast.ImportFrom):
                self._from(origin[0], inner, binds=False)
                local |= {a.asname or a.name for a in inner.names}
            elif isinstance(inner, ast.Import):
                local |= {a.asname or a.name.partition(".")[0] for a in inner.names}
                for alias in inner.names:
                    self._module(origin[0], alias.name, inner)
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load) and inner.id not in local:
                if inner.id not in self.bound[origin[0]] and inner.id not in BUILTINS and inner.id not in OWN:
                    if any(not b.typing for b in outline.binds.get(inner.id, ())):
                        raise Failed(
                            Place(path, line), f"{origin[1]} is called, which reads {inner.id} before it is bound"
                        )
            elif isinstance(inner, ast.Call):
                self._call(origin[0], inner.func, visited, line if origin[0] != path else inner.lineno)
