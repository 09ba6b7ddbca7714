"""Scratch copies of a tree, with everything that its code needs to run, and nothing that would tie it to the first."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codemods.model import Hazard, Place, Refused
from codemods.project import DiskTree, OverlayTree, Tree
from codemods.project.git_tree import Blob, GitTree

# Made anew where it is needed; left behind it would only slow the copy down.
_CACHES = {
    "__pycache__", ".git", ".hg", ".svn", ".jj", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache",
    ".hypothesis", ".import_linter_cache", ".codemods",
}  # fmt: skip
# Big, and only read: the copy has a link to it.
_LINKED = {"node_modules", "__pypackages__"}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder outside of every tree, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="codemods-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


def lay_out(tree: Tree, folder: Path) -> None:
    """Write the whole of ``tree`` into the new folder: also files that are no source, for its code may read them.

    Left out are version control, caches and special files. Environments and node_modules are links to the first ones,
    and links that lead out of the tree lead to the same place. Raises Refused where the disk can't take the copy.
    """
    try:
        if isinstance(tree, OverlayTree):
            lay_out(tree.below, folder)
            for path, data in tree.changes.items():
                _put(folder / path, data)
        elif isinstance(tree, GitTree):
            _check_out(tree, folder)
        elif isinstance(tree, DiskTree):
            _copy(tree.root, folder, tree.root, folder)
        else:
            raise TypeError(f"{type(tree).__name__} has no files that could be copied")
    except OSError as error:
        place = Place(str(error.filename or folder))
        reason = f"no scratch copy of the tree could be made ({error.strerror or error}); nothing was changed"
        raise Refused(Hazard("scratch", place, reason, ("set TMPDIR to a folder on a disk with room",))) from error


def home(tree: Tree) -> Path:
    """The folder on disk that a tree was read from, or its repository."""
    while isinstance(tree, OverlayTree):
        tree = tree.below
    if isinstance(tree, (DiskTree, GitTree)):
        return tree.root
    raise TypeError(f"{type(tree).__name__} stands nowhere on disk")


def _put(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _copy(source: Path, target: Path, root: Path, top: Path) -> None:
    """One folder; what vanishes while it is copied, or may not be read, is left out."""
    target.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError, PermissionError), os.scandir(source) as entries:
        for entry in entries:
            new = target / entry.name
            with suppress(FileNotFoundError, PermissionError):
                if entry.is_symlink():
                    new.symlink_to(_led(Path(entry.path), root, top))
                elif entry.is_dir():
                    if entry.name in _LINKED or Path(entry.path, "pyvenv.cfg").exists():
                        new.symlink_to(entry.path)
                    elif entry.name not in _CACHES:
                        _copy(Path(entry.path), new, root, top)
                elif entry.is_file():
                    shutil.copy2(entry.path, new)


def _led(link: Path, root: Path, top: Path) -> Path:
    """Where the copy of a link leads: inside of the copy if it led inside of the tree, else where it led."""
    leads = link.readlink()
    goal = Path(os.path.normpath(link.parent / leads))
    if not goal.is_relative_to(root):
        return goal
    return leads if not leads.is_absolute() else top / goal.relative_to(root)


def _check_out(tree: GitTree, folder: Path) -> None:
    """A revision, as its objects are: git would run the filters that the repository names."""
    folder.mkdir(parents=True, exist_ok=True)
    places: dict[bytes, list[Blob]] = {}
    for blob in tree.blobs:
        places.setdefault(blob.object, []).append(blob)
    links: list[tuple[Path, bytes]] = []
    for one, data in tree.bytes_of(tuple(places)):
        for blob in places[one]:
            if blob.is_link:
                links.append((folder / blob.path, data))
            else:
                _put(folder / blob.path, data)
                (folder / blob.path).chmod(0o755 if blob.is_executable else 0o644)
    # Last, and never below one another: a forged tree could have something written through a link.
    for path, leads in links:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.resolve() == path.parent and not os.path.lexists(path):
            path.symlink_to(os.fsdecode(leads))
