"""For LibCST's own command line: `python -m libcst.tool codemod -x codemods.as_libcst.MoveSymbol . --move A B Name`.

LibCST gives a command one file after the other, in several processes, and lets it make no new ones. So the whole change
is planned and proven once, when the arguments are read, and each file gets its new text from it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import libcst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from codemods.model import Hazard, Place, Refused, WrongUsage

NewTexts = Mapping[str, bytes]


class MoveSymbol(CodemodCommand):
    """Moves top-level definitions from one module to another, and rewrites who refers to them, if that is proven."""

    DESCRIPTION = "Move top-level definitions to another module that is there, and rewrite who refers to them."

    def __init__(self, context: CodemodContext, move: NewTexts) -> None:
        super().__init__(context)
        self.new = move

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        arg_parser.add_argument(
            "--move",
            action=_Solve,
            nargs="+",
            required=True,
            metavar=("SOURCE", "DEST NAME"),
            help="behind the paths: the module, the module they go to (there already), and what is to move",
        )

    def transform_module_impl(self, tree: libcst.Module) -> libcst.Module:
        new = self.new.get(os.path.realpath(self.context.filename or ""))
        if new is None:
            raise SkipFile("nothing in it refers to what moves")
        return libcst.parse_module(new)


class _Solve(argparse.Action):
    """Plans and proves the move where it is read: the processes that LibCST starts receive the new texts."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, values: Any, _: str | None = None) -> None:
        from codemods.report.refusals import refusal_lines
        from codemods.report.terminal import show

        try:
            new = new_texts(values)
            _refuse_left_out(new, getattr(namespace, "path", None) or ())
            setattr(namespace, self.dest, new)
        except Refused as refused:
            wrong = isinstance(refused, WrongUsage)
            show(refusal_lines(refused.hazards, "error" if wrong else "refused"), sys.stderr)
            raise SystemExit(4 if wrong else 2) from None


def _refuse_left_out(new: NewTexts, given: Sequence[str]) -> None:
    """LibCST rewrites what lies below the paths it was given: a part of the change would be no move. Raises Refused."""
    roots = [os.path.realpath(path) for path in given]
    left = [path for path in new if not any(path == root or path.startswith(root + os.sep) for root in roots)]
    if given and left:
        reason = "it has to be rewritten too, and is not below the paths that LibCST was given"
        raise WrongUsage(*(Hazard("usage", Place(os.path.relpath(path)), reason, ("name .",)) for path in left))


def new_texts(words: Sequence[str]) -> dict[str, bytes]:
    """The new bytes of each file that the move changes, by its real path. Raises Refused."""
    from codemods.project.root import marked_root
    from codemods.serving.workspace import Workspace

    if len(words) < 3:
        raise WrongUsage(Hazard("usage", Place("--move"), "it has a source, a destination and at least one name"))
    workspace = Workspace(marked_root(Path.cwd()) or Path.cwd())
    source, destination = (os.path.relpath(word, workspace.root) for word in words[:2])
    solution = workspace.solve([workspace.request(source, destination, words[2:])])
    for path in solution.changes.paths:
        if solution.changes.before.get(path) is None:
            reason = "it is not there, and LibCST creates no files"
            raise WrongUsage(Hazard("no-file", Place(path), reason, (f"touch {path}", "or: codemods extract")))
    after = solution.changes.after
    return {os.path.realpath(workspace.root / path): after[path] or b"" for path in solution.changes.paths}
