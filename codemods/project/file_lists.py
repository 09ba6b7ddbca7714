"""Lists that name modules of the project one by one: what is packaged, what is checked, what is read as text.

Code that leaves a module in such a list for a new one is not among them any more, unless the list names that too.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from configparser import Error as IniError
from configparser import RawConfigParser
from dataclasses import dataclass
from typing import Any

from codemods.project.source import Source, Unreadable
from codemods.project.tree import Tree

# Fields of setuptools: the modules that stand in no package, and the packages, that are installed.
_MODULES = (("tool", "setuptools", "py-modules"), ("options", "py_modules"), ("setup", "py_modules"))
_PACKAGES = (("tool", "setuptools", "packages"), ("options", "packages"), ("setup", "packages"))
# Under which keys tools list which files they read, package or pass over. A file among scripts, say, is more than
# one of several: code that left it is none.
_FILES = frozenset({"files", "include", "only-include", "extend-include", "omit", "ignore", "skip", "source-include"})
_FILES |= {"exclude", "extend-exclude", "force-exclude", "source-exclude"}
_INI = ("setup.cfg", "tox.ini", ".coveragerc", ".flake8", "mypy.ini", ".mypy.ini")
SETTINGS = ("pyproject.toml", "setup.py", *_INI)

# The modules of which an override of mypy holds.
_OVERRIDES = ("tool", "mypy", "overrides")

# A list as it is written: the keys under which it stands, and its entries.
Lists = dict[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Listed:
    """One list of a settings file."""

    path: str
    key: tuple[str, ...]
    entries: tuple[str, ...]

    @property
    def of_packages(self) -> bool:
        return self.key in _PACKAGES

    @property
    def ships(self) -> bool:
        """Does it say what an installed project has?"""
        return self.key in _MODULES + _PACKAGES

    def entry(self, tree: Tree, module: str) -> str:
        """How it would name the module at a path; empty where it can't."""
        dotted, folder = tree.names.dotted(module), self.path.rpartition("/")[0]
        if self.key[:3] == _OVERRIDES:
            return dotted
        if self.key in _MODULES:
            return "" if "." in dotted or module.endswith("/__init__.py") else dotted
        if self.key in _PACKAGES:
            return dotted if module.endswith("/__init__.py") else dotted.rpartition(".")[0]
        return module[len(folder) + 1 if folder else 0 :]

    def names(self, tree: Tree, module: str) -> bool:
        return self.entry(tree, module) in {*self.entries} - {""}


def settings_around(tree: Tree, module: str) -> Iterator[str]:
    """The settings files that may speak of a module: those in the folders above it."""
    folder = module
    while folder:
        folder = folder.rpartition("/")[0]
        for name in SETTINGS:
            path = f"{folder}/{name}" if folder else name
            if path in tree.paths and path != module:
                yield path


def settings_text(tree: Tree, path: str) -> str:
    """The text of a settings file; empty where it can't be read."""
    try:
        return tree.source(path).text if path.endswith(".py") else tree.read(path).decode()
    except (OSError, UnicodeDecodeError, Unreadable):
        return ""


def lists_in(path: str, text: str) -> Lists:
    """The lists of strings in the text of a settings file; none where it can't be read."""
    name = path.rpartition("/")[2]
    try:
        if name == "pyproject.toml":
            return dict(_toml_lists((), tomllib.loads(text)))
        if name in _INI:
            return dict(_ini_lists(text))
        return dict(_setup_lists(Source(path, text.encode())))
    except (tomllib.TOMLDecodeError, IniError, Unreadable, ValueError, RecursionError):
        return {}


def lists_around(tree: Tree, module: str) -> Iterator[Listed]:
    """The lists of all settings files that may name a module."""
    for path in settings_around(tree, module):
        text = settings_text(tree, path)
        yield from (Listed(path, key, entries) for key, entries in lists_in(path, text).items())


def _toml_lists(key: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _toml_lists((*key, name), inner)
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        if key in _MODULES + _PACKAGES or key[-1] in _FILES or (key[:3] == _OVERRIDES and key[-1] == "module"):
            yield key, tuple(value)
    elif isinstance(value, list) and key == _OVERRIDES:
        for index, inner in enumerate(value):
            yield from _toml_lists((*key, str(index)), inner)


def _ini_lists(text: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    parser = RawConfigParser()
    parser.read_string(text)
    files = ((section, option) for section in parser.sections() for option in parser[section] if option in _FILES)
    for key in (*_MODULES, *_PACKAGES, *files):
        value = parser.get(*key, fallback="") if len(key) == 2 else ""
        if value:
            yield key, tuple(filter(None, map(str.strip, value.replace(",", "\n").split("\n"))))


def _setup_lists(source: Source) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for call in source.nodes.of(ast.Call):
        for keyword in call.keywords:
            key = ("setup", keyword.arg or "")
            if key in _MODULES + _PACKAGES and (entries := strings(keyword.value)):
                yield key, entries


def strings(node: ast.expr) -> tuple[str, ...]:
    """The entries of a list of nothing but strings; else none."""
    items = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else []
    values = tuple(item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str))
    return values if len(values) == len(items) else ()


def lists_of_files(tree: Tree, source: Source, module: str) -> Iterator[tuple[ast.expr, str]]:
    """(list, folder) for each list of strings in a Python file that, below one folder, are files of the tree, and the
    given module one of them."""
    for kind in (ast.List, ast.Tuple, ast.Set):
        for node in source.nodes.of(kind):
            entries = strings(node)
            own = next((e for e in entries if e.endswith(".py") and ("/" + module).endswith("/" + e)), "")
            folder = module[: len(module) - len(own)]
            if own and all(folder + entry in tree.paths for entry in entries):
                yield node, folder
