"""Statements: what they bind, where they store, and every branch of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods import knowledge
from codemods.knowledge.implied import OF_MODULE
from codemods.proof.importing.abstract.calls import RETURNED
from codemods.proof.importing.abstract.machine import FUNCTIONS, NOTHING, Machine
from codemods.proof.importing.abstract.values import TEXT, Code, Frame, Instance, ModuleOf, Outside, Value, Values
from codemods.proof.snapshot.symbols import is_main, is_typing

# (LOADS, path): what importing a module changes is changed, by a function that does so.
LOADS = "<loads>"


class Statements(Machine):
    def statement(self, frame: Frame, node: ast.AST, top: bool) -> None:
        """``top``: it binds names of the module, which are looked up there."""
        self.step()
        if isinstance(node, FUNCTIONS):
            defaults = (*node.args.defaults, *filter(None, node.args.kw_defaults))
            for part in (*defaults, *self.annotations(frame, node)):
                self.value(frame, part)
            made: Values = frozenset({Code(frame.path, node, None if top else frame, frame.owner)})
            acting = [d for d in node.decorator_list if not knowledge.makes_a_property(d, node.name)]
            self._bind(frame, node.name, self.decorated(frame, acting, made), top)
        elif isinstance(node, ast.ClassDef):
            self._bind(frame, node.name, self.class_of(frame, node, top), top)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self._import(frame, node, top)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            frame.declared |= {*node.names} if isinstance(node, ast.Global) else set()
        elif isinstance(node, ast.Return):
            if node.value is not None:
                self.calls.bind(frame, RETURNED, self.value(frame, node.value))
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            value = self.value(frame, node.value) if node.value is not None else NOTHING
            asked: dict[ast.AST, Values] = {node.value: value} if node.value is not None else {}
            if isinstance(node, ast.AugAssign):
                asked[node.target] = self.value(frame, node.target)
            self.implied(node, asked)
            for annotation in self.annotations(frame, node) if top or frame.is_class else ():
                self.value(frame, annotation)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                # What a text is added to is one, and made anew.
                self.store(frame, target, value, top, isinstance(node, ast.AugAssign) and value != TEXT)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                self.store(frame, target, NOTHING, top, False)
        elif isinstance(node, ast.Expr):
            self._thrown(frame, node.value)
        else:
            self._compound(frame, node, top)

    def _compound(self, frame: Frame, node: ast.AST, top: bool) -> None:
        if isinstance(node, ast.If) and (is_typing(node.test) or is_main(node.test)):
            for inner in node.orelse:
                self.statement(frame, inner, top)
            return
        found: dict[ast.AST, Values] = {}
        if isinstance(node, (ast.For, ast.AsyncFor)):
            found[node.iter] = self.value(frame, node.iter)
            self.store(frame, node.target, self.element(found[node.iter]), top, False)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                self.statement(frame, child, top)
            elif isinstance(child, ast.withitem):
                value = self.value(frame, child.context_expr)
                if child.optional_vars is not None:
                    self.store(frame, child.optional_vars, value, top, False)
                self.implied(child, {child.context_expr: value})
            elif isinstance(child, ast.expr) and child is not getattr(node, "target", None) and child not in found:
                found[child] = self.value(frame, child)
        self.implied(node, found)

    def _bind(self, frame: Frame, name: str, values: Values, top: bool) -> None:
        if name in frame.declared:
            self.changed.add((frame.path, name))
        elif not top:
            self.calls.bind(frame, name, values)

    def store(self, frame: Frame, target: ast.expr, values: Values, top: bool, in_place: bool) -> None:
        if isinstance(target, ast.Name):
            if in_place:
                self.change(self.name(frame, target.id))
            self._bind(frame, target.id, values, top)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self.store(frame, part, self.element(values), top, in_place)
        elif isinstance(target, ast.Starred):
            self.store(frame, target.value, values, top, in_place)
        elif isinstance(target, (ast.Attribute, ast.Subscript)):
            owner = self.value(frame, target.value)
            self.implied(target, {target.value: owner})
            for value in owner if isinstance(target, ast.Attribute) else ():
                if isinstance(value, Instance):
                    self.described(value, target.attr, type(target.ctx))  # type: ignore[union-attr]
            if isinstance(target, ast.Attribute) and in_place:
                owner |= self.attribute(owner, target.attr)
            self.change(owner)

    def _import(self, frame: Frame, node: ast.Import | ast.ImportFrom, top: bool) -> None:
        self.changed |= {(LOADS, path) for path in self._loaded(frame, node) if not top}
        if isinstance(node, ast.ImportFrom):
            self._ask_for(frame, node)
        for alias in node.names if not top else ():
            if isinstance(node, ast.Import):
                name = alias.asname or alias.name.partition(".")[0]
                origins = self.snapshot.imported(frame.path, alias.name if alias.asname else name, None)
            else:
                name = alias.asname or alias.name
                origins = self.snapshot.imported(frame.path, self.snapshot.absolute(frame.path, node), alias.name)
            found: set[Value] = set()
            for where, inner in origins:
                if where == "":
                    found.add(Outside(inner))
                elif where != "=":
                    found |= self.defined((where, inner)) if inner else {ModuleOf(where)}
            self._bind(frame, name, frozenset(found), top)

    def _ask_for(self, frame: Frame, node: ast.ImportFrom) -> None:
        """``from shop.settings import LEVEL`` asks the module for a name that it may not bind."""
        base = self.snapshot.absolute(frame.path, node)
        path = self.snapshot.find(base, frame.path)
        for alias in node.names if path and path.endswith(".py") else ():
            if not self.snapshot.find(f"{base}.{alias.name}", frame.path) and alias.name != "*":
                found = self.snapshot.member(str(path), frozenset({(str(path), "")}), alias.name) or ()
                for where in (where for where, made in found if made.startswith(f"{OF_MODULE}(")):
                    self.answered(where, alias.name)

    def _loaded(self, frame: Frame, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        """The modules of the tree that an import executes, their packages aside."""
        base = self.snapshot.absolute(frame.path, node) if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            for dotted in (base, f"{base}.{alias.name}") if base else (alias.name,):
                path = self.snapshot.find(dotted, frame.path)
                if path and path.endswith(".py") and path != frame.path:
                    yield path

    def _thrown(self, frame: Frame, node: ast.expr) -> None:
        """An operator whose result nobody keeps is there for what it does."""
        if isinstance(node, ast.BinOp):
            left = self.value(frame, node.left)
            if not self.operator(frame, node, left):
                self.change(value for value in left if not isinstance(value, Code))
        else:
            self.value(frame, node)
