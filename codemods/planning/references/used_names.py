"""By which names a module is used: below which roots people import it, and who starts or loads it by its path."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.bindings import Import, Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Place
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.module_values import last_name
from codemods.project import Unreadable
from codemods.project.scripts import started
from codemods.project.settings_modules import who_executes

_WALKING = ("glob", "rglob", "iglob", "iterdir", "listdir", "scandir")
_LOADING = ("spec_from_file_location", "run_path", "SourceFileLoader", "load_source")


@dataclass(frozen=True)
class Use:
    """A module is found below ``root``; ``place`` says by whom, None: by its own package or folder. ``loaded``: its
    file is executed by its path, in no package, and what else is on ``sys.path`` stays there; ``by`` a framework."""

    root: str
    place: Place | None = None
    loaded: bool = False
    by: str = ""


def uses(project: ProjectIndex, path: str, files: Iterable[str]) -> tuple[Use, ...]:
    """Each root once; ``files`` may refer to the module."""
    found: dict[tuple[str, bool], Use] = {}
    for use in _uses(project, path, files):
        found.setdefault((use.root, use.loaded), use)
    return tuple(found.values())


def _uses(project: ProjectIndex, path: str, files: Iterable[str]) -> Iterator[Use]:
    yield Use(project.names.root_of(path))
    for file in files:
        if file.endswith(".py") and file != path:
            try:
                module = project.module(file)
            except (Unreadable, OSError):
                continue
            for item in module.imports:
                if not item.level and (dotted := _names(project, module, item, path)):
                    yield Use(project.names.prefix(dotted, path), module.source.place(item.node))
    yield from _named_there(project, path)
    who = who_executes(project.tree, path)
    if who:
        yield Use(path.rpartition("/")[0], Place(path), loaded=True, by=who)
    by = started(project.tree, path)
    if by is not None:
        yield Use(path.rpartition("/")[0], Place(by.by, by.line))
    yield from (Use(path.rpartition("/")[0], place, loaded=True) for place in _loading(project, path))


def _named_there(project: ProjectIndex, path: str) -> Iterator[Use]:
    """``extensions = ["shopdir"]`` in a file that puts the folder of the module on ``sys.path``."""
    for file in sorted(project.tree.code_with([path.rpartition("/")[2].removesuffix(".py")]) - {path}):
        roots = (
            [r for r in project.names.inserted(file) if r and path.startswith(f"{r}/")] if file.endswith(".py") else ()
        )
        for module in project.modules_at([file] if roots else []):
            for node in module.source.nodes.of(ast.Constant):
                for root in roots:
                    if isinstance(node.value, str) and node.value == project.names.dotted(path, root):
                        yield Use(root, module.source.place(node))


def _loading(project: ProjectIndex, path: str) -> Iterator[Place]:
    """Code that executes a file by its path, under a name of its own: ``runpy.run_path("shop/orders.py")``."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    folder = path.rpartition("/")[0].rpartition("/")[2]
    knowing = project.tree.code_with([stem, folder] if folder else [stem])
    for module in project.modules_mentioning(*_LOADING, among=knowing):
        for call in module.source.nodes.of(ast.Call):
            given = call.args if last_name(call.func) in _LOADING and module.path != path else []
            if any(_is_path(module, argument, path) for argument in given):
                yield module.source.place(call)
    if _in_no_package(project, path):
        for module in project.modules_mentioning(*_LOADING, among=project.tree.code_with(_WALKING)):
            loading = (call for call in module.source.nodes.of(ast.Call) if last_name(call.func) in _LOADING)
            yield from (module.source.place(call) for call in loading if _of_a_folder(module, call))


def _in_no_package(project: ProjectIndex, path: str) -> bool:
    """Does a file stand in a folder that is no package, and imports nothing by dots?"""
    folder = path.rpartition("/")[0]
    if not folder or f"{folder}/__init__.py" in project.tree.paths:
        return False
    try:
        return not any(item.level for item in project.module(path).imports)
    except (Unreadable, OSError):
        return False


def _of_a_folder(module: Module, call: ast.Call) -> bool:
    """Is each Python file of a folder executed there, whichever folder that is?"""
    parents = module.source.nodes.parents
    around: ast.AST = call
    while not isinstance(around, (*FUNCTIONS, ast.Module)) and id(around) in parents:
        around = parents[id(around)]
    nodes = list(ast.walk(around))
    walks = any(isinstance(n, ast.Call) and last_name(n.func) in _WALKING for n in nodes)
    return walks and any(isinstance(n, ast.Constant) and str(n.value).endswith(".py") for n in nodes)


def _is_path(module: Module, argument: ast.expr, path: str) -> bool:
    """``"shop/orders.py"``, ``ROOT / "shop" / "orders.py"``, ``ROOT / "shop" / f"{name}.py"``, or a name of that."""
    names = {node.id for node in ast.walk(argument) if isinstance(node, ast.Name)}
    values = [value for name, value in bound_values(module) if name in names]
    for value in (argument, *values):
        texts = sorted((n.lineno, n.col_offset, n.value) for n in ast.walk(value) if isinstance(n, ast.Constant))
        written = "/".join(text.strip("/") for _, _, text in texts if isinstance(text, str)).removeprefix("./")
        if written.endswith(".py") and f"/{path}".endswith(f"/{written}"):
            return True
    folder, _, suffix = "/".join(_texts(module, argument)).removeprefix("./").rpartition("/")
    return suffix == ".py" and bool(folder) and f"/{path}".rpartition("/")[0].endswith(f"/{folder}")


def _texts(module: Module, node: ast.AST, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The texts of which a path is made in their order, names followed that have one value in the file."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip("/"):
        yield node.value.strip("/")
    elif isinstance(node, ast.Name):
        values = [value for name, value in bound_values(module) if name == node.id and name not in seen]
        for value in values if len(values) == 1 else ():
            yield from _texts(module, value, seen | {node.id})
    for child in ast.iter_child_nodes(node):
        yield from _texts(module, child, seen)


def _names(project: ProjectIndex, module: Module, item: Import, path: str) -> str:
    """The dotted name by which an import means the module at ``path``; empty where it means another."""
    wholes = [item.module, *([f"{item.module}.{item.attribute}"] if item.attribute else [])]
    return next((w for w in wholes if project.names.find(w, module.path) == path), "")
