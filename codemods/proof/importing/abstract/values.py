"""What an expression may be, as far as the effects of a statement ask: abstract values."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Protocol

from codemods.proof.snapshot.symbols import Origin

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Places = frozenset[Origin]
NOWHERE: Places = frozenset()
# What code changes that is not followed to its end: it may be anything.
UNKNOWN: Origin = ("", "something unknown")


@dataclass(eq=False)
class Frame:
    """The names of a function or class body that runs; ``around`` is the one outside, None for the module."""

    path: str
    around: Frame | None = None
    names: dict[str, Values] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)  # by ``global``
    owner: Class | None = None  # of a method
    wide: dict[str, Joining] = field(default_factory=dict)  # names that stood for too many values to be told apart
    is_class: bool = False
    held: Places = frozenset()  # what holds the function that runs, and so what a function around it has made


class Joining(Protocol):
    """Values of which those of a kind are one."""

    def join(self, values: Values) -> Values: ...


@dataclass(frozen=True)
class Outside:
    """Something from outside of the tree, by its dotted name."""

    dotted: str


@dataclass(frozen=True)
class ModuleOf:
    """A module of the tree."""

    path: str


@dataclass(frozen=True)
class Data:
    """Any object; ``at`` is what holds it. Nowhere: it was made just now."""

    at: Places = NOWHERE


@dataclass(frozen=True)
class Text:
    """A text, which nobody can change, whoever holds it."""


@dataclass(frozen=True)
class Items:
    """A list, tuple, set or table that was just written down, with what is in it."""

    inside: Values
    levels: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Code:
    """A function, with the frame that it was defined in, and the class that it is a method of."""

    path: str
    node: Function
    frame: Frame | None = None
    owner: Class | None = None
    at: Places = NOWHERE


@dataclass(frozen=True)
class Class:
    path: str
    node: ast.ClassDef
    frame: Frame | None = None
    at: Places = NOWHERE


@dataclass(frozen=True)
class Instance:
    of: Class
    at: Places = NOWHERE
    given: Places = NOWHERE  # what holds the objects that it was made with


@dataclass(frozen=True)
class Bound:
    """A function with its first arguments: a bound method, a partial."""

    function: Value
    first: tuple[Values, ...]
    anywhere: bool = False  # each of them may be any argument: so many were joined
    levels: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Super:
    """``super()`` in a method of a class."""

    above: Class
    of: Values
    levels: int = field(default=1, compare=False)


Value = Outside | ModuleOf | Data | Text | Items | Code | Class | Instance | Bound | Super
Values = frozenset[Value]
NEW: Values = frozenset({Data()})
TEXT: Values = frozenset({Text()})


def held_at(value: Value) -> Places:
    """What changes when the value does."""
    if isinstance(value, Outside):
        return frozenset({("", value.dotted)})
    if isinstance(value, ModuleOf):
        return frozenset({(value.path, "*")})
    return getattr(value, "at", NOWHERE)


def placed(value: Value, origin: Origin) -> Value:
    """The value when a name of a module stands for it."""
    here = frozenset({origin})
    if isinstance(value, (Data, Items)):
        return Data(held_at(value) | here)
    if isinstance(value, Code):
        return Code(value.path, value.node, value.frame, value.owner, value.at | here)
    if isinstance(value, Class):
        return Class(value.path, value.node, value.frame, value.at | here)
    if isinstance(value, Instance):
        return Instance(value.of, value.at | here, value.given)
    return value
