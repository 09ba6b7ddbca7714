"""Which definitions of a module need which names, and when: the one graph under the planner.

Nodes are definition groups. An edge says that a group needs a name of the module at one of three moments:

- import-time: it is evaluated when the module is imported: bases, decorators, defaults, annotations that are evaluated,
  plain expressions; and what the bodies of the functions read that run then, however deep;
- call-time: it is read when a function of the group is called;
- type-checking-only: only annotations name it. Where somebody in the tree resolves annotations at run time, these are
  import-time edges, since ``get_type_hints`` looks into the namespace of the module.

Selection, the direction of the import, the order of several moves and cycles are views of it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from codemods.bindings import Module, Moment, Reference
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups, is_enum
from codemods.planning.index.annotation_readers import Resolved

_ON_SUBCLASS = {"__init_subclass__", "__class_getitem__", "__set_name__"}
_OF_PYTHON = {"__class__", "__class_getitem__", "__subclasscheck__", "__subclasshook__", "__subclasses__"}
_OF_PYTHON |= {"__init_subclass__"}
# Methods by names of a library's own, or of the tree's: a metaclass elsewhere calls them, or a hook of a base.
_OF_LIBRARIES = re.compile(r"__\w*(?:class|meta)\w*__")
_OF_USE = {"__call__", "__enter__", "__exit__"}
# Who asks about a class, and makes nothing of it.
_ASKING = {"isinstance", "issubclass", "hasattr", "getattr", "super", "cast", "id", "repr"}
_ON_MEMBERS = {"__new__", "__init__", "_generate_next_value_"}


@dataclass(frozen=True)
class Need:
    """``by`` needs ``name`` at a moment; ``line`` is where it reads it, or calls what does; ``why`` a sentence."""

    by: DefinitionGroup
    name: str
    moment: Moment
    line: int
    why: str


class ReferenceGraph:
    """The edges of one module, each group's found once; ``hints``: whose annotations are resolved at run time."""

    def __init__(self, groups: DefinitionGroups, hints: Resolved = Resolved.NONE) -> None:
        self.groups = groups
        self.hints = hints
        self._needs: dict[DefinitionGroup, Mapping[str, Need]] = {}

    def needs(self, group: DefinitionGroup) -> Mapping[str, Need]:
        """What a group needs, by name, each at the earliest moment."""
        if group not in self._needs:
            self._needs[group] = self._find(group)
        return self._needs[group]

    def at_import(self, group: DefinitionGroup) -> Iterator[Need]:
        yield from (need for need in self.needs(group).values() if need.moment is Moment.IMPORT)

    def running(self, group: DefinitionGroup) -> Iterator[tuple[DefinitionGroup, Reference]]:
        """What other groups read whose code runs while a group is imported."""
        yield from ((callee, reference) for callee, reference, _ in _Running(self.groups, group).reads())

    def between(
        self, readers: Collection[DefinitionGroup], owners: Collection[DefinitionGroup], *moments: Moment
    ) -> Iterator[Need]:
        """The needs of some groups that others meet, in the order of the text."""
        names = {name for group in owners for name in group.binds}
        for group in sorted(readers, key=lambda u: u.index):
            for need in self.needs(group).values():
                if need.name in names and need.moment in moments:
                    yield need

    def resolved(self, group: DefinitionGroup) -> Iterator[Reference]:
        """The references in annotations of a group that are resolved at run time."""
        if self.hints is Resolved.NONE or (self.hints is Resolved.EXPOSED and not _exposed(self.groups.module, group)):
            return
        if not _is_only_called(self.groups, group):
            yield from (r for r in group.references if r.annotation)

    def owner(self, name: str) -> DefinitionGroup | None:
        return self.groups.by_name.get(name)

    def _find(self, group: DefinitionGroup) -> dict[str, Need]:
        found: dict[str, Need] = {}
        for moment, name, line, why in self._edges(group):
            if name not in group.binds:
                found.setdefault(name, Need(group, name, moment, line, why))
        return found

    def _edges(self, group: DefinitionGroup) -> Iterator[tuple[Moment, str, int, str]]:
        """Every edge, the earliest moments first."""
        for r in read_at_import(group):
            yield Moment.IMPORT, r.name, _line(r), f"{group.label} needs it while the module is imported"
        for r in self.resolved(group):
            if r.moment is Moment.TYPING:
                why = f"annotations of {group.label} name it, and the project resolves annotations at run time"
                yield Moment.IMPORT, r.name, _line(r), why
        for callee, r, line in _Running(self.groups, group).reads():
            why = f"{callee.label} needs it, which {group.label} calls while the module is imported"
            yield Moment.IMPORT, r.name, line, why
        for moment, said in ((Moment.CALL, "needs it when called"), (Moment.TYPING, "names it in annotations")):
            for r in group.references:
                if r.moment is moment:
                    yield moment, r.name, _line(r), f"{group.label} {said}"


def read_at_import(group: DefinitionGroup) -> Iterator[Reference]:
    """References that are read when the group is imported, those of a lambda's body with them."""
    own = is_enum(group)
    for reference in group.references:
        if (
            reference.moment is Moment.IMPORT
            or (reference.moment is Moment.CALL and reference.function is None)
            or (own and reference.moment is Moment.CALL and reference.method in _ON_MEMBERS)
            or (reference.moment is Moment.CALL and _is_told(reference.method))
        ):
            yield reference


class _Running:
    """The groups of the module whose code runs while one group is imported.

    Of a function all of its body; of a class that may be instantiated its special methods, and the methods whose names
    running code reads; of one that is only derived from, what runs then.
    """

    def __init__(self, groups: DefinitionGroups, start: DefinitionGroup) -> None:
        self.groups = groups
        self.start = start
        self.lines: dict[DefinitionGroup, int] = {}
        self.attributes = _attributes(node for s in start.statements for node in _evaluated(s.node))
        self.made = groups.by_name.get(_only_made(start.statements[-1].node))

    def reads(self) -> Iterator[tuple[DefinitionGroup, Reference, int]]:
        """(the group that runs, what it reads, the line of ``start`` from which it runs)."""
        by_name = self.groups.by_name
        todo = deque((by_name[r.name], _line(r)) for r in read_at_import(self.start) if r.called and r.name in by_name)
        todo.extend((base, base_line) for base, base_line in self._told_bases())
        while True:
            while todo:
                callee, line = todo.popleft()
                if callee in self.lines or callee is self.start:
                    continue
                self.lines[callee] = line
                todo.extend(
                    (by_name[r.name], line) for r in callee.references if r.name in by_name and self._runs(callee, r)
                )
            known = len(self.attributes)
            for callee in self.lines:
                self.attributes |= _attributes(n for s in callee.statements for n in self._running_code(callee, s.node))
            if known == len(self.attributes):
                break
            todo.extend(
                (by_name[r.name], line)
                for callee, line in list(self.lines.items())
                for r in callee.references
                if r.name in by_name and self._runs(callee, r)
            )
        for callee, line in self.lines.items():
            for reference in callee.references:
                if reference.moment is not Moment.TYPING and self._in_running_code(callee, reference):
                    yield callee, reference, line

    def _runs(self, callee: DefinitionGroup, reference: Reference) -> bool:
        running = reference.called or (callee.is_class and reference.moment is Moment.IMPORT)
        running = running or self._hands_on_a_class(reference)
        return running and self._in_running_code(callee, reference)

    def _hands_on_a_class(self, reference: Reference) -> bool:
        """Is a class of the module given to a function, as what it makes something of by default?"""
        owner = self.groups.by_name.get(reference.name)
        above = self.groups.module.source.nodes.parents.get(id(reference.node)) if owner and owner.is_class else None
        return isinstance(above, ast.Call) and above.func is not reference.node and _called(above) not in _ASKING

    def _in_running_code(self, callee: DefinitionGroup, reference: Reference) -> bool:
        if reference.moment is not Moment.CALL or not callee.is_class:
            return True
        return self._runs_unnamed(callee, reference.method) or reference.method in self.attributes

    def _running_code(self, callee: DefinitionGroup, node: ast.stmt) -> Iterator[ast.AST]:
        for inner in node.body if isinstance(node, ast.ClassDef) else [node]:
            name = getattr(inner, "name", "")
            if not name or inner is node or self._runs_unnamed(callee, name) or name in self.attributes:
                yield from ast.walk(inner)

    def _runs_unnamed(self, callee: DefinitionGroup, method: str) -> bool:
        """Is it a special method, which may run without being named? Not the call of an instance that is only made."""
        return _special(method) and not (callee is self.made and method in _OF_USE)

    def _told_bases(self) -> Iterator[tuple[DefinitionGroup, int]]:
        """The classes above whose hooks run for a new subclass, and the metaclasses that make it."""
        seen: set[DefinitionGroup] = set()
        todo = [self.start]
        while todo:
            for statement in todo.pop().statements:
                for keyword in getattr(statement.node, "keywords", ()):
                    owner = self.groups.by_name.get(getattr(keyword.value, "id", ""))
                    if owner is not None and keyword.arg == "metaclass":
                        yield owner, statement.node.lineno
                for base in getattr(statement.node, "bases", ()):
                    base = base.value if isinstance(base, ast.Subscript) else base
                    owner = self.groups.by_name.get(getattr(base, "id", ""))
                    if owner is not None and owner not in seen:
                        seen.add(owner)
                        todo.append(owner)
                        if any(r.method in _ON_SUBCLASS or _is_told(r.method) for r in owner.references):
                            yield owner, statement.node.lineno


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_only_called(groups: DefinitionGroups, group: DefinitionGroup) -> bool:
    """Is it a private function that nobody gets hold of, so that nobody resolves its annotations?"""
    node = group.statements[0].node
    if not isinstance(node, FUNCTIONS) or node.decorator_list or not node.name.startswith("_"):
        return False
    parents = groups.module.source.nodes.parents
    uses = [r.node for other in groups.all for r in other.references if r.name == node.name]
    calls = [parents.get(id(use)) for use in uses]
    called = all(isinstance(c, ast.Call) and c.func is use for c, use in zip(calls, uses, strict=True))
    return called and node.name not in (groups.module.exported or ())


def _exposed(module: Module, group: DefinitionGroup) -> bool:
    """Does a decorator or a base class from another package, not from the standard library, get hold of it?"""
    top = module.path.partition("/")[0]
    for statement in group.statements:
        node = statement.node
        taking = [*getattr(node, "decorator_list", ()), *getattr(node, "bases", ())]
        for name in {n.id for expression in taking for n in ast.walk(expression) if isinstance(n, ast.Name)}:
            for item in module.top_imports.get(name, ()):
                first = item.module.partition(".")[0]
                if not item.level and first != top and first not in sys.stdlib_module_names:
                    return True
    return False


def _evaluated(node: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement that are evaluated while it is imported."""
    todo: list[ast.AST] = [node]
    while todo:
        item = todo.pop()
        yield item
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
            todo += [*item.decorator_list, *item.args.defaults, *filter(None, item.args.kw_defaults)]
        else:
            todo += ast.iter_child_nodes(item)


def _attributes(nodes: Iterator[ast.AST]) -> set[str]:
    """Attributes that are read, and texts that may be the names of some."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            found.add(node.value)
    return found


def _is_told(method: str) -> bool:
    """Is it a method like ``__classinit__``, which is no hook of Python's, and is called for a new class?"""
    return bool(_OF_LIBRARIES.fullmatch(method)) and method not in _OF_PYTHON


def _only_made(node: ast.stmt) -> str:
    """The class of which ``rule = Rule(1)`` makes an instance that nobody is given; empty for other statements."""
    value = getattr(node, "value", None) if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    alone = isinstance(value, ast.Call) and sum(isinstance(n, ast.Call) for n in ast.walk(value)) == 1
    return getattr(value.func, "id", "") if alone else ""  # type: ignore[union-attr]


def _special(method: str) -> bool:
    return method.startswith("__") and method.endswith("__")


def _line(reference: Reference) -> int:
    return getattr(reference.node, "lineno", 0)
