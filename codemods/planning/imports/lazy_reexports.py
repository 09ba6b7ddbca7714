"""The old path after the move: what the source binds, and what it only finds when somebody asks for it (PEP 562).

A lazy name is no entry in ``vars(module)``. So whoever looks into the namespace of the source needs it bound there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.bindings import Moment
from codemods.bindings.certainty import certain_binds
from codemods.bindings.guards import is_for_checkers
from codemods.bindings.references import Deferring
from codemods.model import Hazard, Place, Reexport, Refused, Severity
from codemods.planning.edits.model import DeferredImport, LazyReexport, NewImport, ReexportPosition
from codemods.planning.edits.module_references import reference_to
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.imports.bound_too_late import innermost_function
from codemods.planning.imports.eager_reexports import local_names, reexported
from codemods.planning.imports.submodule_names import named_like_submodules
from codemods.planning.imports.withdrawn_lazy_names import is_answer, module_getattr, module_level
from codemods.planning.references.doctest_names import read_by_staying
from codemods.planning.references.dynamic_names import looks_into_own
from codemods.planning.references.listed_in_module import listed_in_module
from codemods.planning.references.module_escapes import handed_on
from codemods.planning.references.partial_reads import reached_while_partial
from codemods.planning.selection.test_items import found_by_pytest
from codemods.project.settings_modules import who_lists
from codemods.project.told_imports import star_imports


def reexports(facts: Facts) -> tuple[tuple[NewImport, ...], LazyReexport | None]:
    """(what the source imports at its top level, what it finds when asked). Raises Refused."""
    offered = reexported(facts)
    found, made = _lazy_of(facts, offered), _made_when_called(facts)
    if not found and not made and facts.source_imports:
        return offered, None
    kept = tuple(_alone(facts, [new for new in offered if new.attribute not in found]))
    names = (*(str(new.attribute) for new in offered if new.attribute in found), *made)
    if facts.move.reexport is Reexport.NONE:
        names = ()
    typing = () if facts.source_imports else tuple(sorted(_named_in_annotations(facts) - {*names}))
    if not names and not typing:
        return kept, None
    standing = _standing(facts) if names else None
    dotted = facts.project.names.dotted(facts.move.destination)
    module = reference_to(facts.move.destination, facts.move.source, facts.relative, facts.project.names)
    return kept, LazyReexport(names, module, dotted, standing, _prefix(standing), facts.move.deprecate, typing)


def _alone(facts: Facts, bound: list[NewImport]) -> Iterator[NewImport]:
    """The imports beside lazy names: ``X as X`` where one is passed on alone, or others warn."""
    read = staying_reads(facts) | {*(facts.source.exported or ())}
    for new in bound:
        if len(bound) == 1 or not _eager(facts):
            yield NewImport(new.module, new.attribute, None if new.attribute in read else new.attribute)
        else:
            yield new


def _eager(facts: Facts) -> bool:
    """Does the source import the destination, and bind what it offers?"""
    lazy = facts.move.reexport is Reexport.LAZY or facts.move.deprecate
    return facts.source_imports and not lazy


def _lazy_of(facts: Facts, offered: tuple[NewImport, ...]) -> set[str]:
    """Of the names that the source goes on offering, those that it finds when asked."""
    names = {str(new.attribute) for new in offered}
    if not facts.source_imports:
        return names
    if _eager(facts):
        unsure = unbound_on_some_paths(facts.moving) - looked_for(facts).keys() - staying_reads(facts)
        eager = names - rebound_names(facts) - unsure
        # Something has to execute the destination where the source did.
        acting = any(takes_effect(facts, group) for group in facts.moving)
        return names - eager - (unsure if acting and not eager else set())
    return names - bound_names(facts).keys()


def _made_when_called(facts: Facts) -> list[str]:
    """Names for others that nothing but moved functions binds, by ``global``: the source finds them when asked."""
    if facts.move.reexport in (Reexport.EAGER, Reexport.NONE):
        return []
    bound = {name for s in facts.source.statements for name in s.binds} | facts.source.top_imports.keys()
    made = (name for name in facts.source.rebound.keys() - bound if not name.startswith("_"))
    return sorted(name for name in made if facts.groups.goes(name, facts.moving))


def rebound_names(facts: Facts) -> set[str]:
    """Moved names that moved functions rebind: a value imported once goes stale, one that is found when asked does
    not."""
    if facts.move.reexport in (Reexport.EAGER, Reexport.NONE):
        return set()
    return (facts.source.rebound.keys() & facts.moved_names) - looked_for(facts).keys() - staying_reads(facts)


def unbound_on_some_paths(moving: Iterable[DefinitionGroup]) -> set[str]:
    """Moved names that the statements of their group bind on some ways only."""
    return {name for group in moving for name in group.binds - certain_binds(s.node for s in group.statements)}


def staying_reads(facts: Facts) -> set[str]:
    read = {r.name for group in facts.staying for r in group.references if r.moment is not Moment.TYPING}
    return read & facts.moved_names


def deferred_imports(facts: Facts) -> tuple[DeferredImport, ...]:
    """Where the destination imports the source: what the source's functions import of moved names when they run."""
    if facts.source_imports:
        return ()
    module = reference_to(facts.move.destination, facts.move.source, facts.relative, facts.project.names)
    read: dict[tuple[int, str], list[Deferring]] = {}
    for group in facts.staying:
        for r in group.references:
            if r.moment is Moment.CALL and r.function is not None and r.name in facts.moved_names:
                inner = innermost_function(facts.source, r) or r.function
                read.setdefault((id(r.function), r.name), [r.function]).append(inner)
    # Whoever calls a function that only makes others may do so before the destination has its names.
    found = {
        (id(function), name): DeferredImport(function, NewImport(module, name))
        for (_, name), (outer, *inner) in read.items()
        for function in ([outer] if outer in inner else inner)
    }
    return (*found.values(), *_for_checkers(facts, module))


def _for_checkers(facts: Facts, module: str) -> Iterator[DeferredImport]:
    """What the blocks of the source that only type checkers see use of moved names: it is bound above."""
    for statement in (s for group in facts.staying for s in group.statements):
        if isinstance(statement.node, ast.If) and is_for_checkers(statement.node):
            names = {r.name for r in statement.references if not r.string} & facts.moved_names - statement.binds
            yield from (DeferredImport(statement.node, NewImport(module, name)) for name in sorted(names))


def executing_import(facts: Facts) -> tuple[NewImport, ReexportPosition] | None:
    """Where the destination imports the source and has effects: the source imports it, as a module, where the first
    statement with an effect stood. That works with partially initialized modules in both orders."""
    acting = [s for group in facts.moving if takes_effect(facts, group) for s in group.statements]
    if facts.source_imports or not acting:
        return None
    last = max([*(s.index for s in acting), *_needed_from_source(facts)])
    moving = {s.index for group in facts.moving for s in group.statements}
    below = next((s for s in facts.source.statements if s.index > last and s.index not in moving), None)
    text = reference_to(facts.move.destination, facts.move.source, facts.relative, facts.project.names)
    parent, _, last_part = text.rpartition(".")
    if text.startswith(".") and not parent.strip("."):
        parent = text[: -len(last_part)]
    taken = facts.source.binds | facts.moved_names | local_names(facts)  # linters say that those bind it anew
    asname = f"_{last_part}" if last_part in taken else None
    new = NewImport(parent, last_part, asname) if parent else NewImport(last_part, None, asname)
    comment = f"# noqa: F401  {'defines' if facts.executes_anyway else 'registers'} what moved there"
    return NewImport(new.module, new.attribute, new.asname, comment), ReexportPosition(below)


def _needed_from_source(facts: Facts) -> Iterator[int]:
    """The statements that move and need the source while they are imported: what they need is bound above them."""
    owners = tuple(group for group in facts.staying if not all(s.is_import for s in group.statements))
    for need in facts.graph.between(tuple(facts.moving), owners, Moment.IMPORT):
        yield from (s.index for s in need.by.statements)


def _named_in_annotations(facts: Facts) -> set[str]:
    """Moved names that only type checkers look for in the source."""
    typing = {r.name for u in facts.staying for r in u.references if r.moment is Moment.TYPING}
    return typing & facts.moved_names


def deprecation_hazards(facts: Facts) -> Iterator[Hazard]:
    """Names whose old path can't warn, for the source itself goes that way."""
    if not facts.move.deprecate or not facts.source_imports:
        return
    bound = bound_names(facts)
    for new in reexported(facts):
        name = str(new.attribute)
        if name in bound:
            place = Place(facts.move.source)
            reason = f"{name} is still bound in this module, because {bound[name]}: its old path gives no warning"
            yield Hazard("no-warning", place, reason, (), Severity.DECLARED)


def bound_names(facts: Facts) -> dict[str, str]:
    """Names that the source binds where it imports the destination, with the reason."""
    found = looked_for(facts)
    for group in facts.moving:
        if takes_effect(facts, group):
            reason = f"{group.label} takes effect when the module is imported"
            found = dict.fromkeys(group.names, reason) | found
    for group in facts.staying:
        for reference in group.references:
            if reference.name in facts.moved_names:
                line = facts.source.source.place(reference.node).line
                found[reference.name] = f"line {line} uses it"
    return dict(reached_while_partial(facts)) | found


def must_bind(facts: Facts) -> dict[str, str]:
    """Names that the source has to bind whoever imports whom, with the reason."""
    if facts.move.reexport is Reexport.NONE:
        return dict.fromkeys(read_by_staying(facts), "an example reads it among the names of the module")
    if facts.move.reexport is Reexport.EAGER:
        return dict.fromkeys((str(new.attribute) for new in reexported(facts)), "--reexport eager was given")
    offered = {str(new.attribute) for new in reexported(facts)}
    found = looked_for(facts, stars=False)  # whose importers import moved names beside them
    found |= {n: f"{path} has that name in the package too" for n, path in named_like_submodules(facts).items()}
    for group in facts.staying:
        for reference in group.references:
            if reference.name not in facts.source.binds and looks_into_own(facts.source, reference.node):
                place = facts.source.source.place(reference.node)
                names = (name for name in facts.moved_names if _may_find(facts, place, name))
                found = dict.fromkeys(names, f"line {place.line} looks into the namespace") | found
    found |= dict(reached_while_partial(facts))
    return {name: why for name, why in found.items() if name in offered}


def _may_find(facts: Facts, place: Place, name: str) -> bool:
    """May a look into the namespace find the name? It may, unless each that is known there asks for other texts."""
    known = [look for look in facts.looks if (look.place.path, look.place.line) == (place.path, place.line)]
    return not known or any(look.lists or look.finds(name) for look in known)


def looked_for(facts: Facts, stars: bool = True) -> dict[str, str]:
    """Moved names that somebody looks for in the namespace of the source, with the reason."""
    moved, tree, old = facts.moved_names, facts.project.tree, facts.project.names.dotted(facts.move.source)
    found: dict[str, str] = {}
    if stars and facts.referrers.stars and facts.source.exported is None:
        star = facts.referrers.stars[0].path
        found |= dict.fromkeys((n for n in moved if not n.startswith("_")), f"{star} imports everything from it")
    public = [n for n in moved if not n.startswith("_")] if facts.source.exported is None else []
    for path, line, name in star_imports(tree, old, public):
        found[name] = f"{path}:{line} imports everything from it"
    who, capitals = who_lists(tree, facts.project.names, facts.move.source)
    listed = [n for n in moved if who and not n.startswith("_") and (n.isupper() or not capitals)]
    found = dict.fromkeys(listed, f"{who} reads all names of this module of settings") | found
    for place in handed_on(facts):
        found = dict.fromkeys(moved, f"{place} passes the module on as an object") | found
    for patch in facts.referrers.patch_targets:
        if patch.name in moved - facts.followed - facts.set_elsewhere:
            found[patch.name] = f"{patch.place} replaces it here"
    found |= dict.fromkeys(read_by_staying(facts), "an example reads it among the names of the module")
    found |= dict.fromkeys(facts.read_through_source & moved, "it is looked up here by those who may find it replaced")
    found |= dict.fromkeys(found_by_pytest(facts), "pytest looks for it among the names of the module")
    found |= dict(listed_in_module(facts))
    for look in facts.looks:
        if look.bound:
            reason = f"{look.place} looks names up in the module by {look.called}"
            found = dict.fromkeys(filter(look.finds, moved), reason) | found
    return found


def takes_effect(facts: Facts, group: DefinitionGroup) -> bool:
    """Does a definition change what others hold, by a decorator that registers it, a base that keeps a list; or does
    it look at what others change?"""
    return facts.executes_anyway or any(facts.effects.of(facts.source, statement) for statement in group.statements)


def _standing(facts: Facts) -> ast.FunctionDef | None:
    """The ``__getattr__`` that the source has; Refused where names can't be put into it."""
    if "__getattr__" not in facts.source.binds:
        return None
    function = module_getattr(facts.source)
    moving = {id(s.node) for group in facts.moving for s in group.statements}
    if function is not None and id(function) not in moving:
        return function
    body = facts.source.source.tree.body
    found = next((n for n in module_level(body) if getattr(n, "name", "") == "__getattr__"), None)
    place = facts.source.source.place(found) if found else Place(facts.move.source)
    reason = "the module has a __getattr__ into which the moved names can't be put"
    remedy = "make it one plain function of one argument, or leave out --deprecate"
    raise Refused(Hazard("module-getattr", place, reason, (remedy,)))


def _prefix(function: ast.FunctionDef | None) -> str:
    """What a branch binds would be a local name everywhere in the function: it may be none that others read."""
    others = [n for n in (function.body if function else ()) if not is_answer(n)]
    known = {getattr(n, "id", getattr(n, "name", "")) for other in others for n in ast.walk(other)}
    known |= {a.asname or a.name for o in others for n in ast.walk(o) if isinstance(n, ast.Import) for a in n.names}
    prefix = ""
    while any(prefix + name in known for name in ("importlib", "warnings", "message")):
        prefix += "_"
    return prefix
