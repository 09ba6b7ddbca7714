"""Objects that a library holds and gives back: the functions that it was given, as views, commands and callbacks."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import moved_name
from codemods.planning.references.outside_names import outside_names


def may_come_from_a_library(facts: Facts, module: Module, asked: ast.expr) -> bool:
    """May it be what a library was given that moves? It stands in a file that uses this library, and is no parameter,
    no definition and no instance of the class around."""
    root = next((n for n in ast.walk(asked) if isinstance(n, ast.Name)), None)
    if (
        root is None
        or module.is_global(root)
        or (root is asked and (root.id in ("self", "cls") or _is_given(module, root)))
    ):
        return False
    used = {item.module.partition(".")[0] for item in module.imports if not item.level}
    return not used.isdisjoint(_libraries(facts))


def _is_given(module: Module, name: ast.Name) -> bool:
    """Is it a parameter of a function around it? Who is called with what is another question."""
    above = module.source.nodes.parents.get(id(name))
    while above is not None:
        if isinstance(above, (*FUNCTIONS, ast.Lambda)):
            arguments = above.args
            if name.id in {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}:
                return True
        above = module.source.nodes.parents.get(id(above))
    return False


def _libraries(facts: Facts) -> frozenset[str]:
    """The libraries that get a moved function, by a decorator or as an argument."""
    return frozenset(_got(facts)) - sys.stdlib_module_names - {"builtins"}


def _got(facts: Facts) -> Iterator[str]:
    nodes = [s.node for group in facts.moving for s in group.statements]
    for decorator in (d for n in nodes if isinstance(n, FUNCTIONS) for d in n.decorator_list):
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield from (name.partition(".")[0] for name in outside_names(facts.project, facts.source, called))
    functions = [n.name for n in nodes if isinstance(n, FUNCTIONS)]
    for module in facts.project.modules_mentioning(*functions) if functions else ():
        for call in module.source.nodes.of(ast.Call):
            given = (*call.args, *(k.value for k in call.keywords))
            if any(
                isinstance(g, (ast.Name, ast.Attribute)) and moved_name(facts, module, g) in functions for g in given
            ):
                known = outside_names(facts.project, module, call.func)
                yield from (name.partition(".")[0] for name in known)
                if not known and isinstance(call.func, ast.Attribute):  # of an object that a function made
                    yield from (item.module.partition(".")[0] for item in module.imports if not item.level)
