"""A plan and a tree become a change set."""

from __future__ import annotations

from codemods.model import ChangeSet, Plan
from codemods.planning.edits.model import Edits, Rename
from codemods.project import OverlayTree, Tree
from codemods.rewriting.carried_comments import with_comments
from codemods.rewriting.destination_file import rewrite_destination
from codemods.rewriting.other_file import rewrite_other, rewrite_text
from codemods.rewriting.source_file import rewrite_source
from codemods.rewriting.splice import splice
from codemods.rewriting.stub_files import rewrite_stubs


def rewrite_plan(plan: Plan, tree: Tree) -> ChangeSet:
    """The new bytes of every file that the plan touches; pure, nothing is written."""
    after: dict[str, bytes | None] = {}
    for edits in plan.details:
        # The edits of each move speak of the tree as the moves before it leave it.
        now = OverlayTree(tree, after) if after else tree
        after |= _renamed(edits, now) if isinstance(edits, Rename) else _rewrite(edits, now)
    before = {path: tree.read(path) if path in tree.paths else None for path in after}
    # What one move made and another took away again is no change.
    return ChangeSet(before, {path: new for path, new in after.items() if new is not None or before[path] is not None})


def _rewrite(edits: Edits, tree: Tree) -> dict[str, bytes | None]:
    names = tree.names
    departure, arrival = with_comments(edits.departure, edits.arrival)
    after: dict[str, bytes | None] = {
        departure.path: rewrite_source(departure, names, edits.style),
        arrival.path: rewrite_destination(arrival, names, edits.style),
    }
    for file in edits.others:
        text = file.module is None
        after[file.path] = rewrite_text(file, tree.read(file.path)) if text else rewrite_other(file, names, edits.style)
    if edits.stubs is not None:
        after |= rewrite_stubs(edits.stubs, names, edits.style)
    return after | dict.fromkeys(edits.new_packages, b"")


def _renamed(rename: Rename, tree: Tree) -> dict[str, bytes | None]:
    source = tree.source(rename.old)
    after: dict[str, bytes | None] = {rename.old: None, rename.path: source.encode(splice(source.text, rename.edits))}
    for file in rename.others:
        if file.module is None:
            after[file.path] = rewrite_text(file, tree.read(file.path))
        else:
            after[file.path] = file.module.source.encode(splice(file.module.source.text, file.strings))
    return after | dict.fromkeys(rename.made, b"")
