"""rope's MoveGlobal, driven through its library: somebody else's moves, for the prover to judge."""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from codemods.model import Move
from proving.projects import read, write

# How rope may name what moved in the files of others.
STYLES = ("from-global", "normal-import", "from-module")


class Declined(Exception):
    """rope makes no such move; says why."""


def move(files: Mapping[str, bytes], asked: Move, style: str, pull: bool = True) -> dict[str, bytes]:
    """The tree after rope's move, names one after another. Raises Declined.

    ``style``: one of STYLES. ``pull``: whether rope pulls imports to the top of what it writes.
    """
    from rope.base.exceptions import RopeError
    from rope.base.project import Project
    from rope.refactor.move import MoveGlobal

    with tempfile.TemporaryDirectory(prefix="rope-") as scratch:
        root = Path(scratch)
        write(files, root)
        destination = root / asked.destination
        if not destination.exists():
            destination.parent.mkdir(parents=True, exist_ok=True)
            destination.touch()
        source_folders = ["src"] if (root / "src").is_dir() else []
        project = Project(scratch, ropefolder=None, source_folders=source_folders, pull_imports_to_top=pull)  # type: ignore[arg-type]
        try:
            project.prefs.imports.preferred_import_style = style
            for name in asked.names:
                resource = project.get_resource(asked.source)
                mover = MoveGlobal(project, resource, _offset(resource.read(), name))
                project.do(mover.get_changes(project.get_resource(asked.destination)))
        except RopeError as error:
            raise Declined(str(error)) from error
        except Exception as error:  # rope's own mistakes are no result either
            raise Declined(f"{type(error).__name__}: {error}") from error
        finally:
            project.close()
        return read(root)


def _offset(text: str, name: str) -> int:
    """Where rope's cursor stands: on the name where the module defines it."""
    for node in ast.parse(text).body:
        if getattr(node, "name", None) == name or (
            isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        ):
            start = sum(len(line) for line in text.splitlines(keepends=True)[: node.lineno - 1])
            found = re.compile(rf"\b{name}\b").search(text, start)
            if found:
                return found.start()
    raise Declined(f"{name} is not defined at module level")
