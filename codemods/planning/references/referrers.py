"""Who refers to the names of a module from other files, and in which way."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from codemods.bindings import Import, Module
from codemods.model import Place
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.index.reference_prefilter import ReferencePrefilter
from codemods.planning.references.dynamic_names import Look, looks_elsewhere
from codemods.planning.references.module_aliases import aliases, asked_by_another_name, module_behind
from codemods.planning.references.module_values import ModuleValues
from codemods.planning.references.replacements import PatchTarget, hands_to_patch, in_places, is_patch, replacements
from codemods.project.walking import is_code


@dataclass
class Referrers:
    """Every reference to names of the module at ``path`` from elsewhere in the tree."""

    project: ProjectIndex
    path: str
    imports: list[tuple[Module, Import]] = field(default_factory=list)
    stars: list[Module] = field(default_factory=list)
    chained: dict[str, list[Place]] = field(default_factory=dict)
    assigned: dict[str, list[Place]] = field(default_factory=dict)
    patch_targets: list[PatchTarget] = field(default_factory=list)
    strings: list[tuple[Place, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    values: ModuleValues = field(init=False)
    handed_on: dict[frozenset[str], tuple[Place, ...]] = field(default_factory=dict)

    def collect(self, names: frozenset[str]) -> Referrers:
        """``names``: what the module binds."""
        found = list(ReferencePrefilter(self.project.tree, self.path, self._dotted, names).files())
        more = asked_by_another_name(self.project, self.path, [path for path in found if path.endswith(".py")])
        self.files += dict.fromkeys([self.path, *found, *more])
        for path in self.files[1:]:
            if path.endswith((".py", ".pyi")):
                try:
                    module = self.project.module(path)
                except Exception:  # remembered by the project as unreadable
                    continue
                if path == self.path + "i":
                    continue
                self._imports(module)
                if path.endswith(".py"):
                    self._chains(module)
                    self._strings(module)
            else:
                self._text(path)
        own = self.project.module(self.path)
        self._strings(own)
        self.values = ModuleValues(self.project, self.path, self.files)
        for module in self.values.files.values():
            self.patch_targets += replacements(self.values, module, self._dotted, names)
        return self

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Places in other modules that look into its namespace, whatever moves."""
        return tuple(looks_elsewhere(self.values))

    @property
    def _dotted(self) -> str:
        return self.project.names.dotted(self.path)

    @cached_property
    def used(self) -> frozenset[str]:
        """Names that another file reads, writes, or names in a string that is no patch."""
        found = {item.attribute for _, item in self.imports if item.attribute}
        found |= self.chained.keys() | self.assigned.keys() | {n for _, n in self.strings}
        found |= {name for name, _ in self._starred}
        return frozenset(found | {s.name for s in self.patch_targets if s.text is None})

    @cached_property
    def users(self) -> dict[str, frozenset[str]]:
        """The other files in which each name is used, in the sense of ``used``."""
        places = {(item.attribute, module.path) for module, item in self.imports if item.attribute}
        for names in (self.chained, self.assigned):
            places |= {(name, place.path) for name, found in names.items() for place in found}
        places |= {(name, place.path) for place, name in self.strings} | self._starred
        places |= {(patch.name, patch.place.path) for patch in self.patch_targets if patch.text is None}
        places |= self._passed_on
        found: dict[str, set[str]] = defaultdict(set)
        for name, path in places:
            if path != self.path:
                found[name].add(path)
        return {name: frozenset(paths) for name, paths in found.items()}

    @cached_property
    def _starred(self) -> frozenset[tuple[str, str]]:
        """(name, the file that reads it by its star import)"""
        own = self.project.module(self.path).binds
        return frozenset(
            (name, module.path)
            for module in self.stars
            for name in {r.name for s in module.statements for r in s.references} & own - module.binds
            if self.project.exports(self.path, name)
        )

    @cached_property
    def _passed_on(self) -> frozenset[tuple[str, str]]:
        """(definition, the file that offers it to others by its star import): by its ``__all__``, or as a package."""
        defined = self.project.module(self.path).definitions
        return frozenset(
            (name, module.path)
            for module in self.stars
            if module.exported is not None or module.path.endswith("__init__.py")
            for name in (defined if module.exported is None else defined.keys() & {*module.exported})
            if self.project.exports(self.path, name)
        )

    @cached_property
    def outside(self) -> frozenset[str]:
        """Names that another file refers to, in patches too."""
        return self.used | {s.name for s in self.patch_targets}

    def _imports(self, module: Module) -> None:
        for item in module.imports:
            if item.attribute is None or self.project.target(module, item) != self.path:
                continue
            if item.attribute == "*":
                self.stars.append(module)
            elif self.project.names.find(self._full(module, item), module.path) in (None, self.path):
                self.imports.append((module, item))

    def _full(self, module: Module, item: Import) -> str:
        base = self.project.names.absolute(module.path, item.module or None, item.level) or ""
        return f"{base}.{item.attribute}" if base else str(item.attribute)

    def aliases(self, module: Module) -> dict[str, list[str]]:
        """Names of a module that may be bound to other modules, each with the dotted names that it may stand for."""
        return aliases(self.project, module, self._dotted.rpartition(".")[2])

    def reached(self, chain: tuple[str, ...], aliases: dict[str, list[str]], importer: str) -> tuple[str, ...] | None:
        """What an attribute chain reads beyond this module, if it goes through it."""
        for dotted in aliases.get(chain[0], ()):
            parts = [*dotted.split("."), *chain[1:]]
            for cut in range(len(dotted.split(".")), len(parts)):
                if self.project.names.find(".".join(parts[:cut]), importer) == self.path and (
                    self.project.names.find(".".join(parts[: cut + 1]), importer) in (None, self.path)
                ):
                    return tuple(parts[cut:])
                if cut + 1 < len(parts) and self._hands_it_on(".".join(parts[:cut]), parts[cut], importer):
                    return tuple(parts[cut + 1 :])
        return None

    def _hands_it_on(self, dotted: str, name: str, importer: str) -> bool:
        """Does another module have this one by a name: ``api.orders``, where ``api`` imports it?"""
        holder = self.project.names.find(dotted, importer)
        if holder in (None, self.path) or self.project.names.find(f"{dotted}.{name}", importer) is not None:
            return False
        return holder in self.files and module_behind(self.project, holder, name) == self.path  # type: ignore[arg-type]

    def _chains(self, module: Module) -> None:
        aliases = self.aliases(module)
        for node in module.source.nodes.of(ast.Attribute):
            chain = chain_of(node)
            reached = self.reached(chain, aliases, module.path) if chain and chain[0] in aliases else None
            if reached and module.may_be_imported(node):
                where = self.assigned if len(reached) == 1 and not isinstance(node.ctx, ast.Load) else self.chained
                where.setdefault(reached[0], []).append(module.source.place(node))

    def _strings(self, module: Module) -> None:
        """Strings that name something in the module by its dotted path, and are no patches by themselves."""
        if self._dotted not in module.source.text:
            return
        pattern = re.compile(re.escape(self._dotted) + r"[.:]([A-Za-z_]\w*)((?:\.\w+)*)$")
        calls = module.source.nodes.of(ast.Call)
        meant = [call for written in calls for call in in_places(module, written) if call.args and is_patch(call)]
        patches = {id(call.args[0]) for call in meant}
        arguments = {id(a): call for call in calls for a in (*call.args, *(k.value for k in call.keywords))}
        indirect = any(not isinstance(call.args[0], ast.Constant) for call in meant)
        for node in module.source.nodes.of(ast.Constant):
            if not isinstance(node.value, str) or self._dotted not in node.value or id(node) in patches:
                continue
            found = pattern.match(node.value)
            if found is not None:
                place = module.source.place(node)
                self.strings.append((place, found[1]))
                if indirect or hands_to_patch(self.project, module, node, arguments):
                    self.patch_targets.append(PatchTarget(place, found[1], found[2], module))

    def _text(self, path: str) -> None:
        try:
            text = self.project.tree.read(path).decode("utf-8")
        except (UnicodeDecodeError, OSError):
            return
        dotted = re.escape(self._dotted)
        pattern = re.compile(rf"(?<![\w.]){dotted}(?:[.:]([A-Za-z_]\w*)|[ \t]+c?import[ \t]+(\([^)]*\)|[^\n#;]*))")
        if is_code(path):
            parent, _, last = self._dotted.rpartition(".")
            whole = rf"(?<![\w.])(?:{re.escape(last)}|{dotted})\.([A-Za-z_]\w*)()"
            imported = re.search(
                rf"^\s*(?:from\s+{re.escape(parent)}\s+)?c?import\b.*\b{re.escape(last)}\b", text, re.MULTILINE
            )
            pattern = re.compile(f"{pattern.pattern}|{whole}") if imported else pattern
        for found in pattern.finditer(text):
            names = [found[1]] if found[1] else re.findall(r"(?:^|,|\()\s*([A-Za-z_]\w*)", found[2] or "")
            names += [group for group in found.groups()[2:] if group]
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start()) - 1
            self.strings += [(Place(path, line, column), name) for name in names]
