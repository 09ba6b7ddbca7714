"""Who refers to the names of a module from other files, and in which way."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property

from codemods.bindings import Import, Module
from codemods.model import Place
from codemods.planning.index.project_index import World
from codemods.planning.index.reference_prefilter import FirstLook
from codemods.project import walk


@dataclass(frozen=True)
class Seam:
    """A place that replaces ``name`` of the module. ``text`` is the string that names it by its dotted path."""

    place: Place
    name: str
    rest: str = ""
    module: Module | None = None
    text: ast.Constant | None = None


@dataclass
class Referrers:
    """Every reference to names of the module at ``path`` from elsewhere in the tree."""

    world: World
    path: str
    imports: list[tuple[Module, Import]] = field(default_factory=list)
    stars: list[Module] = field(default_factory=list)
    chained: dict[str, list[Place]] = field(default_factory=dict)
    assigned: dict[str, list[Place]] = field(default_factory=dict)
    seams: list[Seam] = field(default_factory=list)
    strings: list[tuple[Place, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def collect(self, names: frozenset[str]) -> Referrers:
        """``names``: what the module binds."""
        found = FirstLook(self.world.tree, self.path, self._dotted, names).files()
        self.files += [self.path, *found]
        for path in self.files[1:]:
            if path.endswith((".py", ".pyi")):
                try:
                    module = self.world.module(path)
                except Exception:  # remembered by the world as unreadable
                    continue
                if path == self.path + "i":
                    continue
                self._imports(module)
                if path.endswith(".py"):
                    self._chains(module)
                    self._strings(module)
            else:
                self._text(path)
        own = self.world.module(self.path)
        self._strings(own)
        return self

    @property
    def _dotted(self) -> str:
        return self.world.names.dotted(self.path)

    @cached_property
    def used(self) -> frozenset[str]:
        """Names that another file reads, writes, or names in a string that is no patch."""
        found = {item.attribute for _, item in self.imports if item.attribute}
        found |= self.chained.keys() | self.assigned.keys() | {n for _, n in self.strings}
        return frozenset(found | {s.name for s in self.seams if s.text is None})

    @cached_property
    def outside(self) -> frozenset[str]:
        """Names that another file refers to, in patches too."""
        return self.used | {s.name for s in self.seams}

    def _imports(self, module: Module) -> None:
        for item in module.imports:
            if item.attribute is None or self.world.target(module, item) != self.path:
                continue
            if item.attribute == "*":
                self.stars.append(module)
            elif self.world.names.find(self._full(module, item), module.path) in (None, self.path):
                self.imports.append((module, item))

    def _full(self, module: Module, item: Import) -> str:
        base = self.world.names.absolute(module.path, item.module or None, item.level) or ""
        return f"{base}.{item.attribute}" if base else str(item.attribute)

    def aliases(self, module: Module) -> dict[str, list[str]]:
        """Names of a module that may be bound to other modules, each with the dotted names that it may stand for."""
        found: dict[str, list[str]] = {}
        for item in module.imports:
            if item.attribute == "*":
                continue
            if item.attribute is None:
                dotted = item.module if item.asname else item.module.partition(".")[0]
            else:
                dotted = self._full(module, item)
            found.setdefault(item.binds, []).append(dotted)
        return found

    def _reached(self, chain: list[str], aliases: dict[str, list[str]], importer: str) -> tuple[str, ...] | None:
        """What an attribute chain reads beyond this module, if it goes through it."""
        for dotted in aliases.get(chain[0], ()):
            parts = [*dotted.split("."), *chain[1:]]
            for cut in range(len(dotted.split(".")), len(parts)):
                if self.world.names.find(".".join(parts[:cut]), importer) == self.path and (
                    self.world.names.find(".".join(parts[: cut + 1]), importer) in (None, self.path)
                ):
                    return tuple(parts[cut:])
        return None

    def _chains(self, module: Module) -> None:
        aliases = self.aliases(module)
        for node in module.source.nodes.of(ast.Attribute):
            chain = attribute_chain(node)
            reached = self._reached(chain, aliases, module.path) if chain and chain[0] in aliases else None
            if reached:
                where = self.assigned if len(reached) == 1 and not isinstance(node.ctx, ast.Load) else self.chained
                where.setdefault(reached[0], []).append(module.source.place(node))
        for call in module.source.nodes.of(ast.Call):
            self._object_seam(call, module, aliases)

    def _object_seam(self, call: ast.Call, module: Module, aliases: dict[str, list[str]]) -> None:
        """``patch.object(module, "name")``, ``monkeypatch.setattr(module, "name", …)``, ``setattr(module, "name",
        …)``."""
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name not in ("object", "setattr", "delattr", "multiple", "setitem") or not call.args:
            return
        chain = attribute_chain(call.args[0])
        if not chain or chain[0] not in aliases:
            return
        dotted = [".".join([d, *chain[1:]]) for d in aliases[chain[0]]]
        if not any(self.world.names.find(d, module.path) == self.path for d in dotted):
            return
        place = module.source.place(call)
        if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and isinstance(call.args[1].value, str):
            self.seams.append(Seam(place, call.args[1].value, "", module))
        for keyword in call.keywords if name == "multiple" else ():
            if keyword.arg:
                self.seams.append(Seam(place, keyword.arg, "", module))

    def _strings(self, module: Module) -> None:
        """Strings that name something in the module by its dotted path, patches among them."""
        if self._dotted not in module.source.text:
            return
        pattern = re.compile(re.escape(self._dotted) + r"[.:]([A-Za-z_]\w*)((?:\.\w+)*)$")
        calls = [call for call in module.source.nodes.of(ast.Call) if _is_patch(call)]
        patches = {id(call.args[0]): call for call in calls if call.args}
        indirect = any(not isinstance(call.args[0], ast.Constant) for call in calls if call.args)
        for node in module.source.nodes.of(ast.Constant):
            if not isinstance(node.value, str) or self._dotted not in node.value:
                continue
            place = module.source.place(node)
            found = pattern.match(node.value)
            if found is not None and id(node) in patches:
                whole = getattr(patches[id(node)].func, "attr", "") == "dict"
                self.seams.append(Seam(place, found[1], found[2] or (".*" if whole else ""), module, node))
            elif found is not None:
                self.strings.append((place, found[1]))
                if indirect:
                    self.seams.append(Seam(place, found[1], found[2], module))
            elif node.value == self._dotted and id(node) in patches:
                self.seams += [Seam(place, k.arg, "", module) for k in patches[id(node)].keywords if k.arg]
        for call in calls:
            if call.args and isinstance(call.args[0], (ast.BinOp, ast.JoinedStr)):
                for part in walk(call.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        for name in re.findall(r"\.([A-Za-z_]\w*)", part.value):
                            self.seams.append(Seam(module.source.place(call), name, "", module))

    def _text(self, path: str) -> None:
        try:
            text = self.world.tree.read(path).decode("utf-8")
        except (UnicodeDecodeError, OSError):
            return
        pattern = re.compile(r"(?<![\w.])" + re.escape(self._dotted) + r"(?:[.:]|\s+import\s+)([A-Za-z_]\w*)")
        for number, line in enumerate(text.split("\n"), 1):
            for found in pattern.finditer(line):
                self.strings.append((Place(path, number, found.start()), found[1]))


def attribute_chain(node: ast.expr) -> list[str]:
    """``a.b.c`` as its parts; empty where the root is no plain name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return []
    return [node.id, *reversed(parts)]


def _is_patch(call: ast.Call) -> bool:
    """``patch("…")``, ``mock.patch("…")``, ``mocker.patch("…")``, ``monkeypatch.setattr("…", …)``,
    ``patch.multiple``."""
    function = call.func
    names: list[str] = []
    while isinstance(function, ast.Attribute):
        names.append(function.attr)
        function = function.value
    if isinstance(function, ast.Name):
        names.append(function.id)
    return "patch" in names or (bool(names) and names[0] in ("setattr", "delattr"))
