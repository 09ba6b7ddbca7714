"""Statements that change more, when they run, than the names that they bind: calls, registrations, new classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.bindings import Module, Moment, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.index.project_index import World

# Calls that make a value and change nothing.
_MAKERS = """
    TypeVar ParamSpec TypeVarTuple NewType namedtuple NamedTuple TypedDict Enum dataclass field getLogger
    compile frozenset set dict list tuple int str float bytes bool len range sorted min max object partial wraps
    lru_cache cache total_ordering contextmanager asynccontextmanager property staticmethod classmethod overload
    Path timedelta Decimal zip enumerate OrderedDict defaultdict deque Counter attrgetter itemgetter
    methodcaller singledispatch getenv type super isinstance issubclass hasattr getattr runtime_checkable final
    cast abstractmethod cached_property unique auto join format split get keys values items lower upper strip
    replace maketrans escape chain product count from_iterable fromkeys encode decode
"""
Function = ast.FunctionDef | ast.AsyncFunctionDef
_QUIET = frozenset(_MAKERS.split())
_CHANGERS = frozenset({"append", "appendleft", "add", "update", "setdefault", "insert", "extend", "register"})


@dataclass(frozen=True)
class Effect:
    """What a statement calls while it runs: its label, and the definition in the tree where that is known.

    ``shared``: the code of that definition is seen to change something that outlives the call.
    """

    label: str
    origin: tuple[str, str] | None = None
    shared: bool = False


def has_effect(world: World, module: Module, statement: Statement) -> bool:
    """May running this statement change something beyond the names that it binds?"""
    return next(effects(world, module, statement), None) is not None


def effects(world: World, module: Module, statement: Statement) -> Iterator[Effect]:
    """What a statement calls while it is imported, and the bases that are told of a new class."""
    for r in statement.references:
        chain = (r.name, *r.chain)
        if r.called and r.moment is Moment.IMPORT and chain[-1] not in _QUIET:
            found = resolved(world, module, chain)
            method = _class_method(world, module, chain)
            if method is not None:
                shared = _changes_shared(method, nested=True)
            else:
                shared = found is not None and _call_is_shared(world, found)
            yield Effect(".".join(chain), found, shared)
    if isinstance(statement.node, ast.ClassDef):
        yield from _told_bases(world, module, statement.node, frozenset())


def resolved(world: World, module: Module, chain: tuple[str, ...]) -> tuple[str, str] | None:
    """The definition in the tree that a dotted name means: (path, name)."""
    found = world.origin(module.path, chain[0])
    if found is not None or len(chain) == 1:
        return found
    for item in module.top_imports.get(chain[0], ()):
        base = world.names.absolute(module.path, item.module or None, item.level)
        if base is None:
            continue
        start = f"{base}.{item.attribute}" if item.attribute else base if item.asname else chain[0]
        dotted = [*start.split("."), *chain[1:-1]]
        target = world.names.find(".".join(dotted), module.path)
        if target is not None:
            return world.origin(target, chain[-1])
    return None


def _class_method(world: World, module: Module, chain: tuple[str, ...]) -> Function | None:
    """The code of ``Finder.register``, which the class or one above it in the tree has."""
    todo = [(module, chain[:-1])] if len(chain) == 2 else []
    seen: set[tuple[str, str]] = set()
    while todo:
        where, name = todo.pop(0)
        found = resolved(world, where, name) if name else None
        owner = definition(world, found) if found and found not in seen else None
        if found is None or not isinstance(owner, ast.ClassDef):
            continue
        seen.add(found)
        for node in owner.body:
            if isinstance(node, FUNCTIONS) and node.name == chain[-1]:
                return node
        todo += [(world.module(found[0]), chain_of(base)) for base in owner.bases]
    return None


def definition(world: World, found: tuple[str, str]) -> ast.stmt | None:
    """The last statement that defines a name."""
    statements = world.module(found[0]).definitions.get(found[1], ())
    return statements[-1].node if statements else None


def chain_of(node: ast.expr) -> tuple[str, ...]:
    """``a.b.c`` as its parts; empty where it starts with no plain name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def _told_bases(world: World, module: Module, node: ast.ClassDef, seen: frozenset[tuple[str, str]]) -> Iterator[Effect]:
    """Classes above this one whose ``__init_subclass__`` or metaclass runs for it, or that list their subclasses."""
    above = [(base, ("__init_subclass__",)) for base in node.bases]
    above += [(k.value, ("__new__", "__init__")) for k in node.keywords if k.arg == "metaclass"]
    for expression, hooks in above:
        chain = chain_of(expression.value if isinstance(expression, ast.Subscript) else expression)
        found = resolved(world, module, chain) if chain else None
        owner = definition(world, found) if found else None
        if found is None or found in seen or not isinstance(owner, ast.ClassDef):
            continue
        run = [n for n in owner.body if isinstance(n, FUNCTIONS) and n.name in hooks]
        if run:
            yield Effect(found[1], found, any(_changes_shared(hook) for hook in run))
        elif "__subclasses__" in world.module(found[0]).source.text:
            yield Effect(found[1], found)
        yield from _told_bases(world, world.module(found[0]), owner, seen | {found})


def _call_is_shared(world: World, found: tuple[str, str]) -> bool:
    node = definition(world, found)
    if isinstance(node, ast.ClassDef):
        made = [n for n in node.body if isinstance(n, FUNCTIONS) and n.name in ("__new__", "__init__", "__set_name__")]
        return any(map(_changes_shared, made))
    return isinstance(node, FUNCTIONS) and _changes_shared(node, nested=True)


def _changes_shared(function: ast.FunctionDef | ast.AsyncFunctionDef, nested: bool = False) -> bool:
    """Does this code change a thing that it did not make: a table, a counter, a global?

    ``nested``: a function inside counts too where it is returned, as a decorator with arguments returns one, but
    not what that one wraps in its turn.
    """
    local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    parameters = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
    returned = {n.value.id for n in function.body if isinstance(n, ast.Return) and isinstance(n.value, ast.Name)}
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, FUNCTIONS):
            if nested and node.name in returned and _changes_shared(node):
                return not _is_wrapper(node, parameters)
            continue
        if isinstance(node, (ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Global):
            return True
        targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
            for target in targets:
                if isinstance(target, ast.Subscript) and _outlives(target.value, local, parameters):
                    return True
                if isinstance(target, ast.Attribute) and isinstance(node, ast.AugAssign):
                    if _outlives(target, local, parameters):
                        return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGERS:
            if _outlives(node.func.value, local, parameters):
                return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "next" and node.args:
            if _outlives(node.args[0], local, parameters):
                return True
        todo += ast.iter_child_nodes(node)
    return False


def _is_wrapper(node: ast.FunctionDef | ast.AsyncFunctionDef, outer: set[str]) -> bool:
    """Does a function inside call what the outer one was given? Then it runs later, in its place."""
    return any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in outer for n in ast.walk(node))


def _is_entry(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("setdefault", "get")
    )


def _outlives(node: ast.expr, local: set[str], parameters: set[str]) -> bool:
    """``TABLE``, ``cls.table``: not a thing that was made or handed in here, nor the object itself.

    What stands in a table, ``TABLE["key"]`` or ``TABLE.setdefault("key", [])``, is of the table.
    """
    inside = node
    while isinstance(inside, ast.Subscript) or _is_entry(inside):
        inside = inside.func.value if isinstance(inside, ast.Call) else inside.value  # type: ignore[union-attr]
    chain = chain_of(inside)
    if inside is not node and chain[:1] != ("cls",) and parameters.issuperset(chain[:1]):
        return False
    return chain[:1] != ("self",) and (len(chain) > 1 or not local.union(parameters).issuperset(chain))
