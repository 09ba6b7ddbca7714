"""Who looks into the namespace of a module by other means than naming what is in it: one table of the ways, and the
places of the tree that go them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.references.built_texts import UNKNOWN, BuiltTexts, bound_values
from codemods.planning.references.instance_filters import Filter, filter_of
from codemods.planning.references.introspection import in_a_scope
from codemods.planning.references.module_values import ModuleValues, last_name
from codemods.planning.references.name_filters import NameFilter, names_kept
from codemods.planning.references.templates import filled_in
from codemods.planning.references.unordered import order_is_lost
from codemods.project import walk

if TYPE_CHECKING:
    from codemods.planning.grouping.definition_groups import DefinitionGroup


@dataclass(frozen=True)
class Way:
    """What a function reads of a namespace.

    ``own``: the one it looks into when it is given none: of the ``module`` it is called in, or of the ``scope``;
    ``given``: it can be given a module, as its first argument. ``gives``: the ``namespace`` itself, a ``list`` of its
    names (sorted, as ``dir`` has them), or one ``name`` that it is asked for. ``bound``: it sees only what is bound,
    not what the module's ``__getattr__`` would answer.
    """

    own: str = ""
    given: bool = False
    gives: str = "namespace"
    bound: bool = True


WAYS = {
    "globals": Way(own="module"),
    "locals": Way(own="scope"),
    "vars": Way(own="scope", given=True),
    "dir": Way(own="scope", given=True, gives="list"),
    "eval": Way(own="module", gives="name"),
    "exec": Way(own="module", gives="name"),
    "getmembers": Way(given=True, gives="list"),
    "getmembers_static": Way(given=True, gives="list"),
    "testmod": Way(given=True, gives="list"),
    "getattr": Way(given=True, gives="name", bound=False),
    "hasattr": Way(given=True, gives="name", bound=False),
    "getattr_static": Way(given=True, gives="name"),
}
# Each place has one of these: the namespace is got by them, and held under a name in the same file.
_WORDS = re.compile(rf"\b(?:{'|'.join(WAYS)}|__dict__)\b")
# Those that look into the module in which they are called, wherever in it.
OF_THE_MODULE = frozenset(name for name, way in WAYS.items() if way.own == "module")

# What gets a namespace and asks it for single names.
_IN_NO_ORDER = frozenset({"exec", "eval", "setitem", "delitem"})


@dataclass(frozen=True)
class Look:
    """One place that looks into the namespace of the source.

    ``texts``: what it asks for, with unknown parts; none where it lists all names, ``ordered`` as they were bound.
    ``bound``: it does not find what only a ``__getattr__`` of the module knows. ``group`` is the code of the source in
    which it stands, if it stands there. ``keeps``: what it keeps of all values, ``names``: of all names.
    """

    place: Place
    called: str
    texts: frozenset[str] = frozenset()
    ordered: bool = False
    bound: bool = True
    group: DefinitionGroup | None = None
    keeps: Filter | None = None
    names: NameFilter | None = None
    node: ast.expr | None = field(default=None, compare=False)  # what is listed

    def finds(self, name: str) -> bool:
        if not self.texts:
            return self.names is None or self.names.may_keep(name)
        return any(re.fullmatch(".*".join(map(re.escape, t.split(UNKNOWN))), name) for t in self.texts)

    @property
    def lists(self) -> bool:
        return not self.texts


def looks(values: ModuleValues, source: Module, staying: Iterable[DefinitionGroup]) -> Iterator[Look]:
    """The places in staying code that look into the namespace of the source."""
    own = _Namespaces(values, source)
    for group in staying:
        yield from own.looks(group)


def may_keep(look: Look, source: Module, moving: Iterable[DefinitionGroup]) -> bool:
    """May a place that goes through the namespace keep something that moves?"""
    keeps = look.keeps
    return keeps is None or any(keeps.may_keep(source, s) for group in moving for s in group.statements)


def looks_elsewhere(values: ModuleValues) -> Iterator[Look]:
    """Those in other modules."""
    for path, module in values.files.items():
        if path != values.path:
            yield from _Namespaces(values, module).looks(None)


def looks_inside(values: ModuleValues, module: Module) -> Iterator[Look]:
    """Those in the module itself."""
    yield from _Namespaces(values, module).looks(None)


def looks_into_own(module: Module, node: ast.AST) -> bool:
    """Is this a function that looks, or may look, into the module in which it stands: ``vars()``, not ``vars(x)``?"""
    way = WAYS.get(getattr(node, "id", ""))
    if way is None or not way.own:
        return False
    parents = module.source.nodes.parents
    call = parents.get(id(node))
    if not isinstance(call, ast.Call) or call.func is not node:
        return True
    if (way.own == "scope" and in_a_scope(call, parents)) or _is_given_a_namespace(call):
        return False
    return not (way.given and call.args)


def _is_given_a_namespace(call: ast.Call) -> bool:
    """``eval(code, names)``: it looks into those, and into no module."""
    if not isinstance(call.func, ast.Name) or call.func.id not in ("eval", "exec"):
        return False
    given = [*call.args[1:2], *(k.value for k in call.keywords if k.arg == "globals")]
    return any(not (isinstance(value, ast.Constant) and value.value is None) for value in given)


class _Namespaces:
    """The namespace of the source as one module gets at it."""

    def __init__(self, values: ModuleValues, module: Module) -> None:
        self.values = values
        self.module = module
        self.inside = module.path == values.path
        self.texts: BuiltTexts = values.texts(module)

    @property
    def _parents(self) -> dict[int, ast.AST]:
        """Most files need none: what they look into is not the source."""
        return self.module.source.nodes.parents

    def looks(self, group: DefinitionGroup | None) -> Iterator[Look]:
        for root in [s.node for s in group.statements] if group is not None else [self.module.source.tree]:
            for node in walk(root) if self._looking else ():
                if id(node) in self._looking:
                    yield from self._look(node, group)  # type: ignore[arg-type]

    @cached_property
    def _looking(self) -> frozenset[int]:
        """The ids of the nodes of the file that may look into a namespace."""
        if self._of_the_class:
            return frozenset(self._of_the_class) | self._found
        return self._found

    @cached_property
    def _found(self) -> frozenset[int]:
        if _WORDS.search(self.module.source.text) is None:
            return frozenset()
        nodes = self.module.source.nodes
        found = {id(node) for node in nodes.of(ast.Name) if node.id in WAYS or node.id in self._held}
        found |= {id(node) for node in nodes.of(ast.Attribute) if node.attr == "__dict__"}
        return frozenset(found | {id(node) for node in nodes.of(ast.Call) if last_name(node.func) in WAYS})

    @cached_property
    def _of_the_class(self) -> dict[int, str]:
        """``self.name`` in a class that is made the class of the module itself, which reads a name of the module."""
        if not self.inside or "__class__" not in self.module.source.text:
            return {}
        nodes = self.module.source.nodes
        classes = {
            getattr(node.value, "id", "")
            for node in nodes.of(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Attribute)
            and target.attr == "__class__"
            and isinstance(target.value, ast.Subscript)
        }
        read = (n for c in nodes.of(ast.ClassDef) if c.name in classes for n in walk(c))
        return {id(n): n.attr for n in read if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "self"}

    def _look(self, node: ast.expr, group: DefinitionGroup | None) -> Iterator[Look]:
        place = self.module.source.place(node)
        if id(node) in self._of_the_class:
            yield Look(place, "self", frozenset({self._of_the_class[id(node)]}), bound=False, group=group)
            return
        if isinstance(node, ast.Call) and (way := self._way(node)) is not None:
            called = last_name(node.func)
            if way.gives == "name":
                asked = node.args[1:2] if way.given else []
                texts = self.texts.of(asked[0]) if asked else frozenset({UNKNOWN})
                yield Look(place, called, texts, bound=way.bound, group=group)
            elif way.gives == "list":
                yield Look(place, called, group=group, names=names_kept(self.module, node), node=node)
        if self._is_namespace(node):
            yield from self._asked(node, place, group)
        elif isinstance(node, ast.Name) and node.id in WAYS and self._is_handed_on(node):
            yield Look(place, node.id, ordered=True, group=group)

    def _way(self, call: ast.Call) -> Way | None:
        """How a call looks into the namespace of the source, if it does."""
        way = WAYS.get(last_name(call.func))
        if way is None or (isinstance(call.func, ast.Name) and call.func.id in self.module.definitions):
            return None
        if way.given and call.args:
            return way if self.values.holds(self.module, call.args[0]) else None
        if not (self.inside and way.own and isinstance(call.func, ast.Name)):
            return None
        if _is_given_a_namespace(call):
            return None
        return None if way.own == "scope" and in_a_scope(call, self._parents) else way

    def _is_namespace(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Call):
            way = self._way(node)
            return way is not None and way.gives == "namespace"
        if isinstance(node, ast.Attribute):
            return node.attr == "__dict__" and self.values.holds(self.module, node.value)
        return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in self._held

    @cached_property
    def _held(self) -> frozenset[str]:
        """Names of the file that hold the namespace: ``names = globals()``."""
        found = set[str]()
        for name, value in bound_values(self.module):
            if getattr(self._parents.get(id(value)), "iter", None) is value:
                continue  # what a loop gets out of it is a name
            called = isinstance(value, ast.Call) and last_name(value.func) in WAYS
            if called or (isinstance(value, ast.Attribute) and value.attr == "__dict__"):
                if self._is_namespace(value):
                    found.add(name)
        return frozenset(found)

    def _is_handed_on(self, node: ast.Name) -> bool:
        """Is ``globals`` itself given to somebody?"""
        above = self._parents.get(id(node))
        called = isinstance(above, ast.Call) and above.func is node
        own = self.inside and bool(WAYS[node.id].own) and node.id not in self.module.binds
        return own and not called and self.module.is_global(node)

    def _asked(self, node: ast.expr, place: Place, group: DefinitionGroup | None) -> Iterator[Look]:
        """What a namespace is asked for: ``globals()[name]``, ``globals().get(name)``, ``name in globals()``."""
        above = self._parents.get(id(node))
        called = last_name(node.func) if isinstance(node, ast.Call) else last_name(node)
        if isinstance(above, (ast.Assign, ast.AnnAssign, ast.NamedExpr)) and above.value is node:
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            if all(isinstance(target, ast.Name) for target in targets):
                return
        key: ast.expr | None = None
        if isinstance(above, ast.Subscript) and above.value is node:
            key = above.slice
        elif isinstance(above, ast.Compare) and len(above.ops) == 1 and isinstance(above.ops[0], (ast.In, ast.NotIn)):
            key = above.left if above.comparators[0] is node else None
        elif isinstance(above, ast.Attribute):
            call = self._parents.get(id(above))
            if isinstance(call, ast.Call) and call.func is above:
                if above.attr in ("update", "setdefault", "pop", "__setitem__", "clear"):
                    return
                key = call.args[0] if above.attr in ("get", "__getitem__", "__contains__") and call.args else None
        elif isinstance(above, ast.Call) and node in above.args and last_name(above.func) in _IN_NO_ORDER:
            yield Look(place, called, group=group)
            return
        if (fields := filled_in(node, self._parents)) is not None:
            yield Look(place, called, fields, group=group)
        elif key is not None:
            yield Look(place, called, self.texts.of(key), group=group)
        else:
            in_order = not order_is_lost(node, self._parents)
            keeps = filter_of(self.values.project, self.module, node)
            names = names_kept(self.module, node)
            yield Look(place, called, ordered=in_order, group=group, keeps=keeps, names=names, node=node)
