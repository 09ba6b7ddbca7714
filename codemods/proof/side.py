"""One state of the tree as the prover reads it: afresh, what each module binds, and what a name or chain of names means."""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.project import Names, Source, Tree, Unreadable

# Where an object comes from: (path, name) defined in the tree; (path, "") a module of the tree; ("", "os.path.join")
# from outside of it; ("=", text) a value that is the same object wherever it is made.
Origin = tuple[str, str]
Origins = frozenset[Origin]

BUILTINS = frozenset(dir(builtins))
# Names that every module has for itself: what they say depends on where they stand.
OWN = frozenset({"__file__", "__name__", "__doc__", "__package__", "__spec__", "__path__", "__loader__", "__cached__"})
# Builtins that answer for the module, or the frame, that calls them.
LOCAL_BUILTINS = frozenset({"globals", "locals", "vars", "dir", "exec", "eval", "__import__"})


@dataclass(frozen=True)
class Bound:
    """One way in which a module binds a name: defined in place, or imported from (module, attribute), or to a value
    that is the same wherever it is made."""

    defined: bool
    module: str = ""
    attribute: str | None = None
    typing: bool = False
    value: str = ""


@dataclass
class Outline:
    """What a module binds at its top level, its star imports, and its statements."""

    source: Source
    body: list[ast.stmt]
    binds: dict[str, list[Bound]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    exported: list[str] | None = None
    exported_from: list[str] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    postponed: bool = False


class Side:
    """A tree, its module names, and outlines read once."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = Names(tree)
        self._outlines: dict[str, Outline | None] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self._origins: dict[tuple[str, str, bool], Origins] = {}

    def outline(self, path: str) -> Outline | None:
        """The outline of a module; None where there is none, or Python can't read it."""
        if path not in self._outlines:
            try:
                source = Source(path, self.tree.read(path))
                found: Outline | None = Outline(source, source.tree.body)
            except (Unreadable, OSError):
                found = None
            self._outlines[path] = found
            if found is not None:
                self._fill(path, found)
        return self._outlines[path]

    def bytes(self, path: str) -> bytes | None:
        """What stands in a file; None where there is none."""
        try:
            return self.tree.read(path) if path in self.tree.paths else None
        except OSError:
            return None

    def find(self, dotted: str, importer: str) -> str | None:
        key = (dotted, importer.rpartition("/")[0])
        if key not in self._found:
            self._found[key] = self.names.find(dotted, importer)
        return self._found[key]

    def absolute(self, path: str, node: ast.ImportFrom) -> str:
        """The module of a ``from`` import; one that leaves the top package keeps its dots, and so is found nowhere."""
        return self.names.absolute(path, node.module, node.level) or "." * node.level + (node.module or "")

    def _fill(self, path: str, outline: Outline) -> None:
        outline.postponed = any(
            isinstance(n, ast.ImportFrom) and n.module == "__future__" and any(a.name == "annotations" for a in n.names)
            for n in outline.body
        )
        for top in outline.body:
            guarded = import_like(top)
            for node, typing in flat([top]):
                for name, bound in self.bound_by(path, node, typing, guarded):
                    if name == "*":
                        outline.stars.append(bound.module)
                    else:
                        outline.binds.setdefault(name, []).append(bound)
                self._export(outline, node)
                if isinstance(node, ast.Delete):
                    outline.deleted |= {getattr(t, "id", "") for t in node.targets}
        if "global " in outline.source.text or "import" in outline.source.text:
            for node in ast.walk(outline.source.tree):
                if isinstance(node, ast.Global):
                    for name in node.names:
                        outline.binds.setdefault(name, [Bound(True)])
                elif isinstance(node, ast.Import):
                    outline.imports.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    module = self.absolute(path, node)
                    outline.imports.add(module)
                    outline.imports.update(f"{module}.{alias.name}" for alias in node.names)

    def bound_by(self, path: str, node: ast.stmt, typing: bool, guarded: bool = False) -> Iterator[tuple[str, Bound]]:
        """What one statement binds; ``*`` for a star import. ``guarded``: it stands among imports with a way out."""
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
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
            return ""
        if guarded and isinstance(node.value, ast.Constant):
            return repr(node.value.value)
        name = logger_name(node)
        if isinstance(name, ast.Constant):
            return f"getLogger({name.value!r})"
        if isinstance(name, ast.Name) and name.id == "__name__":
            return f"getLogger({self.names.dotted(path)!r})"
        return ""

    def _export(self, outline: Outline, node: ast.stmt) -> None:
        """What a statement does to ``__all__``."""
        value: ast.expr | None = None
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and "__all__" in defined_names(node):
            value = node.value
            if not isinstance(node, ast.AugAssign):
                outline.exported = []
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _is_all(node.value.func):
            value = ast.Tuple(node.value.args)
        if value is None:
            return
        outline.exported = outline.exported or []
        for part in ast.walk(value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                outline.exported.append(part.value)
            elif isinstance(part, ast.Attribute) and part.attr == "__all__" and isinstance(part.value, ast.Name):
                outline.exported_from.append(part.value.id)

    # -- resolution

    def origins(self, path: str, name: str, typing: bool = False) -> Origins:
        """Where a name of the module at ``path`` comes from, through all import hops; empty where it is not bound.

        ``typing``: as a type checker sees it, which also executes ``if TYPE_CHECKING``.
        """
        key = (path, name, typing)
        if key not in self._origins:
            self._origins[key] = self._resolve(path, name, typing, frozenset())
        return self._origins[key]

    def bound_origins(self, path: str, name: str, typing: bool = False) -> Origins:
        """The same without what Python itself provides."""
        return self.origins(path, name, typing) - {("", f"builtins.{name}")}

    def _resolve(self, path: str, name: str, typing: bool, seen: frozenset[Origin]) -> Origins:
        outline = self.outline(path)
        if outline is None or (path, name) in seen:
            return frozenset()
        found: set[Origin] = set()
        for bound in outline.binds.get(name, ()):
            if bound.typing and not typing:
                continue
            if bound.value:
                found.add(("=", bound.value))
            elif bound.defined:
                found.add((path, name))
            else:
                found |= self.imported(path, bound.module, bound.attribute, typing, seen | {(path, name)})
        if not found:
            for star in outline.stars:
                target = self.find(star, path)
                if target is None:
                    if star_gives(star, name):
                        found.add(("", f"{star}.{name}"))
                elif self.exports(target, name):
                    found |= self._resolve(target, name, typing, seen | {(path, name)})
        if not found and name in BUILTINS:
            found.add(("", f"builtins.{name}"))
        return frozenset(found)

    def imported(
        self, path: str, module: str, attribute: str | None, typing: bool = False, seen: frozenset[Origin] = frozenset()
    ) -> Origins:
        """Where an import in ``path`` leads."""
        target = self.find(module, path)
        if attribute is None:
            return frozenset({(target, "")}) if target else self._outside(path, module)
        inner = self.find(f"{module}.{attribute}", path)
        if target is not None:
            found = self._resolve(target, attribute, typing, seen) - {("", f"builtins.{attribute}")}
            if found and not self._is_deleted(target, attribute):
                return found
            if inner is None:
                return self._own(target, attribute)
        if inner:
            return frozenset({(inner, "")})
        return self._outside(path, f"{module}.{attribute}")

    def _is_deleted(self, path: str, name: str) -> bool:
        """Does a module take a name away again before anybody can see it?"""
        outline = self.outline(path)
        return outline is not None and name in outline.deleted

    def _outside(self, path: str, dotted: str) -> Origins:
        """A name from outside of the tree; none where a relative import leaves the top package."""
        return frozenset() if dotted.startswith(".") else frozenset({("", dotted)})

    def _own(self, target: str, attribute: str) -> Origins:
        """What a module gives without binding it: its own facts, and what its ``__getattr__`` makes."""
        outline = self.outline(target)
        if attribute == "__name__":
            return frozenset({("=", repr(self.names.dotted(target)))})
        if attribute in OWN or attribute == "__dict__":
            return frozenset({(target, attribute)})
        if outline is not None and "__getattr__" in outline.binds:
            return frozenset({(target, f"__getattr__({attribute!r})")})
        return frozenset()

    def member(self, path: str, origins: Origins, attribute: str, typing: bool = False) -> Origins | None:
        """What an attribute of modules means, read in ``path``; None where it is one of something that is no module."""
        found: set[Origin] = set()
        if not origins:
            return None
        for where, name in origins:
            if where == "":
                dotted = f"{name}.{attribute}"
                inner = self.find(dotted, path)
                found.add((inner, "") if inner else ("", dotted))
            elif name == "" and where != "=":
                found |= self._attribute(path, where, attribute, typing)
            else:
                return None
        return frozenset(found)

    def _attribute(self, path: str, module: str, attribute: str, typing: bool) -> Origins:
        found = self.bound_origins(module, attribute, typing)
        if found and not self._is_deleted(module, attribute):
            return found
        dotted = f"{self.names.dotted(module)}.{attribute}"
        inner = self.find(dotted, path)
        if inner and module.rpartition("/")[2].startswith("__init__."):
            return frozenset({(inner, "")}) if self._loaded(path, dotted) else frozenset()
        return self._own(module, attribute)

    def _loaded(self, path: str, dotted: str) -> bool:
        """Is a submodule an attribute of its package by the time that code in ``path`` reads it: does the file, or
        what it imports, import it?"""
        wanted, todo, seen = self.find(dotted, path), [path], {path}
        while todo:
            here = todo.pop()
            outline = self.outline(here)
            for module in sorted(outline.imports) if outline else ():
                parts = module.split(".")
                for count in range(1, len(parts) + 1):
                    target = self.find(".".join(parts[:count]), here)
                    if target == wanted:
                        return True
                    if target and target not in seen:
                        seen.add(target)
                        todo.append(target)
        return False

    def exports(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Does a star import of the module take this name?"""
        outline = self.outline(path)
        if outline is None or path in seen:
            return False
        if outline.exported is not None:
            if name in outline.exported:
                return True
            modules = {t for m in outline.exported_from for t, inner in self.origins(path, m) if not inner}
            return any(self.exports(m, name, seen | {path}) for m in modules)
        if name.startswith("_"):
            return False
        if name in outline.binds:
            return True
        targets = [self.find(star, path) for star in outline.stars]
        return any(t and self.exports(t, name, seen | {path}) for t in targets)

    def namespace(self, path: str) -> set[str]:
        """Every name that the tree says a module has, those through star imports too."""
        outline = self.outline(path)
        found = set(outline.binds) if outline else set()
        todo, seen = list(outline.stars) if outline else [], {path}
        while todo:
            target = self.find(todo.pop(), path)
            inner = self.outline(target) if target and target not in seen else None
            if target and inner:
                seen.add(target)
                found |= {name for name in inner.binds if self.exports(target, name)}
                todo += inner.stars
        return found

    def written(self, importer: str, text: str) -> tuple[Origins, Origin | None, bool]:
        """What a dotted path in a string means: (objects, the place in a module's namespace that it names if it names
        one, whether something of the tree is meant at all)."""
        parts = re.split(r"[.:]", text)
        for count in range(len(parts), 0, -1):
            module = self.find(".".join(parts[:count]), importer)
            if module is None:
                continue
            found: Origins | None = frozenset({(module, "")})
            rest = parts[count:]
            if not rest:
                return found, None, True
            found = self.bound_origins(module, rest[0]) or self._own(module, rest[0])
            return found, (module, rest[0]) if len(rest) == 1 else None, True
        return frozenset(), None, False


@functools.cache
def _stars(module: str) -> frozenset[str] | None:
    """What ``from module import *`` takes from a module of the standard library; None for others, which are not run."""
    if module.partition(".")[0] not in sys.stdlib_module_names or module in ("antigravity", "this"):
        return None
    try:
        found = importlib.import_module(module)
    except ImportError:
        return None
    return frozenset(getattr(found, "__all__", [name for name in vars(found) if not name.startswith("_")]))


def star_gives(module: str, name: str) -> bool:
    """May a star import from outside of the tree bind a name?"""
    known = _stars(module)
    return name in known if known is not None else name not in BUILTINS and not name.startswith("_")


def logger_name(node: ast.stmt) -> ast.expr | None:
    """The name by which ``log = logging.getLogger(name)`` gets its logger; None for other statements."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    if getattr(call.func, "attr", getattr(call.func, "id", "")) != "getLogger" or len(call.args) != 1 or call.keywords:
        return None
    return call.args[0]


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "__all__"


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
    """Is this ``TYPE_CHECKING``?"""
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def import_like(node: ast.stmt) -> bool:
    """Is a statement nothing but imports, maybe with a way out: ``try`` or ``if`` around imports and constants?"""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.If):
        inside = [*node.body, *node.orelse]
    elif isinstance(node, ast.Try):
        inside = [*node.body, *node.orelse, *node.finalbody, *(s for h in node.handlers for s in h.body)]
    else:
        return False
    simple = (ast.Constant, ast.Name, ast.Attribute)
    return any(map(import_like, inside)) and all(
        import_like(s) or isinstance(s, ast.Pass) or (isinstance(s, ast.Assign) and isinstance(s.value, simple))
        for s in inside
    )


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
    elif isinstance(node, ast.AnnAssign):
        parts = [node] if node.value else []
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr)) or type(node).__name__ == "TypeAlias":
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
