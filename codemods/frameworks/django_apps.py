"""The apps of a Django project: which one a module belongs to, by the files."""

from __future__ import annotations

import re

from codemods.project import Tree

_MARKS = ("apps.py", "models.py", "models/__init__.py", "migrations/__init__.py", "admin.py")
_LABEL = re.compile(rb"^\s+label\s*=\s*[\"'](\w+)[\"']", re.MULTILINE)


def app_label(tree: Tree, path: str) -> str:
    """The label of the app that holds the module at ``path``: the innermost folder above it that looks like one."""
    folder = path.rpartition("/")[0]
    while folder:
        if any(f"{folder}/{mark}" in tree.paths for mark in _MARKS):
            configuration = f"{folder}/apps.py"
            found = _LABEL.search(tree.read(configuration)) if configuration in tree.paths else None
            return found[1].decode() if found else folder.rpartition("/")[2]
        folder = folder.rpartition("/")[0]
    return ""
