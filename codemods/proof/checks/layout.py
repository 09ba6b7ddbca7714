"""A module can still be read, has its encoding and its line ends, and a package its ``__init__``."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison


def layout(comparison: Comparison) -> Iterator[Finding]:
    for path in comparison.changed:
        old, new = comparison.before.symbols(path), comparison.after.symbols(path)
        if path in comparison.after.tree.paths and (new is None or not _compiles(new.source.text)):
            yield _unreadable(comparison, path)
        if path.endswith("__init__.py") and path not in comparison.after.tree.paths and _left_alone(comparison, path):
            message = "`__init__.py` is gone and the modules are still there: it is a namespace package now"
            yield Finding(Place(path), message, "no-init", Kind.OTHER, Place(path))
        if old is None or new is None:
            continue
        if old.source.encoding != new.source.encoding:
            message = f"its encoding {old.source.encoding} became {new.source.encoding}"
            yield Finding(Place(path), message, "encoding", Kind.STYLE)
        ends = [set(re.findall(r"\r\n|\r|\n", snapshot.source.text)) for snapshot in (old, new)]
        if len(ends[0]) == 1 and ends[1] - ends[0]:
            yield Finding(Place(path), "its line ends are mixed now", "line-ends", Kind.STYLE)


def _unreadable(comparison: Comparison, path: str) -> Finding:
    """A note where the module, or one of its name that is gone, was so before."""
    name = path.rpartition("/")[2]
    gone = comparison.before.tree.paths - comparison.after.tree.paths
    olds = [path] if path in comparison.before.tree.paths else [old for old in gone if old.rpartition("/")[2] == name]
    tables = [comparison.before.symbols(old) for old in olds]
    was_so = any(symbols is None or not _compiles(symbols.source.text) for symbols in tables)
    version = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    message = f"the new text can't be read by {version}" + (", as before" if was_so else "")
    kind = Kind.NOTE if was_so else Kind.BROKEN
    return Finding(Place(path), message, "unreadable-module", kind, cause=f"unreadable {path}")


def _left_alone(comparison: Comparison, init: str) -> bool:
    """Is the ``__init__`` gone, and something below it is still there?"""
    folder = init.removesuffix("__init__.py")
    return any(path.startswith(folder) and path.endswith(".py") for path in comparison.after.tree.paths)


def _compiles(text: str) -> bool:
    """Is this a module to the compiler, which knows more rules than the parser?"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "module", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
