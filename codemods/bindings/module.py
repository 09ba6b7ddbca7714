"""A module as planning sees it: its top-level statements, what each binds, reads and completes."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from codemods.bindings.collecting import Collector
from codemods.bindings.guards import is_main_guard
from codemods.bindings.imports import (
    Import,
    bound_where_it_fails,
    gives_other_names,
    import_like,
    imports_of,
    read_where_it_fails,
)
from codemods.bindings.references import Moment, Reference
from codemods.bindings.scopes import caught_only, module_binds
from codemods.bindings.touching import touched
from codemods.project.source import Source


@dataclass(frozen=True)
class Statement:
    """A top-level statement. ``touches`` are names whose value it changes without binding them anew.

    ``is_import``: an import, or a block of nothing but imports and the only stand-ins for them.
    """

    index: int
    node: ast.stmt
    binds: frozenset[str]
    touches: frozenset[str]
    read: Callable[[ast.stmt], Iterable[Reference]] = field(repr=False, compare=False)
    is_import: bool = False

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """What it reads and writes; found when asked, for of most modules only the definitions matter."""
        return tuple(self.read(self.node))

    @cached_property
    def places(self) -> frozenset[int]:
        """The nodes by which it reads or writes them, by their ids."""
        return frozenset(id(reference.node) for reference in self.references)


class Module:
    """The top level of one source file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path = source.path

    @cached_property
    def postponed(self) -> bool:
        """Does ``from __future__ import annotations`` hold?"""
        return any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(a.name == "annotations" for a in node.names)
            for node in self.source.tree.body
        )

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        collect = Collector(self.postponed).collect
        caught = frozenset(caught_only(self.source.tree.body))
        found = []
        for index, node in enumerate(self.source.tree.body):
            binds, read = frozenset(module_binds([node])), collect
            if is_main_guard(node):
                # Who imports the module never sees what is bound here, nor that it is read.
                read = partial(self._read_by_script, binds, collect)
                binds = frozenset()
            elif inside := binds & (caught | bound_where_it_fails(node)):
                binds, read = binds - inside, partial(_beside, inside, collect)
            found.append(Statement(index, node, binds, frozenset(touched(node)) - binds, read, import_like(node)))
        defined = frozenset().union(*(s.binds for s in found if not isinstance(s.node, ast.Delete) and not s.is_import))
        # `del os` takes away what was only imported: it defines nothing, and others import it for themselves.
        found = [replace(s, binds=s.binds & defined) if isinstance(s.node, ast.Delete) else s for s in found]
        if names := self.source.typed_in_comments:
            found = [replace(s, read=partial(_with_comments, names, s.read)) for s in found]
        return tuple(
            replace(s, is_import=False)
            if s.is_import
            and (
                self._fills_in(s, defined)
                or gives_other_names(s.node, defined)
                or not defined.isdisjoint(read_where_it_fails(s.node))
            )
            else s
            for s in found
        )

    def _fills_in(self, statement: Statement, defined: frozenset[str]) -> bool:
        """Does a block of imports bind what other statements define? `json = None`, and a `try` further down."""
        return bool(statement.binds & defined - {item.binds for item in self._imports_in(statement)})

    def _read_by_script(
        self, binds: frozenset[str], collect: Callable[[ast.stmt], list[Reference]], guard: ast.stmt
    ) -> Iterator[Reference]:
        """What the main guard reads of the module: not what it binds itself before."""
        elsewhere = self._bound_beside(guard)
        first = {name: inner.lineno for inner in reversed(guard.body) for name in module_binds([inner])}  # type: ignore[attr-defined]
        for reference in collect(guard):
            line = getattr(reference.node, "lineno", 0)
            if reference.name not in binds or (reference.name in elsewhere and line <= first[reference.name]):
                yield reference

    def _bound_beside(self, guard: ast.stmt) -> set[str]:
        return module_binds([node for node in self.source.tree.body if node is not guard])

    @cached_property
    def runnable(self) -> bool:
        """Has it a main guard, so that it may run as a script?"""
        return any(map(is_main_guard, self.source.tree.body))

    @cached_property
    def script_binds(self) -> frozenset[str]:
        """Names that mean something else when the module runs as a script: only the main guard binds them, or anew."""
        found: set[str] = set()
        for guard in filter(is_main_guard, self.source.tree.body):
            imported = {item.binds for item in self.imports if item.script}
            found |= module_binds([guard]) - (imported & self._bound_beside(guard))
        return frozenset(found)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(imports_of(self.source.tree))

    @cached_property
    def top_imports(self) -> dict[str, list[Import]]:
        """Imports that bind names of the module itself, by bound name."""
        found: dict[str, list[Import]] = defaultdict(list)
        for item in self.imports:
            if item.function is None and not item.in_class and not item.script and item.attribute != "*":
                found[item.binds].append(item)
        return dict(found)

    def may_be_imported(self, node: ast.expr) -> bool:
        """May the root of an attribute chain be what an import of this file binds? A parameter or a local is not."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name) or self.is_global(node):
            return True
        return any(
            item.function is None or item.function.lineno <= node.lineno <= (item.function.end_lineno or 0)
            for item in self._inner_imports.get(node.id, ())
        )

    def is_global(self, node: ast.expr) -> bool:
        """Is a name read here as one of the module, or a builtin, not as a local variable?"""
        return any(id(node) in statement.places for statement in self._at(node.lineno))

    def _at(self, line: int) -> Iterator[Statement]:
        """The statements that have something in a line."""
        last = bisect_left(self._ends, line)
        for statement in self.statements[last:]:
            if _first_line(statement.node) > line:
                return
            yield statement

    @cached_property
    def _ends(self) -> list[int]:
        return [statement.node.end_lineno or 0 for statement in self.statements]

    @cached_property
    def _inner_imports(self) -> dict[str, list[Import]]:
        """Imports in functions, classes and below the main guard, by the name that they bind."""
        found: dict[str, list[Import]] = defaultdict(list)
        for item in self.imports:
            if item.in_class or item.script or item.function is not None:
                found[item.binds].append(item)
        return dict(found)

    @cached_property
    def stand_ins(self) -> dict[str, list[Statement]]:
        """What blocks of imports bind beside them, flags and stand-ins, and the blocks that do."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            if statement.is_import:
                for name in statement.binds - {item.binds for item in self._imports_in(statement)}:
                    found[name].append(statement)
        return dict(found)

    @cached_property
    def stars(self) -> tuple[Import, ...]:
        return tuple(item for item in self.imports if item.attribute == "*" and item.function is None)

    @cached_property
    def definitions(self) -> dict[str, list[Statement]]:
        """Statements that bind each name otherwise than by importing it, in order."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            if not statement.is_import:
                imported = {i.binds for i in self._imports_in(statement)}
                for name in (
                    statement.binds - imported if isinstance(statement.node, (ast.If, ast.Try)) else statement.binds
                ):
                    found[name].append(statement)
        return dict(found)

    def _imports_in(self, statement: Statement) -> list[Import]:
        low, high = statement.node.lineno, statement.node.end_lineno or statement.node.lineno
        only = [i for i in self.imports if low <= i.node.lineno <= high and i.function is None]
        return [i for i in only if i.attribute != "*"]

    @cached_property
    def binds(self) -> frozenset[str]:
        """Every name that the module binds at its top level, star imports aside."""
        names: set[str] = set()
        for statement in self.statements:
            names |= statement.binds
        return frozenset(names | self.rebound.keys())

    @cached_property
    def rebound(self) -> dict[str, list[Statement]]:
        """Names that functions rebind with ``global``, and the statements that hold these functions."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements if self.source.nodes.of(ast.Global) else ():
            for reference in statement.references:
                if reference.writes and reference.moment is Moment.CALL and isinstance(reference.node, ast.Name):
                    if statement not in found[reference.name]:
                        found[reference.name].append(statement)
            for name in declared_and_bound(statement.node):
                if name in self.definitions and statement not in found[name]:
                    found[name].append(statement)
        return dict(found)

    @cached_property
    def exported(self) -> tuple[str, ...] | None:
        """The names in a literal ``__all__``, or None where there is none."""
        values = self._listed
        texts = (c.value for value in values for c in ast.walk(value) if isinstance(c, ast.Constant))
        return tuple(text for text in texts if isinstance(text, str)) if values else None

    @cached_property
    def lists_others(self) -> bool:
        """Does ``__all__`` hold what this module does not write down, as ``["Price"] + others``?"""
        names = [n for value in self._listed for n in ast.walk(value) if isinstance(n, ast.Name)]
        own = {"__all__", *(n.id for n in names if isinstance(n.ctx, ast.Store))}
        return any(n.id not in own for n in names)

    @cached_property
    def _listed(self) -> tuple[ast.expr, ...]:
        """The values that ``__all__`` is made of."""
        found: list[ast.expr] = []
        for node in self.source.tree.body:
            value: ast.expr | None = None
            if (
                isinstance(node, ast.Assign)
                and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
            ) or (isinstance(node, (ast.AnnAssign, ast.AugAssign)) and getattr(node.target, "id", "") == "__all__"):
                value = node.value
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                function = node.value.func
                if isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "__all__":
                    value = node.value.args[0] if node.value.args else None
            found += [value] if value is not None else []
        return tuple(found)


def _beside(names: frozenset[str], collect: Callable[..., list[Reference]], node: ast.stmt) -> list[Reference]:
    return [r for r in collect(node) if r.name not in names]


def _with_comments(
    names: tuple[ast.Name, ...], read: Callable[[ast.stmt], Iterable[Reference]], node: ast.stmt
) -> Iterator[Reference]:
    """What a statement reads, and what its comments name for type checkers."""
    yield from read(node)
    for name in names:
        if node.lineno <= name.lineno <= (node.end_lineno or 0):
            yield Reference(name.id, Moment.TYPING, name, string=True, field=True)


def _first_line(node: ast.stmt) -> int:
    """The line in which a statement begins, with its decorators."""
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])


def declared_and_bound(node: ast.stmt) -> Iterator[str]:
    """The names that functions declare global and bind, by an import, a definition or a handler too."""
    for function in ast.walk(node):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            declared = {n for inner in ast.walk(function) if isinstance(inner, ast.Global) for n in inner.names}
            yield from sorted(declared & module_binds(function.body)) if declared else ()
