"""Cold imports: every module that a change could affect, imported first in a fresh process, before and after."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from codemods.model import Check, Finding, Move, Place
from codemods.project import Names, OverlayTree, Tree
from codemods.trying.affected_modules import affected
from codemods.trying.copies import home, lay_out, scratch
from codemods.trying.processes import Command, Ended, run_all
from codemods.trying.surroundings import environment, import_roots, interpreter

SAYS = "each affected module, imported first in a fresh process, ends as it did before"
_SCRIPT = Path(__file__).with_name("inside") / "codemods_cold_import.py"
# Programs: to import them would be to run them.
_PROGRAMS = ("__main__.py", "setup.py")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class _Outcome:
    """How one import ended: the last line of its traceback (empty: imported), and the place that it names."""

    raised: str = ""
    place: Place = field(default_factory=lambda: Place(""))
    said: str = ""
    other: str = ""
    leaked: str = ""


@dataclass(frozen=True)
class ColdImports:
    """The trial behind ``--run``. ``limit``: seconds after which an import is given up, before and after alike."""

    limit: float = 60.0
    at_once: int = os.cpu_count() or 1

    def __call__(self, before: Tree, after: Tree, moves: Sequence[Move]) -> Check:
        """Import every affected module of both trees. Raises Refused where no scratch copy can be made."""
        modules = affected((before, after), _touched(before, after))
        programs = {path for path in modules if path.rpartition("/")[2] in _PROGRAMS}
        root = home(before)
        python = interpreter(root)
        roots = import_roots(root, python)
        with scratch() as folder:
            sides = []
            for side, tree in (("old", before), ("new", after)):
                lay_out(tree, folder / side)
                paths = sorted((modules - programs) & tree.paths)
                sides.append(_Side(folder / side, root, Names(tree), roots, python, self.limit, tuple(paths)))
            commands = [command for side in sides for command in side.commands()]
            ended = iter(run_all(commands, self.at_once))
            old, new = ({path: side.outcome(path, next(ended)) for path in side.paths} for side in sides)
        sources = {move.destination: move.source for move in moves}
        failures, declared = _compared(old, new, sources)
        declared += [Finding(Place(path), "not imported: it is a program") for path in sorted(programs)]
        return Check("cold imports", SAYS, len(old.keys() | new.keys()), tuple(failures), tuple(declared))


@dataclass(frozen=True)
class _Side:
    """One scratch copy, and how its modules are imported."""

    copy: Path
    root: Path
    names: Names
    roots: tuple[str, ...]
    python: Path
    limit: float
    paths: tuple[str, ...]

    def commands(self) -> list[Command]:
        surroundings = environment(self.copy, self.root, self.python)
        # Sets and dicts of strings come in one order, before and after.
        surroundings.setdefault("PYTHONHASHSEED", "0")
        return [
            Command(self._words(path), self.copy, surroundings, self._file(path, "out"), self.limit)
            for path in self.paths
        ]

    def outcome(self, path: str, ended: Ended) -> _Outcome:
        said = self._plain(self._file(path, "out").read_bytes().decode("utf-8", "replace"))
        try:
            result = json.loads(self._file(path, "json").read_bytes())
        except (OSError, ValueError):
            how = "did not end" if ended.code is None else f"ended the process (exit code {ended.code})"
            return _Outcome(f"the import {how}", Place(path), said)
        place, line = result["place"] or (path, 0)
        other = leaked = ""
        if result["file"] and Path(result["file"]).resolve() != (self.copy / path).resolve():
            other = f"`import {self.names.dotted(path)}` gives {self._plain(result['file'])}"
        if result["leaked"]:
            leaked = "module {} came from {}, not from the scratch copy".format(*result["leaked"])
        return _Outcome(self._plain(result["raised"] or ""), Place(self._plain(str(place)), line), said, other, leaked)

    def _words(self, path: str) -> list[str]:
        own = self.names.root_of(path)
        roots = self.roots if own in self.roots else (own, *self.roots)
        first = [str(self.copy / one) for one in roots]
        # A script finds the modules beside it.
        beside = str((self.copy / path).parent)
        words = [self._file(path, "json"), self.copy, self.root, self.names.dotted(path)]
        return [str(self.python), str(_SCRIPT), *map(str, words), json.dumps(first), json.dumps([beside])]

    def _file(self, path: str, kind: str) -> Path:
        return self.copy.parent / f"{self.copy.name}-{self._numbers[path]}.{kind}"

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {path: number for number, path in enumerate(self.paths)}

    def _plain(self, text: str) -> str:
        """Without what differs between two copies of one tree."""
        return _ADDRESS.sub("0x...", text.replace(f"{self.copy}{os.sep}", "").replace(str(self.copy), "."))


def _compared(
    old: Mapping[str, _Outcome], new: Mapping[str, _Outcome], sources: Mapping[str, str]
) -> tuple[list[Finding], list[Finding]]:
    failures: list[Finding] = []
    declared: list[Finding] = []
    for path in sorted(old.keys() | new.keys()):
        # A module that is made has the needs of the one that it is made from.
        was = old.get(path) or old.get(sources.get(path, ""), _Outcome())
        now = new.get(path, _Outcome(f"there is no module {path} any more"))
        leaked = was.leaked or now.leaked
        if leaked:
            failures.append(Finding(Place(path), f"this shows nothing, since {leaked}"))
        elif was.other or now.other:
            declared.append(Finding(Place(path), f"not imported: {was.other or now.other}"))
        elif now.raised and not was.raised:
            change = "could be imported, and now can't be" if path in old else "is new, and can't be imported"
            failures.append(Finding(now.place, f"{path} {change}: {now.raised}"))
        elif now.raised != was.raised and now.raised:
            failures.append(Finding(now.place, f"importing {path} ended with {was.raised}, and now with {now.raised}"))
        elif was.raised:
            change = "was so before" if now.raised else "before; now it can be"
            declared.append(Finding(was.place, f"{path} can't be imported: {was.raised} ({change})"))
        elif path in old and was.said != now.said:
            declared.append(Finding(Place(path), "what it writes while it is imported is not what it was"))
    return failures, declared


def _touched(before: Tree, after: Tree) -> list[str]:
    """The files that differ."""
    candidates = before.paths | after.paths
    if isinstance(after, OverlayTree) and after.below is before:
        candidates = frozenset(after.changes)
    return [path for path in candidates if _bytes(before, path) != _bytes(after, path)]


def _bytes(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path) if path in tree.paths else None
    except OSError:
        return None
