"""Stubs (`.pyi`) are read as type checkers do it: each in the place of its module."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from codemods.model import Check, Finding, Kind, Place
from codemods.project import Tree
from codemods.project.cython import declared
from codemods.proof.checks import conservation, names, namespaces
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import Origin, defined_names, flat

SAYS = "type checkers see in stubs what they saw, under the new paths, and what is there at run time"


class TypingView(Tree):
    """A tree in which each stub stands in the place of its module; ``LIMIT: int`` binds a name there, as
    ``LIMIT: int = ...`` does."""

    def __init__(self, below: Tree) -> None:
        self.below = below
        self._stubs: dict[str, bytes] = {}

    @property
    def paths(self) -> frozenset[str]:
        return self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(path.removesuffix("i") if path.endswith(".pyi") else path for path in self.below.paths)

    def read(self, path: str) -> bytes:
        stub = path + "i"
        if not path.endswith(".py") or stub not in self.below.paths:
            return self.below.read(path)
        if stub not in self._stubs:
            self._stubs[stub] = _with_values(self.below.read(stub))
        return self._stubs[stub]


def _with_values(raw: bytes) -> bytes:
    try:
        body = ast.parse(raw).body
    except (SyntaxError, ValueError):
        return raw
    lines = raw.splitlines(keepends=True)
    for node, _ in flat(body):
        if isinstance(node, ast.AnnAssign) and node.value is None and isinstance(node.target, ast.Name):
            row, column = (node.end_lineno or node.lineno) - 1, node.end_col_offset or 0
            lines[row] = lines[row][:column] + b" = ..." + lines[row][column:]
    return b"".join(lines)


@dataclass
class _Stubs(Comparison):
    stubs: tuple[str, ...] = ()
    moved: Mapping[Origin, Origin] = field(default_factory=dict)  # of modules that have no stub, too

    @property
    def runs(self) -> bool:
        return False

    @cached_property
    def touched(self) -> tuple[str, ...]:
        return tuple(path.removesuffix("i") for path in self.stubs)

    def _mapped(self, origin: Origin) -> Origin:
        return self.moved.get(origin) or super()._mapped(origin)


def check(comparison: Comparison) -> Check:
    failures = list(_left_behind(comparison))
    stubs = tuple(path for path in comparison.touched if path.endswith(".pyi"))
    count = 0
    if stubs:
        typing = _Stubs(
            TypingView(comparison.old),
            TypingView(comparison.new),
            comparison.moves,
            stubs=stubs,
            moved=comparison.renamed,
        )
        failures += [f for look in (conservation, names, namespaces) for f in look.check(typing).failures]
        for path, home, name in _names(typing):
            count += 1
            failures += _compare(typing, path, home, name)
    return Check("stubs", SAYS, count, tuple(replace(f, place=_in_stub(f.place, stubs)) for f in failures))


def _left_behind(comparison: Comparison) -> Iterator[Finding]:
    """A declaration goes where the definition goes."""
    yield from _for_cython(comparison)
    for (old, name), (new, _) in sorted(comparison.renamed.items()):
        if _declares(comparison.old, old, name) and not _declares(comparison.new, new, name):
            yield _differs(new, f"{name} is not declared here, and was in {old}i")
        elif _declares(comparison.new, old, name):
            yield _differs(old, f"{name} is still declared here, and is defined in {new} now")
        elif new + "i" in comparison.new.paths and not name.startswith("_") and name in _asked(comparison):
            if not _declares(comparison.new, new, name) and old + "i" not in comparison.old.paths:
                yield _differs(new, f"this stub hides {name} from type checkers, and nothing did before")


def _for_cython(comparison: Comparison) -> Iterator[Finding]:
    for old, name in sorted(comparison.renamed):
        beside, found = declared(comparison.new, old, [name])
        if name in found:
            message = f"{name} is still declared here, and {old} does not define it any more: Cython can't compile it"
            yield Finding(Place(beside, found[name]), message, "stub-differs")


def _differs(path: str, message: str) -> Finding:
    return Finding(Place(path + "i"), message, "stub-differs")


def _asked(comparison: Comparison) -> set[str]:
    asked = {name for move in comparison.moves for name in move.names}
    return asked or {name for _, name in comparison.renamed}


def _declares(tree: Tree, path: str, name: str) -> bool:
    if path + "i" not in tree.paths:
        return False
    try:
        body = ast.parse(_with_values(tree.read(path + "i"))).body
    except (SyntaxError, ValueError):
        return False
    return any(name in defined_names(node) for node, _ in flat(body))


def _names(typing: Comparison) -> Iterator[tuple[str, str, str]]:
    """(path, where it stands now, name) of every global that a statement of an old stub reads, annotations too."""
    for path in typing.changed:
        symbols = typing.before.symbols(path)
        for node in symbols.body if symbols else ():
            bound = {name for statement, _ in flat([node]) for name in defined_names(statement)}
            home = next(
                (typing.renamed[path, name][0] for name in sorted(bound) if (path, name) in typing.renamed), path
            )
            if bound or not isinstance(node, (ast.Import, ast.ImportFrom, ast.If, ast.Try)):
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
                yield from ((path, home, name) for name in sorted(names))


def _compare(typing: Comparison, path: str, home: str, name: str) -> Iterator[Finding]:
    old = typing.before.origins(path, name)
    new, wanted = typing.after.origins(home, name), typing.mapped(old)
    if old and new != wanted:
        kind = Kind.OTHER if new else Kind.BROKEN
        yield Finding(Place(home), f"{name} is not what it was for type checkers", "stub-differs", kind, Place(path))


def _in_stub(place: Place, stubs: tuple[str, ...]) -> Place:
    stub = place.path + "i"
    return Place(stub, place.line, place.column) if stub in stubs else place
