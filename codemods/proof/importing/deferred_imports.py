"""Imports inside of functions that a move makes: which statements may run them while modules are imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

from codemods import knowledge
from codemods.project import bodies, walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.bodies import certainly_evaluated
from codemods.proof.importing.made_functions import keeps_what_is_made, mentions, returned_function
from codemods.proof.importing.metaclass_hooks import methods_called
from codemods.proof.importing.side_effects import immediate_calls, is_chain
from codemods.proof.importing.traces import Deferred
from codemods.proof.snapshot.symbols import Origin, is_main_guard
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Statement

_LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Who calls what is given to them, at once.
_CALLERS = frozenset({"map", "filter", "sorted", "min", "max", "reduce", "starmap", "accumulate", "groupby"})
# What runs without being named: where a class is derived from, and where an instance is made or called.
_DERIVED = frozenset({"__init_subclass__", "__set_name__", "__class_getitem__"})
_MADE = _DERIVED | {
    "__new__",
    "__init__",
    *knowledge.CALLED_WHEN_MADE,
    "__call__",
    "__get__",
    "__enter__",
    "__exit__",
    "__getattr__",
}

# Of these, what runs where an instance is used, not where it is made.
_USED = frozenset({"__call__", "__enter__", "__exit__"})


def new_deferred_imports(comparison: Comparison) -> Mapping[int, Deferred]:
    """The new ones, by the id of the nodes of the statements of changed modules that may run them.

    A statement that calls something may call every function that it names, and that those name; of a class that is
    named, what makes an instance, and the methods whose names are read; of one that is only derived from, its hook.
    Not what would have failed before: a function that reads a name which is bound further down.
    """
    made = {id(p.new): tuple(_made(p.old, p.new)) for p in comparison.pairing.pairs}
    if not any(made.values()):
        return {}
    were = {id(p.new): p.old for p in comparison.pairing.pairs}
    # What stands behind a main guard runs when all is imported.
    every = [
        s
        for statements in comparison.new_statements.values()
        for s in statements
        if not s.importing and not is_main_guard(s.node)
    ]
    defined = {(s.path, name): s for s in every for name in s.names}
    found: dict[int, Deferred] = {}
    for statement in every:
        if isinstance(statement.node, ast.ClassDef) or any(True for _ in _running(statement.node)):
            reached = _Reached(defined, statement, methods_called(comparison.after, statement.path, statement.node))
            imports = tuple(
                (other.path, node)
                for other in dict.fromkeys([*reached.found, statement])
                for node in made.get(id(other), ())
                if (reached.runs_itself(node) if other is statement else reached.runs(other, node))
                if not _failed_before(comparison, were.get(id(statement)), were.get(id(other)), other, node)
            )
            if imports:
                found[id(statement.node)] = imports
    return found


def _failed_before(
    comparison: Comparison,
    running: Statement | None,
    called: Statement | None,
    other: Statement,
    node: ast.Import | ast.ImportFrom,
) -> bool:
    """Was none of the names that the called function imports now bound where the running statement stood, and does it
    certainly read them where it imports them?"""
    if running is None or called is None or running.path != called.path:
        return False
    names = {*_bound(node)}
    if not names <= _read_below(other.node, node):
        return False
    statements = comparison.old_statements[running.path]
    binding = [s for s in statements if not names.isdisjoint(_bound(s.node) if _is_import(s.node) else s.names)]
    return bool(binding) and all(s.index >= running.index for s in binding)


def _read_below(definition: ast.stmt, node: ast.stmt) -> set[str]:
    """The names that are certainly read once an import inside of a function has run: in the same block, up to the first
    statement that may leave it."""
    found: set[str] = set()
    block = next((b for n in walk(definition) for b in bodies(n) if any(s is node for s in b)), [])
    for statement in block[[*map(id, block)].index(id(node)) + 1 :] if block else ():
        found |= {n.id for n in certainly_evaluated([statement]) if isinstance(n, ast.Name)}
        if any(isinstance(n, _LEAVING) for n in walk(statement)):
            break
    return found


def _made(old: Statement, new: Statement) -> Iterator[ast.Import | ast.ImportFrom]:
    if old.text == new.text:
        return
    known = {name for node in old.reading.inner for name in _bound(node)}
    yield from (node for node in new.reading.inner if not known.issuperset(_bound(node)))


def _is_import(node: ast.stmt) -> TypeGuard[ast.Import | ast.ImportFrom]:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _bound(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    yield from (alias.asname or alias.name for alias in node.names)


def _running(node: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement that call something while the module is imported; annotations do not."""
    if isinstance(node, (ast.ClassDef, *_FUNCTIONS)):
        yield from node.decorator_list
    if isinstance(node, _FUNCTIONS):
        parts: list[ast.AST] = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.bases, *(keyword.value for keyword in node.keywords)]
    elif isinstance(node, ast.AnnAssign):
        parts = [node.value] if node.value is not None else []
    else:
        parts = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    yield from (part for part in parts if any(True for _ in immediate_calls(part)))
    for body in bodies(node) if not isinstance(node, _FUNCTIONS) else ():
        for inner in body:
            yield from _running(inner)


def _held(node: ast.stmt) -> Iterator[str]:
    """What a statement gives to others as it is: they keep it, and call it later if at all."""
    for call in walk(node):
        if isinstance(call, ast.Call) and last_name(call.func) not in _CALLERS:
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            yield from (ast.unparse(one) for one in given if isinstance(one, (ast.Name, ast.Attribute)))


def _only_made(node: ast.stmt) -> str:
    """The name that a statement calls, if it binds what that gives and calls nothing else."""
    made = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if not isinstance(made, ast.Call) or any(isinstance(n, ast.Call) for n in walk(made) if n is not made):
        return ""
    return last_name(made.func)


def _bases(node: ast.stmt) -> Iterator[str]:
    """The bases of a class, `Base` of ``Base[T]``."""
    for base in getattr(node, "bases", ()):
        yield ast.unparse(base.value if isinstance(base, ast.Subscript) else base)


def _metaclasses(node: ast.stmt) -> Iterator[str]:
    yield from (ast.unparse(k.value) for k in getattr(node, "keywords", ()) if k.arg == "metaclass")


@dataclass
class _Reached:
    """What a statement may run: definitions, and the lines of each that may."""

    defined: Mapping[Origin, Statement]
    start: Statement
    hooks: frozenset[str]  # methods that its metaclass calls of a class
    found: dict[Statement, set[int]] = field(default_factory=dict)
    attributes: set[str] = field(default_factory=set)
    derived: set[Origin] = field(default_factory=set)  # classes of which nothing is made

    def __post_init__(self) -> None:
        methods = {n for f in walk(self.start.node) if isinstance(f, _FUNCTIONS) for s in f.body for n in walk(s)}
        self._read([node for node in walk(self.start.node) if node not in methods])
        evaluated = {
            ast.unparse(n)
            for part in _running(self.start.node)
            for n in walk(part)
            if isinstance(n, (ast.Name, ast.Attribute)) and is_chain(n)
        }
        evaluated -= {*_held(self.start.node)}
        evaluated |= {*_metaclasses(self.start.node)}
        bases = [*_bases(self.start.node)]
        named = [o for o in self.start.reading.occurrences if o.moment == "import" and o.text in evaluated.union(bases)]
        named = [o for o in named if o.writes is None]
        self.derived = {origin for o in named if o.text not in evaluated for origin in o.meaning}
        todo = [origin for o in named for origin in o.meaning]
        size = -1
        while todo or size != self._size:
            size = self._size
            for origin in todo:
                if origin in self.defined:
                    self.found.setdefault(self.defined[origin], set())
            entered = [origin for statement in list(self.found) for origin in self._enter(statement)]
            above = [origin for statement in list(self.found) for origin in self._above(statement)]
            self.derived -= {*entered}
            self.derived |= {origin for origin, made in above if not made} - {*entered}
            todo = [*entered, *(origin for origin, _ in above)]

    @property
    def _size(self) -> int:
        return len(self.attributes) + sum(1 + len(lines) for lines in self.found.values())

    def runs(self, statement: Statement, node: ast.stmt) -> bool:
        if node.lineno not in self.found[statement]:
            return False
        inner = returned_function(statement.node, node)
        return inner is None or not self._only_keeps(statement)

    def runs_itself(self, node: ast.stmt) -> bool:
        """Does it stand in a method of the class itself which its metaclass calls?"""
        methods = (
            n for n in getattr(self.start.node, "body", ()) if isinstance(n, _FUNCTIONS) and n.name in self.hooks
        )
        return any(node is inner for method in methods for inner in walk(method))

    def _only_keeps(self, maker: Statement) -> bool:
        """Does the statement keep what a function returns, and does no other that it may run name that function?"""
        name = getattr(maker.node, "name", "")
        others = [other.node for other in self.found if other is not maker]
        return keeps_what_is_made(self.start.node, name) and not any(mentions(other, name) for other in others)

    def _enter(self, statement: Statement) -> Iterator[Origin]:
        """What the parts of a definition name that may run and were not looked at yet."""
        lines = self.found[statement]
        new: set[int] = set()
        for part in self._parts(statement):
            span = {*range(part.lineno, (part.end_lineno or part.lineno) + 1)}
            if not span <= lines | new:
                new |= span
                self._read(walk(part))
        lines |= new
        for occurrence in statement.reading.occurrences if new else ():
            if occurrence.line in new and occurrence.moment != "typing":
                yield from occurrence.meaning

    def _above(self, statement: Statement) -> Iterator[tuple[Origin, bool]]:
        """(a base of a class, or its metaclass, which makes those that derive from it as well; whether methods of it
        run that make an instance)."""
        only = (statement.path, getattr(statement.node, "name", "")) in self.derived
        made, bases = {*_metaclasses(statement.node)}, {*_bases(statement.node)}
        for occurrence in statement.reading.occurrences if made or bases else ():
            if occurrence.moment != "import" or occurrence.text not in made | bases:
                continue
            for origin in occurrence.meaning:
                if origin in self.defined and self.defined[origin] not in self.found:
                    yield origin, not only or occurrence.text in made

    def _parts(self, statement: Statement) -> Iterator[ast.stmt]:
        if not isinstance(statement.node, ast.ClassDef):
            yield statement.node
            return
        only = (statement.path, statement.node.name) in self.derived
        made = _MADE - _USED if _only_made(self.start.node) == statement.node.name else _MADE
        for inner in statement.node.body:
            if isinstance(inner, _FUNCTIONS) and (
                inner.name in self.hooks
                or (inner.name in _DERIVED if only else inner.name in made or inner.name in self.attributes)
            ):
                yield inner

    def _read(self, nodes: list[ast.AST]) -> None:
        for node in nodes:
            if isinstance(node, ast.Attribute):
                self.attributes.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                self.attributes.add(node.value)
