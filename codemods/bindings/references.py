"""What a reference to a name of the module is, and when it is read."""

from __future__ import annotations

import ast
import typing
from dataclasses import dataclass, replace
from enum import Enum

from codemods.bindings.scopes import Scope

Deferring: typing.TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.If
"""What runs later, and may begin with an import: a function, a main guard, an ``if`` of a module ``__getattr__``."""


class Moment(Enum):
    """When a reference is read."""

    IMPORT = "import"
    CALL = "call"
    TYPING = "typing"


@dataclass(frozen=True)
class Reference:
    """One place that reads or writes a name of the module's namespace.

    ``function`` is the outermost block around a place that is read at call time and that can begin with an import: a
    function, a main guard, which only runs as a script, or a test in a module's ``__getattr__``; None for a lambda's.
    ``called``: the value is called, or used in a way that may call it, where it is read. ``chain`` are the attributes
    read off the name. ``string``: it stands inside a string that typing evaluates. ``field``: it is a field of a text
    that is filled in, or stands in a comment that is a type, where no linter sees it.
    """

    name: str
    moment: Moment
    node: ast.AST
    function: Deferring | None = None
    method: str = ""
    writes: bool = False
    called: bool = False
    chain: tuple[str, ...] = ()
    string: bool = False
    annotation: bool = False
    field: bool = False


@dataclass(frozen=True)
class Where:
    """What surrounds a place: scopes inside out, moment, host function, class for mangling."""

    scopes: tuple[Scope, ...] = ()
    moment: Moment = Moment.IMPORT
    function: Deferring | None = None
    owner: str | None = None
    method: str = ""
    hidden: bool = False  # inside a lambda that no function surrounds
    annotation: bool = False
    string: bool = False

    def inside(self, scope: Scope | None, **changes: object) -> Where:
        scopes = (scope, *self.scopes) if scope else self.scopes
        return replace(self, scopes=scopes, **changes)  # type: ignore[arg-type]
