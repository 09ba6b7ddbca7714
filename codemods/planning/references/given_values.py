"""May a value be something that moves? Only what is followed to its end is certainly something else."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.references.called_code import COMPARING, Function, moved_name
from codemods.planning.references.introspection import parents_of
from codemods.planning.references.module_values import last_name
from codemods.planning.references.outside_names import outside_names

# What Python gives the other special methods may well be of the same class.
_GIVEN_ANYTHING = frozenset({"__init__", "__call__", "__exit__"})
_READING = frozenset({"getattr", "hasattr", "isinstance", "issubclass", "len", "sorted", "bool", "str", "repr"})
_CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)


class GivenValues:
    """``met``: the parameters and attributes that are being followed, which say nothing new where they meet again."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.met: set[object] = set()

    def may_be_moved(self, module: Module, node: ast.expr) -> bool:
        if isinstance(node, (ast.Name, ast.Attribute)) and moved_name(self.facts, module, node) is not None:
            return True
        match node:
            case ast.Constant() | ast.JoinedStr() | ast.Compare():
                return False
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.BoolOp(values=parts):
                return any(self.may_be_moved(module, part) for part in parts)
            case ast.Dict(values=parts):
                return any(self.may_be_moved(module, part) for part in parts)
            case ast.IfExp(body=one, orelse=two):
                return self.may_be_moved(module, one) or self.may_be_moved(module, two)
            case ast.Starred(value=value) | ast.Subscript(value=value):
                return self.may_be_moved(module, value)
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name))]):
                return self.may_hold(name)
            case ast.Call(func=function, args=args, keywords=keywords):
                given = (*args, *(k.value for k in keywords))
                return not self._is_another_class(module, function) or any(self.may_be_moved(module, g) for g in given)
            case ast.Name(id=name):
                return self._may_be_named(module, node, name)
            case ast.Attribute(attr=name):
                return not self._is_another(module, node) and self.may_hold(name)
            case _:
                return True

    def may_be_given(self, function: Function, argument: ast.arg) -> bool:
        """May some call of the tree give it to a function?"""
        if (id(function), argument.arg) in self.met:
            return False
        self.met.add((id(function), argument.arg))
        special = function.name.startswith("__") and function.name not in _GIVEN_ANYTHING
        plain = argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if special or not plain or argument.arg == "other" or names_moved(self.facts, argument.annotation):
            return True
        names = {*self.facts.moved_names, "__init__"} if function.name == "__init__" else {function.name}
        mentioning = self.facts.project.modules_mentioning(*names)
        return any(self._gives(module, names, function, argument) for module in mentioning)

    def _gives(self, module: Module, names: set[str], function: Function, argument: ast.arg) -> bool:
        nodes, parents = module.source.nodes, module.source.nodes.parents
        imported = (a for kind in (ast.Import, ast.ImportFrom) for node in nodes.of(kind) for a in node.names)
        if any(a.name in names and a.asname not in (None, a.name) for a in imported):
            return True
        for use in (*nodes.of(ast.Name), *nodes.of(ast.Attribute)):
            if last_name(use) not in names:
                continue
            above = parents.get(id(use))
            if isinstance(above, ast.Call) and above.func is use:
                if any(self.may_be_moved(module, value) for value in _given_for(above, function, argument)):
                    return True
            elif function.name != "__init__" and isinstance(use, ast.Attribute) and isinstance(use.ctx, ast.Load):
                return True  # a bound method, which others may call
            elif function.name == "__init__" and _is_a_value(use, above):
                return True  # a class in a table, or one with this as its base
        called = (parents.get(id(n)) for n in nodes.of(ast.Constant) if n.value in names)
        return any(isinstance(above, ast.Call) for above in called)

    def may_hold(self, attribute: str) -> bool:
        """May it be what objects hold in an attribute, or be in that?"""
        if attribute in self.met:
            return False
        self.met.add(attribute)
        return any(self._puts(module, attribute) for module in self.facts.project.modules_mentioning(attribute))

    def _puts(self, module: Module, attribute: str) -> bool:
        nodes, parents = module.source.nodes, module.source.nodes.parents
        noted = [n for n in nodes.of(ast.AnnAssign) if last_name(n.target) == attribute]
        if any(names_moved(self.facts, n.annotation) for n in noted):
            return True
        uses = [n for n in (*nodes.of(ast.Attribute), *nodes.of(ast.Name)) if last_name(n) == attribute]
        values = [k.value for k in nodes.of(ast.keyword) if k.arg == attribute]
        values += [value for use in uses for value in _put(use, parents)]
        if any(self.may_be_moved(module, value) for value in values):
            return True
        if any(isinstance(v, _CONTAINERS) for v in values) and any(_is_handed_on(use, parents) for use in uses):
            return True
        for text in (n for n in nodes.of(ast.Constant) if n.value == attribute):
            above = parents.get(id(text))
            if isinstance(above, ast.Call) and last_name(above.func) not in _READING:
                return True  # setattr(thing, "held", ...)
        for function in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef)):
            if function.name == attribute and isinstance(parents.get(id(function)), ast.ClassDef):
                return True  # a property, or a method
        return False

    def _may_be_named(self, module: Module, node: ast.Name, name: str) -> bool:
        if name in ("self", "cls"):
            return True
        around = module.source.nodes.parents.get(id(node))
        while around is not None:
            if isinstance(around, FUNCTIONS):
                given = [a for a in ast.walk(around.args) if isinstance(a, ast.arg) and a.arg == name]
                values = list(values_of(around, name))
                if given or values:
                    if any(value is None or self._may_be_value(module, around, name, value) for value in values):
                        return True
                    return any(self.may_be_given(around, argument) for argument in given)
            around = module.source.nodes.parents.get(id(around))
        return not self._is_another(module, node) and (not _is_a_variable(module, name) or self.may_hold(name))

    def _may_be_value(self, module: Module, around: Function, name: str, value: ast.expr) -> bool:
        key = (id(around), name, id(value))
        if key in self.met:
            return False
        self.met.add(key)
        return self.may_be_moved(module, value)

    def _is_another(self, module: Module, node: ast.expr) -> bool:
        """A builtin, a definition from outside, or one of the tree that stays."""
        chain = chain_of(node)
        if len(chain) == 1 and chain[0] not in module.binds:
            return hasattr(builtins, chain[0])
        target = resolved(self.facts.project, module, chain) if chain else None
        if target is None:
            return bool(outside_names(self.facts.project, module, node))
        return isinstance(definition(self.facts.project, target), (ast.ClassDef, *FUNCTIONS))

    def _is_another_class(self, module: Module, node: ast.expr) -> bool:
        """Does calling it make an instance of another class? What a function returns is not known."""
        chain = chain_of(node)
        if not chain or moved_name(self.facts, module, node) is not None:
            return False
        if len(chain) == 1 and chain[0] not in module.binds:
            return isinstance(getattr(builtins, chain[0], None), type)
        target = resolved(self.facts.project, module, chain)
        if target is None:
            return chain[-1][:1].isupper() and bool(outside_names(self.facts.project, module, node))
        return isinstance(definition(self.facts.project, target), ast.ClassDef)


def names_moved(facts: Facts, annotation: ast.expr | None) -> bool:
    nodes = list(ast.walk(annotation)) if annotation is not None else []
    words = {word for n in nodes for word in re.findall(r"\w+", str(getattr(n, "id", getattr(n, "value", ""))))}
    words |= {n.attr for n in nodes if isinstance(n, ast.Attribute)}
    return not words.isdisjoint({*facts.moved_names, "Self"})


def values_of(function: Function, name: str) -> Iterator[ast.expr | None]:
    """What a name of the function is set to, a loop or a part of a tuple too; None where that can't be told."""
    parents = parents_of(function)
    for node in ast.walk(function):
        if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef)) and node is not function:
            if any(a.arg == name for a in ast.walk(node.args) if isinstance(a, ast.arg)):
                yield None
        elif isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load):
            above = parents.get(id(node))
            while isinstance(above, (ast.Tuple, ast.List, ast.Starred)):
                above = parents.get(id(above))
            match above:
                case ast.Assign(value=value) | ast.NamedExpr(value=value) | ast.AnnAssign(value=ast.expr() as value):
                    yield value
                case ast.For(iter=value) | ast.AsyncFor(iter=value) | ast.comprehension(iter=value):
                    yield value
                case _:
                    yield None
        elif name in (getattr(node, "name", None), getattr(node, "asname", None)) and node is not function:
            yield None


def _is_a_variable(module: Module, name: str) -> bool:
    """Is it bound by assignments of the module alone?"""
    binding = [s.node for s in module.statements if name in s.binds]
    return bool(binding) and all(isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) for node in binding)


def _given_for(call: ast.Call, function: Function, argument: ast.arg) -> Iterator[ast.expr]:
    """What a call gives for a parameter, with ``self`` or without; all it gives where that can't be told."""
    unpacked = any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords)
    yield from (k.value for k in call.keywords if unpacked or k.arg == argument.arg)
    places = [*function.args.posonlyargs, *function.args.args]
    here = places.index(argument) if argument in places else -1
    yield from (value for place, value in enumerate(call.args) if unpacked or place in (here - 1, here))


def _is_a_value(use: ast.expr, above: ast.AST | None) -> bool:
    """Is a class put somewhere, or is it a base, and not only named in an annotation or read?"""
    if isinstance(above, ast.Call):
        return last_name(above.func) not in _READING | COMPARING
    if isinstance(above, ast.ClassDef):
        return True
    kinds = (ast.Dict, ast.List, ast.Set, ast.Tuple, ast.Return, ast.keyword, ast.Lambda, ast.IfExp, ast.BoolOp)
    return isinstance(above, kinds) or (
        getattr(above, "value", None) is use and isinstance(above, (ast.Assign, ast.NamedExpr))
    )


def _is_handed_on(use: ast.expr, parents: dict[int, ast.AST]) -> bool:
    """May others put something into it that have it by another name?"""
    above = parents.get(id(use))
    if isinstance(above, ast.Call):
        return use in above.args and last_name(above.func) not in _READING
    return isinstance(above, (ast.Assign, ast.NamedExpr, ast.Return)) and above.value is use


def _put(use: ast.expr, parents: dict[int, ast.AST]) -> Iterator[ast.expr]:
    """What is put into a variable or attribute, or into that: ``self.items = ...``, ``self.items.append(x)``"""
    above = parents.get(id(use))
    if isinstance(above, ast.Subscript) and above.value is use:
        use, above = above, parents.get(id(above))
    if not isinstance(use.ctx, ast.Load):  # type: ignore[attr-defined]
        while isinstance(above, (ast.Tuple, ast.List, ast.Starred)):
            above = parents.get(id(above))
        value = getattr(above, "value", getattr(above, "iter", getattr(above, "context_expr", None)))
        yield from [value] if isinstance(value, ast.expr) else []
    elif (
        isinstance(above, ast.Attribute) and isinstance(call := parents.get(id(above)), ast.Call) and call.func is above
    ):
        yield from (*call.args, *(k.value for k in call.keywords))
