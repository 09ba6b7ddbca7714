"""Expressions, for their value."""

from __future__ import annotations

import ast

from codemods.knowledge.implied import OPERATORS
from codemods.proof.importing.abstract.calls import FIRST
from codemods.proof.importing.abstract.machine import NOTHING, Machine
from codemods.proof.importing.abstract.values import NEW, TEXT, Code, Frame, Values
from codemods.proof.importing.abstract.widening import items
from codemods.proof.statements.filled_texts import fields_read

_TEXTS = (ast.Constant, ast.JoinedStr)


class Expressions(Machine):
    def value(self, frame: Frame, node: ast.expr) -> Values:
        if isinstance(node, ast.Name):
            return self.name(frame, node.id)
        if isinstance(node, ast.Attribute):
            return self.attribute(self.value(frame, node.value), node.attr)
        if isinstance(node, (ast.Call, ast.BinOp)) and fields_read(node) is not None:
            return TEXT
        if isinstance(node, ast.Call):
            return self.call_of(frame, node)
        if isinstance(node, ast.Lambda):
            for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                self.value(frame, default)
            return frozenset({Code(frame.path, node, frame)})
        if isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict)):
            parts = [*node.keys, *node.values] if isinstance(node, ast.Dict) else node.elts
            return frozenset({items(self.parts(frame, node, [part for part in parts if part is not None]))})
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            return self._comprehension(frame, node)
        if isinstance(node, ast.Subscript):
            owner = self.value(frame, node.value)
            self.implied(node, {node.value: owner, node.slice: self.value(frame, node.slice)})
            return self.element(owner)
        if isinstance(node, (ast.Starred, ast.Await, ast.YieldFrom)):
            return self.parts(frame, node, [node.value])
        if isinstance(node, ast.NamedExpr):
            found = self.value(frame, node.value)
            self.store(frame, node.target, found, frame.around is None and not frame.names, False)
            return found
        if isinstance(node, ast.IfExp):
            self.parts(frame, node, [node.test])
            return self.value(frame, node.body) | self.value(frame, node.orelse)
        if isinstance(node, ast.BoolOp):
            return self.parts(frame, node, node.values)
        if isinstance(node, ast.BinOp):
            left = self.value(frame, node.left)
            self.operator(frame, node, left)
            return TEXT if left == TEXT and isinstance(node.op, (ast.Add, ast.Mod)) else NEW
        self.parts(frame, node, [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)])
        return TEXT if isinstance(getattr(node, "value", ""), str) and isinstance(node, _TEXTS) else NEW

    def _comprehension(self, frame: Frame, node: ast.expr) -> Values:
        inside = self.calls.inside(node, frame)
        inside.owner = frame.owner
        self.calls.bind(inside, FIRST, frame.names.get(FIRST, NOTHING))
        for generator in node.generators:  # type: ignore[attr-defined]
            gone_through = self.value(inside, generator.iter)
            self.store(inside, generator.target, self.element(gone_through), False, False)
            tests = {test: self.value(inside, test) for test in generator.ifs}
            self.implied(generator, {generator.iter: gone_through, **tests})
        parts = [getattr(node, name) for name in ("elt", "key", "value") if hasattr(node, name)]
        return frozenset({items(frozenset(v for part in parts for v in self.value(inside, part)))})

    def operator(self, frame: Frame, node: ast.BinOp, left: Values) -> bool:
        """Runs the operator's methods; was there one of the tree, or is it known to change nothing?"""
        right = self.value(frame, node.right)
        name = OPERATORS.get(type(node.op), "")
        found = self.methods(left, f"__{name}__", [right]) or self.methods(right, f"__r{name}__", [left])
        self.implied(node, {node.right: right, **dict.fromkeys(getattr(node.right, "elts", ()), self.element(right))})
        if not found and isinstance(node.op, (ast.LShift, ast.RShift)):
            self.change(left)
        return found
