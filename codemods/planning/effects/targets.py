"""The objects that code changes, as far as its text shows."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from codemods.bindings import Module

# (path, name): an object of the tree; ("", label): something outside of it. Inside of functions also these:
Target = tuple[str, str]
Targets = frozenset[Target]
PARAMETER: Target = ("<parameter>", "")  # what the function is given
CALLED = "<called>"  # (CALLED, name): it calls the parameter of that name
GIVEN = "<given>"  # what is given to what a function returned, as a decorator with arguments is
SELF = "<self>"  # (SELF, attribute): what hangs on the first parameter of a method; without attribute, that itself
CLOSURE: Target = ("<closure>", "")  # what a function around it has made: as old as the function is
MADE: Target = ("<made>", "")  # what ``super().__new__(…)`` gave: new, but not all that hangs on it
FRESH: Targets = frozenset()  # made here, and nobody else's

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Code:
    """A piece of code that a call runs. ``depth`` 2: what the function returned is called too, as a decorator with
    arguments does. ``owner``: the class of a method, (path, name); ``around``: the scope of the function around it."""

    module: Module
    node: Function
    depth: int = 1
    owner: Target | None = None
    around: Any = None

    @property
    def key(self) -> tuple[int, int]:
        return id(self.node), self.depth

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and self.key == other.key


@dataclass(frozen=True)
class Callee:
    """What an expression that is called may run: code of the tree, or something known by what it ``changes``.

    ``receiver``: what SELF stands for in the code; ``label`` names it for people. ``made``: SELF is new, and what hangs
    on it is the receiver's only where the class has it, or everywhere (``inherits``), as in a hook of a base class.
    """

    label: str
    code: Code | None = None
    receiver: Targets = FRESH
    changes: Targets = FRESH
    arguments: bool = False  # it changes its first argument
    calls: bool = False  # it calls what it is given
    made: bool = False
    inherits: bool = False


def is_unknown(target: Target) -> bool:
    """Is it what an expression gave of which the text does not say what that is: ``handlers[0](x)``?"""
    return not target[0] and not target[1].replace(".", "").isidentifier()
