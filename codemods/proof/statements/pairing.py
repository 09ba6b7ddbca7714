"""Top-level statements of the two trees, paired: which statement of before is which one of after."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable
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

    side: Snapshot
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


@dataclass(frozen=True)
class Pairing:
    """Each statement of before with what it is now; what has no partner, or more than one.

    ``copies``: (a statement of before, another one that says the same now). ``parts``: (a statement of before or after,
    what is a part of it in the other tree), such as a method that became a function.
    """

    pairs: tuple[Pair, ...]
    gone: tuple[Statement, ...]
    come: tuple[Statement, ...]
    copies: tuple[Pair, ...] = ()
    parts: tuple[Pair, ...] = ()


def statements(side: Snapshot, path: str) -> list[Statement]:
    """All of a module, imports included; none where there is no such module, or it can't be read."""
    outline = side.outline(path)
    if outline is None or not outline.body:
        return []
    reader = StatementAnalyzer(side, path)
    return [Statement(side, path, node, index, reader) for index, node in enumerate(outline.body)]


def pair(old: dict[str, list[Statement]], new: dict[str, list[Statement]], hints: dict[str, str]) -> Pairing:
    """Pair the statements of changed modules that are no imports: first what says the same, where it stood and then
    wherever it went; then what is likely the same, edited or under another name.

    ``hints``: where a name is said to have gone, by name.
    """
    from codemods.proof.statements.likeness import copies, likely, parts

    pairs: list[Pair] = []
    gone: list[Statement] = []
    come: list[Statement] = []
    for path in {**old, **new}:
        left, right = _conserved(old.get(path, ())), _conserved(new.get(path, ()))
        # Letter by letter first: most of a file stays as it is, and then needs no closer reading.
        left, right = _match(left, right, pairs, lambda s: s.text + s.reader.outline.source.encoding)
        left, right = _match(left, right, pairs, lambda s: s.key)
        gone += left
        come += right
    for name, path in hints.items():
        mine, theirs = [s for s in gone if name in s.names], [s for s in come if name in s.names and s.path == path]
        _match(mine, theirs, pairs, lambda s: s.key)
        gone, come = _without(gone, pairs), _without(come, pairs)
    gone, come = _match_elsewhere(gone, come, pairs)
    twice = copies(come, old)
    come = _without(come, twice)
    pairs += likely(gone, come, pairs, hints)
    gone, come = _without(gone, pairs), _without(come, pairs)
    divided = parts(gone, come, pairs)
    return Pairing(tuple(pairs), tuple(gone), tuple(come), tuple(twice), tuple(divided))


def _conserved(found: Iterable[Statement]) -> list[Statement]:
    return [s for s in found if not (s.importing or s.docstring or s.exports)]


def _without(found: list[Statement], pairs: Iterable[Pair]) -> list[Statement]:
    done = {id(s) for p in pairs for s in (p.old, p.new)}
    return [s for s in found if id(s) not in done]


def _match_elsewhere(
    gone: list[Statement], come: list[Statement], pairs: list[Pair]
) -> tuple[list[Statement], list[Statement]]:
    """What says the same in another file; of several that do, the one in the file that most others went to."""
    waiting: dict[str, list[Statement]] = {}
    for statement in come:
        waiting.setdefault(statement.key, []).append(statement)
    clear = [s for s in gone if len(waiting.get(s.key, ())) == 1]
    gone = [s for s in gone if len(waiting.get(s.key, ())) != 1]
    rest, _ = _match(clear, come, pairs, lambda s: s.key)
    flows = Counter((p.old.path, p.new.path) for p in pairs)
    for statement in gone:
        found = [s for s in waiting.get(statement.key, ()) if s.key == statement.key]
        if found:
            best = max(found, key=lambda s: flows[statement.path, s.path])
            waiting[statement.key].remove(best)
            pairs.append(Pair(statement, best))
        else:
            rest.append(statement)
    return rest, _without(come, pairs)


def _match(
    left: list[Statement], right: list[Statement], pairs: list[Pair], key: Callable[[Statement], str]
) -> tuple[list[Statement], list[Statement]]:
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
