"""What is asked for its module, or its namespace, where the file shows that it is something that moves.

A name of a loop or a comprehension, ``[f.__module__ for f in HANDLERS]``; what a callback gets out of what stands
beside it, ``sorted(HANDLERS, key=attrgetter("__module__"))``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.planning.facts import Facts
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.called_code import is_moved, sees
from codemods.planning.references.module_values import last_name

_SETTING = frozenset({"object", "setattr", "delattr", "setitem", "delitem", "dict", "multiple", "update"})


def may_be_moved(facts: Facts, module: Module, asked: ast.expr) -> bool:
    """Is it something that moves: by its name, by what a name in a loop may be, by what a callback is given?"""
    if is_moved(facts, module, asked):
        return True
    if isinstance(asked, ast.Name):
        values = [value for name, value in bound_values(module) if name == asked.id and sees(module, asked, value)]
        if any(is_moved(facts, module, value) for value in values):
            return True
    return any(_holds_moved(facts, module, value) for value in _sources(module, asked))


def _sources(module: Module, asked: ast.expr) -> Iterator[ast.expr]:
    """What a name is taken out of by a loop, or by the function that calls the callback in which it stands."""
    parents = module.source.nodes.parents
    name, below = getattr(asked, "id", ""), asked
    while (above := parents.get(id(below))) is not None and not isinstance(below, ast.stmt):
        callback = isinstance(below, ast.Lambda) and any(a.arg == name for a in below.args.args)
        callback = callback or (isinstance(below, ast.Call) and last_name(below.func) == "attrgetter")
        call = parents.get(id(above)) if isinstance(above, ast.keyword) else above
        if callback and isinstance(call, ast.Call) and call.func is not below:
            yield from (a for a in (*call.args, *(k.value for k in call.keywords)) if a is not below)
        below = above
    loops = (*module.source.nodes.of(ast.For), *module.source.nodes.of(ast.comprehension))
    yield from (loop.iter for loop in loops if name and _binds(loop.target, name) and sees(module, asked, loop.iter))


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(target))


def _holds_moved(facts: Facts, module: Module, node: ast.expr, deep: int = 0) -> bool:
    """Does a container have something that moves in it, where it is written, here or in the module of its name?"""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
        inside = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
        return any(
            n is not None and (is_moved(facts, module, n) or _holds_moved(facts, module, n, deep)) for n in inside
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _holds_moved(facts, module, node.func.value, deep)  # TABLE.items()
    if not isinstance(node, ast.Name) or deep > 1:
        return False
    found = facts.project.origin(module.path, node.id)
    if found is not None and found[0] != module.path and found[0].endswith(".py"):
        module, node = facts.project.module(found[0]), ast.Name(found[1], ast.Load())
    return any(_holds_moved(facts, module, value, deep + 1) for name, value in bound_values(module) if name == node.id)


def namespaces_of_moved(facts: Facts) -> Iterator[tuple[Module, ast.expr, str]]:
    """Where names of the module of something that moves are read or set: ``price.__globals__["RATE"]``,
    ``sys.modules[price.__module__].RATE``."""
    last = facts.project.names.dotted(facts.move.source).rpartition(".")[2]
    knowing = facts.project.tree.code_with([last]) | {facts.move.source}
    for module in facts.project.modules_mentioning("__globals__", "__module__", among=knowing):
        for node in module.source.nodes.of(ast.Attribute):
            of_function = node.attr == "__globals__" and _uses_names(module, node)
            if (of_function or _asks_its_module(module, node)) and _of_moved(facts, module, node.value):
                yield module, node, f".{node.attr}"


def holders_of_moved(facts: Facts) -> set[str]:
    """The names of containers that have something that moves in them."""
    files = facts.referrers.values.files.values()
    held = ((name, module, value) for module in files for name, value in bound_values(module))
    return {name for name, module, value in held if _holds_moved(facts, module, value, 1)}


def _of_moved(facts: Facts, module: Module, node: ast.expr) -> bool:
    """``Mailer``, ``Mailer.send``"""
    while isinstance(node, ast.Attribute) and not is_moved(facts, module, node):
        node = node.value
    return may_be_moved(facts, module, node)


def _asks_its_module(module: Module, node: ast.Attribute) -> bool:
    """``sys.modules[f.__module__]``, of which a name is read or set, not the namespace handed to who resolves hints?"""
    above = module.source.nodes.parents.get(id(node)) if node.attr == "__module__" else None
    by_key = isinstance(above, ast.Subscript) and above.slice is node and last_name(above.value) == "modules"
    by_call = isinstance(above, ast.Call) and node in above.args and last_name(above.func) == "import_module"
    return isinstance(above, ast.expr) and (by_key or by_call) and _uses_names(module, above)


def _uses_names(module: Module, node: ast.expr) -> bool:
    """Is a name of a module, or of a namespace, read or set right here?"""
    above = module.source.nodes.parents.get(id(node))
    if isinstance(above, ast.Call):
        return node in above.args and last_name(above.func) in _SETTING
    if isinstance(above, ast.Assign) and any(isinstance(target, ast.Name) for target in above.targets):
        return True
    return isinstance(above, (ast.Attribute, ast.Subscript)) and above.value is node
