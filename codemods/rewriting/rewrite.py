"""A plan and a tree become a change set."""

from __future__ import annotations

from codemods.model import ChangeSet, Plan
from codemods.planning.edits import Edits
from codemods.project import Names, Tree
from codemods.rewriting.destination_file import rewrite_destination
from codemods.rewriting.other_file import rewrite_other
from codemods.rewriting.source_file import rewrite_source


def rewrite_plan(plan: Plan, tree: Tree) -> ChangeSet:
    """The new bytes of every file that the plan touches; pure, nothing is written."""
    if plan.done:
        return ChangeSet({}, {})
    edits = plan.details
    assert isinstance(edits, Edits)
    names = Names(tree)
    after: dict[str, bytes | None] = {
        edits.departure.path: rewrite_source(edits.departure, names, edits.line_length),
        edits.arrival.path: rewrite_destination(edits.arrival, names, edits.line_length),
    }
    for file in edits.others:
        after[file.path] = rewrite_other(file, names, edits.line_length)
    for path in edits.new_packages:
        after[path] = b""
    before = {path: tree.read(path) if path in tree.paths else None for path in after}
    return ChangeSet(before, after)
