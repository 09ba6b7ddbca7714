"""What moved code reads that it must find in the destination: imports to bring, and how."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from codemods.bindings import Import, Module, Moment, Reference
from codemods.bindings.guards import is_for_checkers
from codemods.bindings.references import Deferring
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.edits.closed_cycles import closes
from codemods.planning.edits.model import DeferredImport, NewImport, TypingTest
from codemods.planning.edits.module_references import reference_to
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.imports.as_attributes import is_plain
from codemods.planning.imports.as_written import by_chain, in_a_function, rewritten, stands_late
from codemods.planning.imports.bound_anew import bound_anew
from codemods.planning.imports.bound_too_late import innermost, innermost_function
from codemods.planning.imports.optional_blocks import blocks_of, defines, for_checkers_alone
from codemods.planning.imports.path_changes import below_path_change
from codemods.planning.imports.source_order import places, typing_test
from codemods.planning.imports.star_names import from_stars, is_starred
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.namespace_lookups import as_module, bound_to_others, lookups, module_import

_BUILTINS = frozenset({*dir(builtins), "__file__", "__path__", "__builtins__"})


@dataclass
class RequiredImports:
    """The imports that the destination gets; ``used`` are the imports of the source that moved code reads."""

    project: ProjectIndex
    groups: DefinitionGroups
    moving: tuple[DefinitionGroup, ...]
    destination: str
    relative: bool
    read_through_source: frozenset[str] = frozenset()
    again: dict[str, DefinitionGroup] = field(default_factory=dict)  # what both modules make for themselves
    imports: list[NewImport] = field(default_factory=list)
    typing_imports: list[NewImport] = field(default_factory=list)
    blocks: list[ast.stmt] = field(default_factory=list)
    late: list[DeferredImport] = field(default_factory=list)
    copies: list[DefinitionGroup] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    lookups: list[tuple[ast.Call, str]] = field(default_factory=list)  # globals(), and the source's name there
    attributes: list[tuple[ast.Name, str]] = field(default_factory=list)  # names, and the source's name before them
    as_attributes: frozenset[str] = frozenset()  # names of the source that the destination must not bind
    bound_too_late: frozenset[str] = frozenset()  # not bound yet when a moved function runs for the first time
    at_top: bool = False  # may the destination import the source while it is imported?
    executed_at: int | None = None  # the statement of the source above which it executes the destination
    standing: Module | None = None  # the destination, where it stands
    lands_after: int = 0  # the line in the source above which it may not import the destination

    @property
    def source(self) -> Module:
        return self.groups.module

    def solve(self) -> None:
        moved = {name for group in self.moving for name in group.binds}
        wanted: dict[str, list[Reference]] = defaultdict(list)
        again = {n: u for n, u in self.again.items() if n not in moved}
        for group in self.moving:
            for reference in group.references:
                wanted[reference.name].append(reference)
        for name in [name for name in wanted if name in again and name not in self.read_through_source]:
            for reference in again[name].statements[0].references:
                if reference.name != name:
                    wanted[reference.name].append(reference)
        anew = bound_anew(self.source, self.moving)
        for name, references in wanted.items():
            if name in self.read_through_source:
                apart = name in self.groups.apart
                self._when_called(name, [r for r in references if apart or not r.writes])
                self.used |= {name} & self.source.top_imports.keys()
                references = [r for r in references if r.moment is not Moment.CALL or r.function is None]
                if not references:
                    continue
            if name in anew:
                self.used.add(name)
                self._like_source(name, references)
            if name in moved:
                continue
            if name in self.again:
                self.copies.append(self.again[name])
            elif name in self.groups.by_name:
                self._from_source(name, references)
            elif name in self.source.top_imports:
                self.used.add(name)
                self._like_source(name, references)
            elif name in self.source.stand_ins:
                self._stand_in(name)
            elif name not in _BUILTINS or is_starred(self.project, self.source, name):
                found = from_stars(self.project, self.source, self.destination, name)
                self.imports += [new for new in found if new not in self.imports]
                if not found:
                    self._submodule(name, references)
        self._needs_of_blocks(moved)
        self._looked_up()
        imports = (n for b in self.blocks for n in ast.walk(b) if isinstance(n, (ast.Import, ast.ImportFrom)))
        brought = {alias.asname or alias.name for node in imports for alias in node.names}
        self.typing_imports = [new for new in self.typing_imports if new.binds not in brought]
        unseen = {name for name, references in wanted.items() if all(r.field for r in references)}
        self.imports, self.typing_imports = (_unchecked(found, unseen) for found in (self.imports, self.typing_imports))
        place = places(self.source, self.rewritten)
        self.imports.sort(key=place)
        self.typing_imports.sort(key=place)

    # -- names that stay in the source

    def _from_source(self, name: str, references: list[Reference]) -> None:
        typing = [r for r in references if r.moment is Moment.TYPING]
        statements = self.groups.by_name[name].statements
        if len(typing) == len(references) and all(is_for_checkers(s.node) for s in statements):
            self.typing_imports.append(NewImport(self._source_text, name))
            return
        at_once = name not in self.read_through_source or any(r.moment is Moment.IMPORT for r in references)
        plain = [NewImport(self._source_text, name)]
        may = self.at_top and at_once and not self._is_bound_later(name, references)
        if may and not self._closes(plain[0], references):
            off = self._is_read_off(name, references)
            self.imports += self._read_off(references) if off else plain
            return
        if typing:
            self.typing_imports.append(NewImport(self._source_text, name))
        self._when_called(name, [r for r in references if r.moment is not Moment.TYPING])

    def _is_read_off(self, name: str, references: list[Reference]) -> bool:
        parents = self.source.source.nodes.parents
        return name in self.as_attributes and all(is_plain(parents, r) for r in references)

    def _read_off(self, references: list[Reference]) -> list[NewImport]:
        """The import of the source as a module, off which the name is read wherever it stands."""
        readers = [s.node for group in self.moving for s in group.statements]
        there = bound_to_others(self.project, self.destination, self.source.path) if self.at_top else ()
        module = as_module(self.project.names, self.source.path, self.destination, self.relative, readers, there)
        self.attributes += [(r.node, module.binds) for r in references if isinstance(r.node, ast.Name)]
        return [module] if module not in self.imports else []

    def _when_called(self, name: str, references: list[Reference]) -> None:
        if self._is_read_off(name, references):
            for module in self._read_off(references):
                if self.at_top:
                    self.imports.append(module)
                else:
                    self.late += [DeferredImport(r.function, module) for r in references if r.function is not None]
        else:
            self._late(name, references)

    def _stand_in(self, name: str) -> None:
        """A flag or a constant beside imports comes with them; what only type checkers see there is the source's."""
        nodes = [s.node for s in self.source.stand_ins[name]]
        if all(map(is_for_checkers, nodes)):
            self.typing_imports.append(NewImport(self._source_text, name))
            return
        self.used.add(name)
        self._blocks(nodes)

    def _is_bound_later(self, name: str, references: list[Reference]) -> bool:
        """Is a name, which is needed only when moved code is called, not bound yet when the destination is executed?"""
        if self.executed_at is None or any(map(_at_once, references)):
            return False
        return self.groups.by_name[name].statements[-1].index >= self.executed_at

    def _closes(self, new: NewImport | None, references: list[Reference]) -> bool:
        """Is a name needed only when moved code is called, of a module that takes names from the destination?"""
        if self.standing is None or new is None or any(map(_at_once, references)):
            return False
        return closes(self.project, self.standing, new)

    @property
    def _source_text(self) -> str:
        return reference_to(self.source.path, self.destination, self.relative, self.project.names)

    def _late(self, name: str, references: list[Reference]) -> None:
        called = [r for r in references if r.function is not None and r.moment is Moment.CALL]
        functions = [self._deferring(name, r) for r in called]
        for function in {id(f): f for f in functions}.values():
            assert function is not None
            self.late.append(DeferredImport(function, NewImport(self._source_text, name)))

    def _deferring(self, name: str, reference: Reference) -> Deferring | None:
        """Where it is imported: as late as may be, if its value changes."""
        if name in self.bound_too_late:
            return innermost(self.source, reference)
        rebound = name in self.read_through_source and name in self.source.rebound
        return innermost_function(self.source, reference) if rebound else reference.function

    def _looked_up(self) -> None:
        """The source itself, where moved functions look names up in it."""
        for call, function in (f for u in self.moving for s in u.statements for f in lookups(self.source, s)):
            late = module_import(self.project.names, self.source.path, self.destination, self.relative, function)
            self.late.append(late)
            self.lookups.append((call, late.new.binds))

    # -- names that the source imports

    def _like_source(self, name: str, references: list[Reference]) -> None:
        items = self.source.top_imports[name]
        plain = [i for i in items if not i.guarded and not i.typing_only]
        typing = [i for i in items if i.typing_only and not i.guarded]
        guarded = [i for i in items if i.guarded]
        if guarded and self._is_computed(guarded) and not any(map(_at_once, references)):
            if any(r.moment is Moment.TYPING for r in references):
                self.typing_imports.append(NewImport(self._source_text, name))
            self._when_called(name, [r for r in references if r.moment is not Moment.TYPING])
            self.used.discard(name)  # the source goes on importing it
        elif all(i.typing_only for i in items) and any(map(defines, blocks_of(self.source, guarded))):
            self._add(self.typing_imports, guarded[0])  # type checkers know it where it is imported from its home
        elif typed := for_checkers_alone(guarded, references):
            self._add(self.typing_imports, typed)
        elif guarded and not (plain and all(i.typing_only for i in guarded)):
            self._blocks(blocks_of(self.source, guarded))
        elif plain:
            for item in by_chain(plain, references):
                if stands_late(self.project, self.source, item) or self._closes(self.rewritten(item), references):
                    self._late_like_source(item, references)
                else:
                    self._add(self.imports, item)
                    if below_path_change(self.source, item):
                        self.lands_after = max(self.lands_after, item.node.lineno)
        for item in typing if not plain else ():
            self._add(self.typing_imports, item)

    def _is_computed(self, items: list[Import]) -> bool:
        """Does the source ask its own definitions which import it takes? Then nobody asks them once more."""
        blocks = {id(block) for block in blocks_of(self.source, items)}
        asking = (s for s in self.source.statements if id(s.node) in blocks)
        read = {r.name for s in asking for r in s.references if r.moment is not Moment.TYPING}
        own = (self.groups.by_name[name] for name in read & self.groups.by_name.keys())
        return any(isinstance(s.node, FUNCTIONS) for group in own for s in group.statements)

    def _blocks(self, nodes: Iterable[ast.stmt | None]) -> None:
        self.blocks += [node for node in dict.fromkeys(nodes) if node is not None and node not in self.blocks]

    def _needs_of_blocks(self, moved: set[str]) -> None:
        """What the tests of guarded imports read: `if sys.version_info >= …`."""
        for statement in self.source.statements:
            if not any(statement.node is block for block in self.blocks):
                continue
            for reference in statement.references:
                if reference.name in self.source.top_imports and reference.name not in statement.binds | moved:
                    self.used.add(reference.name)
                    self._like_source(reference.name, [reference])

    def _late_like_source(self, item: Import, references: list[Reference]) -> None:
        """An import that the source makes late is made no earlier by moved code."""
        new = self.rewritten(item)
        if new is None:
            return
        if any(map(_at_once, references)):
            self._add(self.imports, item)
            self.lands_after = max(self.lands_after, item.node.lineno)
            return
        if any(r.moment is Moment.TYPING for r in references):
            self._add(self.typing_imports, item)
        for function in {id(r.function): r.function for r in references if r.moment is Moment.CALL}.values():
            assert function is not None
            self.late.append(DeferredImport(function, in_a_function(new)))

    def _add(self, to: list[NewImport], item: Import) -> None:
        new = self.rewritten(item)
        if new is not None and new not in to:
            to.append(new)

    def rewritten(self, item: Import) -> NewImport | None:
        return rewritten(self.project, self.source, self.destination, item)

    def _submodule(self, name: str, references: list[Reference]) -> None:
        """What a package has by a name that it does not bind: its module of that name, once that is imported."""
        names = self.project.names
        package = names.package(self.source.path) if self.source.path.rpartition("/")[2] == "__init__.py" else ""
        target = names.find(f"{package}.{name}", self.source.path) if package else None
        if target is None or target == self.destination:
            return
        if any(map(_at_once, references)):
            self.imports.append(NewImport(self._source_text, name))
        else:
            self._late(name, references)

    def typing_test(self) -> TypingTest:
        return typing_test(self.source, self.rewritten, self.imports)


def _at_once(reference: Reference) -> bool:
    """Is it read while the module is imported, or in a lambda, where no import can stand?"""
    in_lambda = reference.moment is Moment.CALL and reference.function is None
    return reference.moment is Moment.IMPORT or in_lambda


def _unchecked(imports: list[NewImport], unseen: Collection[str]) -> list[NewImport]:
    """Linters do not see who reads these names."""
    return [replace(n, comment="# noqa: F401") if n.binds in unseen and not n.comment else n for n in imports]
