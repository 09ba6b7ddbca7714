"""How a project writes its imports: relative or absolute, and how long its lines are."""

from __future__ import annotations

import tomllib

from codemods.bindings import Module
from codemods.planning.units import is_main_guard
from codemods.project import Names, Tree


def relative_style(module: Module, names: Names) -> bool:
    """Does this module name its neighbours relatively?

    A module of a package that imports none of them does, unless it runs as a script: a script has no package.
    """
    if not names.package(module.path):
        return False
    top = names.dotted(module.path).partition(".")[0]
    if any(item.level for item in module.imports):
        return True
    if any(is_main_guard(node) for node in module.source.tree.body):
        return False
    return not any(item.module.partition(".")[0] == top for item in module.imports if not item.level)


def reference_to(target: str, importer: str, relative: bool, names: Names) -> str:
    """The module text by which ``importer`` names the file ``target`` in a ``from`` import."""
    root = names.root_of(target)
    dotted = names.dotted(target, root)
    package = names.package(importer)
    if not relative or not package or names.root_of(importer) != root:
        return dotted
    here, there = package.split("."), dotted.split(".")
    if here[0] != there[0]:
        return dotted
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    return "." * (len(here) - common + 1) + ".".join(there[common:])


def line_length(tree: Tree) -> int:
    """The line length that the project's tools are told, or Black's 88."""
    if "pyproject.toml" in tree.paths:
        try:
            tool = tomllib.loads(tree.read("pyproject.toml").decode()).get("tool", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
            return 88
        for section, key in (("ruff", "line-length"), ("black", "line-length"), ("isort", "line_length")):
            value = tool.get(section, {}).get(key) if isinstance(tool.get(section), dict) else None
            if isinstance(value, int):
                return value
    return 88
