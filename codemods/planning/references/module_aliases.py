"""By which names a file has modules: those that its imports name, and those that other modules hand on under a name,
by ``from shop.api import orders``, by a star, or by a package's ``__all__`` that lists a submodule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from codemods.bindings import Import, Module
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable, imports


def aliases(project: ProjectIndex, module: Module, last: str) -> dict[str, list[str]]:
    """Names of a file that may be bound to modules, each with the dotted names that it may stand for. ``last``: the
    last part of the name of the one that is looked for; what others hand on is followed where they have that word."""
    found: dict[str, list[str]] = {}
    knowing = project.tree.code_with([last]) if last else project.tree.paths
    for item in module.imports:
        if item.attribute == "*":
            for name, path in _by_star(project, module, item, knowing):
                found.setdefault(name, []).append(project.names.dotted(path))
        elif item.attribute is None:
            found.setdefault(item.binds, []).append(item.module if item.asname else item.module.partition(".")[0])
        else:
            if is_covered(project, project.target(module, item), item.attribute, project.submodule(module, item)):
                continue
            base = project.names.absolute(module.path, item.module or None, item.level) or ""
            dotted = f"{base}.{item.attribute}" if base else str(item.attribute)
            target = project.target(module, item) if project.names.find(dotted, module.path) is None else None
            behind = module_behind(project, target, item.attribute) if target in knowing and target else None
            found.setdefault(item.binds, []).append(project.names.dotted(behind) if behind else dotted)
    return found


def module_at(project: ProjectIndex, importer: str, dotted: str, last: str) -> str | None:
    """The file of the module that a dotted name leads to, be it by what modules on the way import: ``shop.tags.orders``
    with ``from . import orders`` in ``shop/tags.py``. ``last``: as of `aliases`."""
    parts = dotted.split(".")
    knowing = project.tree.code_with([last]) if last else project.tree.paths
    for count in range(len(parts), 0, -1):
        path = project.names.find(".".join(parts[:count]), importer)
        for part in parts[count:] if path is not None else ():
            path = module_behind(project, path, part) if path is not None and path in knowing else None
        if path is not None:
            return path
    return None


def is_covered(project: ProjectIndex, package: str | None, name: str, inner: str | None) -> bool:
    """Is a module of a package not what the package has by its name: ``shop.retry``, a function of ``shop/__init__.py``
    that stands below an import from ``shop/retry.py``?"""
    module = _parsed(project, package) if package is not None and inner is not None and package != inner else None
    if module is None or name not in module.definitions:
        return False
    last = max(statement.node.lineno for statement in module.definitions[name])
    whole = (one for one in module.imports if one.function is None and not (one.guarded or one.typing_only))
    loading = (one for one in whole if inner in (project.target(module, one), project.submodule(module, one)))
    return any(one.node.lineno < last and one.binds != name for one in loading)


def _by_star(
    project: ProjectIndex, module: Module, star: Import, knowing: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(name, the file of the module) for each module that a star import of a file brings."""
    target = project.target(module, star)
    inner = _parsed(project, target) if target in knowing and target else None
    for name in {*inner.top_imports, *(inner.exported or ())} if inner is not None else ():
        found = module_behind(project, inner.path, name) if project.exports(inner.path, name) else None  # type: ignore[union-attr]
        if found is not None:
            yield name, found


def module_behind(
    project: ProjectIndex, path: str, name: str, seen: frozenset[tuple[str, str]] = frozenset()
) -> str | None:
    """The file of the module that a name of another module is, through imports; None where it is none."""
    module = _parsed(project, path) if (path, name) not in seen else None
    if module is None:
        return None
    seen |= {(path, name)}
    for item in module.top_imports.get(name, ()):
        if item.attribute is None:
            return project.names.find(item.module if item.asname else item.module.partition(".")[0], path)
        target = project.target(module, item)
        found = project.submodule(module, item) or (
            module_behind(project, target, item.attribute, seen) if target else None
        )
        if found is not None:
            return found
    if name in module.binds:
        return None
    if path.endswith("__init__.py") and name in (module.exported or ()):
        return project.names.find(f"{project.names.dotted(path)}.{name}", path)
    targets = (project.target(module, star) for star in module.stars)
    given = (module_behind(project, t, name, seen) for t in targets if t is not None and project.exports(t, name))
    return next((found for found in given if found is not None), None)


def asked_by_another_name(project: ProjectIndex, path: str, holders: Collection[str]) -> Iterator[str]:
    """The files that may reach the module at ``path`` through others, which have it by another name than its own."""
    last = project.names.dotted(path).rpartition(".")[2]
    for holder in holders:
        module = _parsed(project, holder)
        names = {n for n, items in module.top_imports.items() for i in items if n != last} if module else set[str]()
        own = project.names.dotted(holder).rpartition(".")[2]
        for name in sorted(n for n in names if module_behind(project, holder, n) == path):
            through = re.compile(rf"\b{re.escape(own)}\s*\.\s*{re.escape(name)}\s*\.".encode())
            for other in sorted(project.tree.code_with([name]) & project.tree.code_with([own]) - {holder}):
                raw = project.tree.peek(other) if other.endswith(".py") else b""
                taken = (i for i in imports(raw) if i.module.rpartition(".")[2] == own and {name, "*"} & {*i.names})
                if any(True for _ in taken) or through.search(raw):
                    yield other


def _parsed(project: ProjectIndex, path: str) -> Module | None:
    try:
        return project.module(path)
    except (Unreadable, OSError):
        return None
