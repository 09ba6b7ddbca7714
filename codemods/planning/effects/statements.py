"""The effects of statements and modules: what they do by themselves, and what they call, bottom-up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codemods import knowledge
from codemods.bindings import Module, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.graphs import strongly_connected
from codemods.planning.effects.class_hooks import ClassHooks
from codemods.planning.effects.resolving import Resolver
from codemods.planning.effects.scopes import own_nodes
from codemods.planning.effects.targets import (
    CALLED,
    CLOSURE,
    FRESH,
    GIVEN,
    MADE,
    PARAMETER,
    SELF,
    Callee,
    Code,
    Target,
    Targets,
)
from codemods.planning.effects.walking import Site, Walker
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable, walk
from codemods.project.nodes import assigned_pairs


@dataclass(frozen=True)
class Effect:
    """An object that a statement changes when it runs: by what, at which line."""

    label: str
    target: Target
    line: int


class Effects:
    """Answers for one tree, each statement looked at once."""

    def __init__(self, project: ProjectIndex) -> None:
        self.project = project
        self.resolver = Resolver(project)
        self.walker = Walker(self.resolver, ClassHooks(self.resolver))
        self._sites: dict[Code, tuple[Site, ...]] = {}
        self._changes: dict[Code, Targets] = {}
        self._objects: dict[Code, Targets] = {}  # those of what it changes that are the same for every caller
        self._attributes: dict[ast.ClassDef, frozenset[str]] = {}
        self._statements: dict[int, tuple[Effect, ...]] = {}
        self._modules: dict[str, tuple[Effect, ...]] = {}

    def of(self, module: Module, statement: Statement) -> tuple[Effect, ...]:
        """What a statement of a module changes, its own module's objects among it."""
        key = id(statement.node)
        if key not in self._statements:
            sites = tuple(self.walker.run(module, None, statement.node))
            self._solve(sites)
            found = (Effect(s.callee.label, t, s.line) for s in sites for t in sorted(self._at(s)) if _is_object(t))
            self._statements[key] = tuple(dict.fromkeys(found))
        return self._statements[key]

    def of_module(self, path: str) -> tuple[Effect, ...]:
        """What importing a module changes besides what it makes itself; empty for a quiet one."""
        if path not in self._modules:
            self._modules[path] = ()  # while a function of it is asked that imports it again
            try:
                module = self.project.module(path)
                found = (e for s in module.statements for e in self.of(module, s) if not owned(module, e.target))
                self._modules[path] = tuple(found)
            except (Unreadable, OSError):
                self._modules[path] = (Effect("code that can't be read", ("", path), 1),)
        return self._modules[path]

    # -- bottom-up over the call graph

    def _solve(self, sites: Iterable[Site]) -> None:
        """Finds what everything that the sites may run changes."""
        graph: dict[Code, list[Code]] = {}
        todo = [code for site in sites for code in _codes(site)]
        while todo:
            code = todo.pop()
            if code not in graph and code not in self._changes:
                graph[code] = [inner for site in self._inside(code) for inner in _codes(site)]
                todo += graph[code]
        for component in strongly_connected(graph):
            for code in component:
                self._changes.setdefault(code, FRESH)
            changed = True
            while changed:
                changed = False
                for code in component:
                    if code in graph:
                        found = frozenset(t for site in self._inside(code) for t in self._at(site))
                        if found != self._changes[code]:
                            changed = True
                            self._changes[code] = found
                            self._objects[code] = frozenset(filter(_is_object, found))

    def _inside(self, code: Code) -> tuple[Site, ...]:
        if code not in self._sites:
            self._sites[code] = tuple(self._run(code))
        return self._sites[code]

    def _run(self, code: Code) -> Iterator[Site]:
        scope = self.resolver.scope(code)
        body = [code.node.body] if isinstance(code.node, ast.Lambda) else code.node.body
        for node in body:
            yield from self.walker.run(code.module, scope, node)
        yield from self._loading(code)
        if code.depth > 1:  # what it returns is called as well
            for value in self.resolver.returns(code.node):
                for callee in self.resolver.callees(code.module, scope, value, code.depth - 1):
                    kept = replace(callee, receiver=callee.receiver | {CLOSURE})
                    yield Site(kept, value.lineno, given=((0, Callee(GIVEN, calls=True)),))

    def _loading(self, code: Code) -> Iterator[Site]:
        """A function that runs while a module is imported imports others then, with what they change."""
        project = self.project
        inner = {id(n) for n in own_nodes(code.node) if isinstance(n, (ast.Import, ast.ImportFrom))}
        items = [i for i in code.module.imports if i.function is not None and id(i.node) in inner and not i.typing_only]
        todo = [(code.module, item, item.node.lineno) for item in items]
        seen = {code.module.path}
        while todo:
            module, item, line = todo.pop()
            for path in (project.target(module, item), project.submodule(module, item)):
                if path is None or path in seen or not path.endswith(".py"):
                    continue
                seen.add(path)
                changes = frozenset(effect.target for effect in self.of_module(path))
                if changes:
                    yield Site(Callee(f"import of {path}", changes=changes), line)
                try:
                    loaded = project.module(path)
                except (Unreadable, OSError):
                    continue
                todo += [(loaded, i, line) for i in loaded.imports if i.function is None and not i.typing_only]

    def _at(self, site: Site) -> Targets:
        """What a call changes."""
        callee = site.callee
        found = set(callee.changes)
        if callee.arguments:
            found |= site.first
        if callee.calls:
            # A parameter is called; or something from outside that calls all that it is given.
            found |= {(CALLED, callee.label)} if "." not in callee.label else self._given(site, None)
        if callee.code is not None:
            objects = self._objects.get(callee.code, FRESH)
            found |= objects
            for target in self._changes.get(callee.code, FRESH) - objects:
                found |= self._seen_from(site, target)
        return frozenset(found)

    def _seen_from(self, site: Site, target: Target) -> Targets:
        """What something that the code changes is for its caller."""
        callee = site.callee
        # A function inside of another one has the names of that as well.
        outer = frozenset({target} if callee.code is not None and callee.code.around is not None else ())
        if target == PARAMETER:
            return site.arguments | outer
        if target[0] == CALLED:
            return self._given(site, target[1]) | outer
        if target == MADE:
            return FRESH
        if target == CLOSURE:
            return callee.receiver | callee.given
        if target[0] != SELF or (outer and not callee.made):
            return frozenset({target})
        if callee.given and callee.code is not None and self._keeps(callee.code.owner, target[1]):
            return callee.receiver | callee.given
        if callee.made and (target[1] == "" or not (callee.inherits or self._of_class(callee.receiver, target[1]))):
            return FRESH
        return callee.receiver

    def _given(self, site: Site, parameter: str | None) -> Targets:
        """What the functions change that a call is given for a parameter (None: for any)."""
        found: set[Target] = set()
        for key, given in site.given:
            if parameter is None or key in (None, parameter) or key == _position(site.callee, parameter):
                if given.code is not None:
                    found |= self._objects.get(given.code, FRESH)
                elif given.calls:
                    found.add((CALLED, given.label))
                elif parameter is not None or (key == 0 and knowledge.calls_its_first(site.callee.label)):
                    found |= given.changes
        return frozenset(found)

    def _of_class(self, owners: Targets, attribute: str) -> bool:
        """Does a class hold an attribute itself, which its constructors do not set anew?"""
        if attribute == "__class__":
            return True
        return any(attribute in self._held(node) for owner in owners for _, node in self.resolver.classes.above(owner))

    def _keeps(self, owner: Target | None, attribute: str) -> bool:
        """Does an attribute hold what the instance was made with: ``self.registry = registry``?"""
        if owner is None:
            return False
        for _, node in self.resolver.classes.above(owner):
            if any(isinstance(f, ast.AnnAssign) and getattr(f.target, "id", "") == attribute for f in node.body):
                return True
            for method in (f for f in node.body if isinstance(f, FUNCTIONS)):
                if attribute in _kept(method, parameters=True):
                    return True
        return False

    def _held(self, node: ast.ClassDef) -> frozenset[str]:
        """What a class holds itself, and its methods do not set, or to a name of the module: ``self.table = TABLE``."""
        if node not in self._attributes:
            inner = [n for f in node.body if isinstance(f, FUNCTIONS) for n in walk(f)]
            stored = {n.attr for n in inner if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)}
            held = {
                t.id
                for s in node.body
                if isinstance(s, (ast.Assign, ast.AnnAssign)) and s.value is not None
                for t in (s.targets if isinstance(s, ast.Assign) else [s.target])
                if isinstance(t, ast.Name)
            }
            kept = {name for f in node.body if isinstance(f, FUNCTIONS) for name in _kept(f)}
            self._attributes[node] = frozenset(held - stored | kept)
        return self._attributes[node]


def _kept(method: ast.FunctionDef | ast.AsyncFunctionDef, parameters: bool = False) -> Iterator[str]:
    """The attributes that a method sets to a name that is none of its own, or to one of its parameters."""
    nodes = list(walk(method))
    given = {n.arg for n in nodes if isinstance(n, ast.arg)}
    own = given | {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for target, value in (pair for n in nodes if isinstance(n, ast.Assign) for pair in assigned_pairs(n)):
        if isinstance(value, ast.Name) and isinstance(target, ast.Attribute):
            if value.id in given if parameters else value.id not in own:
                yield target.attr


def _position(callee: Callee, parameter: str) -> int | None:
    """The position at which a call gives something for a parameter."""
    if parameter == GIVEN:
        return 0
    if callee.code is None:
        return None
    a = callee.code.node.args
    names = [x.arg for x in (*a.posonlyargs, *a.args)][1 if callee.code.owner is not None else 0 :]
    if a.vararg is not None and a.vararg.arg == parameter:
        return len(names)
    return names.index(parameter) if parameter in names else None


def owned(module: Module, target: Target) -> bool:
    """Is it an object that the module makes?"""
    return target[0] == module.path and target[1] in module.definitions


def _is_object(target: Target) -> bool:
    return target not in (PARAMETER, MADE, CLOSURE) and target[0] not in (SELF, CALLED)


def _codes(site: Site) -> Iterator[Code]:
    for callee in (site.callee, *(given for _, given in site.given)):
        if callee.code is not None:
            yield callee.code
