"""What the source loses beside the moved code, and which moved names it re-exports."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Import, Moment, Statement
from codemods.bindings.guards import is_type_checking
from codemods.model import Hazard, Reexport, Severity
from codemods.planning.edits.model import NewImport, ReexportPosition
from codemods.planning.edits.spelling import reference_to, relative_style
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.imports.optional_blocks import unread
from codemods.planning.references.doctest_names import read_by_staying
from codemods.planning.references.import_strings import in_generated_code
from codemods.planning.references.module_escapes import handed_on
from codemods.planning.selection.in_place import below_moved
from codemods.planning.selection.test_items import collected, found_in_the_destination, given_by_conftest
from codemods.project import bodies
from codemods.project.import_style import import_style

_ANNOTATING = frozenset({"typing", "typing_extensions", "collections.abc", "__future__"})


def kept_for_others(facts: Facts, used: set[str], blocks: tuple[Statement, ...]) -> tuple[Import, ...]:
    """Imports that only moved code used and that others may read in the source: marked for linters as kept."""
    read = _read_in_source(facts, blocks)
    return tuple(
        item
        for name in sorted(used - read)
        for item in facts.source.top_imports.get(name, ())
        if _passed_on(facts, item) and not (item.guarded or item.explicit or _is_promise(facts, item))
    )


def _read_in_source(facts: Facts, blocks: tuple[Statement, ...]) -> set[str]:
    """Names that the source still reads or lists after the move, ``blocks`` aside."""
    left = [(group, s) for group in facts.staying for s in group.statements if s not in blocks]
    read = {r.name for group, s in left for r in s.references if not _binds_import(group, r.name)}
    return read | set(facts.source.exported or ())


def _passed_on(facts: Facts, item: Import) -> bool:
    """Do others find this import in the source: by name, by a star, or as part of a package's face?"""
    name = item.binds
    package = facts.source.path.rpartition("/")[2] == "__init__.py"
    facade = package and item.attribute is not None and not _is_a_tool(facts, item)
    starred = not item.typing_only and name in _read_by_star_importers(facts, item.attribute is None)
    patched = any(s.name == name and (s.rest or s.name not in facts.followed) for s in facts.referrers.patch_targets)
    dynamic = _looked_up(facts, name) and not item.typing_only
    return facade or starred or patched or dynamic or name in facts.referrers.used


def _is_a_tool(facts: Facts, item: Import) -> bool:
    """Is it what a package itself works with, not what it is there for: a name for annotations, a logger?"""
    outside = not item.level and facts.project.target(facts.source, item) is None
    return (outside and item.module in _ANNOTATING) or item.binds.strip("_").lower() in ("log", "logger")


def passing_on(facts: Facts, used: set[str], blocks: tuple[Statement, ...]) -> Iterator[Hazard]:
    """The imports that only moved code used and that stay, since others may find them in the package; told once."""
    kept = kept_for_others(facts, used, blocks)
    if kept:
        names = ", ".join(dict.fromkeys(item.binds for item in kept))
        place = facts.source.source.place(kept[0].node)
        yield Hazard("passed-on", place, f"only moved code used {names}; passed on still", (), Severity.DECLARED)


def departing_blocks(facts: Facts, blocks: list[ast.stmt]) -> tuple[Statement, ...]:
    """Guarded imports that moved code took along, of which staying code reads nothing."""
    read = {
        r.name for group in facts.staying for r in group.references if not all(s.is_import for s in group.statements)
    }
    read |= set(facts.source.exported or ()) | facts.referrers.outside
    if facts.source.path.rpartition("/")[2] == "__init__.py" or (
        facts.referrers.stars and facts.source.exported is None
    ):
        return ()
    found = [s for s in facts.source.statements if any(s.node is b for b in blocks)]
    return tuple(s for s in found if not s.binds & read and "noqa" not in _text(facts, s))


def _text(facts: Facts, statement: Statement) -> str:
    source = facts.source.source
    return source.text[source.start(statement.node) : source.end(statement.node)]


def departing_imports(facts: Facts, used: set[str], blocks: tuple[Statement, ...]) -> tuple[Import, ...]:
    """Imports that only moved code used, or the blocks that leave, and that are no promise to anybody."""
    source = facts.source
    read = _read_in_source(facts, blocks)
    found: list[Import] = []
    for name in used:
        chained = [i for i in source.top_imports.get(name, ()) if i.attribute is None and not i.asname]
        for item in source.top_imports.get(name, ()):
            if name in read and not (len(chained) > 1 and item in chained and not _chain_read(facts, item)):
                continue
            if not (_passed_on(facts, item) or item.guarded or item.explicit or _is_promise(facts, item)):
                found.append(item)
    found = _but_for_branches(facts, found)
    found += _tested_no_more(facts, found)
    promised = {i.binds for i in source.imports if _passed_on(facts, i) or i.explicit or _is_promise(facts, i)}
    for statement in source.statements:
        alone = unread(source, statement.node, read | promised | (statement.binds - used))
        found += [item for item in alone if item.guarded]
    return tuple(sorted(found, key=lambda i: (i.node.lineno, i.index)))


def _but_for_branches(facts: Facts, leaving: list[Import]) -> list[Import]:
    """Those that leave no branch of an ``if`` with another one empty."""
    going = {(id(item.node), item.index) for item in leaving}
    switches = [s.node for s in facts.source.statements if isinstance(s.node, ast.If) and s.node.orelse]
    emptied = {
        id(node)
        for block in (block for node in switches for block in bodies(node))
        if all((id(n), i) in going for n in block for i in range(len(getattr(n, "names", ())) or 1))
        for node in block
    }
    return [item for item in leaving if id(item.node) not in emptied]


def _tested_no_more(facts: Facts, leaving: list[Import]) -> list[Import]:
    """The import of TYPE_CHECKING, where every block goes that tests it."""
    going = {(id(item.node), item.index) for item in leaving}
    emptied = {
        s.index
        for s in facts.source.statements
        if isinstance(s.node, ast.If)
        and is_type_checking(s.node.test)
        and not s.node.orelse
        and all(
            isinstance(inner, (ast.Import, ast.ImportFrom))
            and all((id(inner), index) in going for index in range(len(inner.names)))
            for inner in s.node.body
        )
    }
    tested = {r.name for s in facts.source.statements if s.index in emptied for r in s.references} - {
        r.name for u in facts.staying for s in u.statements if s.index not in emptied for r in s.references
    }
    return [
        item
        for name in tested - set(facts.source.exported or ())
        for item in facts.source.top_imports.get(name, ())
        if not (_passed_on(facts, item) or item.guarded or item.explicit or _is_promise(facts, item))
    ]


def _binds_import(group: DefinitionGroup, name: str) -> bool:
    return all(s.is_import for s in group.statements) and name in group.binds


def _chain_read(facts: Facts, item: Import) -> bool:
    """Does staying code go through this very submodule?"""
    parts = tuple(item.module.split("."))
    for group in facts.staying:
        for r in group.references:
            if r.name == parts[0] and not all(s.is_import for s in group.statements):
                chain = (r.name, *r.chain)
                if chain[: len(parts)] == parts or parts[: len(chain)] == chain:
                    return True
    return False


def _looked_up(facts: Facts, name: str) -> bool:
    """Could code find this name in the module's namespace by other means than naming it, moved code with it?"""
    return facts.looks_along or any(look.finds(name) for look in facts.looks)


def _is_promise(facts: Facts, item: Import) -> bool:
    source = facts.source.source
    line = source.line(item.node.names[item.index].end_lineno or item.node.lineno)
    first = source.line(item.node.lineno)
    return any(
        "noqa" in text and ("F401" in text or "noqa:" not in text.replace("noqa :", "noqa:")) for text in (line, first)
    )


def _read_by_star_importers(facts: Facts, whole_module: bool) -> set[str]:
    """Names that star importers read; what a package passes on by a star is read by anybody, but for whole modules."""
    if facts.source.exported is not None:
        return set()
    read = {
        r.name
        for module in facts.referrers.stars
        for s in module.statements
        for r in s.references
        if r.name not in module.binds
    }
    packages = not whole_module and any(m.path.endswith("__init__.py") for m in facts.referrers.stars)
    return read | (set(facts.source.top_imports) if packages else set())


def reexported(facts: Facts) -> tuple[NewImport, ...]:
    """The moved names that the source, or somebody who knows its path, still needs there."""
    if facts.move.reexport is Reexport.NONE:
        wanted = _read_by_staying(facts) | read_by_staying(facts)
    else:
        wanted = set(facts.moved_names)
    module = reference_to(
        facts.move.destination,
        facts.source.path,
        relative_style(facts.source, facts.project.names),
        facts.project.names,
    )
    exported = set(facts.source.exported or ())
    read = _read_by_staying(facts)
    outside = facts.referrers.outside | read_by_staying(facts)
    deleted = {n for u in facts.moving for s in u.statements if isinstance(s.node, ast.Delete) for n in s.binds}
    # A test that is re-exported would run twice.
    collected_there = collected(facts).keys() & found_in_the_destination(facts).keys() | given_by_conftest(facts)
    found = []
    for group in sorted(facts.moving, key=lambda u: u.index):
        for name in group.names:
            asked = name in facts.move.names
            private = name.startswith("_") and not name.startswith("__")
            if name not in wanted or name in deleted or (name == "_" and name not in read):
                continue
            # An import inside of a moved statement is no more a promise than one that leaves.
            incidental = private or (name in facts.source.top_imports and name not in facts.source.definitions)
            if incidental and not asked and name not in read | exported | outside and not _looked_up(facts, name):
                if not in_generated_code(facts.project, facts.source.path, name):
                    continue
            if name in collected_there and name not in read | exported:
                if not _looked_up(facts, name) and not _found_here(facts, name):
                    continue
            found.append(NewImport(module, name, None if name in read or name in exported else name))
    return _in_one_statement(found, _local_names(facts), import_style(facts.project.tree).kept)


def _found_here(facts: Facts, name: str) -> bool:
    """Does anybody go on finding a moved name in the source, who imports it from nowhere else?"""
    referrers = facts.referrers
    spoken = (
        {s.name for s in referrers.patch_targets} | {n for _, n in referrers.strings} | {m.name for m in facts.mentions}
    )
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


def _local_names(facts: Facts) -> set[str]:
    """Names that staying code binds in scopes of its own."""
    return {
        node.id
        for group in facts.staying
        for statement in group.statements
        for node in ast.walk(statement.node)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }


def _read_by_staying(facts: Facts) -> set[str]:
    moved = facts.moved_names
    return {r.name for group in facts.staying for r in group.references if r.name in moved}


def landing_place(facts: Facts, after_line: int = 0) -> ReexportPosition | None:
    """Where among the staying statements the source imports the destination; None for the imports at the top.

    Where moved code has effects while it is imported, it keeps its turn: after what stood before it.
    """
    moving = {s.index for group in facts.moving for s in group.statements}
    if facts.in_place:
        return ReexportPosition(next(s for s in facts.source.statements if s.index == below_moved(facts)))
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
