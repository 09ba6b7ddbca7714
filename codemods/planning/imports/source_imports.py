"""The imports that the source loses with the moved code, and those that it keeps for others."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Import, Moment, Statement
from codemods.bindings.guards import is_type_checking
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup
from codemods.planning.imports.bound_anew import bound_anew
from codemods.planning.imports.optional_blocks import unread
from codemods.planning.references.doctest_names import read_in_examples
from codemods.project import bodies

_ANNOTATING = frozenset({"typing", "typing_extensions", "collections.abc", "__future__"})


def kept_for_others(facts: Facts, used: set[str], blocks: tuple[Statement, ...]) -> tuple[Import, ...]:
    """Imports that only moved code used and that others may read in the source: marked for linters as kept."""
    read = _read_in_source(facts, blocks)
    return tuple(
        item
        for name in sorted(used - read - bound_anew(facts.source, facts.moving).keys())
        for item in facts.source.top_imports.get(name, ())
        if _passed_on(facts, item) and not (item.guarded or item.explicit or _is_promise(facts, item))
    )


def _read_in_source(facts: Facts, blocks: tuple[Statement, ...]) -> set[str]:
    """Names that the source still reads or lists after the move, ``blocks`` aside."""
    left = [(group, s) for group in facts.staying for s in group.statements if s not in blocks]
    anew = bound_anew(facts.source, facts.moving)
    read = {
        r.name
        for group, s in left
        for r in s.references
        if not _binds_import(group, r.name)
        and (r.name not in anew or (s.index < anew[r.name] and r.moment is Moment.IMPORT))
    }
    return read | (set(facts.source.exported or ()) - anew.keys())


def _passed_on(facts: Facts, item: Import) -> bool:
    """Do others find this import in the source: by name, by a star, in an example, or as part of a package's face? Or
    moved code, which reads there what somebody may replace?"""
    name = item.binds
    package = _is_package(facts)
    facade = package and _is_offered(facts, item)
    starred = not item.typing_only and name in _read_by_star_importers(facts, item.attribute is None)
    patched = any(s.name == name and (s.rest or s.name not in facts.followed) for s in facts.referrers.patch_targets)
    dynamic = looked_up(facts, name) and not (item.typing_only or _is_a_tool(facts, item))
    named = name in facts.referrers.used | facts.read_through_source or name in facts.move.offered
    return facade or starred or patched or dynamic or named or name in read_in_examples(facts)


def _is_package(facts: Facts) -> bool:
    """Is the source a package, and was one before the request?"""
    return facts.source.path.rpartition("/")[2] == "__init__.py" and not facts.move.was_module


def _is_a_tool(facts: Facts, item: Import) -> bool:
    """Is it what a module itself works with, not what it is there for: a name for annotations, a logger?"""
    outside = not item.level and facts.project.target(facts.source, item) is None
    return (outside and item.module in _ANNOTATING) or item.binds.strip("_") in ("log", "logger", "LOG", "LOGGER")


def _is_offered(facts: Facts, item: Import) -> bool:
    """Does a package offer what it imports? Any name that it takes from a module, its own or another's, for nobody can
    see who takes it from there; not what it works with, modules, nor what type checkers alone get from outside."""
    outside = not item.level and facts.project.target(facts.source, item) is None
    return item.attribute is not None and not _is_a_tool(facts, item) and not (item.typing_only and outside)


def passing_on(facts: Facts, used: set[str], blocks: tuple[Statement, ...]) -> Iterator[Hazard]:
    """The imports that only moved code used and that stay, since others may find them in the package; reported once."""
    kept = kept_for_others(facts, used, blocks)
    if kept:
        names = ", ".join(dict.fromkeys(item.binds for item in kept))
        place = facts.source.source.place(kept[0].node)
        yield Hazard(
            "passed-on",
            place,
            f"only moved code used {names}; the import stays, since other code may import it from here",
            (),
            Severity.DECLARED,
        )


def departing_blocks(facts: Facts, blocks: list[ast.stmt]) -> tuple[Statement, ...]:
    """Guarded imports that moved code took along, of which staying code reads nothing."""
    read = {
        r.name for group in facts.staying for r in group.references if not all(s.is_import for s in group.statements)
    }
    read |= set(facts.source.exported or ()) | facts.referrers.outside
    if _is_package(facts) or (facts.referrers.stars and facts.source.exported is None):
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
    anew = bound_anew(source, facts.moving)
    for name in used:
        chained = [i for i in source.top_imports.get(name, ()) if i.attribute is None and not i.asname]
        for item in source.top_imports.get(name, ()):
            if name in read and not (len(chained) > 1 and item in chained and not _chain_read(facts, item)):
                continue
            promised = _passed_on(facts, item) or item.guarded or item.explicit or _is_promise(facts, item)
            if name in anew or not promised:
                found.append(item)
    found = _but_for_branches(facts, found)
    found += _tested_no_more(facts, found)
    promised = {i.binds for i in source.imports if _passed_on(facts, i) or i.explicit or _is_promise(facts, i)}
    for statement in source.statements:
        alone = unread(source, statement.node, read | promised | (statement.binds - used))
        found += [item for item in alone if item.guarded]
    whole = {id(node) for s in blocks for node in ast.walk(s.node)}  # they leave with their block
    return tuple(sorted((i for i in found if id(i.node) not in whole), key=lambda i: (i.node.lineno, i.index)))


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
            if r.name == parts[0] and not _binds_import(group, r.name):
                chain = (r.name, *r.chain)
                if chain[: len(parts)] == parts or parts[: len(chain)] == chain:
                    return True
    return False


def looked_up(facts: Facts, name: str) -> bool:
    """Could code find this name in the module's namespace by other means than naming it, moved code with it?"""
    return facts.looks_along or any(look.finds(name) for look in facts.looks)


def _is_promise(facts: Facts, item: Import) -> bool:
    source = facts.source.source
    own = item.node.names[item.index].end_lineno
    lines = {line for line in (own, item.node.lineno, item.node.end_lineno) if line}
    return any(
        "noqa" in text and ("F401" in text or "noqa:" not in text.replace("noqa :", "noqa:"))
        for text in map(source.line, lines)
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
