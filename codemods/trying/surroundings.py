"""Whose Python runs a scratch copy, and what it finds on its path: the copy, and never the tree that was copied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from codemods.project import DiskTree, Names

# Run in the user's interpreter: which of these modules does it find, and where? Finding a top-level module runs
# nothing of it.
_FOUND = """
import importlib.util, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        spec = importlib.util.find_spec(name)
        found[name] = [spec.origin] if spec.has_location else list(spec.submodule_search_locations or ())
    except Exception:
        found[name] = []
print(json.dumps(found))
"""


def interpreter(root: Path) -> Path:
    """The Python of the project: of an environment in its root (.venv, venv), else of the one that is active, else
    the one that runs this command."""
    for folder in (root / ".venv", root / "venv", Path(os.environ.get("VIRTUAL_ENV") or root / ".venv")):
        for name in ("bin/python", "Scripts/python.exe"):
            if (folder / "pyvenv.cfg").exists() and (folder / name).exists():
                return folder / name
    return Path(sys.executable)


def import_roots(root: Path, python: Path) -> tuple[str, ...]:
    """The folders of the tree that belong on ``sys.path``, relative to its root.

    They are ``src``, where the tree has it, the root, and what an editable install of the project names: the folders
    from which ``python`` already imports modules of the tree.
    """
    names = Names(DiskTree(root))
    found = [one for one in names.roots if one in ("src", "")]
    more = {one: _tops(names, one) for one in names.roots if one not in found}
    for one in _resolved(root, python, sorted({top for tops in more.values() for top in tops})):
        if one in more and one not in found:
            found.append(one)
    return tuple(found)


def environment(copy: Path, root: Path, python: Path, first: Iterable[str] = (), last: Sequence[Path] = ()) -> dict:
    """The variables of a process that runs in ``copy`` as the user's would in ``root``.

    ``first`` are folders of the tree for the beginning of PYTHONPATH, ``last`` others for its end. What the user's
    PYTHONPATH names inside of the root is read from the copy.
    """
    given = [Path(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    mapped = [copy / entry.relative_to(root) if entry.is_relative_to(root) else entry for entry in given]
    path = dict.fromkeys(str(entry) for entry in (*(copy / one for one in first), *mapped, *last))
    made = {**os.environ, "PWD": str(copy), "PYTHONPATH": os.pathsep.join(path)}
    made["PATH"] = os.pathsep.join([str(python.parent), *filter(None, [os.environ.get("PATH")])])
    if (python.parent.parent / "pyvenv.cfg").exists():
        made["VIRTUAL_ENV"] = str(python.parent.parent)
        made.pop("PYTHONHOME", None)
    return made


def _tops(names: Names, root: str) -> set[str]:
    """Top-level packages and modules below an import root."""
    start = root + "/" if root else ""
    inside = (path[len(start) :] for path in names.tree.paths if path.startswith(start) and path.endswith(".py"))
    tops = {path.partition("/")[0].removesuffix(".py") for path in inside if path.count("/") < 2}
    return {top for top in tops if top.isidentifier()}


def _resolved(root: Path, python: Path, tops: Sequence[str]) -> list[str]:
    """The folders inside of ``root`` in which ``python`` finds these top-level modules."""
    if not tops:
        return []
    command = [str(python), "-c", _FOUND, *tops]
    # From a folder where nothing stands that could be imported.
    asked = subprocess.run(command, cwd=python.parent, capture_output=True, text=True, check=False)
    try:
        found: dict[str, list[str]] = json.loads(asked.stdout)
    except ValueError:
        return []
    folders: dict[str, None] = {}
    for places in found.values():
        for place in map(Path, places):
            # A package's origin is its __init__.py; a namespace package has folders instead.
            top = place.parent.parent if place.name == "__init__.py" else place.parent
            if top.is_relative_to(root):
                folders[Path(os.path.relpath(top, root)).as_posix().removeprefix(".")] = None
    return list(folders)
