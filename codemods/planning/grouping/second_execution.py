"""What a script that imports itself by its name would have twice, as ``__main__`` and as the module of that name.

Functions without state, plain values and classes that nobody asks for are the same in both. Other classes are two,
tables are two, and what is rebound in one is not in the other. Nobody can tell, where what the script itself goes on
using is none of what moved code finds in the second.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, partial

from codemods.bindings import Module, Moment
from codemods.bindings.guards import is_main_guard
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.grouping.interchangeable import is_interchangeable
from codemods.planning.index.import_graph import ImportGraph
from codemods.planning.index.project_index import ProjectIndex
from codemods.project.scripts import started, started_as_module

_DECORATORS = {"contextmanager": "contextlib", "asynccontextmanager": "contextlib"}
_MAKE_PLAIN = {"frozenset", "tuple", "str", "bytes", "int", "float"}
_PLAIN = (ast.Constant, ast.Name, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.JoinedStr, ast.FormattedValue)
_PLAIN += (ast.Compare, ast.IfExp)
_TYPING = frozenset({"typing", "typing_extensions", "collections.abc"})
# What says which of the two it is, or looks into its own module.
_OWN = frozenset({"__name__", "__file__", "__spec__", "__package__", "__loader__", "__cached__"}) | {
    *("globals", "locals", "vars", "dir", "eval", "exec", "__import__")
}
_SAME_OF_BOTH = {"__name__", "__doc__", "__qualname__"}


def runs_twice(project: ProjectIndex, module: Module) -> bool:
    """Is the module started as a script, and executed once more where it is imported by its name?

    Not one that its own package imports, and that imports beside itself: by its path it can't be started, and with
    ``-m`` Python warns that it was imported before. Unless a text of the tree does so all the same. Nor the
    ``__init__`` of a package that imports beside itself, or that nobody starts by its path and has a ``__main__.py``
    beside it, which ``-m`` runs.
    """
    if not module.runnable:
        return False
    dotted = project.names.dotted(module.path)
    beside = any(i.level and i.function is None and not (i.guarded or i.typing_only) for i in module.imports)
    if module.path.endswith("__init__.py"):
        runs = module.path.replace("__init__", "__main__")
        if beside or (runs in project.tree.paths and started(project.tree, module.path) is None):
            return False
    graph, parts = ImportGraph(project), dotted.split(".")
    above = (project.names.find(".".join(parts[:count]), module.path) for count in range(1, len(parts)))
    by_package = beside and any(p != module.path and graph.always_loads(p, module.path) for p in above if p)
    return not by_package or started_as_module(project.tree, dotted) is not None


@dataclass(frozen=True)
class SecondExecution:
    """The module of a script, executed once more by its name; ``acts``: that changes what others hold."""

    groups: DefinitionGroups
    acts: bool

    def differs(self, name: str, moved: Collection[DefinitionGroup]) -> bool:
        """Can somebody tell that moved code finds the second module's ``name``, not the script's?"""
        by_name = self.groups.by_name
        if self.acts or name not in by_name:
            return self.acts
        found = self._reached([by_name[name]])
        return not self._named.isdisjoint(found) or not self._apart.isdisjoint(found & self._used(moved))

    def _used(self, moved: Collection[DefinitionGroup]) -> set[DefinitionGroup]:
        """What runs or is read as part of the script, moved code aside."""
        guards = [group for group in self.groups.all if any(is_main_guard(s.node) for s in group.statements)]
        return self._reached(guards, but_for=moved)

    def _reached(
        self, start: Iterable[DefinitionGroup], but_for: Collection[DefinitionGroup] = ()
    ) -> set[DefinitionGroup]:
        seen: set[DefinitionGroup] = set()
        todo = list(start)
        while todo:
            group = todo.pop()
            if group not in seen and group not in but_for:
                seen.add(group)
                names = (r.name for r in group.references if r.moment is not Moment.TYPING)
                todo += [self.groups.by_name[name] for name in names if name in self.groups.by_name]
        return seen

    @cached_property
    def _apart(self) -> frozenset[DefinitionGroup]:
        """What two executions don't share."""
        defined = {group for group in self.groups.all if group.names and group in self.groups.by_name.values()}
        return frozenset(group for group in defined if not has_no_state(self.groups, group))

    @cached_property
    def _named(self) -> frozenset[DefinitionGroup]:
        """What says which of the two it is, or looks into its own module."""
        return frozenset(group for group in self.groups.all if group.names and _says_which(group))


def _says_which(group: DefinitionGroup) -> bool:
    return any(r.name in _OWN and r.moment is not Moment.TYPING for r in group.references)


def has_no_state(groups: DefinitionGroups, group: DefinitionGroup) -> bool:
    module = groups.module
    if len(group.statements) != 1 or group.binds & (module.rebound.keys() | module.script_binds):
        return False
    if _says_which(group):
        return False
    node = group.statements[0].node
    if isinstance(node, ast.ClassDef):
        return is_interchangeable(module, node, partial(_is_plain, module))
    if isinstance(node, FUNCTIONS):
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        decorated = all(_is_known(groups, decorator) for decorator in node.decorator_list)
        return (
            decorated
            and all(_is_plain(module, default) for default in defaults)
            and not _has_attributes(groups, node.name)
        )
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and _is_plain(module, node.value)


def _is_known(groups: DefinitionGroups, decorator: ast.expr) -> bool:
    """Is it a decorator that keeps nothing between calls?"""
    name = getattr(decorator, "id", getattr(decorator, "attr", ""))
    root = decorator.value if isinstance(decorator, ast.Attribute) else decorator
    items = groups.module.top_imports.get(getattr(root, "id", ""), ())
    return name in _DECORATORS and any(item.module == _DECORATORS[name] for item in items)


def _is_plain(module: Module, node: ast.expr) -> bool:
    """Is it a value that can't be changed, made of such ones, or the attribute of a module of the standard library?"""
    if isinstance(node, ast.Call):
        known = ast.unparse(node.func) in (*_MAKE_PLAIN, "re.compile")
        inner = [e for a in node.args for e in (a.elts if isinstance(a, (ast.List, ast.Set)) else [a])]
        return known and not node.keywords and all(_is_plain(module, value) for value in inner)
    if isinstance(node, ast.Attribute):
        chain = chain_of(node)
        return bool(chain) and _is_of_the_library(module, chain[0])
    if isinstance(node, ast.Subscript):  # a type: two are equal
        chain = chain_of(node.value)
        return bool(chain) and _is_of_typing(module, chain) and _is_plain(module, node.slice)
    inner = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return isinstance(node, _PLAIN) and all(_is_plain(module, child) for child in inner)


def _is_imported(module: Module, name: str) -> bool:
    items = module.top_imports.get(name, ())
    return bool(items) and name not in module.definitions and not any(item.in_class for item in items)


def _is_of_the_library(module: Module, name: str) -> bool:
    """Other modules may make it anew for who asks, or be set anew by the script before the second execution."""
    roots = {"." * item.level + item.module.partition(".")[0] for item in module.top_imports.get(name, ())}
    return _is_imported(module, name) and roots <= sys.stdlib_module_names


def _is_of_typing(module: Module, chain: tuple[str, ...]) -> bool:
    return _is_imported(module, chain[0]) and all(item.module in _TYPING for item in module.top_imports[chain[0]])


def _has_attributes(groups: DefinitionGroups, name: str) -> bool:
    reads = (r for s in groups.module.statements for r in s.references if r.name == name)
    return any(r.chain and r.chain[0] not in _SAME_OF_BOTH for r in reads)
