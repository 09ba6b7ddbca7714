"""How far a change reaches: which statements could mean something else now, though their own text did not change.

A statement has a name by itself (``Status``), through a module (``status.Status``), or in a text (``"pkg.Status"``).
By itself it means what its module binds, so it is asked of each module once; only what has the name through something
is read for itself. Which files to read is decided by their bytes.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from codemods.project import walk
from codemods.project.import_scan import has_star, star_importers
from codemods.project.searching import stands
from codemods.proof.comparison.leads import Leads, stem
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import LOCAL_BUILTINS, Origin

if TYPE_CHECKING:
    from codemods.proof.statements.pairing import Statement

Names = frozenset[str]
_FROM = re.compile(rb"\bfrom[ \t]+[\w.]+[ \t]+import\b")
_WORD = re.compile(rb"[A-Za-z0-9_]")
# What finds an attribute by its name as text.
_BY_TEXT = frozenset(
    {"getattr", "attrgetter", "getattr_static", "__getattribute__", "__dict__", "modules", "import_module"}
)


class ImpactAnalysis:
    """Of places in the namespaces of modules that changed: what they hold, or who looks at them.

    ``places``: (path, name); ``other``: modules that are new, or gone; ``lost``: modules that names can't be found in
    any more, which matters to all that use such a module as a whole; ``left``: those that any name left. ``differs``:
    does a name of a module lead elsewhere now than the move says?
    """

    def __init__(
        self,
        snapshot: Snapshot,
        places: Iterable[Origin],
        other: Iterable[str],
        lost: Iterable[str],
        differs: Callable[[str, str], bool],
        left: Iterable[str] = (),
    ) -> None:
        self.snapshot = snapshot
        self.differs = differs
        self._given: dict[str, set[str]] = defaultdict(set)
        for path, name in places:
            if path not in ("", "="):
                self._given[path].add(name)
        self._modules = frozenset(other)
        for path in self._modules:  # A module is a place in its package.
            self._given[_package(path)].add(stem(path))
        self._lost = frozenset(lost)
        self._left = frozenset(left)
        self._stems = frozenset(map(stem, self._lost))
        self._as: dict[str, Names] = {}
        self._bare: dict[str, Names] = {}
        self._near: dict[str, Names] = {}
        self._leads = Leads(snapshot)

    @cached_property
    def names(self) -> Names:
        return frozenset(name for names in self._given.values() for name in names)

    @cached_property
    def _places(self) -> dict[str, set[str]]:
        """The places that were given, and the same by the names of modules that a star brings them to."""
        found = dict(self._given)
        todo = {*found, *self._modules}
        while todo:
            known = {*found, *self._modules}
            starring = (path for path in star_importers(self.snapshot.tree, _stems(todo)) if path not in known)
            brought = {path: starred for path in starring if (starred := self._leads.starred(path, known)) & todo}
            for path, starred in brought.items():
                found[path] = {name for goal in starred for name in found.get(goal, ())}
            todo = set(brought)
        return found

    def _mentioning(self, modules: Iterable[str]) -> list[str]:
        """Python files in which the last component of one of the modules' names stands."""
        found = self.snapshot.tree.code_with(_stems(modules))
        return sorted(path for path in found if path.endswith(".py"))

    def touches(self, statement: Statement) -> bool:
        """Could a statement whose text is the same mean something else now?"""
        words = statement.words
        if words & self.bare(statement.path) or (statement.path in self._lost and words & LOCAL_BUILTINS):
            return True
        if self._stems and words & LOCAL_BUILTINS and words & self._other_names(statement.path):
            return True
        near = self.near(statement.path) & words
        if near and ("import" in words or _through(near).search(statement.text) is not None):
            return True
        return not words.isdisjoint(self._stems | self._aliases(statement.path)) and self._has_module(statement)

    def _aliases(self, path: str) -> Names:
        """Other names by which the imports of a file bind modules from which names were lost."""
        if path not in self._as:
            symbols = self.snapshot.symbols(path) if self._stems else None
            found = (alias for node in symbols.source.nodes.imports for alias in node.names) if symbols else ()
            self._as[path] = frozenset(a.asname for a in found if a.asname and not self._stems.isdisjoint(_parts(a)))
        return self._as[path]

    def _other_names(self, path: str) -> Names:
        """Names of a file by which others have handed it such a module."""
        symbols, goals = self.snapshot.symbols(path), {(lost, "") for lost in self._lost}
        binds = symbols.binds.items() if symbols is not None else ()
        taken = (name for name, bounds in binds if not all(bound.defined for bound in bounds))
        return frozenset(name for name in taken if goals & self.snapshot.origins(path, name))

    def _has_module(self, statement: Statement) -> bool:
        """Could a statement get hold of such a module: by itself, by an import, as an attribute, by a text?"""
        aliases, symbols = self._aliases(statement.path), self.snapshot.symbols(statement.path)
        stems = self._stems & statement.words
        if symbols is None or symbols.stars or any(name in symbols.binds for name in stems):
            return True
        if not aliases.isdisjoint(statement.words):
            return True
        if _through(stems).search(statement.text) is None and "import" not in statement.words:
            return False
        nodes = list(walk(statement.node))
        imported = [a for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names]
        if any(a.name == "*" or not stems.isdisjoint(_parts(a)) for a in imported):
            return True
        asks = not _BY_TEXT.isdisjoint(statement.words)
        return any(
            node.attr in stems and (bool(imported) or _root(node) in symbols.binds)
            if isinstance(node, ast.Attribute)
            else isinstance(node, ast.Constant) and isinstance(node.value, str) and _says(node.value, stems, asks)
            for node in nodes
        )

    def concerns(self, node: ast.Import | ast.ImportFrom) -> bool:
        """Could an import that is written as before lead elsewhere, or nowhere?"""
        words = {word for alias in node.names for word in alias.name.split(".")}
        if isinstance(node, ast.ImportFrom):
            words |= {*(node.module or "").split(".")}
        return not words.isdisjoint(self.names)

    def bare(self, path: str) -> Names:
        """The names that, by themselves, could mean something else in a module."""
        if path not in self._bare:
            self._bare[path] = frozenset(self._places.get(path, ())) | frozenset(self._shifted(path))
        return self._bare[path]

    def near(self, path: str) -> Names:
        """The names that a file could have through something: an import that leads to where they are, a dotted path."""
        if path not in self._near:
            goals = self._leads.to(path, self._places) | {*self._behind_others(path)}
            found = {name for goal in goals for name in self._places[goal]}
            found |= self._written(self._leads.bytes(path))
            self._near[path] = frozenset(found)
        return self._near[path]

    def _behind_others(self, path: str) -> Iterator[str]:
        """The modules that names left and that a file has as an attribute of another one: ``tags.linux``."""
        raw = self._leads.bytes(path)
        for goal, holders in self._holders.items():
            if stem(goal).encode() in raw and path not in holders and self._leads.to(path, holders):
                yield goal

    @cached_property
    def _holders(self) -> dict[str, tuple[str, ...]]:
        """The files that import a module that names left."""
        left = sorted(self._left & self._places.keys())
        return {one: tuple(p for p in self._mentioning([one]) if p != one and self._leads.to(p, [one])) for one in left}

    def _shifted(self, path: str) -> Iterator[str]:
        """What a module gets from others, under which name ever."""
        symbols = self.snapshot.symbols(path)
        if symbols is None:
            return
        for name, bounds in symbols.binds.items():
            if any(b.attribute in self.names for b in bounds) and self.differs(path, name):
                yield name
        for name in self.names if symbols.stars else ():
            if name not in symbols.binds and self.differs(path, name):
                yield name

    def files(self) -> Iterator[str]:
        """Python files that have one of the places within their reach: by an import, a dotted path or a star."""
        known = {*self._places, *self._modules}
        words = self.names | {stem(path) for path in self._modules}
        words |= self._stems | LOCAL_BUILTINS if self._stems else frozenset()
        for path in self._mentioning(known):
            raw = self._leads.bytes(path)
            if not has_star(raw) and not _stands(words, raw):
                continue
            to = self._leads.to(path, known)
            if self._leads.starred(path, known) or to & self._modules or _stands(self.near(path), raw):
                yield path
            elif self._stems and to and self._may_have_module(path, to, raw):
                yield path

    def _may_have_module(self, path: str, to: set[str], raw: bytes) -> bool:
        """Could a file get hold of a module from which names were lost? What `touches` asks of statements, of bytes."""
        if _stands(LOCAL_BUILTINS, raw):
            return True
        if not _stands(self._stems, raw):
            return False
        if to & self._lost or self._leads.names(path) & self._stems or has_star(raw):
            return True
        # What is imported from a module of that name elsewhere is no way to this one.
        return self._held.search(_FROM.sub(b"", raw)) is not None

    @cached_property
    def _held(self) -> re.Pattern[bytes]:
        """A module's name behind a dot, a colon, the sign that opens a text, or ``as``."""
        before = rb"(?:(?<!\bself)\.|:|['\"]|\bas[\s\\]|\bimport[\s\\])"
        return re.compile(before + rb"[\s\\]*(?:" + _any(self._stems).encode() + rb")(?![A-Za-z0-9_])")

    def is_imported(self, path: str) -> bool:
        """Does any file import a module?"""
        return any(self._leads.to(other, [path]) for other in self._mentioning([path]) if other != path)

    def _written(self, raw: bytes) -> set[str]:
        """The names that stand in a text as ``worker.Status``, ``"worker:Status"``."""
        return {
            found[1].decode(errors="replace")
            for pattern in self._dotted
            for found in pattern.finditer(raw)
            if not (found.start() and _WORD.match(raw, found.start() - 1))
        }

    @cached_property
    def _dotted(self) -> list[re.Pattern[bytes]]:
        """One for each module, each beginning with plain text: looking behind takes twenty times as long."""
        names = _any(self.names)
        ends = rf"\s*[.:]\s*({names})(?![A-Za-z0-9_])"
        return [re.compile(f"{re.escape(one)}{ends}".encode()) for one in sorted({*map(stem, self._places)})]


def _stems(paths: Iterable[str]) -> list[str]:
    return sorted({stem(path) for path in paths})


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")


def _says(text: str, stems: Names, asks: bool) -> bool:
    """Is a text the dotted path of a module, or, where code asks for attributes by text, its name?"""
    return any(f".{name}" in text for name in stems) or (asks and text in stems)


def _parts(alias: ast.alias) -> list[str]:
    return alias.name.split(".")


def _package(path: str) -> str:
    """The ``__init__`` of the package that a module stands in, be it there or not."""
    folder = path.removesuffix("/__init__.py").rpartition("/")[0]
    return f"{folder}/__init__.py" if folder else "__init__.py"


def _through(names: Names) -> re.Pattern[str]:
    """A name behind a dot or the sign that opens a text, or at its end; ``self`` is no module."""
    return re.compile(rf"""(?:(?<!\bself)\.\s*|:|['"]\s*)(?:{_any(names)})(?!\w)""")


def _stands(words: Names, raw: bytes) -> bool:
    return any(stands(word.encode(), raw) for word in words)


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(set(words)))) or r"(?!)"
