"""Strings that are certain to be resolved by import: entry points, settings, arguments of functions that import."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from configparser import Error as ConfigError
from configparser import RawConfigParser
from functools import lru_cache
from typing import Any

from codemods.bindings import Module
from codemods.frameworks import facts, matching
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.outside_names import outside_names

_ENTRY_POINT = re.compile(r"^(?P<name>[^=\[\]]+?)\s*=\s*(?P<value>[\w.]+:[\w.]+)\s*(?:\[[^\]]*\])?$")


def in_generated_code(project: ProjectIndex, path: str, name: str) -> bool:
    """Is a name of the module at ``path`` read in a string of code that the project writes: ``runtime._include(…)``?"""
    last = project.names.dotted(path).rpartition(".")[2]
    spoken = re.compile(rf"\b{re.escape(last)}\.{re.escape(name)}\b")
    knowing = project.tree.code_with([last])
    return any(
        isinstance(node.value, str) and spoken.search(node.value)
        for module in project.modules_mentioning(name, among=knowing)
        for node in module.source.nodes.of(ast.Constant)
    )


def resolved_constants(project: ProjectIndex, module: Module) -> set[int]:
    """The ids of the string constants of a module by which somebody is certain to import, or to find what was made in
    a module."""
    found: set[int] = set()
    imported, registered = facts(project.tree, "imports"), facts(project.tree, "registry")
    for node in module.source.nodes.of(ast.Call):
        names = {f".{_called(node)}"}
        if node.args and any(matching(fact.calls, names) for fact in imported):
            found.add(id(node.args[0]))
        if any(_ends(fact.calls, _called(node)) for fact in registered):
            names = outside_names(project, module, node.func)
            if any(matching(fact.calls, names) for fact in registered):
                found.update(id(n) for n in ast.walk(node) if isinstance(n, ast.Constant))
    if _is_settings(module.path):
        for node in module.source.tree.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and _is_setting(node) and node.value:
                found.update(id(constant) for constant in _members(node.value))
    return found


@lru_cache(maxsize=4096)
def _ends(patterns: tuple[str, ...], name: str) -> bool:
    return any(pattern.endswith(f".{name}") for pattern in patterns)


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_settings(path: str) -> bool:
    """``settings.py``, ``settings/base.py``, ``test_settings.py``: what Django's users call them."""
    return any("settings" in part for part in path.removesuffix(".py").split("/"))


def _is_setting(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(isinstance(target, ast.Name) and target.id.isupper() for target in targets)


def _members(value: ast.expr) -> Iterator[ast.Constant]:
    """A string, or the strings in lists and as values of dicts. The keys of a dict are names of something else."""
    if isinstance(value, ast.Constant):
        yield value
    elif isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        for element in value.elts:
            yield from _members(element)
    elif isinstance(value, ast.Dict):
        for element in value.values:
            yield from _members(element)
    elif isinstance(value, ast.BinOp):
        yield from _members(value.left)
        yield from _members(value.right)


def entry_points(path: str, text: str) -> Iterator[tuple[int, str]]:
    """(offset, ``module:attribute``) of each entry point that pyproject.toml or setup.cfg declares, and the path of
    each value that setuptools looks up: ``version = {attr = "shop.about.VERSION"}``."""
    name = path.rpartition("/")[2]
    values = set(_toml_values(text)) if name == "pyproject.toml" else set()
    if name == "setup.cfg":
        values = set(_cfg_values(text))
    for value in sorted(values):
        quoted = r"""(?<=["'])""" if name == "pyproject.toml" else r"(?<=[=\s])"
        for found in re.finditer(quoted + re.escape(value) + r"(?![\w.:])", text):
            yield found.start(), value


def _toml_values(text: str) -> Iterator[str]:
    """PEP 621's tables, and Poetry's."""
    try:
        data: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    groups = [_table(project, "scripts"), _table(project, "gui-scripts"), _table(poetry, "scripts")]
    groups += [group for group in _table(project, "entry-points").values() if isinstance(group, dict)]
    groups += [group for group in _table(poetry, "plugins").values() if isinstance(group, dict)]
    given = _table(data, "tool", "setuptools", "dynamic").values()
    groups += [{"attr": value.get("attr")} for value in given if isinstance(value, dict)]
    for group in groups:
        yield from (value.partition("[")[0].strip() for value in group.values() if isinstance(value, str))


def _table(data: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _cfg_values(text: str) -> Iterator[str]:
    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except (ConfigError, ValueError):
        return
    asked = parser.get("metadata", "version", fallback="").partition("attr:")[2].strip()
    yield from [asked] if asked else []
    if parser.has_section("options.entry_points"):
        for _, lines in parser.items("options.entry_points"):
            for line in lines.splitlines():
                if found := _ENTRY_POINT.match(line.strip()):
                    yield found["value"]


def in_setup_script(path: str, value: str) -> str:
    """What an entry point names in a string of setup.py (``"name = module:attribute"``); empty for another string."""
    found = _ENTRY_POINT.match(value.strip()) if path.rpartition("/")[2] == "setup.py" else None
    return found["value"] if found else ""
