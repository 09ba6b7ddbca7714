"""Which files below a folder belong to the project: text, outside of environments, caches, and what git ignores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from codemods.project.ignored import Ignored

# Folders that hold no source of the project itself.
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_TEXT = (
    *(".py", ".pyi", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json"),
    *(".md", ".rst", ".txt", ".ipynb", ".html", ".j2", ".jinja", ".jinja2", ".mako", ".tmpl", ".tpl"),
    *(".sh", "Dockerfile", "Makefile", "Procfile"),
)
# What stands in the root of an environment.
_ENVIRONMENT = "pyvenv.cfg"


def walk(root: Path) -> Iterator[str]:
    """Text files below ``root``, as posix paths relative to it.

    Hidden folders, environments, links to folders, and what git ignores are passed over.
    """
    ignored = Ignored(root)
    top = os.fspath(root)
    todo = [""]
    while todo:
        prefix = todo.pop()
        try:
            with os.scandir(f"{top}/{prefix}") as found:
                entries = list(found)
        except OSError:
            continue
        if prefix and any(entry.name == _ENVIRONMENT for entry in entries):
            continue
        for entry in entries:
            name = entry.name
            if name.endswith(_TEXT) and _is_file(entry):
                path = prefix + name
                if path not in ignored.files:
                    yield path
            elif _enters(name) and _is_folder(entry) and prefix + name not in ignored.folders:
                todo.append(f"{prefix}{name}/")


def looked_at(path: str) -> bool:
    """Is this the path of a file that ``walk`` would yield, as far as names tell?"""
    return path.endswith(_TEXT) and _entered(path)


def within(path: str) -> bool:
    """May this be a file of the tree: below its root, in no folder that ``walk`` does not enter, and no part of git?"""
    parts = path.split("/")
    return ".." not in parts and parts[0] != "" and parts[-1].lower() != ".git" and _entered(path)


def case_twin(root: Path, path: str) -> str:
    """What stands below ``root`` and differs from a path, or a folder in it, by case alone; empty if nothing does."""
    folder = root
    for part in PurePosixPath(path).parts:
        if not os.path.lexists(folder / part):
            try:
                names = os.listdir(folder)  # noqa: PTH208 (names are all that is wanted)
            except OSError:
                return ""
            twin = next((name for name in names if _folded(name) == _folded(part)), "")
            return (folder / twin).relative_to(root).as_posix() if twin else ""
        folder = folder / part
    return ""


def _folded(name: str) -> str:
    """Names that a file system without case, or with one form of accents, takes for the same."""
    import unicodedata

    return unicodedata.normalize("NFC", name).casefold()


def _entered(path: str) -> bool:
    return all(map(_enters, PurePosixPath(path).parts[:-1]))


def in_reach(root: Path, path: str) -> bool:
    """Would ``walk`` yield this file, once it is there? Asks for this one alone."""
    folder = root
    for part in PurePosixPath(path).parts[:-1]:
        folder = folder / part
        if folder.is_symlink() or (folder / _ENVIRONMENT).exists():
            return False
    return looked_at(path) and not Ignored.one(root, path)


def _enters(name: str) -> bool:
    return not name.startswith(".") and name not in _SKIPPED and not name.endswith(".egg-info")


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
