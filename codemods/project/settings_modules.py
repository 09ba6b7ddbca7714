"""Modules of settings whose names a framework lists, or that it executes: a name that is found when asked is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.names import Names
    from codemods.project.tree import Tree

_WORDS = ("DJANGO_SETTINGS_MODULE", "from_object", "from_pyfile")
# They execute the file of their settings, in no package.
EXECUTING = frozenset({"Sphinx", "gunicorn"})
_SPHINX = re.compile(rb"^(?:extensions|html_theme|project|master_doc)\s*[:=]", re.M)


def who_lists(tree: Tree, names: Names, path: str) -> tuple[str, bool]:
    """(who, whether only names in capitals) for a module of which all names are read; ("", False) where nobody does."""
    name, dotted = path.rpartition("/")[2], re.escape(names.dotted(path))
    if name == "gunicorn.conf.py":
        return "gunicorn", False
    if name == "conf.py" and _SPHINX.search(tree.peek(path)) and (tree.code_with(["sphinx"]) or _has_rst(tree)):
        return "Sphinx", False
    if dotted:
        told = rf"DJANGO_SETTINGS_MODULE\W[^\n]*?(?<![\w.]){dotted}(?![\w.])"
        told += rf"|from_object\(\s*[\"']{dotted}[\"']|from_pyfile\([^)]*?{re.escape(name)}[\"']"
        for file in sorted(tree.code_with(_WORDS) | tree.texts_with(_WORDS)):
            found = re.search(told, tree.peek(file).decode("utf-8", "replace"))
            if found is not None:
                return f"{file}:{found.string.count(chr(10), 0, found.start()) + 1}", True
    return "", False


def _has_rst(tree: Tree) -> bool:
    return any(path.endswith(".rst") for path in tree.paths)
