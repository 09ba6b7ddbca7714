"""Texts that show the module of a moved definition, as ``repr`` and tracebacks do.

What examples (`>>>`) print is rewritten with the move; what any other such text is compared with, nobody can see here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.project.manuals import NO_ROLE


def shown_names(moving: Collection[DefinitionGroup]) -> frozenset[str]:
    """The classes and functions among what moves, classes that a call makes too: they know their module."""
    statements = (s for group in moving for s in group.statements)
    return frozenset(n for s in statements if _knows_its_module(s.node) for n in s.binds)


def _knows_its_module(node: ast.stmt) -> bool:
    made = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    return isinstance(node, (ast.ClassDef, *FUNCTIONS)) or isinstance(made, ast.Call)


@dataclass(frozen=True)
class Shown:
    """The forms in which names are shown with their module ``dotted``."""

    dotted: str
    names: frozenset[str]

    @property
    def _some(self) -> str:
        return "|".join(map(re.escape, sorted(self.names, key=len, reverse=True)))

    @property
    def _path(self) -> str:
        return r"\\?\.".join(map(re.escape, self.dotted.split(".")))

    @cached_property
    def plain(self) -> re.Pattern[str]:
        """``<class 'shop.cart.Cart'>``, ``<shop.cart.Cart object at ...>``; not where a role's text leads to."""
        shown = rf"<(?:class '|function |enum ')?(?P<module>{self._path})\.(?P<name>{self._some})\b"
        return re.compile(shown + NO_ROLE)

    @cached_property
    def raised(self) -> re.Pattern[str]:
        """As a traceback with a message ends, that of a class that a moved one has or makes, too."""
        return re.compile(rf"^[ \t]*{self._path}\.(?:{self._some})(?:\.[\w.]+(?:\(\w*\))?)?: ", re.M)

    def frames(self, file: str, functions: Collection[str]) -> re.Pattern[str]:
        """As a traceback names a function in a file of this name."""
        some = "|".join(map(re.escape, sorted(functions, key=len, reverse=True)))
        return re.compile(rf"File \\?\"(?:[^\"\n]*[/\\])?{re.escape(file)}\\?\", line [^\n,]+, in (?:{some})\b")

    @cached_property
    def _last_line(self) -> re.Pattern[str]:
        """As any traceback ends; a line of its own that is a dotted path is one only among examples."""
        return re.compile(rf"^[ \t]*(?P<module>{self._path})\.(?P<name>{self._some})(?=:[ \t\r\n]|[ \t]*\r?$)", re.M)

    @cached_property
    def escaped(self) -> re.Pattern[str]:
        """In a pattern."""
        return re.compile(rf"\b{self._path}\\\.(?:\((?:\?:)?[\w|]*?)?(?:{self._some})\b")

    @cached_property
    def begun(self) -> re.Pattern[str]:
        """How a text begins that is put behind ``<shop.``: a repr of the tree's own goes on behind the name."""
        before = ""
        *packages, last = self.dotted.split(".")
        for package in packages:
            before = rf"(?:{before}{re.escape(package)}\.)?"
        return re.compile(rf"{before}{re.escape(last)}\.(?:{self._some})[ ,(:]")

    def printed(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """What the examples between two offsets of a text print."""
        stop = len(text) if end is None else end
        forms = (self._last_line, self.plain)
        found = {hit.start("module"): hit for form in forms for hit in form.finditer(text, start, stop)}
        first = text.find(">>>", start, stop)
        for at, hit in sorted(found.items()):
            line = text[text.rfind("\n", 0, at) + 1 : at].lstrip()
            if 0 <= first < at and not line.startswith((">>>", "...")):
                yield hit
