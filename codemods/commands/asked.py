"""What somebody wrote on the command line, as a Move in a project: paths, dotted names, `file.py::Name`, patterns."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    from codemods.model import Move
    from codemods.project import Tree

# `shop/cart.py::Price`, as pytest writes it, and `shop.cart:Price`, as entry points do.
_IN_FILE = re.compile(r"(?P<module>.+?)::(?P<name>.+)", re.DOTALL)
_IN_MODULE = re.compile(r"(?P<module>[^\W\d]\w*(?:\.\w+)*):(?P<name>[\w.*?\[\]]+)")
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")


def split_source(written: str) -> tuple[str, tuple[str, ...]]:
    """The module and the names of `file.py::Name` or `pkg.mod:Name`; no names where it is a module alone."""
    found = _IN_FILE.fullmatch(written) or _IN_MODULE.fullmatch(written)
    if found is None:
        return written, ()
    return found["module"], tuple(found["name"].replace("::", ".").split(","))


def root_of(options: argparse.Namespace, source: str = "") -> Path:
    """The root of the project: ``--root``, else the one that holds ``source``, else the one that is stood in."""
    from pathlib import Path

    from codemods.project.root import marked_root

    if options.root is not None:
        return options.root
    here = Path.cwd()
    is_path = bool(source) and "\0" not in source and not _is_dotted(source)
    return (marked_root(Path(os.path.normpath(here / source)).parent) if is_path else marked_root(here)) or here


def tell_of_repository(options: argparse.Namespace, root: Path) -> None:
    """Say so where the project is a part of a repository: who refers to it from elsewhere is not seen."""
    from codemods.commands.shell import say
    from codemods.project.root import repository_around

    around = repository_around(root) if options.root is None and not options.quiet else None
    if around is not None:
        part = f"only {root.relative_to(around).as_posix()}/ of the repository is looked at"
        say(f"note: {part}; --root {os.path.relpath(around)} includes the rest")


def located(written: str, options: argparse.Namespace, root: Path, beside: str = "") -> str:
    """A module as it was written, as a path relative to the root.

    With ``--root`` paths are relative to it, else to the current folder. ``beside``: a dotted name that is not there
    yet is found below the same import root as that module.
    """
    from pathlib import Path

    if _is_dotted(written) and not (root / written).exists():
        return _path_of(written, root, beside)
    if options.root is not None or not written or "\0" in written or "~" in written:
        return written
    return os.path.relpath(Path.cwd() / written, root.resolve())


def expanded(move: Move, tree: Tree) -> Move:
    """The move with each pattern, such as `on_*`, replaced by the top-level definitions that it matches."""
    from dataclasses import replace

    from codemods.project.request import PATTERN

    if not any(map(PATTERN.search, (*move.names, *move.along, *move.keep))):
        return move
    keep = tuple(_matched(move.keep, move, tree))
    names, along = (tuple(n for n in _matched(w, move, tree) if n not in keep) for w in (move.names, move.along))
    return replace(move, names=names, along=tuple(n for n in along if n not in names), keep=keep)


def _matched(written: Sequence[str], move: Move, tree: Tree) -> Iterator[str]:
    from fnmatch import fnmatchcase

    from codemods.project.request import PATTERN

    for word in written:
        if not PATTERN.search(word):
            yield word
            continue
        found = [name for name in _definitions(move.source, tree) if fnmatchcase(name, word)]
        # Where the move is made already, its names stand in the destination.
        found = found or [name for name in _definitions(move.destination, tree) if fnmatchcase(name, word)]
        if not found:
            there = _definitions(move.source, tree)
            remedies = [f"{move.source} defines {', '.join(there[:8])}{', ...' * (len(there) > 8)}"] if there else []
            _wrong("no-such-name", move.source, f"no top-level definition matches {word}", *remedies)
        yield from found


def _definitions(path: str, tree: Tree) -> Sequence[str]:
    from codemods.bindings import Module

    try:
        return list(Module(tree.source(path)).definitions)
    except OSError:
        return []


def _is_dotted(written: str) -> bool:
    return _DOTTED.fullmatch(written) is not None and not written.endswith((".py", ".pyi"))


def _path_of(dotted: str, root: Path, beside: str) -> str:
    from codemods.project import DiskTree
    from codemods.spelling import did_you_mean

    tree = DiskTree(root)
    found = tree.names.find(dotted)
    if found is not None:
        return found
    package, _, name = dotted.rpartition(".")
    above = tree.names.find(package)
    if beside and above is not None and above.endswith("/__init__.py"):
        return f"{above.removesuffix('__init__.py')}{name}.py"
    if beside:
        folder = tree.names.root_of(beside)
        return f"{folder}/{dotted.replace('.', '/')}.py".removeprefix("/")
    if above is not None and not above.endswith("/__init__.py"):
        _wrong("no-file", dotted, f"{package} is a module; a name in it is written {package}:{name}")
    known = [tree.names.dotted(path) for path in tree.paths if path.endswith(".py")]
    return _wrong("no-file", dotted, f"there is no such module in {root}{did_you_mean(dotted, known)}")


def _wrong(code: str, what: str, reason: str, *remedies: str) -> NoReturn:
    from codemods.model import Hazard, Place, WrongUsage

    raise WrongUsage(Hazard(code, Place(what), reason, remedies))
