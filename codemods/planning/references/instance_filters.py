"""Code that goes through a namespace and keeps the instances, or the subclasses, of a class: what else is there it does
not find. A function is no instance of a plain class, nor is what the standard library made."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass

from codemods.bindings import Module, Statement
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.outside_names import tree_classes

Owner = tuple[str, ast.ClassDef]


@dataclass(frozen=True)
class Filter:
    """What is kept of a namespace: by ``test``, ``isinstance`` or ``issubclass``, of these classes of the tree."""

    project: ProjectIndex
    test: str
    classes: tuple[Owner, ...]

    def may_keep(self, module: Module, statement: Statement) -> bool:
        """May what a statement of ``module`` binds be kept?"""
        node = statement.node
        if self.test == "issubclass":
            return not isinstance(node, ast.ClassDef) or self.may_derive(module.path, node)
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
            return False
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        return not (value is not None and _is_of_the_library(module, value))

    def may_derive(self, path: str, node: ast.ClassDef) -> bool:
        """May a class be one of these, or derive from one?"""
        return self._may_derive(path, node, frozenset())

    def _may_derive(self, path: str, node: ast.ClassDef, seen: frozenset[ast.ClassDef]) -> bool:
        if any(node is owner for _, owner in self.classes):
            return True
        module = self.project.module(path)
        for base in node.bases:
            above = list(tree_classes(self.project, module, base))
            if not above and not (_is_of_the_library(module, base) or isinstance(base, ast.Name)):
                return True  # nobody knows what that is
            if any(inner not in seen and self._may_derive(at, inner, seen | {node}) for at, inner in above):
                return True
        return False


def asked_for(project: ProjectIndex, module: Module, name: str, test: ast.expr) -> Filter | None:
    """``isinstance(value, Field)``, be it one of several conditions."""
    return _found(project, module, ast.Name(name), [test])


def filter_of(project: ProjectIndex, module: Module, namespace: ast.expr) -> Filter | None:
    """``[v for v in vars().values() if isinstance(v, Field)]``, or a loop that does nothing for other values."""
    parents = module.source.nodes.parents
    above = parents.get(id(namespace))
    inner = parents.get(id(above)) if isinstance(above, ast.Attribute) and above.attr in ("values", "items") else None
    around = parents.get(id(inner)) if isinstance(inner, ast.Call) else None
    if isinstance(around, ast.Call) and getattr(around.func, "id", "") in ("list", "tuple", "sorted"):
        around = parents.get(id(around))
    if isinstance(around, ast.comprehension):
        return _found(project, module, around.target, around.ifs)
    if isinstance(around, ast.For) and len(around.body) == 1 and isinstance(around.body[0], ast.If):
        test = around.body[0].test
        return None if around.body[0].orelse else _found(project, module, around.target, [test])
    return None


def _found(project: ProjectIndex, module: Module, target: ast.expr, tests: list[ast.expr]) -> Filter | None:
    value = target.elts[-1] if isinstance(target, ast.Tuple) else target
    for joined in tests:
        for test in joined.values if isinstance(joined, ast.BoolOp) and isinstance(joined.op, ast.And) else [joined]:
            match test:
                case ast.Call(func=ast.Name(id="isinstance" | "issubclass" as name), args=[ast.Name(id=asked), wanted]):
                    classes = _classes(project, module, wanted) if asked == getattr(value, "id", "") else ()
                    if classes:
                        return Filter(project, name, classes)
    return None


def _classes(project: ProjectIndex, module: Module, node: ast.expr) -> tuple[Owner, ...]:
    """Plain classes of the tree; none where one of them is another thing."""
    found: list[Owner] = []
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        chain = chain_of(part)
        target = resolved(project, module, chain) if chain else None
        owner = definition(project, target) if target is not None else None
        if (
            target is None
            or not isinstance(owner, ast.ClassDef)
            or not _is_plain(project, target[0], owner, frozenset())
        ):
            return ()
        found.append((target[0], owner))
    return tuple(found)


def _is_plain(project: ProjectIndex, path: str, owner: ast.ClassDef, seen: frozenset[ast.ClassDef]) -> bool:
    """No metaclass, and nothing by which what is no subclass counts as one."""
    names = [getattr(base, "attr", getattr(base, "id", "")) for base in owner.bases]
    if any(name in ("type", "Protocol", "EnumType") or name.endswith("Meta") for name in names):
        return False
    if any(getattr(n, "name", "") in ("__subclasshook__", "__instancecheck__") for n in owner.body):
        return False
    if any(k.arg == "metaclass" and ast.unparse(k.value).rpartition(".")[2] != "ABCMeta" for k in owner.keywords):
        return False
    module, seen = project.module(path), seen | {owner}
    above = [found for base in owner.bases for found in tree_classes(project, module, base)]
    return all(inner in seen or _is_plain(project, at, inner, seen) for at, inner in above)


def _is_of_the_library(module: Module, value: ast.expr) -> bool:
    """``types.GeneratorType``"""
    chain = chain_of(value)
    items = module.top_imports.get(chain[0], []) if chain else []
    return bool(items) and all(not i.level and i.module.partition(".")[0] in sys.stdlib_module_names for i in items)
