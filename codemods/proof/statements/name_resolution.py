"""Where a name stands in the text, and what it means there, by the compiler's own tables of scopes."""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import LOCAL_BUILTINS, OWN, Origin, Origins
from codemods.proof.statements.own_folder import folders


@dataclass(frozen=True)
class Occurrence:
    """One place that names something.

    ``moment``: import, call, typing, or example. ``cells``: the places in module namespaces that are looked at when it
    runs; ``writes``: the one that it binds anew; ``own`` where this is the statement's own binding. ``whole``: a module
    is used as an object. ``live``: what a name that only type checkers need means to who asks for it at run time.
    """

    text: str
    meaning: Origins
    cells: frozenset[Origin]
    moment: str
    line: int
    writes: Origin | None = None
    own: bool = False
    whole: bool = False
    live: Origins = frozenset()


@dataclass
class StatementSummary:
    """A statement's key, its occurrences in order, and the imports inside of its functions."""

    key: str
    occurrences: list[Occurrence] = field(default_factory=list)
    inner: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    annotated: bool = False
    suites: list[ast.stmt] = field(default_factory=list)  # examples of new modules, which it adds to those of before


@dataclass
class Scope:
    table: symtable.SymbolTable
    outer: Scope | None
    moment: str
    imports: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    given: frozenset[str] = frozenset()  # names that Python binds in a class body by itself
    waiting: list[symtable.SymbolTable] = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = list(_through(self.table))

    @property
    def kind(self) -> str:
        return str(getattr(self.table.get_type(), "value", self.table.get_type()))

    def symbol(self, name: str) -> symtable.Symbol | None:
        try:
            return self.table.lookup(name)
        except KeyError:
            mangled = [s for s in self.table.get_symbols() if s.get_name().endswith(name)]
            return mangled[0] if name.startswith("__") and mangled else None

    def holds(self, name: str) -> str:
        """Is a name ``local`` here, ``global``, or (empty) perhaps one of a scope around?"""
        symbol = self.symbol(name)
        if symbol is None:
            return ""
        if symbol.is_declared_global() or (symbol.is_global() and not symbol.is_local()):
            return "global"
        return "local" if symbol.is_local() and not symbol.is_free() else ""

    def child(self, kind: str, name: str, line: int) -> symtable.SymbolTable:
        """The table of a scope inside; those that the compiler makes for type parameters are seen through."""
        for table in self.waiting:
            is_class = str(getattr(table.get_type(), "value", table.get_type())) == "class"
            if table.get_name() == name and table.get_lineno() == line and is_class == (kind == "class"):
                self.waiting.remove(table)
                return table
        return self.table


class Inlined(Scope):
    """A comprehension that has no table: since Python 3.12 the compiler takes most of them into the scope around."""

    def __init__(self, outer: Scope, targets: Collection[str], moment: str) -> None:
        super().__init__(outer.table, outer, moment)
        self.targets = targets

    @property
    def kind(self) -> str:
        return "function"

    def holds(self, name: str) -> str:
        return "local" if name in self.targets else ""

    def child(self, kind: str, name: str, line: int) -> symtable.SymbolTable:
        assert self.outer is not None
        return self.outer.child(kind, name, line)


def _through(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        if str(getattr(child.get_type(), "value", child.get_type())) in ("function", "class"):
            yield child
        else:
            yield from _through(child)


class NameResolver:
    """Resolves the names of one module of one tree; what is read is kept in the present reading."""

    # The module in getattr(module, "name"), which is no use of the whole module.
    _looked_into: ast.expr | None = None

    # eval in eval(code, names), dir in dir(it): they are given a namespace, and do not read this module's.
    _given_a_namespace: ast.expr | None = None

    _scope: Scope

    # Where __file__ is asked for its folder only.
    _folders: frozenset[ast.AST] = frozenset()

    def __init__(self, snapshot: Snapshot, path: str) -> None:
        self.snapshot = snapshot
        self.path = path
        symbols = snapshot.symbols(path)
        assert symbols is not None
        self.symbols = symbols
        self._parts: list[str] = []
        self._reading = StatementSummary("")
        self._moment = "import"
        if "__file__" in symbols.source.text:
            self._folders = frozenset(folders(symbols.source.nodes))

    @cached_property
    def module(self) -> Scope:
        """The scope of the module; raises SyntaxError, since the compiler has more rules than the parser."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Scope(symtable.symtable(self.symbols.source.text, self.path, "exec"), None, "import")

    def _import_call(self, node: ast.Call) -> str | None:
        """The module of the tree that ``importlib.import_module("a.b")`` gives."""
        if last_name(node.func) == "import_module" and len(node.args) == 1 and not node.keywords:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                return self.snapshot.find(argument.value, self.path)
        return None

    def _is_new(self, dotted: str) -> bool:
        """Is it a module that the other tree does not have?"""
        return self.snapshot.find(dotted, self.path) in self.snapshot.came

    def _hole(
        self, node: ast.expr, text: str, meaning: Origins, cells: frozenset[Origin], context: str = "Load"
    ) -> None:
        self._parts.append(f"§{context}")
        if context == "Load":
            whole = node is not self._looked_into and all(
                where not in ("", "=") and not name for where, name in meaning
            )
            live = self._live(node) if self._moment == "typing" else frozenset()
            self._note(Occurrence(text, meaning, cells, self._moment, node.lineno, whole=whole, live=live))
            return
        own = isinstance(node, ast.Name) and self._scope is self.module
        if isinstance(node, ast.Name):
            target = (self.path, node.id)
        else:
            # An attribute of a module of the tree is a name there; one of anything else binds no name.
            attribute, root = getattr(node, "attr", ""), text.partition(".")[0]
            there = (cell for cell in cells if cell[1] == attribute and cell != (self.path, root))  # `time.time = fake`
            target = next(there, min(meaning, default=None))
        self._note(Occurrence(text, meaning, frozenset(), self._moment, node.lineno, target, own))

    def _live(self, node: ast.expr) -> Origins:
        self._moment = "call"
        found = self._chain(node)
        self._moment = "typing"
        return found[0] if found is not None and found[2] is node else frozenset()

    def _note(self, occurrence: Occurrence) -> None:
        self._reading.occurrences.append(occurrence)

    def _chain(self, node: ast.expr) -> tuple[Origins, frozenset[Origin], ast.expr] | None:
        """(what it means, the namespace places looked at, the part of the expression that this is); None where the
        expression does not begin with a global or an import."""
        if isinstance(node, ast.Name):
            return self._root(node)
        if isinstance(node, ast.Call):
            module = self._import_call(node)
            return (frozenset({(module, "")}), frozenset(), node) if module is not None else None
        if not isinstance(node, ast.Attribute):
            return None
        found = self._chain(node.value)
        if found is None or found[2] is not node.value:
            return found
        meaning = self.snapshot.member(self.path, found[0], node.attr, self._moment == "typing")
        if meaning is None:
            return found
        places = {(where, node.attr) for where, inner in found[0] if where not in ("", "=") and not inner}
        return meaning, found[1] | places, node

    def _root(self, node: ast.Name) -> tuple[Origins, frozenset[Origin], ast.expr] | None:
        name, typing = node.id, self._moment == "typing"
        scope: Scope | None = self._scope
        first = True
        while scope is not None and scope is not self.module:
            if scope.kind == "class" and not first:
                scope = scope.outer
                continue
            if name in scope.given:
                return None
            held = scope.holds(name)
            if held == "global":
                break
            if held == "local":
                if name in scope.imports:
                    return self._late(node, scope.imports[name], typing)
                return None
            scope, first = scope.outer, False
        origins = self.snapshot.origins(self.path, name, typing)
        if name in OWN and not self.snapshot.bound_origins(self.path, name):
            own = (self.path, name)
            if name == "__name__":
                own = ("=", repr(self.snapshot.names.dotted(self.path)))
            elif name == "__package__":  # that of all modules of a folder
                own = ("=", f"the package {self.path.rpartition('/')[0]}/")
            elif name == "__file__" and node in self._folders:
                own = ("=", f"the folder {self.path.rpartition('/')[0]}/")
            origins = frozenset({own})
        elif (
            name in LOCAL_BUILTINS
            and origins == {("", f"builtins.{name}")}
            and node is not self._given_a_namespace
            and self._asks_module(name)
        ):
            origins = frozenset({(self.path, f"{name}()")})
        return origins, frozenset({(self.path, name)}), node

    def _asks_module(self, name: str) -> bool:
        return name in ("globals", "exec", "eval") or (name in ("vars", "dir", "locals") and self._scope is self.module)

    def _late(
        self, node: ast.Name, imports: list[tuple[str, str | None]], typing: bool
    ) -> tuple[Origins, frozenset[Origin], ast.expr]:
        meaning: set[Origin] = set()
        cells: set[Origin] = set()
        for module, attribute in imports:
            meaning |= self.snapshot.imported(self.path, module, attribute, typing)
            target = self.snapshot.find(module, self.path)
            if attribute is not None and target is not None:
                cells.add((target, attribute))
        return frozenset(meaning), frozenset(cells), node


def last_name(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))
