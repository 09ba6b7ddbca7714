"""Top-level statements of the two trees, paired: which statement of before is which one of after."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from codemods.model import Place
from codemods.project import walk
from codemods.proof.snapshot.resolution import Side
from codemods.proof.snapshot.symbols import defined_names, flat, import_like
from codemods.proof.statements.fingerprint import Reader
from codemods.proof.statements.name_resolution import Reading


@dataclass(eq=False)
class Statement:
    """One top-level statement of a module."""

    side: Side
    path: str
    node: ast.stmt
    index: int
    reader: Reader

    @cached_property
    def reading(self) -> Reading:
        try:
            return self.reader.read(self.node)
        except SyntaxError:  # The compiler has more rules than the parser.
            return Reading(self.text)

    @property
    def key(self) -> str:
        return self.reading.key

    @property
    def place(self) -> Place:
        return self.reader.outline.source.place(self.node)

    @cached_property
    def text(self) -> str:
        """As it is written, decorators included."""
        source = self.reader.outline.source
        return source.text[source.start(self.node) : source.end(self.node)]

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
    """The same statement before and after."""

    old: Statement
    new: Statement

    @property
    def moved(self) -> bool:
        return self.old.path != self.new.path


@dataclass(frozen=True)
class Pairing:
    """Pairs; what has no partner before, or after."""

    pairs: tuple[Pair, ...]
    gone: tuple[Statement, ...]
    come: tuple[Statement, ...]


def statements(side: Side, path: str) -> list[Statement]:
    """All of a module, imports included; none where there is no such module, or it can't be read."""
    outline = side.outline(path)
    if outline is None or not outline.body:
        return []
    reader = Reader(side, path)
    return [Statement(side, path, node, index, reader) for index, node in enumerate(outline.body)]


def pair(old: dict[str, list[Statement]], new: dict[str, list[Statement]], hints: dict[str, str]) -> Pairing:
    """Pair the statements of changed modules that are no imports: first where they stood, then wherever they went.

    ``hints``: where a name is said to have gone, by name.
    """
    pairs: list[Pair] = []
    gone: list[Statement] = []
    come: list[Statement] = []
    for path in {**old, **new}:
        left, right = _conserved(old.get(path, ())), _conserved(new.get(path, ()))
        # Letter by letter first: most of a file stays as it is, and then needs no closer reading.
        left, right = _match(left, right, pairs, lambda s: s.text + s.reader.outline.source.encoding, equal=True)
        left, right = _match(left, right, pairs, lambda s: s.key)
        gone += left
        come += right
    for name, path in hints.items():
        mine, theirs = [s for s in gone if name in s.names], [s for s in come if name in s.names and s.path == path]
        _match(mine, theirs, pairs, lambda s: s.key)
        done = {id(s) for p in pairs for s in (p.old, p.new)}
        gone, come = [s for s in gone if id(s) not in done], [s for s in come if id(s) not in done]
    gone, come = _match(gone, come, pairs, lambda s: s.key)
    return Pairing(tuple(pairs), tuple(gone), tuple(come))


def _conserved(found: Iterable[Statement]) -> list[Statement]:
    return [s for s in found if not (s.importing or s.docstring or s.exports)]


def _match(left, right, pairs, key, equal=False):
    """Pair what has equal keys, in order; (what is left over on the one side, on the other)."""
    waiting: dict[str, list[Statement]] = {}
    for statement in right:
        waiting.setdefault(key(statement), []).append(statement)
    rest = []
    for statement in left:
        if found := waiting.get(key(statement)):
            pairs.append(Pair(statement, found.pop(0)))
        else:
            rest.append(statement)
    return rest, [s for found in waiting.values() for s in found]
