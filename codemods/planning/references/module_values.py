"""Which expressions of the tree are a given module, however it is held.

An import and an attribute chain; ``importlib.import_module("shop.worker")``, ``sys.modules[…]``; a variable, a
parameter, an attribute (``self.module``), a loop, a fixture or a function that returns it. Names are followed by their
spelling within a file, and what crosses files (fixtures, parameters of helpers, attributes) by its spelling at all:
so more is taken for the module than is, never less of what is written down.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Collection, Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.built_texts import BuiltTexts, bound_values
from codemods.planning.references.called_as import calls_meant, last_name
from codemods.planning.references.local_values import bound_at, read_at
from codemods.planning.references.module_aliases import aliases, module_at
from codemods.project import Unreadable, walk

_IMPORTING = frozenset({"import_module", "__import__", "importorskip", "resolve_name", "reload", "locate"})


# Methods that so many things have that to follow one by its name is to follow all: ``super().__init__(module)``.
_OF_MANY = frozenset(name for kind in (dict, list, set, str, type) for name in dir(kind))

# Words without which no name of a module is set that somebody holds in an attribute.
_SETTING = frozenset({"setattr", "delattr", "patch", "setitem", "__dict__", "vars", "replace", "spy", "stub"})


class ModuleValues:
    """The expressions that may be the module at ``path``, in the ``files`` that refer to it and those they lead to."""

    def __init__(self, project: ProjectIndex, path: str, files: Collection[str]) -> None:
        self.project = project
        self.path = path
        self._names: dict[str, set[tuple[int, str]]] = defaultdict(set)
        self._attributes: set[str] = set()
        self._functions: set[str] = set()  # what returns the module
        self._fixtures: set[str] = set()
        self._parameters: dict[str, set[int | str]] = defaultdict(set)  # of functions that are given the module
        self._texts: dict[str, BuiltTexts] = {}
        self._aliases: dict[str, dict[str, list[str]]] = {}
        self._chains: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._given: dict[ast.AST, list[ast.expr]] = {}  # what functions return or yield
        self.files: dict[str, Module] = {}
        self._collect(files)

    def texts(self, module: Module) -> BuiltTexts:
        """What expressions of a file may be as texts."""
        return self._texts.setdefault(module.path, BuiltTexts(self.project, module))

    def dotted_of(self, module: Module, chain: tuple[str, ...]) -> Iterator[str]:
        """The dotted names that an attribute chain may stand for, by the imports of the file."""
        if module.path not in self._aliases:
            last = self.project.names.dotted(self.path).rpartition(".")[2]
            self._aliases[module.path] = aliases(self.project, module, last)
        for dotted in self._aliases[module.path].get(chain[0], ()):
            yield ".".join([dotted, *chain[1:]])

    def imported(self, module: Module, node: ast.expr) -> bool:
        """Is it the module by an import of the file?"""
        chain = chain_of(node)
        return bool(chain) and self._by_chain(module, chain) and _may_be_imported(module, node)

    def holds(self, module: Module, node: ast.expr | None) -> bool:
        """May the expression be the module?"""
        match node:
            case ast.Name():
                known = self._names[module.path]
                return any(name in known for name in read_at(module, node)) or self.imported(module, node)
            case ast.Attribute(value=value, attr=attribute):
                plain = not self.holds(module, value) and attribute in self._attributes
                return plain or self.imported(module, node)
            case ast.Subscript(value=value, slice=key):
                return _is_modules(value) and self.is_named(module, key)
            case ast.NamedExpr(value=value) | ast.Await(value=value):
                return self.holds(module, value)
            case ast.IfExp(body=one, orelse=two):
                return self.holds(module, one) or self.holds(module, two)
            case ast.BoolOp(values=values):
                return any(self.holds(module, value) for value in values)
            case ast.Call():
                return self._is_made(module, node)
            case _:
                return False

    def _by_chain(self, module: Module, chain: tuple[str, ...]) -> bool:
        key = module.path, chain
        if key not in self._chains:
            dotted, last = self.dotted_of(module, chain), self.project.names.dotted(self.path).rpartition(".")[2]
            self._chains[key] = any(module_at(self.project, module.path, d, last) == self.path for d in dotted)
        return self._chains[key]

    def _is_made(self, module: Module, call: ast.Call) -> bool:
        called = last_name(call.func)
        first = call.args[0] if call.args else None
        if called == "getmodule" and first is not None:
            return self._is_of_the_module(module, first)
        if called in _IMPORTING and first is not None:
            return self.is_named(module, first, call.args[1:], call.keywords) or self.holds(module, first)
        if called == "get" and isinstance(call.func, ast.Attribute) and _is_modules(call.func.value):
            return self.is_named(module, first)
        return called in self._functions

    def is_named(
        self,
        module: Module,
        node: ast.expr | None,
        more: Collection[ast.expr] = (),
        keywords: Collection[ast.keyword] = (),
    ) -> bool:
        """May the expression be the name of the module, as a text?"""
        names = self.project.names
        texts = self.texts(module)
        if isinstance(node, ast.Attribute) and node.attr == "__module__" and self._is_of_the_module(module, node.value):
            return True
        packages = [*more, *(k.value for k in keywords if k.arg == "package")]
        around = texts.of(packages[0]) if packages else frozenset({names.package(module.path) or ""})
        for text in texts.of(node):
            level = len(text) - len(text.lstrip("."))
            bases = [".".join(a.split(".")[: len(a.split(".")) - level + 1]) for a in around] if level else [""]
            if any(names.find(f"{base}.{text[level:]}".strip("."), module.path) == self.path for base in bases):
                return True
        return False

    def _is_of_the_module(self, module: Module, node: ast.expr) -> bool:
        """Is this a definition of the module: ``inspect.getmodule(Status)``, ``Status.__module__``?"""
        chain = chain_of(node)
        if len(chain) == 1:
            return (self.project.origin(module.path, chain[0]) or ("",))[0] == self.path
        return bool(chain) and self._by_chain(module, chain[:-1])

    # -- what passes the module on

    def _collect(self, files: Collection[str]) -> None:
        todo, met = list(dict.fromkeys(files)), set(files)
        while todo:
            for path in todo:
                try:
                    module = self.project.module(path) if path.endswith(".py") else None
                except (Unreadable, OSError):
                    module = None
                if module is not None:
                    self.files[path] = module
            self._settle([self.files[path] for path in todo if path in self.files])
            todo = sorted(path for path in self._lead_to() if path.endswith(".py") and path not in met)
            met.update(todo)

    def _lead_to(self) -> frozenset[str]:
        """The files with a word that gives the module: an attribute, of which there are many, where names are set."""
        tree, words = self.project.tree, {*self._fixtures, *self._functions, *self._parameters}
        found = tree.code_with(words) if words else frozenset()
        return found | (tree.code_with(self._attributes) & tree.code_with(_SETTING) if self._attributes else found)

    def _settle(self, todo: list[Module]) -> None:
        """Each file is read again where it has a word that was found in another one since."""
        waiting = dict.fromkeys(module.path for module in todo)
        known = self._passing()
        while waiting:
            module = self.files[next(iter(waiting))]
            del waiting[module.path]
            own = len(self._names[module.path])
            self._pass_on(module)
            if len(self._names[module.path]) > own:
                waiting[module.path] = None
            before, known = known, self._passing()
            for word in {name for name, _ in known - before}:
                waiting |= {path: None for path, other in self.files.items() if word in other.source.text}

    def _passing(self) -> set[tuple[str, int | str]]:
        """By which names modules pass it on, and how: those that all files look for."""
        plain: set[tuple[str, int | str]] = {
            (name, "") for name in (*self._attributes, *self._functions, *self._fixtures)
        }
        return plain | {(name, at) for name, places in self._parameters.items() for at in places}

    def _pass_on(self, module: Module) -> None:
        nodes, own = module.source.nodes, self._names[module.path]
        own.update(bound_at(module, value, name) for name, value in bound_values(module) if self.holds(module, value))
        for node in nodes.of(ast.Assign):
            if any(isinstance(t, ast.Attribute) for t in node.targets) and self.holds(module, node.value):
                self._attributes.update(t.attr for t in node.targets if isinstance(t, ast.Attribute))
        for node in nodes.of(ast.ClassDef):
            self._of_class(module, node)
        for function in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef)):
            self._of_function(module, function)
        for call in nodes.of(ast.Call):
            self._arguments(module, call)

    def _of_class(self, module: Module, node: ast.ClassDef) -> None:
        given = self._parameters.get(node.name, set())
        if given and not any(getattr(inner, "name", "") in ("__init__", "__new__") for inner in node.body):
            for base in filter(self._is_in_the_tree, map(last_name, node.bases)):
                self._parameters[base].update(given)
        fields: list[str] = []
        for inner in node.body:
            if isinstance(inner, ast.Assign) and self.holds(module, inner.value):
                self._attributes.update(t.id for t in inner.targets if isinstance(t, ast.Name))
            elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                fields.append(inner.target.id)
            elif isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                self._given_to(module, inner, given)
        self._attributes.update(fields[i] for i in given if isinstance(i, int) and i < len(fields))
        self._attributes.update({*fields} & {*map(str, given)})

    def _given_to(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, given: Collection[int | str]
    ) -> set[str]:
        """The names of parameters that arguments may be; those that are given the module hold it."""
        arguments = function.args
        plain = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
        shift = 1 if plain[:1] in (["self"], ["cls"]) else 0
        named = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
        places = (i + shift for i in given if isinstance(i, int))
        held = {plain[i] for i in places if i < len(plain)} | (named & {*map(str, given)})
        self._names[module.path].update(bound_at(module, function, name) for name in held)
        return named

    def _of_function(self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        named = self._given_to(module, function, self._parameters.get(function.name, ()))
        asked = self._fixtures & named if _is_asked_by_pytest(function) else set()
        self._names[module.path].update(bound_at(module, function, name) for name in asked)
        if function not in self._given:
            found = (n.value for n in walk(function) if isinstance(n, (ast.Return, ast.Yield)))
            self._given[function] = [value for value in found if value is not None]
        if function.name not in _OF_MANY and any(self.holds(module, value) for value in self._given[function]):
            fixture = any("fixture" in ast.unparse(d) for d in function.decorator_list)
            (self._fixtures if fixture else self._functions).add(function.name)

    def _arguments(self, module: Module, call: ast.Call) -> None:
        held = [i for i, argument in enumerate(call.args) if self.holds(module, argument)]
        named = [k.arg for k in call.keywords if k.arg and self.holds(module, k.value)]
        followed = False
        for meant in calls_meant(module, call) if held or named else ():
            called, before = last_name(meant.func), len(meant.args) - len(call.args)
            if self._is_in_the_tree(called) and not _is_builtin(module, meant.func):
                self._parameters[called].update([*(i + before for i in held if i + before >= 0), *named])
                followed = True
        if not followed:
            self._attributes.update(named)  # SimpleNamespace(worker=worker)

    def _is_in_the_tree(self, name: str) -> bool:
        """Is a function or class of this name defined in the tree, so that it can be followed?"""
        return name not in _OF_MANY and name in self.project.defined


def _is_builtin(module: Module, function: ast.expr) -> bool:
    """``list(names)``, though a class of the tree has a method ``list``."""
    name = function.id if isinstance(function, ast.Name) else ""
    if not hasattr(builtins, name) or name in module.binds or module.stars:
        return False
    nodes = module.source.nodes
    inner = (f for kind in FUNCTIONS for f in nodes.of(kind) if f.name == name)
    return all(isinstance(nodes.parents.get(id(f)), ast.ClassDef) for f in inner)


def _is_asked_by_pytest(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.name.startswith("test") or any("fixture" in ast.unparse(d) for d in function.decorator_list)


def _may_be_imported(module: Module, node: ast.expr) -> bool:
    """Not a local variable that is called like what the file imports."""
    return not hasattr(node, "lineno") or module.may_be_imported(node)


def _is_modules(node: ast.expr) -> bool:
    """``sys.modules``"""
    return last_name(node) == "modules"
