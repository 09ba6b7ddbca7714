"""Which functions of the tree a call may run, and which of its code gets hold of what moves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.all_decorators import listing_decorators
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.module_values import last_name
from codemods.planning.references.outside_names import tree_classes

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Methods to which Python gives classes otherwise.
_GIVEN_CLASSES = frozenset(
    {
        *("__set_name__", "__get__", "__new__", "__call__", "__prepare__", "__instancecheck__", "__subclasscheck__"),
        *("__init_subclass__", "__class_getitem__", "__subclasshook__"),
    }
)
# Who is given a class and compares others with it; a function beside it gets what stands behind it.
COMPARING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "warns", "assertWarns", "assertWarnsRegex"})
COMPARING |= {"suppress", "assertIsInstance", "assertNotIsInstance"}


@dataclass(frozen=True)
class Code:
    """Code that gets a moved definition, or an instance of one: where it stands, and how it gets it.

    ``given``: the name under which it has a class itself, where that is known. ``of_itself``: it is a method, which has
    the class or an instance as its first argument alone."""

    module: Module
    node: ast.AST
    how: str
    given: str = ""
    of_itself: bool = False


def called(project: ProjectIndex, module: Module, function: ast.expr) -> Iterator[tuple[Module, Function]]:
    """The functions of the tree that calling this expression may run, methods of known objects among them."""
    chain = chain_of(function)
    # What is read off an object of the tree is no definition by itself.
    plain = len(chain) == 1 or (bool(chain) and project.origin(module.path, chain[0]) is None)
    found = resolved(project, module, chain) if plain else None
    node = definition(project, found) if found else None
    if found is not None and isinstance(node, FUNCTIONS):
        yield project.module(found[0]), node
    elif found is not None and isinstance(node, ast.ClassDef):
        yield from methods(project, project.module(found[0]), node, ("__init__", "__new__", "__call__"))
    elif found is not None and isinstance(getattr(node, "value", None), ast.Call):
        made = node.value.func  # type: ignore[union-attr]
        for path, owner in tree_classes(project, project.module(found[0]), made):
            yield from methods(project, project.module(path), owner, ("__call__",))
    elif isinstance(function, ast.Attribute):
        chain = chain_of(function.value)
        found = resolved(project, module, chain) if chain else None
        node = definition(project, found) if found else None
        value = getattr(node, "value", None)
        if isinstance(node, ast.ClassDef) and found is not None:
            yield from methods(project, project.module(found[0]), node, (function.attr,))
        elif found is not None and isinstance(value, ast.Call):
            for path, owner in tree_classes(project, project.module(found[0]), value.func):
                yield from methods(project, project.module(path), owner, (function.attr,))


def methods(
    project: ProjectIndex,
    module: Module,
    node: ast.ClassDef,
    names: tuple[str, ...] = (),
    seen: frozenset[object] = frozenset(),
) -> Iterator[tuple[Module, Function]]:
    """The methods of a class and of those above it in the tree; ``names``: only these."""
    for inner in node.body:
        if isinstance(inner, FUNCTIONS) and (not names or inner.name in names):
            yield module, inner
    for base in [*node.bases, *(k.value for k in node.keywords if k.arg == "metaclass")]:
        for path, above in tree_classes(project, module, base):
            if (path, above.name) not in seen:
                yield from methods(project, project.module(path), above, names, seen | {(path, above.name)})


def code_that_gets(facts: Facts) -> Iterator[Code]:
    """All code of the tree that is seen to get a moved definition or what is made of one."""
    yield from _own(facts)
    yield from _made_inside(facts)
    yield from _made_by_call(facts)
    yield from _decorators(facts)
    for module in facts.referrers.values.files.values():
        yield from _calls(facts, module)
    for scan in facts.scans:
        yield Code(scan.module, scan.node, f"it goes through the modules of a package that {facts.move.source} is in")
    for look in facts.looks:
        if look.lists:
            module = facts.project.module(look.place.path)
            for function in _functions(module):
                if function.lineno <= look.place.line <= (function.end_lineno or 0):
                    how = f"goes through the names of {facts.move.source}"
                    yield Code(module, function, f"it {how}")
                    for other in _functions(module) if _keeps(function) else ():
                        yield Code(module, other, f"{function.name}, which {how}, stands beside it")


def _own(facts: Facts) -> Iterator[Code]:
    for node in _definitions(facts):
        if isinstance(node, ast.ClassDef):
            for module, method in methods(facts.project, facts.source, node):
                alone = method.name not in _GIVEN_CLASSES
                yield Code(module, method, f"it is a method of {node.name}", of_itself=alone)


def _made_inside(facts: Facts) -> Iterator[Code]:
    """Descriptors that the body of a moved class makes, which Python tells the class."""
    for node in _definitions(facts):
        for made in _values_inside(node) if isinstance(node, ast.ClassDef) else ():
            function = made.func if isinstance(made, ast.Call) else made
            for path, owner in tree_classes(facts.project, facts.source, function):
                for module, method in methods(facts.project, facts.project.module(path), owner, ("__set_name__",)):
                    yield Code(module, method, f"{owner.name} is made in the body of {node.name}")


def _values_inside(node: ast.ClassDef) -> Iterator[ast.expr]:
    """What a class body gives names to: values, and decorators of its methods."""
    for statement in node.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            yield statement.value
        elif isinstance(statement, FUNCTIONS):
            yield from statement.decorator_list


def _made_by_call(facts: Facts) -> Iterator[Code]:
    """Hooks of the bases of a class that a call makes: ``Square = type("Square", (Shape,), {})``."""
    for group in facts.moving:
        for call in (s.node.value for s in group.statements if isinstance(s.node, (ast.Assign, ast.AnnAssign))):
            given = (*call.args, *(k.value for k in call.keywords)) if isinstance(call, ast.Call) else ()
            for base in (base for argument in given if isinstance(argument, ast.Tuple) for base in argument.elts):
                for path, owner in tree_classes(facts.project, facts.source, base):
                    for module, method in methods(facts.project, facts.project.module(path), owner):
                        alone = method.name not in _GIVEN_CLASSES
                        yield Code(module, method, f"{group.label} is made below {owner.name}", of_itself=alone)


def _decorators(facts: Facts) -> Iterator[Code]:
    """Decorators of moved definitions, and the code beside them, which has what they kept."""
    for node in _definitions(facts):
        listing = list(listing_decorators(facts, node))
        for decorator in node.decorator_list:
            if decorator in listing:
                continue
            function = decorator.func if isinstance(decorator, ast.Call) else decorator
            for module, found in called(facts.project, facts.source, function):
                yield Code(module, found, f"it decorates {node.name}")
                if _keeps(found):
                    for other in _functions(module):
                        yield Code(module, other, f"{found.name}, which decorates {node.name}, stands beside it")


def _keeps(function: Function) -> bool:
    """Does a decorator put something into what outlives it?"""
    stores = (n for n in ast.walk(function) if isinstance(n, (ast.Subscript, ast.Attribute, ast.Call)))
    changes = ("append", "add", "setdefault", "update", "insert", "register", "appendleft")
    return any(
        getattr(getattr(n, "func", None), "attr", "") in changes
        if isinstance(n, ast.Call)
        else isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)
        for n in stores
    )


def _calls(facts: Facts, module: Module) -> Iterator[Code]:
    """Functions of the tree that are given a moved definition, or what one makes."""
    values = [
        (name, value)
        for name, value in bound_values(module)
        if (isinstance(value, ast.Call) and _is_made(facts, module, value)) or is_moved(facts, module, value)
    ]
    classes = {node.name for node in _definitions(facts) if isinstance(node, ast.ClassDef)}
    for call in module.source.nodes.of(ast.Call):
        for argument in (*call.args, *(k.value for k in call.keywords)):
            held = isinstance(argument, ast.Name) and any(
                name == argument.id and sees(module, argument, value) for name, value in values
            )
            if held or is_moved(facts, module, argument) or _is_made(facts, module, argument):
                given = ast.unparse(argument.func if isinstance(argument, ast.Call) else argument)
                how = f"{given} is given to it at {module.source.place(call)}"
                itself = any(
                    moved_name(facts, module, value) in classes and sees(module, argument, value)
                    for name, value in [*values, (given, argument)]
                    if name == given
                )
                for owner, function, parameter in _passed_on(facts, module, call, argument, set()):
                    yield Code(owner, function, how, parameter if itself else "")


def _is_made(facts: Facts, module: Module, value: ast.expr) -> bool:
    """Is it an instance of a moved class, or what a moved function returns, if that may say where it was made?"""
    name = moved_name(facts, module, value.func) if isinstance(value, ast.Call) else None
    nodes = [s.node for group in facts.moving if name in group.binds for s in group.statements]
    return any(not isinstance(node, FUNCTIONS) or _makes(facts, node) for node in nodes)


def _makes(facts: Facts, function: Function) -> bool:
    """Does a moved function define, decorate or read something that moves, which it may return?"""
    inner = [n for n in ast.walk(function) if n is not function]
    read = {n.id for n in inner if isinstance(n, ast.Name)} - {function.name}
    defines = any(isinstance(n, (ast.ClassDef, ast.Lambda, *FUNCTIONS)) for n in inner)
    return defines or bool(function.decorator_list) or not read.isdisjoint(facts.moved_names)


def sees(module: Module, node: ast.AST, value: ast.AST) -> bool:
    """May a name that is read here have the value that it is given there, or is that a local variable elsewhere?"""
    parents = module.source.nodes.parents
    around = parents.get(id(value))
    while around is not None and not isinstance(around, (ast.Lambda, *FUNCTIONS)):
        around = parents.get(id(around))
    if around is None or any(isinstance(n, (ast.Global, ast.Nonlocal)) for n in ast.walk(around)):
        return True
    above: ast.AST | None = node
    while above is not None and above is not around:
        above = parents.get(id(above))
    return above is not None


def _passed_on(
    facts: Facts, module: Module, call: ast.Call, argument: ast.expr, seen: set[int]
) -> Iterator[tuple[Module, Function, str]]:
    """The functions that a call gives an argument to, those to which they give it, and the callbacks beside it, each
    with its name for it."""
    found = [
        (owner, function, _parameter(call, argument, function))
        for owner, function in called(facts.project, module, call.func)
    ]
    beside = () if last_name(call.func) in COMPARING else (*call.args, *(k.value for k in call.keywords))
    for other in beside:
        if other is not argument and isinstance(other, (ast.Name, ast.Attribute)):
            found += [(m, f, _first(f)) for m, f in called(facts.project, module, other)]
    for owner, function, parameter in found:
        if id(function) in seen:
            continue
        seen.add(id(function))
        yield owner, function, parameter
        for inner in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            for given in (*inner.args, *(k.value for k in inner.keywords)):
                if parameter and getattr(given, "id", "") == parameter:
                    yield from _passed_on(facts, owner, inner, given, seen)


def _parameter(call: ast.Call, argument: ast.expr, function: Function) -> str:
    """The name under which a function has what a call gives it; empty where that can't be told."""
    keyword = next((k.arg for k in call.keywords if k.value is argument), None)
    if keyword is not None or argument not in call.args:
        return keyword or ""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    position = call.args.index(argument) + (names[:1] in (["self"], ["cls"]))
    return names[position] if position < len(names) else ""


def _first(function: Function) -> str:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg not in ("self", "cls")]
    return names[0] if names else ""


def is_moved(facts: Facts, module: Module, node: ast.expr) -> bool:
    """Does an expression name a definition that moves?"""
    return moved_name(facts, module, node) is not None


def moved_name(facts: Facts, module: Module, node: ast.expr) -> str | None:
    """The moved definition that an expression names."""
    name: str | None = None
    if isinstance(node, ast.Name):
        found = facts.project.origin(module.path, node.id) if module.path != facts.move.source else None
        here = found is not None and found[0] == facts.move.source
        name = node.id if module.path == facts.move.source else found[1] if found is not None and here else None
        if found is None and module.path != facts.move.source:
            inner = (i for i in module.imports if i.function is not None and i.binds == node.id)
            name = next((i.attribute for i in inner if facts.project.target(module, i) == facts.move.source), None)
    elif isinstance(node, ast.Attribute) and node.attr in facts.moved_names:
        name = node.attr if facts.referrers.values.holds(module, node.value) else None
    return name if name in facts.moved_names else None


def _definitions(facts: Facts) -> Iterator[ast.ClassDef | Function]:
    for group in facts.moving:
        for statement in group.statements:
            if isinstance(statement.node, (ast.ClassDef, *FUNCTIONS)):
                yield statement.node


def _functions(module: Module) -> tuple[Function, ...]:
    nodes = module.source.nodes
    return (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef))
