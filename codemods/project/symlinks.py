"""Modules that have a second path by a symlink. Whoever imports that path gets a module of its own, with definitions of
its own; a move sees one path of them, so it is made by the real one, and only where nothing uses the other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from codemods.model import Hazard, Move, Place, WrongUsage
from codemods.project.tree import DiskTree, OverlayTree, Tree


def refuse_symlink(written: str, root: Path) -> None:
    """WrongUsage where a path of the request, there already or not, is a symlink, or goes through one, to a place below
    ``root``: what is written or deleted by that path is the real file."""
    path = root / written
    real = path.resolve()
    if real == path or not real.is_relative_to(root):
        return
    named = real.relative_to(root).as_posix()
    link = next(one for one in (*reversed(path.parents), path) if one.is_symlink())
    if link == path:
        _refuse("symlink", written, f"it is a symlink to `{named}`", f"name that file: {named}")
    leads = f"{link.relative_to(root).as_posix()}/ is a symlink to {link.resolve().relative_to(root).as_posix()}/"
    _refuse("symlink", written, f"{leads}, so the file is `{named}`", f"name it so: {named}")


def refuse_symlinks(moves: Sequence[Move], tree: Tree) -> None:
    """WrongUsage where a module of a move on disk is named by a symlink, or has a second path by one."""
    disk = tree.below if isinstance(tree, OverlayTree) else tree
    if not isinstance(disk, DiskTree):
        return
    root = disk.root.resolve()
    for path in (path for move in moves for path in (move.source, move.destination)):
        refuse_symlink(path, root)
    _refuse_second_paths(moves, disk, root)


def _refuse_second_paths(moves: Sequence[Move], tree: DiskTree, root: Path) -> None:
    """WrongUsage where a symlink in the tree gives a module to be changed a second path that something may use."""
    changed = {root / path: path for move in moves for path in (move.source, move.destination)}
    gone = {move.source for move in moves if move.whole or not move.names}
    for link in tree.symlinks:
        full = root / link
        try:
            real = full.resolve()
        except (OSError, RuntimeError):
            continue  # It leads to itself.
        if module := changed.get(real):
            _refuse_second_file(link, module, module in gone)
        for module in (path for at, path in changed.items() if at.is_relative_to(real)):
            _refuse_second_folder(link, (root / module).relative_to(real).as_posix(), module, tree)


def _refuse_second_file(link: str, module: str, gone: bool) -> None:
    if link.endswith(".py"):
        reason = f"`{link}` is a symlink to it, and so a module with definitions of its own, which would be shared"
        _refuse("second-name", module, reason, f"make `{link}` a file of its own, or delete it")
    if gone:
        reason = f"`{link}` is a symlink to it, and would lead to nothing"
        _refuse("second-name", module, reason, f"delete `{link}` first, and make it again for the new path")


def _refuse_second_folder(link: str, below: str, module: str, tree: DiskTree) -> None:
    for place in _importers(link, below, tree):
        reason = f"{place} imports it as `{link}/{below}`, where `{link}` is a symlink: a module of its own"
        _refuse("second-name", module, reason, f"let {place} import it by its real path first")


def _importers(link: str, below: str, tree: DiskTree) -> Iterator[str]:
    """Who imports a module by its path below a symlinked folder, in whatever package that stands."""
    folder = link.rpartition("/")[2]
    parts = [folder, *below.removesuffix(".py").removesuffix("/__init__").split("/")]
    package, name = map(re.escape, (".".join(parts[:-1]), parts[-1]))
    lines = rf"\s*(?:from|import)\b.*\b{package}(?:\.{name}\b|\s+import\b(?:[^()\n]*|\s*\([^)]*)\b{name}\b)"
    importing = re.compile(lines.encode(), re.MULTILINE)
    for path in sorted(tree.code_with([folder])):
        data = tree.peek(path)
        if found := importing.search(data):
            line = 1 + data.count(b"\n", 0, found.end())
            yield f"{path}:{line}"


def _refuse(code: str, path: str, reason: str, remedy: str) -> NoReturn:
    raise WrongUsage(Hazard(code, Place(path), reason, (remedy,)))
