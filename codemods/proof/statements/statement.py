"""A top-level statement of one tree, and the pair that it makes with the same statement in the other."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from codemods.model import Place
from codemods.project import walk
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import defined_names, flat, import_like
from codemods.proof.statements.fingerprint import StatementAnalyzer
from codemods.proof.statements.name_resolution import StatementSummary


@dataclass(eq=False)
class Statement:
    """One top-level statement of a module."""

    snapshot: Snapshot
    path: str
    node: ast.stmt
    index: int
    reader: StatementAnalyzer

    @cached_property
    def reading(self) -> StatementSummary:
        try:
            return self.reader.read(self.node)
        except SyntaxError:  # The compiler has more rules than the parser.
            return StatementSummary(self.text)

    @property
    def key(self) -> str:
        return self.reading.key

    @cached_property
    def shape(self) -> str:
        """The key without the name that the statement binds: the same for one that was only renamed."""
        own = re.escape(min(self.names)) if len(self.names) == 1 else r"(?!)"
        return re.sub(rf"(?<!\S){own}(?= §Store)|(?<=Def ){own}(?!\S)", "·", self.key, count=1)

    @cached_property
    def bag(self) -> Counter[str]:
        """Its words, counted: how much two statements have in common."""
        return Counter(re.findall(r"[^\W\d]\w+|\d+", self.text))

    @property
    def place(self) -> Place:
        return self.reader.symbols.source.place(self.node)

    @cached_property
    def text(self) -> str:
        """As it is written, decorators included."""
        source = self.reader.symbols.source
        return source.text[source.start(self.node) : source.end(self.node)]

    @cached_property
    def said_before(self) -> str:
        """The text in the words of before: with the old names of modules that are renamed."""
        return self.snapshot.said_before(self.path, self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(re.findall(r"[^\W\d]\w*", self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """What it binds otherwise than by importing."""
        return frozenset(name for inner, _ in flat([self.node]) for name in defined_names(inner))

    @cached_property
    def declared_global(self) -> frozenset[str]:
        """Names that functions inside of it declare global."""
        if "global " not in self.text:
            return frozenset()
        return frozenset(n for node in walk(self.node) if isinstance(node, ast.Global) for n in node.names)

    @property
    def said(self) -> str:
        """For messages."""
        first = self.text.splitlines()[0].strip()
        return min(self.names) if self.names else first if len(first) < 50 else first[:50] + " …"

    @property
    def docstring(self) -> bool:
        """Is it the docstring of its module?"""
        node = self.node
        return (
            self.index == 0
            and isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )

    @property
    def exports(self) -> bool:
        """Is it about ``__all__``?"""
        if self.names == {"__all__"}:
            return True
        call = self.node.value if isinstance(self.node, ast.Expr) else None
        function = call.func if isinstance(call, ast.Call) else None
        return isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "__all__"

    @cached_property
    def importing(self) -> bool:
        return import_like(self.node)


@dataclass(frozen=True, eq=False)
class Pair:
    """The same statement before and after; ``edited``: it says something else now, or binds another name."""

    old: Statement
    new: Statement
    edited: bool = False

    @property
    def moved(self) -> bool:
        return self.old.path != self.new.path

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """The names that it binds, each with the one of before."""
        old, new = self.old.names, self.new.names
        same = [(name, name) for name in sorted(old & new)]
        lost, won = sorted(old - new), sorted(new - old)
        return (*same, *([(lost[0], won[0])] if len(lost) == len(won) == 1 else []))

    @property
    def renamed(self) -> bool:
        return any(old != new for old, new in self.names)
