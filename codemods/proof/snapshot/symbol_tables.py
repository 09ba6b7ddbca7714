"""The symbols of the modules of one tree, read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType

from codemods.project import Tree, Unreadable
from codemods.proof.snapshot.lazy_names import lazy_names
from codemods.proof.snapshot.symbols import (
    BUILTINS,
    Bound,
    SymbolTable,
    asked,
    defined_names,
    flat,
    import_like,
    is_all,
    is_main_guard,
    is_typing,
    logger_name,
)


class SymbolTables:
    """A tree, its module names, and symbols. ``lazy``: names that a module finds when asked, beside those of its
    text."""

    def __init__(self, tree: Tree, lazy: Mapping[str, Mapping[str, str]] = MappingProxyType({})) -> None:
        self.tree = tree
        self.lazy = lazy
        self.names = tree.names
        self._symbols: dict[str, SymbolTable | None] = {}
        self._imported: dict[str, frozenset[str]] = {}

    def symbols(self, path: str) -> SymbolTable | None:
        """The symbols of a module; None where there is none, or Python can't read it. What is no file of the tree
        is not opened: it may be a device that never ends."""
        if path not in self._symbols:
            found: SymbolTable | None = None
            if path in self.tree.paths:
                with suppress(Unreadable, OSError):
                    source = self.tree.source(path)
                    found = SymbolTable(source, source.tree.body)
            self._symbols[path] = found
            if found is not None:
                self._fill(path, found)
                lazy = lazy_names(self.names, path, found)
                found.lazy = {**dict(lazy or ()), **self.lazy.get(path, {})}
                found.answers = "__getattr__" in found.binds and not (lazy is not None and lazy.complete)
        return self._symbols[path]

    def bytes(self, path: str) -> bytes | None:
        """What stands in a file; None where there is none."""
        try:
            return self.tree.read(path) if path in self.tree.paths else None
        except OSError:
            return None

    def find(self, dotted: str, importer: str) -> str | None:
        return self.names.find(dotted, importer)

    def absolute(self, path: str, node: ast.ImportFrom) -> str:
        """The module of a ``from`` import; one that leaves the top package keeps its dots, and so is found nowhere."""
        return self.names.absolute(path, node.module, node.level) or "." * node.level + (node.module or "")

    def _fill(self, path: str, symbols: SymbolTable) -> None:
        symbols.postponed = any(
            isinstance(n, ast.ImportFrom) and n.module == "__future__" and any(a.name == "annotations" for a in n.names)
            for n in symbols.body
        )
        unseen = {id(n) for node in asked(symbols.body) if is_typing(node.test) for n, _ in flat(node.orelse)}
        for top in symbols.body:
            guarded, script = import_like(top), is_main_guard(top)
            inside = list(flat([top]))
            for node, typing in inside:
                stands_in = guarded or _is_a_stand_in(node, inside)
                for name, bound in self.bound_by(path, node, typing, stands_in):
                    if name == "*" and not typing:
                        symbols.stars.append(bound.module)
                    elif name != "*":
                        if script or id(node) in unseen:
                            bound = replace(bound, script=script, unseen=id(node) in unseen)
                        symbols.binds.setdefault(name, []).append(bound)
                self._export(symbols, node)
                if isinstance(node, ast.Delete):
                    symbols.deleted |= {getattr(t, "id", "") for t in node.targets}
        for node in asked(symbols.body) if ":=" in symbols.source.text else ():
            for name in defined_names(node):
                symbols.binds.setdefault(name, []).append(Bound(True))
        if "global" in symbols.source.text:
            for declaration in symbols.source.nodes.of(ast.Global):
                for name in declaration.names:
                    symbols.binds.setdefault(name, [Bound(True)])

    def imports(self, path: str) -> frozenset[str]:
        """The modules that a file imports anywhere, and what it takes from them, with dots."""
        if path not in self._imported:
            symbols = self.symbols(path)
            found: set[str] = set()
            for node in symbols.source.nodes.imports if symbols is not None else ():
                base = self.absolute(path, node) if isinstance(node, ast.ImportFrom) else ""
                found |= {f"{base}.{alias.name}" if base else alias.name for alias in node.names} | ({base} - {""})
            self._imported[path] = frozenset(found)
        return self._imported[path]

    def bound_by(self, path: str, node: ast.stmt, typing: bool, guarded: bool = False) -> Iterator[tuple[str, Bound]]:
        """What one statement binds; ``*`` for a star import. ``guarded``: it stands among guarded imports."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or module, Bound(False, module, None, typing)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, Bound(False, self.absolute(path, node), alias.name, typing)
        else:
            value = self._made_again(path, node, guarded)
            for name in defined_names(node):
                yield name, Bound(True, typing=typing, value=value)

    def _made_again(self, path: str, node: ast.stmt, guarded: bool) -> str:
        """The text of a value that is the same object wherever it is made: a logger by its name, the constant that
        stands in for a missing module."""
        if not isinstance(node, ast.Assign) or not all(isinstance(target, ast.Name) for target in node.targets):
            return ""
        if guarded and isinstance(node.value, ast.Constant):
            return repr(node.value.value)
        if guarded and (named := self._named_outside(path, node.value)):
            return named
        if len(node.targets) != 1:
            return ""
        name = logger_name(node)
        if isinstance(name, ast.Constant):
            return f"getLogger({name.value!r})"
        if isinstance(name, ast.Name) and name.id == "__name__":
            return f"getLogger({self.names.dotted(path)!r})"
        return ""

    def _named_outside(self, path: str, value: ast.expr) -> str:
        """A value that is the same in every module, made of builtins and things from outside of the tree.
        Empty where it is another."""
        names = sorted({n.id for n in ast.walk(value) if isinstance(n, ast.Name)})
        known = {name: self._from_outside(path, name) for name in names}
        shapes = (ast.Name, ast.Attribute, ast.Call, ast.Compare, ast.BoolOp, ast.UnaryOp)
        if not isinstance(value, shapes) or not all(known.values()):
            return ""
        return known[names[0]] if isinstance(value, ast.Name) else f"{ast.unparse(value)} of {known}"

    def _from_outside(self, path: str, name: str) -> str:
        """The dotted name of a builtin, or of the one thing from outside of the tree that a module binds so."""
        symbols = self._symbols.get(path)
        body = flat(symbols.body) if symbols is not None else ()
        bound = [b for node, _ in body for n, b in self.bound_by(path, node, False) if n == name]
        if not bound and name in BUILTINS:
            return f"builtins.{name}"
        outside = len(bound) == 1 and not bound[0].defined and self.find(bound[0].module, path) is None
        return f"{bound[0].module}.{bound[0].attribute}" if outside else ""

    def _export(self, symbols: SymbolTable, node: ast.stmt) -> None:
        """What a statement does to ``__all__``."""
        value: ast.expr | None = None
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and "__all__" in defined_names(node):
            value = node.value
            if not isinstance(node, ast.AugAssign) and not _reads_all(value):
                symbols.exported = []
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and is_all(node.value.func):
            value = ast.Tuple(node.value.args)
        if value is None:
            return
        symbols.exported = symbols.exported or []
        for part in ast.walk(value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                symbols.exported.append(part.value)
            elif isinstance(part, ast.Attribute) and part.attr == "__all__" and isinstance(part.value, ast.Name):
                symbols.exported_from.append(part.value.id)
        symbols.exported_more |= _has_unknown_parts(value)


def _has_unknown_parts(value: ast.expr) -> bool:
    """Are there names in it, other than those of modules whose ``__all__`` it reads?"""
    owners = [n.value for n in ast.walk(value) if isinstance(n, ast.Attribute) and n.attr == "__all__"]
    names = [n for n in ast.walk(value) if isinstance(n, ast.Name) and n not in owners]
    own = {"__all__", *(n.id for n in names if isinstance(n.ctx, ast.Store))}
    return any(n.id not in own for n in names)


def _reads_all(value: ast.expr | None) -> bool:
    """Is it ``[name.encode() for name in __all__]``, whose names are those that ``__all__`` had?"""
    return value is not None and any(isinstance(n, ast.Name) and n.id == "__all__" for n in ast.walk(value))


def _is_a_stand_in(node: ast.stmt, beside: list[tuple[ast.stmt, bool]]) -> bool:
    """Is it ``json = None`` beside an import of that name?"""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant) or len(beside) == 1:
        return False
    imports = (other for other, _ in beside if isinstance(other, (ast.Import, ast.ImportFrom)))
    return {alias.asname or alias.name for one in imports for alias in one.names}.issuperset(defined_names(node))
