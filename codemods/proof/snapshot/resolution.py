"""One state of the tree as the prover reads it, afresh: what a name of a module, or a chain of names, means."""

from __future__ import annotations

import ast
import functools
import re
import sys
from collections import deque
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from codemods.project import Tree
from codemods.proof.snapshot.old_names import OldNames
from codemods.proof.snapshot.symbol_tables import SymbolTables
from codemods.proof.snapshot.symbols import BUILTINS, OWN, Origin, Origins, provided

T = TypeVar("T")
_NONE = OldNames()
_RELATIVE = re.compile(r"""(["'])(\.+[\w.]+)\1""")


class Snapshot(SymbolTables):
    """A tree, its module names, symbols and what names lead to, each found once."""

    came: frozenset[str] = frozenset()  # modules that the other tree does not have
    words: frozenset[str] = frozenset()  # texts of one word that say the name of a module, as `__name__` does in it

    def __init__(
        self, tree: Tree, lazy: Mapping[str, Mapping[str, str]] = MappingProxyType({}), old_names: OldNames = _NONE
    ) -> None:
        super().__init__(tree, lazy)
        self.old_names = old_names
        self._origins: dict[tuple[str, str, bool], Origins] = {}
        self._imports: dict[str, tuple[str, ...]] = {}
        self._ones: dict[object, object] = {}
        self._asked: set[tuple[str, str, bool]] = set()  # whose origins are being found
        self._cut: set[tuple[str, str, bool]] = set()  # those that were asked for again meanwhile, and not followed

    def said_before(self, path: str, text: str) -> str:
        """A text of a Python file with the old names of modules that are renamed, those in relative strings too."""
        if not self.old_names:
            return text

        def relative(hit: re.Match[str]) -> str:
            return hit[1] + self.old_names.relative_before(hit[2], self.names.written(path, hit[2]) or "") + hit[1]

        return _RELATIVE.sub(relative, self.old_names.said_before(text, path))

    def one(self, kind: Callable[[Snapshot], T]) -> T:
        """The one object of a kind that answers for this tree: what it has found, no check finds again."""
        if kind not in self._ones:
            self._ones[kind] = kind(self)
        return self._ones[kind]  # type: ignore[return-value]

    # -- resolution

    def origins(self, path: str, name: str, typing: bool = False) -> Origins:
        """Where a name of the module at ``path`` comes from, through all import hops; empty where it is not bound.

        ``typing``: as a type checker sees it, which also executes ``if TYPE_CHECKING``.
        """
        key = (path, name, typing)
        if key in self._origins:
            return self._origins[key]
        # ``__all__ = app.__all__ + (...)`` behind a star: what ``app`` is depends on ``__all__``.
        if key in self._asked:
            self._cut.add(key)
            return frozenset()
        self._asked.add(key)
        try:
            found = self._resolve(path, name, typing, frozenset())
        finally:
            self._asked.discard(key)
            self._cut.discard(key)
        if not self._cut:  # else the answer is one of many rounds, and holds for who asked first only
            self._origins[key] = found
        return found

    def bound_origins(self, path: str, name: str, typing: bool = False) -> Origins:
        """The same without what Python itself provides."""
        return self.origins(path, name, typing) - provided(self.symbols(path), name)

    def given(self, path: str, name: str) -> Origins:
        """What an attribute of the module at ``path`` is: what it binds, or finds when it is asked."""
        return self.bound_origins(path, name) or self._lazy(path, name, False, frozenset())

    def _lazy(self, path: str, name: str, typing: bool, seen: frozenset[Origin]) -> Origins:
        symbols = self.symbols(path)
        if symbols is None or name not in symbols.lazy or (path, name) in seen:
            return frozenset()
        return self.imported(path, symbols.lazy[name], name, typing, seen | {(path, name)})

    def _resolve(self, path: str, name: str, typing: bool, seen: frozenset[Origin]) -> Origins:
        symbols = self.symbols(path)
        if symbols is None or (path, name) in seen:
            return frozenset()
        found: set[Origin] = set()
        for bound in symbols.ways(name, typing):
            if bound.value:
                found.add(("=", bound.value))
            elif bound.defined:
                found.add((path, name))
            else:
                found |= self.imported(path, bound.module, bound.attribute, typing, seen | {(path, name)})
        if not found:
            for star in symbols.stars:
                target = self.find(star, path)
                if target is None:
                    if star_gives(star, name):
                        found.add(("", f"{star}.{name}"))
                elif self.exports(target, name):
                    inner = seen | {(path, name)}
                    taken = self._resolve(target, name, typing, inner) - provided(self.symbols(target), name)
                    found |= taken or self._lazy(target, name, typing, inner) or self._taken_module(target, name)
        if not found and name in BUILTINS:
            found.add(("", f"builtins.{name}"))
        return frozenset(found) or self._own_module(path, name)

    def _own_module(self, path: str, name: str) -> Origins:
        """What a package has by a name that it does not bind: a module of its own, which it imports something from."""
        symbols = self.symbols(path) if path.endswith("/__init__.py") else None
        imported = rf"(?:import|from)[ \t.]+[\w.]*\b{re.escape(name)}\b"
        if symbols is None or not re.search(imported, symbols.source.text):
            return frozenset()
        inner = self.find(f"{self.names.dotted(path)}.{name}", path)
        return frozenset({(inner, "")} if inner else ())

    def _taken_module(self, path: str, name: str) -> Origins:
        """A submodule that a package lists in ``__all__``: a star import imports it."""
        symbols = self.symbols(path) if path.endswith("__init__.py") else None
        if symbols is None or name in symbols.binds or name not in (symbols.exported or ()):
            return frozenset()
        inner = self.find(f"{self.names.dotted(path)}.{name}", path)
        return frozenset({(inner, "")} if inner else ())

    def imported(
        self, path: str, module: str, attribute: str | None, typing: bool = False, seen: frozenset[Origin] = frozenset()
    ) -> Origins:
        """Where an import in ``path`` leads."""
        target = self.find(module, path)
        if attribute is None:
            return frozenset({(target, "")}) if target else self._outside(path, module)
        inner = self.find(f"{module}.{attribute}", path)
        if target is not None:
            found = self._resolve(target, attribute, typing, seen) - provided(self.symbols(target), attribute)
            if found and not self._is_deleted(target, attribute):
                return found
            if inner is None:
                return self._lazy(target, attribute, typing, seen) or self._own(target, attribute)
        if inner:
            return frozenset({(inner, "")})
        return self._outside(path, f"{module}.{attribute}")

    def _is_deleted(self, path: str, name: str) -> bool:
        """Does a module take a name away again before anybody can see it?"""
        symbols = self.symbols(path)
        return symbols is not None and name in symbols.deleted

    def _outside(self, path: str, dotted: str) -> Origins:
        """A name from outside of the tree; none where a relative import leaves the top package."""
        return frozenset() if dotted.startswith(".") else frozenset({("", dotted)})

    def _own(self, target: str, attribute: str) -> Origins:
        """What a module gives without binding it: its own facts, and what its ``__getattr__`` makes."""
        symbols = self.symbols(target)
        if attribute == "__name__":
            return frozenset({("=", repr(self.names.dotted(target)))})
        if attribute in OWN or attribute == "__dict__":
            return frozenset({(target, attribute)})
        if symbols is not None and attribute in symbols.lazy:
            return self._lazy(target, attribute, False, frozenset())
        if symbols is not None and symbols.answers:
            return frozenset({(target, f"__getattr__({attribute!r})")})
        return frozenset()

    def meaning(self, path: str, node: ast.expr) -> Origins:
        """What a name, or attributes of modules, mean in an expression; empty for anything else."""
        if isinstance(node, ast.Name):
            return self.origins(path, node.id)
        if isinstance(node, ast.Attribute):
            return self.member(path, self.meaning(path, node.value), node.attr) or frozenset()
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
        # Breadth first: what is near is most likely where it is imported, and each file on the way has to be read.
        wanted, todo, seen = self.find(dotted, path), deque([path]), {path}
        while todo:
            for target in self._imports_of(todo.popleft()):
                if target == wanted:
                    return True
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return False

    def _imports_of(self, path: str) -> tuple[str, ...]:
        """The modules of the tree that a file imports anywhere, packages around them first."""
        if path not in self._imports:
            split = [module.split(".") for module in sorted(self.imports(path))]
            wholes = dict.fromkeys(".".join(parts[:count]) for parts in split for count in range(1, len(parts) + 1))
            found = (self.find(whole, path) for whole in wholes)
            self._imports[path] = tuple(dict.fromkeys(target for target in found if target))
        return self._imports[path]

    def exports(self, path: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Does a star import of the module take this name?"""
        symbols = self.symbols(path)
        if symbols is None or path in seen:
            return False
        if symbols.exported is not None:
            if name in symbols.exported:
                return True
            modules = {t for m in symbols.exported_from for t, inner in self._named_module(path, m) if not inner}
            if any(self.exports(m, name, seen | {path}) for m in modules):
                return True
        if symbols.exported is not None and not symbols.exported_more:
            return False
        if name.startswith("_"):
            return False
        if any(not bound.typing for bound in symbols.binds.get(name, ())):
            return True
        targets = [self.find(star, path) for star in symbols.stars]
        return any(t and self.exports(t, name, seen | {path}) for t in targets)

    def _named_module(self, path: str, name: str) -> Origins:
        """What a name of a module means, be it a submodule that its import put there."""
        inner = self.find(f"{self.names.dotted(path)}.{name}", path)
        return self.bound_origins(path, name) or (frozenset({(inner, "")}) if inner else frozenset())

    def namespace(self, path: str) -> set[str]:
        """Every name that the tree says a module has, those through star imports too."""
        symbols = self.symbols(path)
        found = set(symbols.binds) if symbols else set()
        todo, seen = list(symbols.stars) if symbols else [], {path}
        while todo:
            target = self.find(todo.pop(), path)
            inner = self.symbols(target) if target and target not in seen else None
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


# Run by a Python that has nothing but the standard library on its path (-I -S), neither the tree nor what is installed.
_STARS = """
import importlib, sys
found = importlib.import_module(sys.argv[1])
sys.stderr.write("\\n".join(getattr(found, "__all__", [name for name in vars(found) if not name.startswith("_")])))
"""


@functools.cache
def _stars(module: str) -> frozenset[str] | None:
    """What ``from module import *`` takes from a module of the standard library; None for others, which are not run."""
    if module.partition(".")[0] not in sys.stdlib_module_names or module in ("antigravity", "this"):
        return None
    import subprocess

    command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", _STARS, module]
    asked = subprocess.run(
        command, cwd=sys.prefix, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return None if asked.returncode else frozenset(asked.stderr.split())


def star_gives(module: str, name: str) -> bool:
    """May a star import from outside of the tree bind a name?"""
    known = _stars(module)
    return name in known if known is not None else name not in BUILTINS and not name.startswith("_")
