"""Who sees that a module has been loaded at all: as an attribute of its package, or by its name in ``sys.modules``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codemods.bindings import Module
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.index.project_index import ProjectIndex
from codemods.project.call_scan import reading

_LOADED = re.compile(r"\bmodules\b")


def seen(project: ProjectIndex, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(a module, where code counts on somebody else having loaded it)."""
    wanted = {project.names.dotted(path): path for path in paths}
    stems = {dotted.rpartition(".")[2] for dotted in wanted}
    for module in project.modules_at(_reading(project, stems)) if stems else ():
        text = module.source.text
        if _LOADED.search(text):
            for node in module.source.nodes.of(ast.Constant):
                path = wanted.get(node.value) if isinstance(node.value, str) else None
                if path is not None and path != module.path:
                    yield path, str(module.source.place(node))
        loaded = set(_imported(project, module))
        packages = {item.binds: item for item in module.imports if item.attribute != "*"}
        for node in module.source.nodes.of(ast.Attribute) if packages else ():
            chain = chain_of(node)
            if len(chain) < 2 or chain[0] not in packages:
                continue
            item = packages[chain[0]]
            base = project.names.absolute(module.path, item.module or None, item.level) or ""
            start = [*filter(None, base.split(".")), *([item.attribute] if item.attribute else [])]
            dotted = ".".join([*(start if item.attribute or item.asname else start[:1]), *chain[1:]])
            if dotted in wanted and wanted[dotted] not in loaded:
                yield wanted[dotted], str(module.source.place(node))


def asked(project: ProjectIndex, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(a module, where code asks whether somebody has loaded it): ``"shop.worker" in sys.modules``."""
    wanted = {project.names.dotted(path): path for path in paths}
    for module in project.modules_mentioning("modules") if wanted else ():
        for node in module.source.nodes.of(ast.Constant):
            path = wanted.get(node.value) if isinstance(node.value, str) else None
            above = module.source.nodes.parents.get(id(node))
            inside = isinstance(above, ast.Compare) and isinstance(above.ops[0], (ast.In, ast.NotIn))
            got = isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute) and above.func.attr == "get"
            if path is not None and path != module.path and (inside or got) and "modules" in ast.unparse(above or node):
                yield path, str(module.source.place(node))


def _reading(project: ProjectIndex, stems: set[str]) -> Iterator[str]:
    """The files that have one of the words as an attribute, beside their imports, or speak of ``sys.modules``."""
    read = reading(stems)
    for path in sorted(project.tree.code_with(stems)):
        raw = project.tree.peek(path)
        if path.endswith(".py") and (b"modules" in raw or read(raw)):
            yield path


def _imported(project: ProjectIndex, module: Module) -> Iterator[str]:
    """The modules that a module imports by itself, wherever it does."""
    for item in module.imports:
        base = project.names.absolute(module.path, item.module or None, item.level) or ""
        parts = base.split(".") if base else []
        if item.attribute not in (None, "*"):
            parts.append(str(item.attribute))
        for count in range(1, len(parts) + 1):
            if (target := project.names.find(".".join(parts[:count]), module.path)) is not None:
                yield target
