"""Texts that code builds: which strings an expression may be, as far as the file shows.

``f"{MODULE}.send"``, ``MODULE + ".send"``, ``"%s.send" % MODULE``, ``".".join([MODULE, "send"])``, a loop over
strings, a parametrized test. Which statement runs before which is not asked: a name may be whatever is bound to it
anywhere in the file.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, product
from weakref import WeakKeyDictionary

from codemods.bindings import Module
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.members import members
from codemods.project import Nodes, Unreadable
from codemods.project.nodes import assigned_pairs

# A part of a text that nobody knows.
UNKNOWN = "\0"
_MOST = 64
_NOTHING = frozenset({UNKNOWN})


class BuiltTexts:
    """What the expressions of one module may be as texts."""

    def __init__(self, project: ProjectIndex, module: Module) -> None:
        self.project = project
        self.module = module

    def of(self, node: ast.expr | None, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Every text that the expression may be, with UNKNOWN for parts that the file does not show."""
        return frozenset(islice(self._of(node, seen), _MOST)) or _NOTHING

    def _of(self, node: ast.expr | None, seen: frozenset[str]) -> Iterator[str]:
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.JoinedStr(values=parts):
                yield from self._joined([self._of_part(part, seen) for part in parts])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from self._joined([self.of(left, seen), self.of(right, seen)])
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                values = right.elts if isinstance(right, ast.Tuple) else [right]
                for text in self.of(left, seen):
                    yield from self._filled(re.split(r"%[-#0-9.]*\w", text), values, seen)
            case ast.Call(func=ast.Attribute(value=text, attr="format"), args=values, keywords=[]):
                for inner in self.of(text, seen):
                    yield from self._filled(re.split(r"\{\d*\}", inner), values, seen)
            case ast.Call(func=ast.Attribute(value=text, attr="join"), args=[ast.List(elts=e) | ast.Tuple(elts=e)]):
                for glue in self.of(text, seen):
                    parts = [p for item in e for p in (frozenset({glue}), self.of(item, seen))][1:]
                    yield from self._joined(parts)
            case ast.IfExp(body=one, orelse=two):
                yield from self.of(one, seen) | self.of(two, seen)
            case ast.Subscript(value=table) if (values := self._of_table(table)) is not None:
                yield from (text for value in values for text in self.of(value, seen))
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, *default]) if (
                values := self._of_table(table)
            ) is not None:
                given = [d for d in default if not (isinstance(d, ast.Constant) and d.value is None)]
                yield from (text for value in (*values, *given) for text in self.of(value, seen))
            case ast.Attribute(attr="param"):
                yield from (text for value in _params(self.module) for text in self.of(value, seen))
            case ast.Name(id="__name__"):
                yield self.project.names.dotted(self.module.path)
            case ast.Attribute(value=value, attr="__name__" | "__module__" as attribute):
                yield from self._module_of(value, attribute)
            case ast.Name(id=name) if name not in seen:
                few = members(self.project, self.module, node)
                known = few is not None and len(few) <= _MOST
                yield from few if few is not None and known else self._of_name(name, seen | {name})
            case _:
                yield UNKNOWN

    def _of_table(self, node: ast.expr) -> list[ast.expr] | None:
        """What stands in a table that is written there, or under a name of the module that nobody changes here."""
        if isinstance(node, ast.Name):
            statements = self.module.definitions.get(node.id, ())
            written = getattr(statements[0].node, "value", None) if len(statements) == 1 else None
            if isinstance(written, ast.Dict) and self._is_only_read(node.id):
                return self._of_table(written)
        return node.values if isinstance(node, ast.Dict) and None not in node.keys else None

    def _is_only_read(self, name: str) -> bool:
        """Is a name of the module nothing but looked into: ``TABLE[key]``, ``TABLE.get(key)``, ``key in TABLE``?"""
        parents = self.module.source.nodes.parents
        for node in self.module.source.nodes.of(ast.Name):
            above = parents.get(id(node)) if node.id == name and isinstance(node.ctx, ast.Load) else None
            read = isinstance(above, ast.Subscript) and above.value is node and isinstance(above.ctx, ast.Load)
            asked = isinstance(above, ast.Attribute) and above.attr in ("get", "keys", "values", "items")
            if above is not None and not (
                read or asked or isinstance(above, (ast.Compare, ast.For, ast.comprehension))
            ):
                return False
        return name not in self.module.rebound

    def _of_part(self, part: ast.expr, seen: frozenset[str]) -> frozenset[str]:
        return self.of(part.value, seen) if isinstance(part, ast.FormattedValue) else self.of(part, seen)

    def _joined(self, parts: list[frozenset[str]]) -> Iterator[str]:
        yield from map("".join, islice(product(*parts), _MOST))

    def _filled(self, pieces: list[str], values: list[ast.expr], seen: frozenset[str]) -> Iterator[str]:
        texts = [self.of(value, seen) for value in values]
        texts += [_NOTHING] * (len(pieces) - 1 - len(texts))
        parts: list[frozenset[str]] = [frozenset({pieces[0]})]
        for text, piece in zip(texts, pieces[1:], strict=False):
            parts += [text, frozenset({piece})]
        yield from self._joined(parts)

    def _of_name(self, name: str, seen: frozenset[str]) -> Iterator[str]:
        for value in self._values.get(name, ()):
            yield from self.of(value, seen)
        if name in self._open or (name not in self._values and name not in self.module.top_imports):
            yield UNKNOWN
        elif name not in self._values:
            found = self.project.origin(self.module.path, name)
            try:
                other = self.project.module(found[0]) if found is not None and found[0] != self.module.path else None
            except (Unreadable, OSError):
                other = None
            yield from BuiltTexts(self.project, other).of(ast.Name(found[1])) if other and found else _NOTHING

    def _module_of(self, value: ast.expr, attribute: str) -> Iterator[str]:
        """``worker.__name__``, ``Status.__module__``"""
        names, path = self.project.names, self.module.path
        written = ast.unparse(value) if isinstance(value, (ast.Name, ast.Attribute)) else ""
        root, _, rest = written.partition(".")
        for item in self.module.top_imports.get(root, ()):
            base = names.absolute(path, item.module or None, item.level) or ""
            whole = f"{base}.{item.attribute}".strip(".") if item.attribute else base if item.asname else root
            dotted = f"{whole}.{rest}" if rest else whole
            if attribute == "__name__" and names.find(dotted, path):
                yield dotted
                return
            if attribute == "__module__" and not names.find(dotted, path):
                yield dotted.rpartition(".")[0]
                return
        yield UNKNOWN

    @cached_property
    def _values(self) -> dict[str, list[ast.expr]]:
        """What each name of the file is bound to, anywhere."""
        found: dict[str, list[ast.expr]] = defaultdict(list)
        for name, value in (*bound_values(self.module), *_given(self.module)):
            found[name].append(value)
        return dict(found)

    @cached_property
    def _open(self) -> frozenset[str]:
        """Names that callers give a value, too: parameters of functions that are no parametrized tests."""
        nodes = self.module.source.nodes
        given = {name for name, _ in _parametrized(self.module)}
        return frozenset(argument.arg for argument in nodes.of(ast.arg)) - given


def bound_values(module: Module) -> tuple[tuple[str, ast.expr], ...]:
    """(name, value) for each place in a file at which a plain name gets a value that is written there."""
    nodes = module.source.nodes
    if nodes not in _BOUND:
        _BOUND[nodes] = tuple(_bound_values(module))
    return _BOUND[nodes]


# Asked for by each that follows values in a file, so found once.
_BOUND: WeakKeyDictionary[Nodes, tuple[tuple[str, ast.expr], ...]] = WeakKeyDictionary()


def _bound_values(module: Module) -> Iterator[tuple[str, ast.expr]]:
    nodes = module.source.nodes
    for node in nodes.of(ast.Assign):
        yield from ((t.id, value) for t, value in assigned_pairs(node) if isinstance(t, ast.Name))
        if isinstance(node.value, ast.Attribute) and node.value.attr == "param":
            yield from (pair for t in node.targets for pair in _unpacked(t, _params(module)))
    for node in (*nodes.of(ast.AnnAssign), *nodes.of(ast.NamedExpr)):
        if isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value
    for loop in (*nodes.of(ast.For), *nodes.of(ast.AsyncFor), *nodes.of(ast.comprehension)):
        yield from _unpacked(loop.target, _elements(module, loop.iter))
    for function in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef), *nodes.of(ast.Lambda)):
        arguments = function.args
        plain = [*arguments.posonlyargs, *arguments.args]
        yield from ((a.arg, d) for a, d in zip(reversed(plain), reversed(arguments.defaults), strict=False))
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        yield from ((a.arg, d) for a, d in pairs if d is not None)
    yield from _parametrized(module)


def _given(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """(parameter, value) for the calls of a file's own functions in the file."""
    nodes = module.source.nodes
    functions = {f.name: f.args for f in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef))}
    for call in nodes.of(ast.Call):
        arguments = functions.get(getattr(call.func, "id", ""))
        if arguments is not None:
            plain = (*arguments.posonlyargs, *arguments.args)
            yield from ((a.arg, value) for a, value in zip(plain, call.args, strict=False))
            yield from ((k.arg, k.value) for k in call.keywords if k.arg)


def _parametrized(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """``@pytest.mark.parametrize("name, value", [("sleep", 1), …])``"""
    for call in module.source.nodes.of(ast.Call):
        if getattr(call.func, "attr", "") == "parametrize" and len(call.args) > 1:
            names = call.args[0]
            parts = names.elts if isinstance(names, (ast.Tuple, ast.List)) else [names]
            words = [word for part in parts for word in re.split(r"[\s,]+", _text(part).strip()) if word]
            target = ast.Tuple([ast.Name(w) for w in words]) if len(words) > 1 else ast.Name(words[0] if words else "")
            yield from _unpacked(target, _elements(module, call.args[1]))


def _params(module: Module) -> list[ast.expr]:
    """What ``request.param`` may be in a fixture: ``params=[…]``, ``parametrize(…, […], indirect=True)``."""
    found: list[ast.expr] = []
    for call in module.source.nodes.of(ast.Call):
        given = {k.arg: k.value for k in call.keywords}
        called = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if called == "parametrize" and len(call.args) > 1 and "indirect" in given:
            found += _elements(module, call.args[1])
        elif called == "fixture" and "params" in given:
            found += _elements(module, given["params"])
    return [v.args[0] if isinstance(v, ast.Call) and v.args and _is_param(v) else v for v in found]


def _is_param(call: ast.Call) -> bool:
    return getattr(call.func, "attr", "") == "param"


def _unpacked(target: ast.expr, values: list[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    for value in values:
        if isinstance(value, ast.Call) and _is_param(value):
            value = ast.Tuple(value.args) if isinstance(target, ast.Tuple) else value.args[0] if value.args else value
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple) and isinstance(value, (ast.Tuple, ast.List)):
            for inner, one in zip(target.elts, value.elts, strict=False):
                yield from _unpacked(inner, [one])


def _elements(module: Module, node: ast.expr, deep: int = 0) -> list[ast.expr]:
    """What a loop goes over, where it is written; one unknown thing where it is not."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return list(node.elts)
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        whole = node.func.value
        tables = _set_to(module, whole.id) if isinstance(whole, ast.Name) else [whole]
        pairs = [pair for t in tables if isinstance(t, ast.Dict) for pair in zip(t.keys, t.values, strict=True)]
        return [_of_pair(node.func.attr, k, v, node) for k, v in pairs if k is not None] or [node]
    if isinstance(node, ast.Name) and deep < 3:
        return [e for value in _set_to(module, node.id) for e in _elements(module, value, deep + 1)] or [node]
    return [node]


def _of_pair(method: str, key: ast.expr, value: ast.expr, call: ast.Call) -> ast.expr:
    return {"items": ast.Tuple([key, value]), "keys": key, "values": value}.get(method, call)


def _set_to(module: Module, name: str) -> list[ast.expr]:
    nodes = [statement.node for statement in module.definitions.get(name, ())]
    return [n.value for n in nodes if isinstance(n, (ast.Assign, ast.AnnAssign)) and n.value is not None]


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
