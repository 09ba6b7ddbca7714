"""A request as the user wrote it, checked against the disk before anything is read: paths, and the form of names."""

from __future__ import annotations

import errno
import keyword
import os
import re
import stat
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NoReturn

from codemods.model import Hazard, Move, Place, WrongUsage
from codemods.project.symlinks import refuse_symlink
from codemods.project.tree import DiskTree
from codemods.project.walking import case_twin
from codemods.spelling import did_you_mean

_PYTHON = "name a .py file, or a module as imports do: shop.orders"
_OTHER = "name another destination"
# A name with one of these stands for all that match it, as in a shell.
PATTERN = re.compile(r"[*?\[]")


def check_root(root: Path) -> Path:
    """The folder without symlinks in its path; WrongUsage if it is none."""
    remedy = "give the folder of the project as --root"
    try:
        real = root.resolve(strict=True)
        if not real.is_dir():
            _refuse("no-root", str(root), "it is not a folder", remedy)
        os.listdir(real)  # noqa: PTH208 (asks for permission, and says so)
    except FileNotFoundError:
        _refuse("no-root", str(root), "there is no such folder", remedy)
    except (OSError, RuntimeError, ValueError) as error:
        _refuse("no-root", str(root), f"the folder can't be opened ({_why(error)})", *_allowing(error))
    return real


def check_request(move: Move, root: Path, tree: DiskTree | None = None) -> Move:
    """The move with its paths in the form that the tree uses; WrongUsage if the disk or the names rule it out.

    ``root`` comes from ``check_root``. Paths are relative to it; absolute ones must lead into it.
    """
    source = _inside(move.source, root, "__init__.py")
    destination = _inside(move.destination, root, f"{snake(move.names[0])}.py" if move.names else "")
    move = replace(move, source=source if move.whole else _as_package(source, root), destination=destination)
    source, destination = root / move.source, root / move.destination
    if move.whole and not _stands(move.source, source) and _stands(move.destination, destination):
        return move  # renamed already
    if not move.names and move.source == move.destination and not move.whole:
        return move  # a module that is a package already
    _check_source(move.source, source, root)
    if move.source == move.destination or _same(source, destination):
        _refuse("same-module", move.source, "it is both the source and the destination", "name another destination")
    _check_destination(move.destination, destination, root)
    for path in (move.source, move.destination):
        refuse_symlink(path, root)
        if tree is not None:
            _refuse_ignored(path, tree)
    return _check_names(move)


def check_module(written: str, root: Path, tree: DiskTree) -> str:
    """The path of a module that is to be read; WrongUsage if there is none."""
    path = _inside(written, root, "__init__.py")
    _check_source(path, root / path, root)
    refuse_symlink(path, root)
    _refuse_ignored(path, tree)
    return path


def _refuse_ignored(path: str, tree: DiskTree) -> None:
    reason, remedy = tree.why_ignored(path)
    if reason:
        _refuse("passed-over", path, f"codemods reads no file there: {reason}", *filter(None, [remedy]))


def _inside(written: str, root: Path, in_folder: str) -> str:
    """``written`` as a posix path relative to the root; ``in_folder`` is the file that a folder may have meant."""
    if not written or "\0" in written:
        _refuse("no-file", repr(written), "it is not a path", _PYTHON)
    path = Path(os.path.normpath(root / written))
    if not path.is_relative_to(root):
        # Maybe it is spelled through a symlink: /tmp for /private/tmp.
        try:
            path = path.parent.resolve() / path.name
        except (OSError, RuntimeError):
            pass
    if not path.is_relative_to(root) or path == root:
        _refuse("outside-root", written, f"it is not inside of the root, {root}", "give a folder above it as --root")
    relative = path.relative_to(root).as_posix()
    if not relative.endswith(".py"):
        if path.is_dir():
            hint = f"; did you mean {relative}/{in_folder}?" if in_folder else ""
            _refuse("not-python", written, f"it is a folder{hint}", *([] if hint else ["name a file in it"]))
        hint = f"; did you mean {relative}.py?" if path.with_name(path.name + ".py").is_file() else ""
        _refuse("not-python", written, f"it is not the path of a .py file{hint}", *([] if hint else [_PYTHON]))
    return relative


def _as_package(source: str, root: Path) -> str:
    """A module that became a package meanwhile is meant by its old path, too."""
    package = source.removesuffix(".py") + "/__init__.py"
    return package if not os.path.lexists(root / source) and (root / package).is_file() else source


def _check_source(written: str, path: Path, root: Path) -> None:
    _check_file(written, path, root)
    if not _stands(written, path):
        remedies = []
        with_cwd = Path(written).resolve()
        if with_cwd.is_relative_to(root) and with_cwd.is_file():
            remedies.append(f"paths are relative to the root: did you mean {with_cwd.relative_to(root).as_posix()}?")
        near = did_you_mean(written, (f.relative_to(root).as_posix() for f in path.parent.glob("*.py")))
        _refuse("no-file", written, f"there is no such file in {root}{near}", *remedies)


def _check_destination(written: str, path: Path, root: Path) -> None:
    if _stands(written, path):
        _check_file(written, path, root)
        return
    stem = PurePosixPath(written).stem
    if not stem.isidentifier() or keyword.iskeyword(stem):
        reason = f"a module can't be called {stem!r}: no import could name it"
        _refuse("not-a-module", written, reason, "give the file a name of letters, digits and _, and no keyword")
    if twin := case_twin(root, path.relative_to(root).as_posix()):
        reason = f"{twin} stands there, and on macOS and Windows the two would be one"
        _refuse("case", written, reason, "choose a name that differs by more than case")
    parent = path.parent
    while not os.path.lexists(parent):
        parent = parent.parent
    try:
        if not parent.resolve(strict=True).is_relative_to(root):
            _refuse("outside-root", written, f"its folder is a symlink that leads out of the root, {root}", _OTHER)
        if not parent.is_dir():
            where = parent.relative_to(root).as_posix()
            _refuse("not-a-folder", written, f"{where} is not a folder, so no file can be made in it", _OTHER)
    except (OSError, RuntimeError) as error:
        _refuse("no-file", written, f"its folder can't be opened ({_why(error)})", *_allowing(error))


def _check_file(written: str, path: Path, root: Path) -> None:
    """What stands at ``path``, if anything, is an ordinary file of the tree that can be read."""
    try:
        if not _stands(written, path):
            return
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            _refuse("outside-root", written, f"it is a symlink that leads out of the root, to {real}")
        mode = real.stat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder" if stat.S_ISDIR(mode) else "a FIFO" if stat.S_ISFIFO(mode) else "a special file"
            _refuse("not-a-file", written, f"it is {kind}, not a file", _PYTHON)
        with real.open("rb"):
            pass
    except FileNotFoundError:
        _refuse(
            "no-file", written, "it is a symlink to a file that isn't there", "make that file, or delete the symlink"
        )
    except (OSError, RuntimeError) as error:
        _refuse("no-file", written, f"it can't be opened ({_why(error)})", *_allowing(error))


def _stands(written: str, path: Path) -> bool:
    """Is anything at ``path``? WrongUsage where the system won't say."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        _refuse("no-file", written, f"it can't be opened ({_why(error)})", *_allowing(error))
    return True


def _check_names(move: Move) -> Move:
    if not move.names and not move.whole and move.destination != move.source.removesuffix(".py") + "/__init__.py":
        _refuse("no-name", move.source, "no name was given", "name at least one top-level definition to move")
    for name in (*move.names, *move.along, *move.keep):
        if PATTERN.search(name):
            continue  # Which names it stands for, the source says.
        if all(part.isidentifier() for part in name.split(".")) and "." in name:
            outer = name.partition(".")[0]
            reason = f"{name} stands inside of {outer}, and only top-level definitions move"
            _refuse("not-top-level", move.source, reason, f"move {outer}")
        if not name.isidentifier() or keyword.iskeyword(name):
            _refuse("no-such-name", move.source, f"{name!r} is not a Python name")
    names, along, keep = (tuple(dict.fromkeys(given)) for given in (move.names, move.along, move.keep))
    for name in keep:
        if name in names or name in along:
            _refuse("keep-and-move", move.source, f"{name} is asked both to move and to stay", "say one of the two")
    return replace(move, names=names, along=tuple(n for n in along if n not in names), keep=keep)


def snake(name: str) -> str:
    """`HTTPResponse` as the name of a module: `http_response`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _why(error: Exception) -> str:
    # Python 3.13 has an OSError for what was a RuntimeError.
    if isinstance(error, RuntimeError) or getattr(error, "errno", 0) == errno.ELOOP:
        return "a symlink leads to itself"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _allowing(error: Exception) -> tuple[str, ...]:
    return ("give yourself permission to read it",) if isinstance(error, PermissionError) else ()


def _refuse(code: str, path: str, reason: str, *remedies: str) -> NoReturn:
    raise WrongUsage(Hazard(code, Place(path), reason, remedies))
