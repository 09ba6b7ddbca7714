"""What stands against a rename, beside references: all that depends on which module a definition was made in.

`extract` asks the same of what it moves, so these are its hazards, asked of every definition of the module. What a
module only has as a whole is asked here: its name and file as it reads them itself, and what its path is for others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from codemods.bindings import Module
from codemods.bindings.guards import is_main_guard
from codemods.frameworks import facts as table
from codemods.model import Disposition, Hazard, Move, Place, Reexport
from codemods.planning import hazards, request_checks
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.grouping.reference_graph import ReferenceGraph
from codemods.planning.index.annotation_readers import resolved_hints
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.packages import asked_elsewhere
from codemods.planning.references.introspection import questions
from codemods.planning.references.module_values import last_name
from codemods.planning.references.namespace_writes import written
from codemods.planning.references.referrers import Referrers
from codemods.planning.renaming.lists import patterns_left
from codemods.planning.renaming.names import Renamed
from codemods.planning.renaming.other_names import known_by_text, looked_up
from codemods.planning.selection.what_moves import Request
from codemods.project.pytest_rules import pytest_rules

CODE = "module-renamed"
NAME = "module-name"
# Hazards of `extract` that ask in which module something is made, or found; the others are about dividing a module.
OF_DEFINITIONS = frozenset(
    {
        "caller-frame",
        "module-recorded",
        "module-shadows-name",
        "named-by-module",
        "not-a-module",
        "package-scanned",
        "pickled",
        "unreadable-importer",
    }
)
# Those that are asked once everybody else says the new name.
OF_TEXTS = frozenset({"configured-by-name", "shown-module", "warning-module"})
_KEEPS = "move what it defines by `codemods extract`, which keeps the old path"
_FILE = frozenset({"__file__", "__path__", "__package__", "__spec__", "__loader__"})
_LOGGERS = frozenset({"getLogger", "get_logger", "getChild"})
_SPECIAL = ("__init__.py", "__main__.py", "conftest.py", "setup.py", "manage.py")


def facts_of(project: ProjectIndex, move: Move) -> Facts:
    """The input of hazards: everything that the module defines moves, and the old path ends."""
    source = request_checks.readable(project, move.source, "source")
    groups = DefinitionGroups(source)
    names = tuple(source.definitions)
    referrers = Referrers(project, move.source).collect(source.binds)
    asked = Move(move.source, names, move.destination, reexport=Reexport.NONE, accept=move.accept)
    wanted = Request(ReferenceGraph(groups, resolved_hints(project, move.source)), names)
    moves = Disposition.MOVES, "the module is renamed"
    moving: dict[DefinitionGroup, tuple[Disposition, str]] = dict.fromkeys(groups.all, moves)
    writes = written(referrers.values, groups)
    return Facts(project, asked, source, None, groups, referrers, wanted, moving, frozenset(), frozenset(), writes)


def hazards_before(facts: Facts) -> Iterator[Hazard]:
    """What the tree, as it is, has against the rename, and what is written down because of it."""
    asked = Renamed(facts.project, facts.move.source, facts.move.destination)
    yield from _of_paths(facts, asked)
    yield from _own_name(facts, asked)
    yield from _own_file(facts)
    yield from asked_elsewhere(facts.project, asked.old, CODE)
    yield from looked_up(facts, asked)
    yield from known_by_text(facts)
    yield from (_with_own_remedies(hazard) for hazard in hazards.find(facts, OF_DEFINITIONS))


def hazards_of_texts(facts: Facts) -> Iterator[Hazard]:
    """What others still say of the old name, or select by it."""
    yield from hazards.find(facts, OF_TEXTS)
    if "configured-by-name" not in facts.move.accept:
        yield from patterns_left(Renamed(facts.project, facts.move.source, facts.move.destination))


def _with_own_remedies(hazard: Hazard) -> Hazard:
    """`extract` may keep the old path; a rename never does."""
    remedies = (_KEEPS if remedy.startswith("leave out --no-reexport") else remedy for remedy in hazard.remedies)
    return replace(hazard, remedies=tuple(remedies))


def _of_paths(facts: Facts, asked: Renamed) -> Iterator[Hazard]:
    """Files that have their meaning as files of this name, or stand where the module is to go."""
    tree, names = facts.project.tree, facts.project.names
    name = asked.old.rpartition("/")[2]
    rules = pytest_rules(tree)
    if asked.new.rpartition("/")[2] in _SPECIAL or name in _SPECIAL:
        special = name if name in _SPECIAL else asked.new.rpartition("/")[2]
        yield Hazard(CODE, Place(asked.old), f"Python or pytest finds {special} by its name", ("rename it by hand",))
    for fact in table(tree, "file"):
        for path in (asked.old, asked.new):
            found = any(fnmatchcase(f"/{path}", pattern) for pattern in fact.files)
            if found and (tree.code_with(fact.words) or tree.texts_with(fact.words)):
                yield Hazard(
                    CODE, Place(path), fact.why, (f"rename it by hand, and see what {fact.framework} makes of it then",)
                )
    if asked.new in tree.paths:
        yield Hazard(CODE, Place(asked.new), "a module stands there already", ("choose another name",))
    if names.root_of(asked.old) != names.root_of(asked.new):
        reason = f"{asked.new} stands below another import root: whoever imports the module might not find it"
        yield Hazard(CODE, Place(asked.new), reason, ("choose a folder of the same project",))
    if rules.reads(asked.old) != rules.reads(asked.new):
        collects = "collects tests from it, and would not" if rules.reads(asked.old) else "would collect tests from it"
        yield Hazard(CODE, Place(asked.old), f"pytest {collects} under the new name", ("choose a name like the old",))


def _own_name(facts: Facts, asked: Renamed) -> Iterator[Hazard]:
    """Reads of ``__name__`` that make something of it, other than a logger, a message of an exception or the module."""
    module, accepted = facts.source, NAME in facts.move.accept
    parents = module.source.nodes.parents
    for node in module.source.nodes.of(ast.Name):
        if node.id != "__name__" or accepted or _is_expected(node, parents):
            continue
        reason = f"this code reads `__name__`, which is {asked.new_dotted} after the rename"
        remedies = (f'write "{asked.old_dotted}" there first', f"accept the difference: --accept {NAME}")
        yield Hazard(NAME, module.source.place(node), reason, remedies)
    yield from _loggers_above(facts, asked)


def _is_expected(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    above = parents.get(id(node))
    if isinstance(above, ast.Call) and last_name(above.func) in _LOGGERS:
        return True
    if isinstance(above, ast.Subscript) and last_name(above.value) == "modules":
        return True
    while above is not None:
        guard = isinstance(above, ast.If) and is_main_guard(above) and node is above.test
        if guard or isinstance(above, ast.Raise):
            return True
        if isinstance(above, ast.stmt):
            return False
        node, above = above, parents.get(id(above))
    return False


def _loggers_above(facts: Facts, asked: Renamed) -> Iterator[Hazard]:
    """A logger of the module's name hangs below the one of its package: in another package, below another."""
    olds, news = ({*_above(name)} for name in (asked.old_dotted, asked.new_dotted))
    if olds == news or not _has_logger(facts.source):
        return
    for module in facts.project.modules_mentioning("logging", "loggers", "getLogger"):
        for node in module.source.nodes.of(ast.Constant):
            if node.value in olds ^ news and module.path != asked.old:
                reason = (
                    f"this names the logger {node.value}; after the rename that of {asked.old} is below another one"
                )
                yield Hazard("logger-name", module.source.place(node), reason, ("name the logger itself there first",))


def _above(dotted: str) -> Iterator[str]:
    while "." in dotted:
        dotted = dotted.rpartition(".")[0]
        yield dotted


def _has_logger(module: Module) -> bool:
    calls = (c for c in module.source.nodes.of(ast.Call) if last_name(c.func) in _LOGGERS)
    return any(isinstance(a, ast.Name) and a.id == "__name__" for c in calls for a in c.args)


def _own_file(facts: Facts) -> Iterator[Hazard]:
    for statement in facts.source.statements:
        for reference, reason in questions(facts.source, facts.same_folder, statement):
            if reference.name in _FILE and not (facts.same_folder and reference.name in ("__path__", "__package__")):
                yield Hazard(
                    "module-identity", facts.source.source.place(reference.node), f"it {reason}", ("change that first",)
                )


__all__ = ["CODE", "facts_of", "hazards_before", "hazards_of_texts"]
