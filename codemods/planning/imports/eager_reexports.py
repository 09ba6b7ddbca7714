"""Which moved names the source imports from the destination, and where among its statements."""

from __future__ import annotations

import ast

from codemods.bindings import Moment, Statement
from codemods.bindings.guards import is_type_checking
from codemods.bindings.scopes import FUNCTIONS, target_names
from codemods.model import Reexport
from codemods.planning.edits.model import NewImport, ReexportPosition
from codemods.planning.edits.module_references import reference_to
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.imports.name_order import keeps_its_turn
from codemods.planning.imports.source_imports import looked_up
from codemods.planning.imports.submodule_names import named_like_submodules
from codemods.planning.references.built_texts import UNKNOWN
from codemods.planning.references.doctest_names import read_by_staying
from codemods.planning.references.import_strings import in_generated_code
from codemods.planning.references.module_escapes import handed_on
from codemods.planning.references.private_mentions import may_be_named, may_be_pickled
from codemods.planning.selection.in_place import below_moved
from codemods.planning.selection.test_items import (
    collected,
    found_in_the_destination,
    given_by_conftest,
    only_for_moved_tests,
)
from codemods.project.import_style import import_style


def reexported(facts: Facts) -> tuple[NewImport, ...]:
    """The moved names that the source, or somebody who knows its path, still needs there."""
    if facts.move.reexport is Reexport.NONE:
        wanted = _read_by_staying(facts) | read_by_staying(facts)
    else:
        wanted = set(facts.moved_names)
    module = reference_to(
        facts.move.destination,
        facts.source.path,
        facts.relative,
        facts.project.names,
    )
    exported = set(facts.source.exported or ())
    read = _read_by_staying(facts)
    seen = _read_by_staying(facts, fields=False)
    outside = facts.referrers.outside | read_by_staying(facts)
    deleted = {n for u in facts.moving for s in u.statements if isinstance(s.node, ast.Delete) for n in s.binds}
    # A test that is re-exported would run twice.
    collected_there = collected(facts).keys() & found_in_the_destination(facts).keys() | given_by_conftest(facts)
    collected_there |= only_for_moved_tests(facts)
    found = []
    for group in sorted(facts.moving, key=lambda u: u.index):
        for name in group.names:
            asked = name in facts.move.names
            private = name.startswith("_") and not name.startswith("__")
            if name not in wanted or name in deleted or (name == "_" and name not in read):
                continue
            # An import inside of a moved statement is no more a promise than one that leaves.
            incidental = private or (name in facts.source.top_imports and not _defines(facts, group, name))
            if incidental and not asked and name not in read | exported | outside and not looked_up(facts, name):
                said = in_generated_code(facts.project, facts.source.path, name)
                if not said and not (private and (may_be_named(facts, name) or may_be_pickled(facts, name))):
                    continue
            if name in collected_there and name not in read | exported:
                if not _a_test_is_looked_up(facts, name) and not _found_here(facts, name):
                    continue
            found.append(NewImport(module, name, None if name in seen or name in exported else name))
    return _in_one_statement(found, local_names(facts), import_style(facts.project.tree).kept)


def _defines(facts: Facts, group: DefinitionGroup, name: str) -> bool:
    """Does a statement define a name, be it where an import of it fails? A constant stands in for what is missing."""
    if name in facts.source.definitions:
        return True
    todo: list[ast.AST] = [s.node for s in group.statements]
    while todo:
        node = todo.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            if node.name == name:
                return True
            continue
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
            if any(name in target_names(target) for target in node.targets):
                return True
        todo += ast.iter_child_nodes(node)
    return False


def _a_test_is_looked_up(facts: Facts, name: str) -> bool:
    """As any name may be, but by code that evaluates a text which nobody knows: no test is asked for so."""
    unknown = [k for k in facts.looks if k.called in ("eval", "exec") and (k.lists or UNKNOWN in k.texts)]
    return facts.looks_along or any(look.finds(name) for look in facts.looks if look not in unknown)


def _found_here(facts: Facts, name: str) -> bool:
    """Does anybody go on finding a moved name in the source, who imports it from nowhere else?"""
    referrers = facts.referrers
    # What is edited names it where it stands now.
    edited = {(m.place.path, m.place.line, m.name) for m in facts.mentions if m.edit is not None}
    said = {n for place, n in referrers.strings if (place.path, place.line, n) not in edited}
    said |= {m.name for m in facts.mentions if m.edit is None}
    spoken = {s.name for s in referrers.patch_targets} | said
    reached = referrers.chained.keys() | referrers.assigned.keys() | spoken | read_by_staying(facts)
    return name in reached or bool(referrers.stars) or bool(list(handed_on(facts)))


def _in_one_statement(found: list[NewImport], local: set[str], comment: str) -> tuple[NewImport, ...]:
    """Several names that are only passed on stand in one statement with the others, and one comment for linters;
    not those that functions bind for themselves too, where linters would see an import that is bound anew."""
    alone = [new for new in found if new.asname and new.binds in local]
    shared = [new for new in found if new not in alone]
    if any(new.asname for new in shared) and len(shared) > 1:
        shared = [NewImport(new.module, new.attribute, None, comment) for new in shared]
    return (*shared, *alone)


def local_names(facts: Facts) -> set[str]:
    """Names that staying code binds in scopes of its own."""
    nodes = [n for group in facts.staying for s in group.statements for n in ast.walk(s.node)]
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    return bound | {n.arg for n in nodes if isinstance(n, ast.arg)}


def _read_by_staying(facts: Facts, fields: bool = True) -> set[str]:
    """Not by ``fields`` of texts: linters do not see those."""
    read = (r for group in facts.staying for r in group.references if fields or not r.field)
    return {r.name for r in read if r.name in facts.moved_names}


def landing_place(facts: Facts, after_line: int = 0) -> ReexportPosition | None:
    """Where among the staying statements the source imports the destination; None for the imports at the top.

    Where moved code has effects while it is imported, it keeps its turn: after what stood before it.
    """
    moving = {s.index for group in facts.moving for s in group.statements}
    others = set(named_like_submodules(facts).values()) - {facts.move.destination}  # below what imports these
    if facts.in_place or others or keeps_its_turn(facts):
        below = below_moved(facts)
        return ReexportPosition(next((s for s in facts.source.statements if s.index == below), None))
    if after_line:
        below = (s for s in facts.source.statements if s.node.lineno > after_line and s.index not in moving)
        return ReexportPosition(next(below, None))
    effects = [s for group in facts.moving for s in group.statements if facts.effects.of(facts.source, s)]
    earlier = [
        s
        for group in facts.staying
        for s in group.statements
        if effects and s.index < min(e.index for e in effects) and not s.is_import and facts.effects.of(facts.source, s)
    ]
    if not earlier:
        return None
    first = min(e.index for e in effects)
    early = [s for u in facts.staying for s in u.statements if s.index < first and _reads_moved(facts, s)]
    if any(s.index < max(e.index for e in earlier) for s in early):
        return None
    if early:
        return ReexportPosition(min(early, key=lambda s: s.index))
    return ReexportPosition(
        next((s for s in facts.source.statements if s.index > first and s.index not in moving), None)
    )


def _reads_moved(facts: Facts, statement: Statement) -> bool:
    """Does a statement read a moved name when it runs, or when a type checker comes to it?"""
    seen = {Moment.IMPORT}
    if isinstance(statement.node, ast.If) and is_type_checking(statement.node.test):
        seen.add(Moment.TYPING)
    return any(r.name in facts.moved_names and r.moment in seen for r in statement.references)
