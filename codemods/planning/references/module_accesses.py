"""Who reaches a moved name through the old module and has to use the new one, and what is written there instead.

Where the old path ends, `checks.Url` becomes `urls.Url`, with an import of the new module; a star import gets the names
beside it that the file reads. Who sets a name that moved code rebinds, by `client._client = None` or by
`monkeypatch.setattr(client, "_client", None)`, sets it in the new module. What is reached otherwise (in functions that
import the module, by a name that something else has too) is not rewritten, and is a reason to refuse.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from codemods.bindings import Import, Module
from codemods.model import Place
from codemods.planning.edits.model import NewImport, Replacement
from codemods.planning.edits.module_references import reference_to
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.references.dynamic_names import WAYS
from codemods.planning.references.referrers import Referrers
from codemods.planning.references.renamed_there import called_by_their_own_names, spoken
from codemods.planning.references.replacements import PatchTarget
from codemods.project.names import Names


@dataclass(frozen=True)
class Accesses:
    """The edits of one file: new texts, imports to be added, and imports that nothing needs then. ``places``: where
    they name the new module."""

    module: Module
    edits: tuple[Replacement, ...] = ()
    imports: tuple[NewImport, ...] = ()
    dropped: tuple[Import, ...] = ()
    places: tuple[Place, ...] = ()


def rewritten_accesses(
    referrers: Referrers, destination: str, moved: frozenset[str], rebound: frozenset[str]
) -> dict[str, Accesses]:
    """By file; files with an access that can't be rewritten are left out. ``rebound``: what moved code rebinds."""
    found: dict[str, Accesses] = {}
    starred = {module.path: module for module in referrers.stars}
    for path in referrers.files:
        if not path.endswith(".py") or path in (referrers.path, destination):
            continue
        module = starred.get(path) or _parsed(referrers, path)
        if module is not None:
            made = _Rewriting(referrers, destination, moved, module, rebound).made()
            if made.edits or made.imports:
                found[path] = made
    return found


def setting_accesses(
    referrers: Referrers, destination: str, set_at: Mapping[str, Collection[Place]]
) -> dict[str, Accesses]:
    """What the files that set a name which moved code rebinds read and set of it; a file of which that can't be
    rewritten whole is left out. ``set_at``: these names, and the places."""
    setting, rebound = {place.path for places in set_at.values() for place in places}, frozenset(set_at)
    found: dict[str, Accesses] = {}
    for path in sorted(setting - {referrers.path, destination}):
        module = _parsed(referrers, path)
        if module is not None and module not in referrers.stars:
            made = _Rewriting(referrers, destination, rebound, module, rebound).made()
            if made.edits:
                found[path] = made
    return found


def beside_stars(referrers: Referrers, destination: str, moved: frozenset[str]) -> dict[str, Accesses]:
    """By file, the imports of names that its star import of the source brings no more."""
    rewritings = (_Rewriting(referrers, destination, moved, m) for m in referrers.stars if m.path != destination)
    found = {one.module.path: tuple(one.instead_of_stars()) for one in rewritings}
    modules = {module.path: module for module in referrers.stars}
    return {path: Accesses(modules[path], (), imports) for path, imports in found.items() if imports}


def in_destination(referrers: Referrers, destination: Module, moved: frozenset[str]) -> Accesses:
    """What the destination read through the source stands in itself now, and is named so."""
    rewriting = _Rewriting(referrers, destination.path, moved, destination)
    found = [
        (node, item)
        for node in rewriting.accesses()
        if (item := rewriting.item(node)) is not None and node.attr not in rewriting.taken
    ]
    source = destination.source
    edits = [Replacement(source.start(n), source.end(n), n.attr, f"reads {n.attr} in its own module") for n, _ in found]
    items = {id(item): item for _, item in found}
    edits += called_by_their_own_names(referrers, destination, moved)
    return Accesses(destination, tuple(edits), (), rewriting.needless(edits, items.values()))


def _parsed(referrers: Referrers, path: str) -> Module | None:
    try:
        return referrers.project.module(path)
    except Exception:  # remembered by the project as unreadable
        return None


class _Rewriting:
    def __init__(
        self,
        referrers: Referrers,
        destination: str,
        moved: frozenset[str],
        module: Module,
        rebound: frozenset[str] = frozenset(),
    ) -> None:
        self.referrers, self.destination, self.moved, self.module = referrers, destination, moved, module
        self.rebound = rebound
        self.names: Names = referrers.project.names
        self.taken = spoken(module)

    def made(self) -> Accesses:
        edits: list[Replacement] = []
        imports: dict[NewImport, None] = {}
        old: dict[int, Import] = {}
        inside: dict[int, list[NewImport]] = {}  # by the import inside of a function by which they were reached
        found = [(self.module.source.place(node), node.value, node) for node in self.accesses()]
        replaced = [(patch.place, patch.held or ast.Constant(None), None) for patch in self.replaced()]
        for _, holder, access in (*found, *replaced):
            item = self.item(holder)
            new = self._written(item, access) if item is not None else None
            if item is None or new is None:
                return Accesses(self.module)
            (text, added), node = new, access or holder
            source = self.module.source
            edits.append(Replacement(source.start(node), source.end(node), text, f"names {text}"))
            old[id(item)] = item
            if item.function is None:
                imports[added] = None
            else:
                inside.setdefault(id(item), []).append(added)
        for key, added in inside.items():
            edit = self._instead_of(old.pop(key), added)
            if edit is not None:
                edits.append(edit)
            else:
                imports |= dict.fromkeys(added)
        imports |= dict.fromkeys(self.instead_of_stars())
        needless = self.needless(edits, old.values())
        places = [place for place, _, _ in (*found, *replaced)]
        return Accesses(self.module, tuple(edits), tuple(imports), needless, tuple(places))

    def needless(self, edits: Iterable[Replacement], items: Iterable[Import]) -> tuple[Import, ...]:
        """The imports that nothing reads once the edits are made."""
        going = {id(root) for edit in edits for root in self._roots(edit)}
        return tuple(item for item in items if self._only(item, going))

    def accesses(self) -> Iterator[ast.Attribute]:
        """The places that read a moved name as an attribute of the module, or set one that moved code rebinds."""
        aliases = self.referrers.aliases(self.module)
        for node in self.module.source.nodes.of(ast.Attribute):
            chain = chain_of(node)
            if not chain or chain[0] not in aliases or node.attr not in self.moved:
                continue
            if self.referrers.reached(chain, aliases, self.module.path) == (node.attr,):
                if self.module.may_be_imported(node):
                    yield node

    def replaced(self) -> Iterator[PatchTarget]:
        """Where a function is given the module that sets a name which moved code rebinds."""
        for patch in self.referrers.patch_targets:
            if patch.module is self.module and patch.name in self.rebound and patch.text is None:
                yield patch

    def item(self, holder: ast.expr) -> Import | None:
        """The import by which the module is held there, at the top of the file or of a test; None where it is not that
        simple."""
        root = (chain_of(holder) or ("",))[0]
        items = [i for i in self.module.imports if i.binds == root]
        around = [i for i in items if i.function is not None and _is_in(holder, i.function)]
        if around:
            one = around[0]
            return one if len(around) == 1 and not (one.guarded or one.in_class or one.typing_only) else None
        dotted = ast.unparse(holder)
        exact = [i for i in items if i.attribute is not None or i.asname or i.module == dotted]
        exact = exact or [i for i in items if dotted.startswith(f"{i.module}.")]  # the package has the module
        plain = all(i.function is None and not i.guarded and not i.in_class and not i.typing_only for i in items)
        return exact[0] if plain and len(exact) == 1 and root not in self.module.definitions else None

    def _written(self, item: Import, access: ast.Attribute | None) -> tuple[str, NewImport] | None:
        """The new text of an access, or of the module itself, and the import that it needs."""
        read = access is None or isinstance(access.ctx, ast.Load)
        if access is not None and not read and access.attr not in self.rebound:
            return None
        level = item.level > 0
        plain = access is not None and item.attribute is None and not item.asname
        dotted = ast.unparse(access.value) if access is not None and plain else self._dotted(item)
        beside = None if level else (dotted, self.referrers.path)
        target = reference_to(self.destination, self.module.path, level, self.names, beside)
        module, whole = self._module(target, item)
        behind = f".{access.attr}" if access is not None else ""
        if self._is_free(module, item):
            return f"{module}{behind}", whole
        if access is not None and read and access.attr not in self.taken:
            return access.attr, NewImport(target, access.attr)
        dotted = self.names.dotted(self.destination)
        return (f"{dotted}{behind}", NewImport(dotted)) if not level and self._is_free(dotted, item) else None

    def _is_free(self, module: str, item: Import) -> bool:
        """May a file call a module so: nothing else has the first name, or only what it imports beside the module?"""
        first, _, below = module.partition(".")
        if first not in self.taken:
            return True
        others = [i for i in self.module.imports if i.binds == first]
        if below:
            return bool(others) and all(i.attribute is None and not i.asname and i.function is None for i in others)
        dotted = self.referrers.aliases(self.module).get(first, ())
        there = {self.names.find(one, self.module.path) for one in dotted}
        written = any(r.name == first and r.writes for s in self.module.statements for r in s.references)
        plain = all(i.function is None and not i.guarded and not i.typing_only for i in others)
        return there == {self.destination} and plain and not written

    def _module(self, target: str, item: Import) -> tuple[str, NewImport]:
        """How a file that has this import may name another module, and the import that it needs."""
        if item.attribute is None and not item.asname:
            return target, NewImport(target)
        parent, _, last = target.rpartition(".")
        if not parent and not item.level:
            return last, NewImport(last)
        parent = parent or "."
        parent += "." if item.level and not parent.strip(".") and target.startswith(parent + ".") else ""
        dots = "." * (len(target) - len(target.lstrip(".")))
        return last, NewImport(dots if not parent.strip(".") else parent, last)

    def _instead_of(self, item: Import, added: list[NewImport]) -> Replacement | None:
        """The import of a function, of the new module; None where the function goes on using the old one."""
        assert item.function is not None
        uses = [n for n in ast.walk(item.function) if isinstance(n, ast.Name) and n.id == item.binds]
        new, source = added[0], self.module.source
        if len(uses) != len(added) or len({*added}) > 1 or len(item.node.names) > 1:
            return None
        text = f"from {new.module} import {new.attribute}" if new.attribute else f"import {new.module}"
        return Replacement(source.start(item.node), source.end(item.node), text, f"imports {new.module}")

    def _dotted(self, item: Import) -> str:
        return item.module if item.attribute is None else f"{item.module}.{item.attribute}"

    def instead_of_stars(self) -> Iterator[NewImport]:
        """What a star import brought, and what the file, or whoever reads it as a package's face, goes on reading."""
        if self.module not in self.referrers.stars:
            return
        project = self.referrers.project
        read = {r.name for s in self.module.statements for r in s.references} | set(self.module.exported or ())
        face = self.module.path.endswith("/__init__.py") or read.isdisjoint(project.module(self.referrers.path).binds)
        face = face or any(word in read for word in WAYS)  # it may look any name up
        star = next(s for s in self.module.stars if project.target(self.module, s) == self.referrers.path)
        beside = None if star.level else (star.module, self.referrers.path)
        target = reference_to(self.destination, self.module.path, star.level > 0, self.names, beside)
        for name in sorted(self.moved - self.module.binds):
            if project.exports(self.referrers.path, name) and (name in read or face):
                yield NewImport(target, name, None if name in read else name)

    def _roots(self, edit: Replacement) -> Iterator[ast.Name]:
        source = self.module.source
        for node in source.nodes.of(ast.Name):
            if source.start(node) == edit.start:
                yield node

    def _only(self, item: Import, going: set[int]) -> bool:
        """Did nothing but what is rewritten read this import?"""
        if self.module.path.endswith("/__init__.py") or item.explicit or item.binds in (self.module.exported or ()):
            return False
        nodes = self.module.source.nodes.of(ast.Name)
        return all(id(node) in going for node in nodes if node.id == item.binds)


def _is_in(node: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.lineno <= node.lineno <= (function.end_lineno or function.lineno)
