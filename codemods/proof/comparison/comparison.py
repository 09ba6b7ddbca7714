"""The two states of the tree, and what the prover sees of the move by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from codemods.model import Move, Reexport
from codemods.project import OverlayTree, Tree
from codemods.project.pytest_rules import PytestRules, pytest_rules
from codemods.proof.comparison.impact import ImpactAnalysis
from codemods.proof.comparison.moved_modules import moved_modules
from codemods.proof.snapshot.old_names import OldNames
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import LOCAL_BUILTINS, Origin, Origins
from codemods.proof.statements.pairing import Pair, Pairing, Statement, pair, statements


@dataclass
class Comparison:
    """Old tree, new tree, and the moves as they were asked for (none: they are found).

    ``lazy``: names that modules of the new tree find when asked, beside those of its text, and where they import them
    from; ``lazy_before``: the same of the old tree. ``old_names``: what renamed modules were called.
    """

    old: Tree
    new: Tree
    moves: Sequence[Move] = ()
    lazy: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lazy_before: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    old_names: OldNames = field(default_factory=OldNames)

    @cached_property
    def before(self) -> Snapshot:
        return Snapshot(self.old, self.lazy_before)

    @cached_property
    def after(self) -> Snapshot:
        snapshot = Snapshot(self.new, self.lazy, self.old_names)
        snapshot.came = frozenset(path for path in self.new.paths - self.old.paths if path.endswith(".py"))
        return snapshot

    @property
    def runs(self) -> bool:
        """Is it read as Python executes it, not as type checkers read stubs?"""
        return True

    @property
    def promised(self) -> bool:
        """Were the moves asked for with all that codemods promises: old paths keep working, no import cycle is made?"""
        return any(move.reexport is not Reexport.NONE for move in self.moves)

    @cached_property
    def pytest_rules(self) -> PytestRules:
        """What pytest collects in the old tree."""
        return pytest_rules(self.old)

    @cached_property
    def touched(self) -> tuple[str, ...]:
        """Files of any kind whose bytes differ."""
        if isinstance(self.new, OverlayTree) and self.new.below is self.old:
            candidates = set(self.new.changes)
        else:
            candidates = set(self.old.paths | self.new.paths)
        return tuple(sorted(p for p in candidates if self.before.bytes(p) != self.after.bytes(p)))

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Python files whose bytes differ."""
        return tuple(p for p in self.touched if p.endswith(".py"))

    @cached_property
    def old_statements(self) -> dict[str, list[Statement]]:
        self.before.words = self._words
        return {path: statements(self.before, path) for path in self.changed}

    @cached_property
    def new_statements(self) -> dict[str, list[Statement]]:
        self.after.words = self._words
        return {path: statements(self.after, path) for path in self.changed}

    @cached_property
    def _words(self) -> frozenset[str]:
        """The names of changed modules that are single words, which moved code may have in place of `__name__`."""
        dotted = (self.before.names.dotted(path) for path in self.changed if path in self.old.paths)
        return frozenset(name for name in dotted if "." not in name) if not self.old_names else frozenset()

    @cached_property
    def pairing(self) -> Pairing:
        hints = {name: move.destination for move in self.moves for name in move.names}
        return pair(self.old_statements, self.new_statements, hints)

    @cached_property
    def modules(self) -> dict[str, str]:
        """Modules that are at another path now, as a whole: old path to new path. What definitions were asked to leave,
        and others still import from, is at no other path, be nothing left of it."""
        found = moved_modules(self.before, self.after, self.pairing.pairs)
        left = {m.source for m in self.moves if m.names and m.goes_on}
        dotted = {old: (self.before.names.dotted(old), self.after.names.dotted(new)) for old, new in found.items()}
        return {old: new for old, new in found.items() if old not in left or dotted[old][0] == dotted[old][1]}

    @cached_property
    def renamed(self) -> dict[Origin, Origin]:
        """Definitions that stand in another module now, or have another name: (old path, name) to (new path, name)."""
        found: dict[Origin, Origin] = {}
        for one in self.pairing.pairs:
            for name, now in one.names if one.moved or one.edited else ():
                if one.moved or name != now:
                    found[one.old.path, name] = (one.new.path, now)
        return found | self.declared_global

    @cached_property
    def copied(self) -> dict[Origin, frozenset[Origin]]:
        """Definitions that stand in more modules now: (old path, name) to the other places."""
        found: dict[Origin, frozenset[Origin]] = {}
        for one in self.pairing.copies:
            for name in one.old.names & one.new.names:
                origin = (one.old.path, name)
                found[origin] = found.get(origin, frozenset()) | {(one.new.path, name)}
        return found

    @cached_property
    def declared_global(self) -> dict[Origin, Origin]:
        """Names that only functions bind, by ``global``, all of which moved to one module."""
        homes: dict[Origin, set[str]] = {}
        for one in self.pairing.pairs:
            for name in one.old.declared_global:
                homes.setdefault((one.old.path, name), set()).add(one.new.path)
        bound = {(one.old.path, name) for one in self.pairing.pairs for name in one.old.names}
        return {
            origin: (next(iter(paths)), origin[1])
            for origin, paths in homes.items()
            if origin not in bound and len(paths) == 1 and origin[0] not in paths
        }

    @property
    def found(self) -> tuple[Move, ...]:
        """What moved, one move for each pair of modules."""
        several: dict[tuple[str, str], list[str]] = {}
        for (source, name), (destination, _) in sorted(self.renamed.items()):
            if source != destination:
                several.setdefault((source, destination), []).append(name)
        how = Reexport.AUTO if self.promised else Reexport.NONE
        return tuple(Move(one, tuple(names), two, reexport=how) for (one, two), names in several.items())

    @cached_property
    def unreadable(self) -> frozenset[str]:
        """Changed modules of the new tree that are no Python to the Python that runs this."""
        there = (path for path in self.changed if path in self.new.paths)
        return frozenset(path for path in there if self.after.symbols(path) is None)

    @cached_property
    def unbound_before(self) -> frozenset[str]:
        """What code that changed named already though it is bound nowhere, by what means ever it worked."""
        altered = (*self.pairing.gone, *(p.old for p in self.pairing.pairs if p.edited or p.moved))
        return frozenset(o.text for s in altered for o in s.reading.occurrences if not o.meaning)

    def home(self, path: str) -> str:
        """Where a module of before is now."""
        return self.modules.get(path, path)

    def mapped(self, origins: Origins) -> Origins:
        """Old origins under the one map of the move."""
        return frozenset(map(self._mapped, origins))

    def _mapped(self, origin: Origin) -> Origin:
        if origin in self.renamed:
            return self.renamed[origin]
        if origin[0] == "=":
            return ("=", self._same_values.get(origin[1], origin[1]))
        return self.home(origin[0]), origin[1]

    @cached_property
    def _same_values(self) -> dict[str, str]:
        """What says the name or the folder of a module that moved as a whole, and what it says now."""
        found: dict[str, str] = {}
        for old, new in self.modules.items():
            one, two = self.before.names.dotted(old), self.after.names.dotted(new)
            folders = [f"the folder {path.rpartition('/')[0]}/" for path in (old, new)]
            found |= {repr(one): repr(two), f"getLogger({one!r})": f"getLogger({two!r})", folders[0]: folders[1]}
        return found

    def same(self, before: Origins, after: Origins) -> bool:
        """Do these mean the same, under the map of the move, or a copy that says the same?"""
        if (wanted := self.mapped(before)) == after:
            return True
        if before == after and all(where == "=" for where, _ in before):  # in a module that did not move
            return True
        places = {origin: self.copied.get(origin, frozenset()) for origin in before}
        return bool(after) and after <= wanted.union(*places.values()) and len(after) == len(before)

    @cached_property
    def shifted(self) -> dict[str, frozenset[str]]:
        """For each changed module, the names that lead elsewhere now than the move says, or through other places."""
        found = {}
        for path in self.changed:
            names = self.before.namespace(path) | self.after.namespace(path)
            found[path] = frozenset(n for n in names if self._shifts(path, n))
        return found

    def _shifts(self, path: str, name: str) -> bool:
        return (path, name) in self.renamed or self._differs(path, name)

    def _differs(self, path: str, name: str) -> bool:
        for typing in (False, True):
            old = self.mapped(self.before.bound_origins(path, name, typing))
            if old != self.after.bound_origins(self.home(path), name, typing):
                return True
        return False

    @cached_property
    def lost(self) -> dict[str, list[str]]:
        """Public names that moved and can't be found where they stood, by module."""
        found: dict[str, list[str]] = {}
        for path, name in self.renamed:
            home = self.home(path)
            if name.startswith("_") or home not in self.new.paths or self.after.bound_origins(home, name):
                continue
            if not self.before.bound_origins(path, name):  # only type checkers found it
                continue
            before = self.before.symbols(path)
            if before is None or name not in before.deleted:  # what the module deletes was never found in it
                found.setdefault(home, []).append(name)
        return found

    @cached_property
    def reach(self) -> ImpactAnalysis:
        """How far the change reaches."""
        places = {(path, name) for path, names in self.shifted.items() for name in names}
        for one in self.pairing.pairs:
            if one.moved:
                places |= {cell for o in one.old.reading.occurrences for cell in o.cells}
        other = [path for path in self.changed if path not in self.old.paths or path not in self.new.paths]
        left = {path for path, _ in self.renamed}
        return ImpactAnalysis(self.after, places | self.renamed.keys(), other, self.lost, self._differs, left)

    @property
    def _rebinds(self) -> bool:
        """Does code that moves or changes bind a name anew, or a test replace one?"""
        changed = (p for p in self.pairing.pairs if p.moved or p.old.text != p.new.text)
        return any(o.writes and not o.own for p in changed for o in p.old.reading.occurrences)

    @cached_property
    def mentioning(self) -> tuple[str, ...]:
        """Unchanged Python files that the change may reach."""
        return tuple(path for path in self.reach.files() if path not in self.changed)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every pair that could mean something else: what changed or moved, and what the change may reach."""
        return tuple(self._closer())

    def is_run(self, path: str) -> bool:
        """Does pytest collect from a file, or another one import it? Test data that looks like code is neither."""
        if self.pytest_rules.reads(path) or path.endswith(("conftest.py", "__init__.py", "__main__.py")):
            return True
        return "test" not in path or self.reach.is_imported(path)

    def _closer(self) -> Iterator[Pair]:
        asking = LOCAL_BUILTINS if self._rebinds else frozenset()
        for one in self.pairing.pairs:
            if one.moved or one.old.text != one.new.text or one.old.words & asking or self.reach.touches(one.old):
                yield one
        for path in self.mentioning:
            old, new = statements(self.before, path), statements(self.after, path)
            pairs: Iterable[Pair] = map(Pair, old, new)
            if self.before.bytes(path) != self.after.bytes(path):  # It changes, but not in what this comparison is of.
                pairs = pair({path: old}, {path: new}, {}).pairs
            for one in pairs:
                if not one.old.importing and self.reach.touches(one.old):
                    yield one
