"""Line numbers of the user's files, for a move that was planned on the tree as earlier moves leave it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property

from codemods.model import Hazard, Place, Plan
from codemods.project import OverlayTree, Tree

_PLACE = re.compile(r"(?P<path>[\w./+-]+\.\w+):(?P<line>\d+)")
_LINE = re.compile(r"\bline (?P<line>\d+)\b")


class UsersLines:
    """What places of a tree are in the tree below it; ``path`` is the file of lines that are said without one."""

    def __init__(self, below: Tree, tree: Tree, path: str) -> None:
        self.below = below
        self.path = path
        self.changed: dict[str, bytes | None] = {}
        while isinstance(tree, OverlayTree) and tree is not below:
            self.changed = {**tree.changes, **self.changed}
            tree = tree.below
        self._lines: dict[str, dict[int, int]] = {}

    def plan(self, plan: Plan) -> Plan:
        if not self.changed:
            return plan
        groups = tuple(
            replace(group, place=self.place(group.place), reason=self.text(group.reason)) for group in plan.groups
        )
        return replace(plan, groups=groups, hazards=tuple(self.hazards(plan.hazards)))

    def hazards(self, hazards: Iterable[Hazard]) -> list[Hazard]:
        return [replace(h, place=self.place(h.place), reason=self.text(h.reason)) for h in hazards]

    def text(self, text: str) -> str:
        """A sentence with the places that it names."""
        if not self.changed:
            return text
        said = _PLACE.sub(lambda m: str(self.place(Place(m["path"], int(m["line"])))), text)
        return _LINE.sub(self._line_alone, said)

    def _line_alone(self, found: re.Match[str]) -> str:
        place = self.place(Place(self.path, int(found["line"])))
        return f"line {place.line}" if place.path == self.path and place.line else str(place)

    def place(self, place: Place) -> Place:
        """The same line in the user's files: in the same file, or in the one that it left; else no line."""
        if place.path not in self.changed or not place.line:
            return place
        if place.path not in self._lines:
            self._lines[place.path] = self._same(place.path)
        if place.line in self._lines[place.path]:
            return replace(place, line=self._lines[place.path][place.line])
        text = self._text(self.changed[place.path])[place.line - 1 : place.line]
        there = self._all.get(text[0].strip(), []) if text else []
        return Place(*there[0], place.column) if len(there) == 1 else Place(place.path)

    def _same(self, path: str) -> dict[int, int]:
        old = self._text(self.below.read(path)) if path in self.below.paths else []
        new = self._text(self.changed[path])
        blocks = SequenceMatcher(None, new, old, autojunk=False).get_matching_blocks()
        return {a + i + 1: b + i + 1 for a, b, size in blocks for i in range(size)}

    @cached_property
    def _all(self) -> dict[str, list[tuple[str, int]]]:
        """Where each line of the files that changed stood."""
        found: dict[str, list[tuple[str, int]]] = {}
        for path in sorted(self.changed.keys() & self.below.paths):
            for number, line in enumerate(self._text(self.below.read(path)), 1):
                found.setdefault(line.strip(), []).append((path, number))
        return found

    @staticmethod
    def _text(data: bytes | None) -> list[str]:
        return (data or b"").decode("utf-8", "replace").splitlines()
