"""Modules of settings whose names a framework lists, or that it executes: a name that is found when asked is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemods.project.names import Names
    from codemods.project.tree import Tree

_WORDS = ("DJANGO_SETTINGS_MODULE", "from_object", "from_pyfile")
_SPHINX = re.compile(rb"^(?:extensions|html_theme|project|master_doc)\s*[:=]", re.M)


_ALEMBIC = re.compile(rb"^\s*(?:from|import)\s+alembic\b", re.M)


def who_executes(tree: Tree, path: str) -> str:
    """The framework that executes the file by its path, in no package; empty where none does."""
    folder, _, name = path.rpartition("/")
    if name == "gunicorn.conf.py":
        return "gunicorn"
    if name == "conf.py" and _SPHINX.search(tree.peek(path)) and (tree.code_with(["sphinx"]) or _has_rst(tree)):
        return "Sphinx"
    of_alembic = name == "env.py" or folder.rpartition("/")[2] == "versions"
    return "alembic" if of_alembic and _ALEMBIC.search(tree.peek(path)) else ""


def who_lists(tree: Tree, names: Names, path: str) -> tuple[str, bool]:
    """(who, whether only names in capitals) for a module of which all names are read; ("", False) where nobody does."""
    name, dotted, executing = path.rpartition("/")[2], re.escape(names.dotted(path)), who_executes(tree, path)
    if executing in ("gunicorn", "Sphinx"):
        return executing, False
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
