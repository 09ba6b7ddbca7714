"""Settings that select modules or files by name: a setting holds of a module until its code stands in another one."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from codemods.project.settings import ini_text
from codemods.project.tree import Tree

# Files of settings, and the tools among whose settings modules are selected.
_FILES = ("pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini", "pytest.ini", "mypy.ini", ".mypy.ini")
_FILES += (".flake8", ".coveragerc", ".pylintrc", "pylintrc", "pyrightconfig.json", ".importlinter")
# The patterns of hooks, for which files they run: ``exclude: ^shop/orders\\.py$``, or several lines below.
_HOOKS, _HOOKED = ".pre-commit-config.yaml", "pre-commit."
_PATTERN = re.compile(r"^( *)(?:- )?(files|exclude): *(?:[|>][-+]? *\n((?:\1 +.*\n|\n)+)|(\S.*)$)", re.MULTILINE)
_TOOLS = frozenset(
    {"bandit", "basedpyright", "black", "coverage", "flake8", "interrogate", "mypy", "pylint", "pyright", "pytest"}
)
_TOOLS |= {"ruff", "ty"}
# An exception of import-linter: the importer, and what it may import all the same.
_IMPORT = re.compile(r"\s*(?P<importer>[\w.*]+)\s*->\s*(?P<imported>[\w.*]+)\s*")
IGNORED_IMPORTS = "ignore_imports"
# Settings that name modules to be imported, as a plugin: nothing is set for what stands in these.
_LOADED = frozenset({"plugins", "load-plugins", "load_plugins"})
# Those that name modules for the order of imports.
_SORTED = ("known-first-party", "known-third-party", "known-local-folder")
_PYRIGHT = ("include", "exclude", "ignore", "strict")
# Settings that name what may not be imported, and by whom it is said: no checks of the code in there.
BANS = ("banned-api", "banned-module-level-imports", "banned-from")
# Rules about imports, names and docstrings of modules, which no definition breaks.
_OF_MODULES = ("F401", "F403", "F405", "E402", "I", "PLC0414", "D100", "D104", "INP", "N999", "TC")
# Those about what is imported: code that uses nothing imported breaks none.
OF_IMPORTS = ("TID", "ICN")
_TOKEN = re.compile(r"[\w./*\\\[\]^$-]+")


@dataclass(frozen=True)
class Selection:
    """One setting of a file: a word of it that may select modules, and what is set for those, as text."""

    path: str
    line: int
    key: str
    word: str
    value: str = ""

    def holds_of(self, dotted: str, file: str) -> bool:
        """Does the word select the module, by its dotted name or by its file?"""
        if self.key.endswith("filterwarnings"):
            return _begins(self.word, dotted)
        if self.key.startswith(_HOOKED):
            return _is_in(self.word, file)
        word = self.word.replace("\\", "").strip("^$")
        if "/" in word or word.endswith(".py"):
            return fnmatchcase(file, word) or fnmatchcase(file, f"*/{word.lstrip('/')}")
        return fnmatchcase(dotted, word)


def rules_of_code(text: str) -> list[str]:
    """The rules of ruff or flake8 in a text that a definition may break, by their codes."""
    return [code for code in re.findall(r"\b[A-Z]+\d*\b", text) if not code.startswith(_OF_MODULES)]


def _begins(pattern: str, dotted: str) -> bool:
    """In pytest's settings the module of a filter is a pattern that a module's name begins with."""
    try:
        return re.match(pattern, dotted) is not None
    except re.error:
        return False


def _is_in(pattern: str, file: str) -> bool:
    try:
        return re.search(pattern, file) is not None
    except re.error:
        return False


def selections(tree: Tree) -> Iterator[Selection]:
    """Every word in the settings of known tools that selects modules by name."""
    for path in sorted(tree.paths):
        name = path.rpartition("/")[2]
        if name in _FILES:
            try:
                text = tree.read(path).decode()
            except (OSError, UnicodeDecodeError):
                continue
            found = (
                _json(text) if name.endswith(".json") else _toml(name, text) if ".toml" in name else _ini(name, text)
            )
            for key, value, what in found:
                if key.rpartition(".")[2] in _LOADED or key.endswith(_SORTED) or value in _SORTED:
                    continue
                if key.endswith(IGNORED_IMPORTS) and (hit := _IMPORT.fullmatch(value)):
                    at = max(text.find(value), 0)
                    yield Selection(path, text.count("\n", 0, at) + 1, key, hit["importer"], hit["imported"])
                    continue
                for word in (one[0] for one in _TOKEN.finditer(value) if value[one.end() : one.end() + 2] != "::"):
                    if "." in word or "/" in word:
                        at = text.find(word)
                        yield Selection(path, text.count("\n", 0, max(at, 0)) + 1, key, word, what)
        elif name == _HOOKS:
            yield from _hooks(tree, path)


def _hooks(tree: Tree, path: str) -> Iterator[Selection]:
    """The patterns of pre-commit, each of them a setting of its own."""
    text = tree.peek(path).decode("utf-8", "replace") + "\n"
    for number, found in enumerate(_PATTERN.finditer(text), 1):
        pattern = found[3] or found[4].partition(" #")[0].strip().strip("'\"")
        place = text.count("\n", 0, found.start()) + 1
        yield Selection(path, place, f"{_HOOKED}{found[2]} {number}", pattern.strip())


def _toml(name: str, text: str) -> Iterator[tuple[str, str, str]]:
    try:
        data: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    tables = {"ruff": data} if name != "pyproject.toml" else data.get("tool", {})
    for tool, table in tables.items() if isinstance(tables, Mapping) else ():
        if tool in _TOOLS:
            yield from _texts(f"tool.{tool}", table)
        elif tool == "importlinter":
            yield from (one for one in _texts(f"tool.{tool}", table) if one[0].endswith(IGNORED_IMPORTS))


def _json(text: str) -> Iterator[tuple[str, str, str]]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    lists = {key: value for key, value in data.items() if key in _PYRIGHT} if isinstance(data, Mapping) else {}
    yield from _texts("pyright", lists)


def _texts(key: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield key, str(name), str(inner)
            yield from _texts(f"{key}.{name}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(key, inner)
    elif isinstance(value, str):
        yield key, value, ""


def _ini(name: str, text: str) -> Iterator[tuple[str, str, str]]:
    parser = ini_text(text)
    if parser is None:
        return
    for section in parser.sections():
        tool = re.split(r"[:-]", section.removeprefix("tool:"))[0]
        own = section.startswith("importlinter") or name in (
            ".coveragerc",
            ".pylintrc",
            "pylintrc",
            "mypy.ini",
            ".mypy.ini",
            "pytest.ini",
            ".flake8",
        )
        if own or tool in _TOOLS:
            if "importlinter" not in section:
                yield section, section.partition("-")[2], ""
            for option, value in parser.items(section):
                if "importlinter" not in section or option == IGNORED_IMPORTS:
                    yield from ((f"{section}.{option}", line, line) for line in (value or "").split("\n"))
