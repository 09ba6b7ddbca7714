"""Units: the statements of a module that only move whole.

Statements belong together when they bind the same name (overloads, redefinitions), complete a value after it was made
(`X.a = …`, `X += …`, `@X.register`), rebind it from inside a function (`global X`), need a name before it is deleted,
or share a line.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from codemods.bindings import Module, Moment, Reference, Statement
from codemods.bindings.guards import is_main_guard, is_type_checking
from codemods.bindings.scopes import FUNCTIONS, target_names


@dataclass(frozen=True)
class DefinitionGroup:
    """Statements that move together, in the order of the text."""

    index: int
    statements: tuple[Statement, ...]

    @cached_property
    def binds(self) -> frozenset[str]:
        return frozenset().union(*(s.binds for s in self.statements)) - self.scratch

    @cached_property
    def scratch(self) -> frozenset[str]:
        """Loop variables: bound in passing."""
        return frozenset().union(*(_scratch(s.node) for s in self.statements))

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        return tuple(r for s in self.statements for r in s.references)

    @property
    def names(self) -> tuple[str, ...]:
        """The bound names in the order of the text."""
        found: dict[str, None] = {}
        for statement in self.statements:
            for name in sorted(statement.binds & self.binds):
                found.setdefault(name)
        return tuple(found)

    @property
    def label(self) -> str:
        return self.names[0] if self.names else f"line {self.statements[0].node.lineno}"

    @property
    def is_class(self) -> bool:
        return isinstance(self.statements[0].node, ast.ClassDef)

    @property
    def is_function(self) -> bool:
        return any(isinstance(s.node, FUNCTIONS) for s in self.statements)

    @property
    def typing_only(self) -> bool:
        """An ``if TYPE_CHECKING:`` that defines something."""
        nodes = [s.node for s in self.statements]
        return all(isinstance(n, ast.If) and is_type_checking(n.test) and not n.orelse for n in nodes)

    def __hash__(self) -> int:
        return self.index


class DefinitionGroups:
    """All groups of a module, and who reads whose names. ``apart``: globals that stay by themselves though moved
    functions rebind them."""

    def __init__(self, module: Module, apart: frozenset[str] = frozenset()) -> None:
        self.module = module
        self.apart = apart

    @cached_property
    def all(self) -> tuple[DefinitionGroup, ...]:
        groups: dict[int, list[Statement]] = defaultdict(list)
        parents = self._group()
        for statement in self.module.statements:
            groups[_find(parents, statement.index)].append(statement)
        return tuple(DefinitionGroup(index, tuple(found)) for index, found in sorted(groups.items()))

    @cached_property
    def by_name(self) -> dict[str, DefinitionGroup]:
        """The group that defines each name; names that are only imported have none."""
        guarded = {name for name, items in self.module.top_imports.items() if all(item.typing_only for item in items)}
        return {
            name: group
            for group in self.all
            for statement in group.statements
            if not statement.is_import
            for name in (statement.binds & group.binds)
            if not (name in guarded and isinstance(statement.node, ast.If))
        }

    @cached_property
    def readers(self) -> dict[str, set[DefinitionGroup]]:
        """The groups that refer to each module-level name, the defining one aside."""
        found: dict[str, set[DefinitionGroup]] = defaultdict(set)
        for group in self.all:
            for reference in group.references:
                if reference.name not in group.binds:
                    found[reference.name].add(group)
        return found

    def goes(self, name: str, moving: Collection[DefinitionGroup]) -> bool:
        """Does a name move with these groups: what defines it, or where no statement does, each function that binds it
        by ``global``?"""
        if name in self.by_name:
            return self.by_name[name] in moving
        if any(name in s.binds for s in self.module.statements):
            return False
        indices = {s.index for group in moving for s in group.statements}
        makers = self.module.rebound.get(name, ())
        return bool(makers) and all(s.index in indices for s in makers)

    def _group(self) -> list[int]:
        """Union-find over statement indices."""
        statements = self.module.statements
        parents = list(range(len(statements)))
        first: dict[str, int] = {}
        deleted = {name for s in statements if isinstance(s.node, ast.Delete) for name in s.binds}
        movable = [s for s in statements if not s.is_import and not _fixed(s.node)]
        for statement in movable:
            for name in statement.binds - _scratch(statement.node) - {"_"}:
                _union(parents, first.setdefault(name, statement.index), statement.index)
        for statement in movable:
            for name in statement.touches:
                if name in first:
                    _union(parents, first[name], statement.index)
            for reference in statement.references:
                if reference.name in first and (
                    (reference.name in deleted and reference.moment is Moment.IMPORT)
                    or (reference.writes and reference.moment is Moment.CALL and reference.name not in self.apart)
                ):
                    _union(parents, first[reference.name], statement.index)
            called = _bare_call(statement.node)
            if called in first and any(
                r.writes and r.moment is Moment.CALL for r in statements[first[called]].references
            ):
                _union(parents, first[called], statement.index)
        for name, writers in self.module.rebound.items():
            if name in self.apart:
                continue
            indices = [s.index for s in writers] + ([first[name]] if name in first else [])
            for index in indices[1:]:
                _union(parents, indices[0], index)
        for one, two in zip(statements, statements[1:], strict=False):
            if (one.node.end_lineno or one.node.lineno) >= two.node.lineno and not (one.is_import and two.is_import):
                _union(parents, one.index, two.index)
        return parents


def _fixed(node: ast.stmt) -> bool:
    """Statements that never move: the docstring, ``__all__``, the main guard."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if is_main_guard(node):
        return True
    targets = (
        node.targets
        if isinstance(node, ast.Assign)
        else [node.target]
        if isinstance(node, (ast.AugAssign, ast.AnnAssign))
        else []
    )
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        targets = [node.value.func.value]
    return any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets)


def _scratch(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return set(target_names(node.target))
    return set()


def _bare_call(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
        return node.value.func.id
    return ""


def _find(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def _union(parents: list[int], one: int, two: int) -> None:
    one, two = _find(parents, one), _find(parents, two)
    parents[max(one, two)] = min(one, two)


def is_data(group: DefinitionGroup) -> bool:
    """A constant, an alias, or a class that is only a shape: enum, dataclass, protocol, exception."""
    node = group.statements[0].node
    if not isinstance(node, ast.ClassDef):
        return not group.is_function
    roots = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list] + list(node.bases)
    names = {getattr(root, "attr", getattr(root, "id", "")) for root in roots}
    shapes = {"dataclass", "Protocol", "NamedTuple", "TypedDict", "define", "frozen"}
    return is_enum(group) or bool(names & shapes) or is_error(group)


def is_error(group: DefinitionGroup) -> bool:
    """A class that is raised, by the names of its bases."""
    node = group.statements[0].node
    bases = node.bases if isinstance(node, ast.ClassDef) else ()
    return any(getattr(b, "attr", getattr(b, "id", "")).endswith(("Error", "Exception")) for b in bases)


def is_enum(group: DefinitionGroup) -> bool:
    node = group.statements[0].node
    if not isinstance(node, ast.ClassDef):
        return False
    bases = [getattr(b, "id", getattr(b, "attr", "")) for b in node.bases]
    return any(base.endswith(("Enum", "Flag")) for base in bases)
