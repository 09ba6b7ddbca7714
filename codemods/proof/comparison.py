"""The two states of the tree, and what the prover sees of the move by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from codemods.model import Move
from codemods.project import OverlayTree, Tree
from codemods.proof.side import Origin, Side


@dataclass
class Comparison:
    """Old tree, new tree, and the moves as they were asked for (none: they are found)."""

    old: Tree
    new: Tree
    moves: Sequence[Move] = ()

    @cached_property
    def before(self) -> Side:
        return Side(self.old)

    @cached_property
    def after(self) -> Side:
        return Side(self.new)

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Python files whose bytes differ."""
        return tuple(path for path in self.touched if path.endswith(".py"))

    @cached_property
    def touched(self) -> tuple[str, ...]:
        """All files whose bytes differ."""
        if isinstance(self.new, OverlayTree) and self.new.below is self.old:
            candidates = set(self.new.changes)
        else:
            candidates = set(self.old.paths | self.new.paths)
        return tuple(sorted(p for p in candidates if _bytes(self.old, p) != _bytes(self.new, p)))

    @cached_property
    def renamed(self) -> dict[Origin, Origin]:
        """Definitions that stand in another module now: (old path, name) to (new path, name)."""
        gone: dict[str, list[str]] = {}
        come: dict[str, list[str]] = {}
        for path in self.changed:
            old, new = _definitions(self.before, path), _definitions(self.after, path)
            for name in old - new:
                gone.setdefault(name, []).append(path)
            for name in new - old:
                come.setdefault(name, []).append(path)
        return {(one, name): (come[name][0], name) for name, paths in gone.items() for one in paths if name in come}

    @cached_property
    def source(self) -> str:
        return self.moves[0].source if self.moves else next((old for (old, _), _ in self.renamed.items()), "")

    @cached_property
    def destination(self) -> str:
        return self.moves[0].destination if self.moves else next((new for new, _ in self.renamed.values()), "")

    @cached_property
    def source_name(self) -> str:
        return self.before.names.dotted(self.source) if self.source else ""

    @cached_property
    def destination_name(self) -> str:
        return self.after.names.dotted(self.destination) if self.destination else ""

    def mapped(self, origins: frozenset[Origin]) -> frozenset[Origin]:
        """Old origins under the one map of the move."""
        return frozenset(self.renamed.get(origin, origin) for origin in origins)


def _bytes(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path) if path in tree.paths else None
    except OSError:
        return None


def _definitions(side: Side, path: str) -> set[str]:
    outline = side.outline(path)
    return {name for name, bounds in outline.binds.items() if any(b.defined for b in bounds)} if outline else set()
