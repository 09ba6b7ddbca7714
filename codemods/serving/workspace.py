"""One project that somebody works in for a while: requests as they are written, plans, proven changes, writing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import codemods
from codemods.commands.asked import expanded, located, split_source
from codemods.face import Solution
from codemods.model import Move, Plan
from codemods.project import DiskTree, OverlayTree, Tree
from codemods.project.request import check_module, check_request, check_root
from codemods.suggest import Suggestion, suggest


class Workspace:
    """A project below ``root``. Files are read anew for each question: somebody edits them meanwhile."""

    def __init__(self, root: Path) -> None:
        self.root = check_root(root)

    def tree(self, unsaved: Mapping[str, bytes | None] | None = None) -> Tree:
        """The files as they are, with what an editor holds that is not saved yet."""
        disk = DiskTree(self.root)
        return OverlayTree(disk, unsaved) if unsaved else disk

    def request(self, source: str, destination: str, names: Sequence[str], **more: Sequence[str] | bool) -> Move:
        """The move that is meant; modules are paths below the root, or dotted. Raises WrongUsage."""
        options = Namespace(root=self.root)
        module, inner = split_source(source)
        path = located(module, options, self.root)
        move = Move(path, (*inner, *names), located(destination, options, self.root, beside=path))
        given = {key: tuple(value) if isinstance(value, Sequence) else value for key, value in more.items()}
        tree = DiskTree(self.root)
        return expanded(check_request(replace(move, **given), self.root, tree), tree)  # type: ignore[arg-type]

    def plan(self, moves: Sequence[Move], tree: Tree | None = None) -> Plan:
        return codemods.plan(self._after_others(moves), tree or self.tree())

    def solve(self, moves: Sequence[Move], tree: Tree | None = None) -> Solution:
        """The proven change; nothing is written. Raises Refused."""
        return codemods.solve(self._after_others(moves), tree or self.tree())

    def _after_others(self, moves: Sequence[Move]) -> list[Move]:
        from codemods.applying import with_old_paths

        return [*with_old_paths(moves, self.root)]

    def suggest(self, module: str, into: int | None = None, tree: Tree | None = None) -> Suggestion:
        path = located(module, Namespace(root=self.root), self.root)
        return suggest(tree or self.tree(), check_module(path, self.root, DiskTree(self.root)), into)

    def is_done(self, move: Move) -> bool:
        """Stand all names in the destination already? Only the two files are read."""
        from codemods.pending import is_done

        return is_done(move, self.tree())

    def write(self, moves: Sequence[Move], allow_dirty: bool = False) -> Solution:
        """Make the change, whole or not at all. Raises Refused."""
        from codemods.applying import apply, recover, refuse_unwritable, written
        from codemods.applying.git import refuse_dirty

        recover(self.root)
        solution = self.solve(moves)
        refuse_unwritable(solution.changes, self.root)
        if not allow_dirty:
            refuse_dirty(solution.changes, self.root, written(self.root))
        if solution.changes.paths:
            apply(solution.changes, self.root, solution.plan)
        return solution
