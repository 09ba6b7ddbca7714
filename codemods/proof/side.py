"""One state of the tree as the prover reads it: afresh, with the compiler's own symbol tables."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.model import Place
from codemods.project import Source, Tree, Unreadable

BUILTINS = frozenset(dir(builtins)) | {
    "__file__",
    "__name__",
    "__doc__",
    "__package__",
    "__spec__",
    "__path__",
    "__loader__",
}
Origin = tuple[str, str]


@dataclass(frozen=True)
class Bound:
    """One way in which a module binds a name: defined in place, or imported from (module, attribute)."""

    defined: bool
    module: str = ""
    attribute: str | None = None
    typing: bool = False


@dataclass
class Outline:
    """What a module binds at its top level, its star imports, and its statements."""

    source: Source
    body: list[ast.stmt]
    binds: dict[str, list[Bound]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    exported: list[str] | None = None


class Side:
    """A tree, its module names, and outlines read once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = tree.names
        self._outlines: dict[str, Outline | None] = {}
        self._reads: dict[str, dict[str, set[str]]] = {}

    def outline(self, path: str) -> Outline | None:
        """The outline of a module; None where there is none, or Python can't read it."""
        if path not in self._outlines:
            try:
                source = self.tree.source(path)
                found: Outline | None = Outline(source, source.tree.body)
            except (Unreadable, OSError):
                found = None
            if found is not None:
                self._fill(path, found)
            self._outlines[path] = found
        return self._outlines[path]

    def absolute(self, path: str, node: ast.ImportFrom) -> str:
        return self.names.absolute(path, node.module, node.level) or "." * node.level + (node.module or "")

    def _fill(self, path: str, outline: Outline) -> None:
        for node, typing in flat(outline.body):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    module = alias.name if alias.asname else alias.name.partition(".")[0]
                    outline.binds.setdefault(alias.asname or module, []).append(Bound(False, module, None, typing))
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if alias.name == "*":
                        outline.stars.append(self.absolute(path, node))
                    else:
                        bound = Bound(False, self.absolute(path, node), alias.name, typing)
                        outline.binds.setdefault(alias.asname or alias.name, []).append(bound)
            else:
                for name in defined_names(node):
                    outline.binds.setdefault(name, []).append(Bound(True, typing=typing))
                    if (
                        name == "__all__"
                        and isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign))
                        and node.value
                    ):
                        words = [
                            c.value
                            for c in ast.walk(node.value)
                            if isinstance(c, ast.Constant) and isinstance(c.value, str)
                        ]
                        outline.exported = (outline.exported or []) + words
        for node in ast.walk(outline.source.tree):
            if isinstance(node, ast.Global):
                for name in node.names:
                    outline.binds.setdefault(name, [Bound(True)])

    # -- resolution

    def origins(self, path: str, name: str, seen: frozenset[Origin] = frozenset()) -> frozenset[Origin]:
        """Where a name of the module at ``path`` comes from, through all import hops; empty where it is not bound."""
        outline = self.outline(path)
        if outline is None or (path, name) in seen:
            return frozenset()
        found: set[Origin] = set()
        for bound in outline.binds.get(name, ()):
            found |= (
                {(path, name)}
                if bound.defined
                else self.imported(path, bound.module, bound.attribute, seen | {(path, name)})
            )
        if not found:
            for star in outline.stars:
                target = self.names.find(star, path)
                if target is None:
                    if name not in BUILTINS:
                        found.add((f"{star}.*", name))
                elif self.exports(target, name):
                    found |= self.origins(target, name, seen | {(path, name)})
        if not found and name in BUILTINS:
            found.add(("builtins", name))
        return frozenset(found)

    def imported(
        self, path: str, module: str, attribute: str | None, seen: frozenset[Origin] = frozenset()
    ) -> frozenset[Origin]:
        """Where an import in ``path`` leads."""
        target = self.names.find(module, path)
        if attribute is None:
            return frozenset({(target or module, "")})
        if target is None:
            inner = self.names.find(f"{module}.{attribute}", path)
            return frozenset({(inner, "")}) if inner else frozenset({(module, attribute)})
        found = self.origins(target, attribute, seen)
        if found and found != {("builtins", attribute)}:
            return found
        inner = self.names.find(f"{module}.{attribute}", path)
        return frozenset({(inner, "")}) if inner else found - {("builtins", attribute)}

    def exports(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        outline = self.outline(path)
        if outline is None or path in seen:
            return False
        if outline.exported is not None:
            return name in outline.exported
        if name.startswith("_"):
            return False
        if name in outline.binds:
            return True
        targets = [self.names.find(star, path) for star in outline.stars]
        return any(t and self.exports(t, name, seen | {path}) for t in targets)

    def typing_only(self, path: str, name: str) -> bool:
        """Is a name bound for type checkers only?"""
        outline = self.outline(path)
        bounds = outline.binds.get(name, []) if outline else []
        return bool(bounds) and all(b.typing for b in bounds)

    # -- reads

    def reads(self, path: str) -> dict[str, set[str]]:
        """Globals read at run time, by the name of the top-level function or class that reads them ('' for the
        module)."""
        if path not in self._reads:
            outline = self.outline(path)
            found: dict[str, set[str]] = {}
            if outline is not None:
                table = _table(outline.source)
                found[""] = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
                for child in table.get_children():
                    owner = child.get_name() if child.get_type() in ("function", "class") else ""
                    owner = "" if owner in ("lambda", "genexpr", "listcomp", "setcomp", "dictcomp") else owner
                    found.setdefault(owner, set()).update(_globals(child))
            self._reads[path] = found
        return self._reads[path]


def _table(source: Source) -> symtable.SymbolTable:
    """The compiler's own table; raises Unreadable for what the parser lets pass, and the compiler does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(source.text, source.path, "exec")
    except SyntaxError as error:
        raise Unreadable(Place(source.path, error.lineno or 0), f"it can't be compiled ({error.msg})") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unreadable(Place(source.path), f"it can't be compiled ({error or type(error).__name__})") from error


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_global() and symbol.is_referenced():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)


def flat(body: list[ast.stmt], typing: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Statements that run at import time, blocks opened; with whether only type checkers see them."""
    for node in body:
        if isinstance(node, ast.If):
            yield from flat(node.body, typing or is_typing(node.test))
            yield from flat(node.orelse, typing)
        elif isinstance(node, (ast.Try, ast.With, ast.For, ast.While)) or type(node).__name__ in ("TryStar", "Match"):
            yield node, typing
            for name in ("body", "orelse", "finalbody"):
                yield from flat(getattr(node, name, []), typing)
            for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                yield from flat(part.body, typing)
        else:
            yield node, typing


def is_typing(test: ast.expr) -> bool:
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def defined_names(node: ast.stmt) -> Iterator[str]:
    """Names that one statement binds otherwise than by importing, blocks not opened."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    parts: list[ast.AST] = []
    if isinstance(node, (ast.For, ast.AsyncFor)):
        parts = [node.target]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        parts = [item.optional_vars for item in node.items if item.optional_vars]
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr)) or type(node).__name__ == "TypeAlias":
        parts = [node]
    for part in parts:
        yield from _stored(part)


def _stored(node: ast.AST, nested: bool = False) -> Iterator[str]:
    """Names stored by an expression or statement; a comprehension's targets are its own, a walrus in it is not."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not nested:
        yield node.id
    nested = nested or isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
    for child in ast.iter_child_nodes(node):
        yield from _stored(child, nested)
