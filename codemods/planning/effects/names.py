"""What a dotted name means in the code of a tree: a name of one of its modules, or one from outside."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from codemods.bindings import Import, Module
from codemods.planning.effects.scopes import Scope
from codemods.planning.effects.targets import Target
from codemods.planning.index.project_index import ProjectIndex

_BUILTINS = frozenset(dir(builtins))


class Names:
    """Answers for the code of one tree."""

    def __init__(self, project: ProjectIndex) -> None:
        self.project = project

    def definition(self, target: Target) -> ast.stmt | None:
        """The last statement that defines a name of the tree."""
        return next(self.in_force(target), None)

    def in_force(self, target: Target) -> Iterator[ast.stmt]:
        """The statements that may have bound a name of the tree when its module is complete, or has deleted it: the
        last one, and those above it where that binds it under a condition."""
        found = self.project.module(target[0]).definitions.get(target[1], ()) if target[0].endswith(".py") else ()
        defining = [s for s in found if not isinstance(s.node, (ast.AugAssign, ast.Delete))]
        for statement in reversed(defining or found):
            yield statement.node
            if not isinstance(statement.node, (ast.If, ast.Try)):
                return

    def named(self, module: Module, scope: Scope | None, chain: tuple[str, ...]) -> Target | None:
        """What a dotted name means where all but its last part are modules: (path, name), or ("", "os.path.join")."""
        if not chain:
            return None
        holder = scope.holder(chain[0]) if scope is not None else None
        if holder is not None and chain[0] not in holder.imports:
            return None
        items = holder.imports[chain[0]] if holder is not None else module.top_imports.get(chain[0], [])
        found = self.project.origin(module.path, chain[0]) if holder is None else None
        if len(chain) == 1 and found is not None:
            return found
        for item in items:
            if (target := self.imported(module, item, chain)) is not None:
                return target
        if found is None and chain[0] in _BUILTINS and chain[0] not in module.binds:
            return "", ".".join(("builtins", *chain))
        return None

    def imported(self, module: Module, item: Import, chain: tuple[str, ...]) -> Target | None:
        """What a dotted name means whose first part an import binds."""
        base = self.project.names.absolute(module.path, item.module or None, item.level)
        if base is None:
            return None
        parts = [*base.split("."), *((item.attribute,) if item.attribute else ())] if base else [item.attribute or ""]
        if item.attribute is None and not item.asname:
            parts = parts[:1]
        parts += chain[1:]
        for count in range(len(parts) - 1, 0, -1):
            path = self.project.names.find(".".join(parts[:count]), module.path)
            if path is not None:
                if len(parts) - count > 1:
                    return self._beyond(path, parts[count:])
                return self.project.origin(path, parts[-1]) or self._through(path, parts[-1])
        return "", ".".join(parts)

    def _beyond(self, path: str, parts: list[str]) -> Target | None:
        """An attribute of what a module takes from outside of the tree: ``compat.json.dumps``."""
        found = None if self.project.origin(path, parts[0]) is not None else self._through(path, parts[0])
        return ("", ".".join((found[1], *parts[1:]))) if found is not None and found[0] == "" else None

    def _through(self, path: str, name: str, seen: frozenset[Target] = frozenset()) -> Target | None:
        """A name that a module of the tree takes from outside of it, through others of the tree perhaps."""
        module = self.project.module(path)
        for item in module.top_imports.get(name, ()) if (path, name) not in seen else ():
            target = self.project.target(module, item)
            if target is None:
                return self.imported(module, item, (name,))
            if item.attribute is not None and not item.typing_only:
                return self._through(target, item.attribute, seen | {(path, name)})
        return path, name
