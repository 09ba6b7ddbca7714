"""What a statement says, apart from how it names things; and every name in it, with what the name means.

Two statements are the same if their *keys* are equal: the text of their syntax trees with a placeholder wherever a
global name, an attribute of a module, or an imported local is read or written. What the placeholders replace are
*occurrences*, in order: ``Status`` and ``status.Status`` leave the same placeholder, and are compared by what they
mean. Imports inside of functions are part of the meaning, not of the key. Scopes are the compiler's own, from
``symtable``.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection
from functools import cache, cached_property

from codemods.project.nodes import children
from codemods.proof.snapshot.symbols import defined_names, is_typing
from codemods.proof.statements.doctest_suites import new_suites, without_added
from codemods.proof.statements.name_resolution import Inlined, Occurrence, Scope, StatementSummary
from codemods.proof.statements.strings_and_annotations import TextNameResolver

_COMPREHENSIONS = {
    ast.ListComp: "listcomp",
    ast.SetComp: "setcomp",
    ast.DictComp: "dictcomp",
    ast.GeneratorExp: "genexpr",
}


@cache
def _method(kind: type[ast.AST]) -> str:
    return f"_visit_{kind.__name__.lower()}"


class StatementAnalyzer(TextNameResolver):
    """Reads the statements of one module of one tree."""

    def read(self, node: ast.stmt, typing: bool = False) -> StatementSummary:
        """One top-level statement; ``typing``: only type checkers see it."""
        self._parts = []
        self._reading = StatementSummary("")
        self._scope = self.module
        self._moment = "typing" if typing else "import"
        self._visit(node)
        self._moment = "typing"
        self._visit([n for n in self.symbols.source.typed_in_comments if _is_within(n, node)])
        self._reading.key = " ".join(self._parts)
        return self._reading

    # -- the key

    def _visit(self, node: object) -> None:
        if isinstance(node, ast.AST):
            method = getattr(self, _method(type(node)), None)
            if method is not None:
                method(node)
            else:
                self._fields(node)
        elif isinstance(node, list):
            self._parts.append("[")
            for item in node:
                self._visit(item)
            self._parts.append("]")
        else:
            self._parts.append(repr(node))

    def _fields(self, node: ast.AST, *without: str) -> None:
        self._parts.append(type(node).__name__)
        for name in node._fields:
            if name in ("body", "orelse", "finalbody") and isinstance(getattr(node, name, None), list):
                self._block(getattr(node, name))
            elif name not in without and name not in ("type_comment", "kind"):
                self._visit(getattr(node, name, None))

    def _block(self, body: list[ast.stmt]) -> None:
        self._parts.append("{")
        within = self._scope.kind == "class"  # Only there may a name be the module's until it is bound.
        suites = list(new_suites(body, self._is_new)) if "DocTestSuite" in self.symbols.source.text else []
        self._reading.suites += suites
        for node in (n for n in body if n not in suites):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._import_inside(node)
            elif not isinstance(node, ast.Pass):
                self._visit(node)
            if within:
                self._scope.done.update(defined_names(node))
        self._parts.append("}")

    def _visit_import(self, node: ast.Import | ast.ImportFrom) -> None:
        self._import_inside(node)
        self._parts.append("import")

    def _import_inside(self, node: ast.Import | ast.ImportFrom) -> None:
        self._reading.inner.append(node)
        for alias in node.names if self._scope is not self.module else ():
            self._global_store(alias.asname or alias.name.partition(".")[0], node)

    _visit_importfrom = _visit_import

    def _visit_if(self, node: ast.If) -> None:
        self._parts.append("If")
        self._visit(node.test)
        moment = self._moment
        if is_typing(node.test):
            self._moment = "typing"
        self._block(node.body)
        self._moment = moment
        self._block(node.orelse)

    def _visit_for(self, node: ast.For) -> None:
        before = without_added(node, self._is_new)
        self._reading.suites += [node] if before is not node else []
        self._fields(before)

    def _visit_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._parts += [type(node).__name__, node.name]
        self._global_store(node.name, node)
        self._visit(node.decorator_list)
        self._visit(getattr(node, "type_params", []))
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for argument in (*every, arguments.vararg, arguments.kwarg):
            self._parts.append(argument.arg if argument else "-")
            self._annotation(argument.annotation if argument else None)
        self._parts.append(f"{len(arguments.posonlyargs)}/{len(arguments.args)}")
        self._visit(arguments.defaults)
        self._visit(arguments.kw_defaults)
        self._annotation(node.returns)
        self._inside("function", node.name, node, [node.body])

    _visit_asyncfunctiondef = _visit_functiondef

    def _visit_lambda(self, node: ast.Lambda) -> None:
        self._parts.append("Lambda")
        self._visit(node.args.defaults)
        self._visit(node.args.kw_defaults)
        arguments = node.args
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            arguments.vararg,
            *arguments.kwonlyargs,
            arguments.kwarg,
        ):
            self._parts.append(argument.arg if argument else "-")
        self._parts.append(f"{len(arguments.posonlyargs)}/{len(arguments.args)}")
        self._inside("function", "lambda", node, [node.body])

    def _visit_classdef(self, node: ast.ClassDef) -> None:
        self._parts += ["ClassDef", node.name]
        self._global_store(node.name, node)
        self._visit(node.decorator_list)
        self._visit(getattr(node, "type_params", []))
        self._visit(node.bases)
        self._visit(node.keywords)
        self._inside("class", node.name, node, [node.body], self._moment)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self._parts.append(type(node).__name__)
        first, *others = node.generators
        self._visit(first.iter)
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        parts: list[object] = [first.target, first.ifs, first.is_async, others, *results]
        stored = (n for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
        targets = {n.id for n in stored if isinstance(n.ctx, ast.Store)}
        self._inside("function", _COMPREHENSIONS[type(node)], node, parts, self._moment, targets)

    _visit_listcomp = _visit_setcomp = _visit_dictcomp = _visit_generatorexp = _comprehension

    def _inside(
        self,
        kind: str,
        name: str,
        node: ast.AST,
        parts: list,
        moment: str = "call",
        targets: Collection[str] | None = None,
    ) -> None:
        """A scope inside of the present one; ``targets``: the names of a comprehension."""
        outer, moment_before = self._scope, self._moment
        table = outer.child(kind, name, getattr(node, "lineno", 0))
        self._moment = "typing" if self._moment == "typing" else moment
        inlined = table is outer.table and targets is not None
        self._scope = Inlined(outer, targets or (), self._moment) if inlined else Scope(table, outer, self._moment)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            documented = ast.get_docstring(node, clean=False) is not None  # where the text stands first
            self._scope.imports = self._imported_in(node.body)
            self._parts += ["documented"] if documented else []
            if isinstance(node, ast.ClassDef):
                self._scope.given = frozenset({"__qualname__", *(["__doc__"] if documented else [])})
            self._block(node.body)
        else:
            for part in parts:
                self._visit(part)
        self._scope, self._moment = outer, moment_before

    def _imported_in(self, body: list[ast.stmt]) -> dict[str, list[tuple[str, str | None]]]:
        """Locals of a function that imports bind, and nothing else."""
        if not self._has_imports(body) and "import_module" not in self.symbols.source.text:
            return {}
        imports: dict[str, list[tuple[str, str | None]]] = {}
        bound: set[str] = set()
        todo: list[ast.AST] = list(body)
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    imports.setdefault(name, []).append((alias.name if alias.asname else name, None))
            elif isinstance(node, ast.ImportFrom):
                module = self.snapshot.absolute(self.path, node)
                for alias in node.names:
                    imports.setdefault(alias.asname or alias.name, []).append((module, alias.name))
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                bound.add(node.name)
            elif (call := self._import_of_local(node)) is not None:
                imports.setdefault(node.targets[0].id, []).append((call.args[0].value, None))  # type: ignore[attr-defined]
            elif isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    bound.add(node.id)
            elif not isinstance(node, ast.Lambda):
                todo += children(node)
        return {name: found for name, found in imports.items() if name not in bound}

    def _import_of_local(self, node: ast.AST) -> ast.Call | None:
        """``worker = importlib.import_module("shop.worker")``, as good as an import."""
        if not isinstance(node, ast.Assign) or len(node.targets) > 1 or not isinstance(node.targets[0], ast.Name):
            return None
        call = node.value if isinstance(node.value, ast.Call) else None
        return call if call is not None and self._import_call(call) is not None else None

    def _visit_assign(self, node: ast.Assign) -> None:
        call = self._import_of_local(node)
        target = node.targets[0]
        if call is not None and isinstance(target, ast.Name) and target.id in self._scope.imports:
            self._parts += ["Assign", "Name", target.id]
            self._looked_into = call
            self._visit(call)
        else:
            self._fields(node)

    def _has_imports(self, body: list[ast.stmt]) -> bool:
        """Does an import stand between the first line of a block and its last?"""
        at = bisect_left(self._import_lines, body[0].lineno)
        return at < len(self._import_lines) and self._import_lines[at] <= (body[-1].end_lineno or 0)

    @cached_property
    def _import_lines(self) -> list[int]:
        return sorted(node.lineno for node in self.symbols.source.nodes.imports)

    def _visit_annassign(self, node: ast.AnnAssign) -> None:
        self._parts.append("AnnAssign")
        self._visit(node.target)
        if self._scope.kind == "function":
            moment, self._moment = self._moment, "typing"
            self._typed(node.annotation)
            self._moment = moment
        else:
            self._annotation(node.annotation)
        self._visit(node.value)

    def _visit_global(self, node: ast.Global) -> None:
        """What it declares is seen where the names are bound."""

    # -- the placeholders

    def _visit_chain(self, node: ast.Name | ast.Attribute) -> None:
        context = type(node.ctx).__name__
        found = self._chain(node)
        if found is None:
            if isinstance(node, ast.Name):
                self._parts += ["Name", node.id, context]
                self._class_local(node)
            else:
                self._parts += ["Attribute", node.attr, context]
                self._visit(node.value)
            return
        meaning, cells, used = found
        attributes: list[str] = []
        inner: ast.expr = node
        while inner is not used:
            assert isinstance(inner, ast.Attribute)
            attributes.append(inner.attr)
            inner = inner.value
        for attribute in attributes:
            self._parts += ["Attribute", attribute, context]
            context = "Load"
        if (
            context != "Load"
            and isinstance(used, ast.Name)
            and not (meaning and self._scope.holds(used.id) == "global")
        ):
            self._parts.append(used.id)
        self._hole(used, ast.unparse(used), meaning, cells, context)

    _visit_name = _visit_attribute = _visit_chain

    def _global_store(self, name: str, node: ast.AST) -> None:
        """A function or class statement binds its name: at the top level, or where it is declared global."""
        symbol = self._scope.symbol(name)
        if self._scope is self.module or (symbol is not None and symbol.is_declared_global()):
            meaning = self.snapshot.origins(self.path, name, True)
            own = self._scope is self.module
            self._note(
                Occurrence(name, meaning, frozenset(), self._moment, getattr(node, "lineno", 0), (self.path, name), own)
            )

    def _class_local(self, node: ast.Name) -> None:
        """A name of a class body that the body binds may still be the module's when it is read."""
        if self._scope.kind != "class" or node.id in self._scope.done or self._scope.holds(node.id) != "local":
            return
        if isinstance(node.ctx, ast.Load) and self._moment != "typing":
            meaning = self.snapshot.bound_origins(self.path, node.id)
            if not meaning:  # the class binds it in a way that is not followed, or a function around it does
                return
            self._note(Occurrence(node.id, meaning, frozenset({(self.path, node.id)}), self._moment, node.lineno))


def _is_within(name: ast.Name, node: ast.stmt) -> bool:
    return node.lineno <= name.lineno <= (node.end_lineno or 0)
