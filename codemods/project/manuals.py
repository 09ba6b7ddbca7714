"""Parts of a manual that a tool makes of a module: Sphinx's ``automodule`` and mkdocstrings' ``:::``.

https://www.sphinx-doc.org/en/master/usage/extensions/autodoc.html says what the options select.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.project.source import Source, Unreadable
from codemods.project.tree import Tree

# A library by which a script writes a page for each module of a project, and so one for a new module as well.
DOCUMENTING = "mkdocs_gen_files"
# Behind a dotted name in angle brackets: not where the text of a role of Sphinx leads to.
NO_ROLE = r"(?![\w.]*>`)"
# Files that say what was, and go on saying it.
_HISTORY = re.compile(r"(?:^|/)(?:change(?:s|log)?|history|news|release[-_ ]?notes|releases)(?:[-_.\w]*)(?:/|$)", re.I)
_HEAD = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>\.\. automodule::|:::|`{3,}\{automodule\})[ \t]+(?P<module>[\w.]+)[ \t]*\r?$", re.M
)
_OPTION = re.compile(r"^[ \t]*:([\w-]+):[ \t]*(.*?)[ \t]*$", re.M)
_FILES = (".rst", ".md", ".txt", ".inc")
# What of an option block speaks of the module itself.
_OF_MODULE = re.compile(r"^[ \t]*:(?:synopsis|platform|deprecated):[^\n]*\n?", re.M)


def is_history(path: str) -> bool:
    """A list of changes?"""
    return _HISTORY.search(path) is not None


@dataclass(frozen=True)
class ModuleShown:
    """One place of a manual that shows what a module has; ``options`` is the text of its option lines, ``end`` the
    offset below all that belongs to it; ``default`` are options that conf.py sets."""

    path: str
    start: int
    end: int
    line: int
    indent: str
    mark: str
    module: str
    options: str
    default: frozenset[str] = frozenset()

    @cached_property
    def set(self) -> dict[str, str]:
        return dict.fromkeys(self.default, "") | dict(_OPTION.findall(self.options))

    @property
    def named(self) -> frozenset[str]:
        """The members that it names, one by one."""
        return frozenset(re.findall(r"\w+", self.set.get("members", "")))

    def lists(self, name: str, documented: bool) -> bool:
        """Does it show a definition of the module?"""
        if self.mark == ":::":
            return documented and not name.startswith("_")
        if "members" not in self.set or "no-members" in self.set or (self.named and name not in self.named):
            return False
        if not self.named and name in re.findall(r"\w+", self.set.get("exclude-members", "")):
            return False
        return (documented or "undoc-members" in self.set) and (
            not name.startswith("_") or bool(self.named) or "private-members" in self.set
        )

    def lists_imported(self, name: str, exported: frozenset[str]) -> bool:
        """Does it show a name of its list, that the module has of another one?"""
        if self.mark == ":::":
            return name in exported
        return (
            bool(self.named)
            or "imported-members" in self.set
            or (name in exported and "ignore-module-all" not in self.set)
        )

    def beside(self, module: str, names: frozenset[str] = frozenset()) -> str:
        """The text that shows another module in the same way, or these of its names only."""
        options = _OF_MODULE.sub("", self.options).replace("\r\n", "\n")
        if names:
            options = re.sub(r":members:[^\n\r]*", f":members: {', '.join(sorted(names))}", options)
        return f"{self.indent}{self.mark} {module}\n{options}".rstrip("\n") + "\n"


def modules_shown(tree: Tree, path: str, text: str) -> Iterator[ModuleShown]:
    """Every such place in the text of a manual."""
    if not path.endswith(_FILES):
        return
    for found in _HEAD.finditer(text):
        below = len(found["indent"])
        lines = text[found.end() + 1 :].splitlines(keepends=True)
        options, count = "", 0
        while count < len(lines) and _belongs(lines[count], below) and (found["mark"] == ":::" or ":" in lines[count]):
            options, count = options + lines[count], count + 1
        while count < len(lines) and (_belongs(lines[count], below) or not lines[count].strip()):
            count += 1
        while count and not lines[count - 1].strip():
            count -= 1
        end = min(found.end() + 1 + sum(map(len, lines[:count])), len(text))
        number = text.count("\n", 0, found.start()) + 1
        default = frozenset() if found["mark"] == ":::" else _defaults(tree, path)
        yield ModuleShown(
            path, found.start(), end, number, found["indent"], found["mark"], found["module"], options, default
        )


def documented(source: Source, node: ast.stmt) -> bool:
    """Does a definition have a docstring, or a comment ``#:`` that stands for one?"""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return ast.get_docstring(node) is not None
    end = node.end_lineno or node.lineno
    below = source.line(end + 1).lstrip() if end < len(source.line_starts) else ""
    return "#:" in source.line(node.lineno - 1) + source.line(end) or below.startswith(('"', "'"))


def _belongs(line: str, below: int) -> bool:
    return bool(line.strip()) and len(line) - len(line.lstrip()) > below


def _defaults(tree: Tree, path: str) -> frozenset[str]:
    """The options that the conf.py above a file gives to every ``auto...``."""
    while "/" in path:
        path = path.rpartition("/")[0]
        if f"{path}/conf.py" in tree.paths:
            return frozenset(_default_options(tree, f"{path}/conf.py"))
    return frozenset(_default_options(tree, "conf.py")) if "conf.py" in tree.paths else frozenset()


def _default_options(tree: Tree, path: str) -> Iterator[str]:
    try:
        body = tree.source(path).tree.body
    except (Unreadable, OSError):
        return
    for node in body:
        names = {getattr(t, "id", "") for t in getattr(node, "targets", ())}
        value = getattr(node, "value", None)
        if names & {"autodoc_default_options"} and isinstance(value, ast.Dict):
            for key, given in zip(value.keys, value.values, strict=True):
                off = isinstance(given, ast.Constant) and given.value in (False, None)
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and not off:
                    yield key.value
