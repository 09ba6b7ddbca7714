"""What an effect changes (targets), and what a call may run (callees), as far as the text of the code shows.

A target in a function may be relative: its parameter, an attribute of ``self``. The caller replaces it by what it gave.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from codemods.bindings import Module

# (path, name): an object of the tree; ("", label): one of a library. Relative to a function also these:
Target = tuple[str, str]
Targets = frozenset[Target]
PARAMETER: Target = ("<parameter>", "")  # an argument of the function
CALLED = "<called>"  # (CALLED, name): what runs when the function calls its parameter of that name
GIVEN = "<given>"  # an argument of what the function returned: what a decorator with arguments decorates
SELF = "<self>"  # (SELF, attribute): an attribute of the first parameter of a method; (SELF, ""): that itself
CLOSURE: Target = ("<closure>", "")  # an object of the function around it, which lives as long as this one
MADE: Target = ("<made>", "")  # what ``super().__new__(…)`` returned: new, though its attributes may not be
FRESH: Targets = frozenset()  # made here, and known to nobody else

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True)
class Code:
    """A function that a call runs. ``depth`` 2: its result is called as well, as that of a decorator with arguments is.

    ``owner``: the class of a method, (path, name); ``around``: the scope of the function around it.
    """

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
    """What a call may run: code of the tree, or something of which only is known what it ``changes``.

    ``label`` names it in messages; ``receiver``: the objects that SELF stands for in the code. ``made``: SELF is new,
    so its attributes are the receiver's only where the class defines them, or all of them (``inherits``), as in a hook
    of a base class. ``given``: the objects with which the receiver was made, which its attributes may hold.
    """

    label: str
    code: Code | None = None
    receiver: Targets = FRESH
    changes: Targets = FRESH
    arguments: bool = False  # it changes its first argument
    calls: bool = False  # it calls what it is given
    made: bool = False
    inherits: bool = False
    given: Targets = FRESH
