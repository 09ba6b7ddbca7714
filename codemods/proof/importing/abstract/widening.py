"""Values of which there are only so many: what nests, or what a name may stand for, is joined beyond a limit.

A table in a table in a table, a partial of a partial, an attribute of an attribute of something unknown: beyond a few
levels, what is in it at any depth lies in one. Joined values are as wide as all of them together, and only ever get
wider, so that whoever collects them until nothing new comes is done after finitely many steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from weakref import WeakValueDictionary

from codemods.proof.importing.abstract.values import (
    NOWHERE,
    Bound,
    Class,
    Code,
    Data,
    Instance,
    Items,
    Outside,
    Places,
    Super,
    Value,
    Values,
    held_at,
)

# Levels of what nests, values that one name stands for, and arguments of a partial, before they are joined.
_LEVELS, _MANY, _ARGUMENTS = 4, 24, 8
_MADE: WeakValueDictionary[Values, Items] = WeakValueDictionary()


def items(inside: Values) -> Items:
    """A container of these, the same object for the same: two that hold one another again and again would else be
    compared part by part, which takes twice as long with each level."""
    if _levels(inside) >= _LEVELS or too_many(inside):
        inside = joined(_flat(inside))
    return _MADE.setdefault(inside, Items(inside, levels=_levels(inside) + 1))


def bound(function: Value, first: tuple[Values, ...]) -> Value:
    levels = _levels([function, *(value for values in first for value in values)]) + 1
    made = Bound(function, first, levels=levels)
    return made if levels <= _LEVELS and len(first) <= _ARGUMENTS else next(iter(joined(frozenset({made}))))


def super_of(above: Class, of: Values) -> Super:
    return Super(above, joined(_flat(of)) if _levels(of) >= _LEVELS else of, levels=min(_levels(of), _LEVELS) + 1)


def dotted(owner: str, name: str) -> str:
    """An attribute of what is not of the tree."""
    return owner if owner.count(".") >= 2 * _LEVELS else f"{owner}.{name}"


def too_many(values: Values) -> bool:
    return len(values) > _MANY


def joined(values: Iterable[Value]) -> Values:
    """One value for all of a kind: what they hold and what holds them, together."""
    at: dict[object, Places] = {}
    like: dict[object, Value] = {}
    inside: dict[object, set[Value]] = {}
    for value in values:
        key = _kind(value)
        like.setdefault(key, value)
        at[key] = at.get(key, NOWHERE) | held_at(_innermost(value))
        if isinstance(value, (Items, Bound, Super)):
            inside.setdefault(key, set()).update(_parts(value))
    return frozenset(_one(like[key], at[key], inside.get(key, set())) for key in like)


class Joined:
    """What ``joined`` gives for values that come bit by bit: only kinds that something new is of are joined again."""

    def __init__(self) -> None:
        self._kinds: dict[object, Value] = {}
        self._all: Values = frozenset()

    def join(self, values: Values) -> Values:
        """All values by now."""
        values -= self._all
        before = {self._kinds[kind] for kind in set(map(_kind, values)) & self._kinds.keys()}
        new = joined([*before, *values])  # What is known first: it stands for what is like it.
        self._kinds.update((_kind(value), value) for value in new)
        self._all = (self._all - before) | new
        return self._all


def given(partial: Bound, arguments: list[Values], keywords: dict[str | None, Values]) -> list[Values]:
    """The arguments that a call of a partial hands on."""
    if not partial.anywhere:
        return [*partial.first, *arguments]
    return [frozenset().union(*partial.first, *arguments, *keywords.values())] * _ARGUMENTS


def _one(value: Value, at: Places, inside: Iterable[Value]) -> Value:
    if isinstance(value, Outside):
        return Outside(value.dotted.partition(".")[0])
    if isinstance(value, Data):
        return Data(at)
    if isinstance(value, Code):
        return Code(value.path, value.node, value.frame, value.owner, at)
    if isinstance(value, Class):
        return Class(value.path, value.node, value.frame, at)
    if isinstance(value, Instance):
        return Instance(value.of, at)
    if isinstance(value, Items):
        inside = joined(inside)
        return _MADE.setdefault(inside, Items(inside, levels=2))
    if isinstance(value, Bound):
        function = _innermost(value)
        function = function if isinstance(function, Outside) else _one(function, at, ())
        return Bound(function, (joined(inside),), anywhere=True, levels=2)
    if isinstance(value, Super):
        return Super(value.above, joined(inside), levels=2)
    return value


def _kind(value: Value) -> object:
    """The key by which `joined` groups values: those with the same key become one value."""
    if isinstance(value, (Data, Items)):
        return type(value)
    if isinstance(value, Outside):
        return Outside, value.dotted.partition(".")[0]
    if isinstance(value, Code):
        return value.node, value.frame, value.owner and value.owner.node
    if isinstance(value, Class):
        return value.node, value.frame
    if isinstance(value, Instance):
        return Instance, value.of.node, value.of.frame
    if isinstance(value, Super):
        return Super, value.above.node
    if isinstance(value, Bound):
        function = _innermost(value)
        return Bound, function if isinstance(function, Outside) else _kind(function)
    return value


def _innermost(value: Value) -> Value:
    while isinstance(value, Bound):
        value = value.function
    return value


def _parts(value: Value) -> frozenset[Value]:
    """What a container holds, what a partial or a bound method has been given, at any depth."""
    if isinstance(value, Items):
        return _flat(value.inside)
    if isinstance(value, Super):
        return _flat(value.of)
    found: set[Value] = set()
    while isinstance(value, Bound):
        found.update(*value.first)
        value = value.function
    return _flat(found)


def _flat(values: Iterable[Value]) -> frozenset[Value]:
    """Values that hold no others, at any depth. Those that hold one another share parts: each is opened once."""
    found: set[Value] = set()
    todo = list(values)
    seen = {id(value) for value in todo}
    while todo:
        value = todo.pop()
        if isinstance(value, (Items, Bound, Super)):
            new = [inner for inner in _held(value) if id(inner) not in seen]
            seen |= {id(inner) for inner in new}
            todo += new
        else:
            found.add(value)
    return frozenset(found)


def _held(value: Items | Bound | Super) -> Iterator[Value]:
    if isinstance(value, Items):
        yield from value.inside
    elif isinstance(value, Super):
        yield from value.of
    else:
        yield value.function
        for values in value.first:
            yield from values


def _levels(values: Iterable[Value]) -> int:
    return max((getattr(value, "levels", 0) for value in values), default=0)
