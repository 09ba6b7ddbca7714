"""The plan of a rename: who names the module says its new name, and nothing is left at the old path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from codemods.bindings import Module
from codemods.model import FilePlan, Hazard, Move, Place, Plan, Refused, Severity
from codemods.planning import request_checks
from codemods.planning.edits.model import FileEdits, Rename, Replacement
from codemods.planning.edits.new_packages import new_packages
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.identities import identities
from codemods.planning.references.referrers import Referrers
from codemods.planning.renaming.against import CODE, facts_of, hazards_before, hazards_of_texts
from codemods.planning.renaming.imports import import_edits
from codemods.planning.renaming.left_over import left_over
from codemods.planning.renaming.lists import package_entries
from codemods.planning.renaming.names import Found, Renamed
from codemods.planning.renaming.texts import document_edits, string_edits
from codemods.project import OverlayTree, Tree, Unreadable

_REMEDIES = ("change that first, or do it by hand",)


def rename_plan(move: Move, tree: Tree) -> Plan:
    """The plan by which a module goes to another path. Raises Refused."""
    project = ProjectIndex(tree)
    request_checks.check_destination(project, move)
    facts = facts_of(project, move)
    asked = Renamed(project, move.source, move.destination)
    found = list(hazards_before(facts))
    _refuse(found)
    edits = {path: one for path, one in _edits(asked, facts.referrers) if one.edits or one.against or one.noted}
    noted = (Hazard(CODE, *note, (), Severity.DECLARED) for one in edits.values() for note in one.noted)
    found += noted
    _refuse(Hazard(CODE, place, reason, _REMEDIES) for one in edits.values() for place, reason in one.against)
    pins = [identity.edit for identity in identities(facts) if identity.edit is not None]
    made = tuple(new_packages(project, asked.new))
    for path, edit in package_entries(asked, made):
        edits.setdefault(path, Found()).edits.append(edit)
    own = (*edits.pop(asked.old, Found()).edits, *pins)
    renames = [Rename(asked.old, asked.new, _ordered(own), made=made)]
    stub = asked.old + "i"
    if stub in tree.paths:
        renames.append(Rename(stub, asked.new + "i", _ordered(edits.pop(stub, Found()).edits)))
    others = tuple(FileEdits(p, _module(project, p), (), _ordered(one.edits)) for p, one in edits.items() if one.edits)
    renames[0] = replace(renames[0], others=others)
    _refuse(_left(move, tree, others))
    files = [FilePlan(r.path, (f"was {r.old}", *_said(r.edits))) for r in renames]
    files += [FilePlan(file.path, _said(file.strings)) for file in others]
    reason = f"`{asked.old_dotted}` is `{asked.new_dotted}` now, and nothing is left at the old path"
    handled = Hazard(CODE, Place(asked.new), reason, (), Severity.HANDLED)
    return Plan((move,), (), tuple(files), (handled, *found), False, tuple(renames))


def _edits(asked: Renamed, referrers: Referrers) -> Iterator[tuple[str, Found]]:
    """What changes in each file that may name the module: (path, found)."""
    tree, last = asked.project.tree, asked.last
    own = {asked.old, asked.old + "i"} & tree.paths
    paths = own | {*referrers.files} | tree.code_with([last]) | tree.texts_with([last])
    for path in sorted(paths):
        if not path.endswith((".py", ".pyi")):
            yield path, document_edits(asked, path)
            continue
        try:
            module = asked.project.module(path)
        except (Unreadable, OSError):
            continue  # one that imports the module is a hazard
        imports = import_edits(asked, referrers, module)
        strings = string_edits(asked, referrers, module)
        yield path, Found([*imports.edits, *strings.edits], [*imports.against, *strings.against])


def _module(project: ProjectIndex, path: str) -> Module | None:
    return project.module(path) if path.endswith((".py", ".pyi")) else None


def _ordered(edits: Iterable[Replacement]) -> tuple[Replacement, ...]:
    return tuple(sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)))


def _said(edits: Iterable[Replacement]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(edit.why for edit in edits if edit.why))


def _left(move: Move, tree: Tree, others: Iterable[FileEdits]) -> Iterator[Hazard]:
    """What still says the old name where all others are rewritten, and the module stands where it stood."""
    written: dict[str, bytes | None] = {}
    for file in others:
        if file.module is not None:
            source = file.module.source
            written[file.path] = source.encode(_spliced(source.text, file.strings))
        else:
            written[file.path] = _spliced(tree.read(file.path).decode(), file.strings).encode()
    facts = facts_of(ProjectIndex(OverlayTree(tree, written)), move)
    yield from (Hazard(CODE, place, reason, _REMEDIES) for place, reason in left_over(facts.referrers))
    yield from hazards_of_texts(facts)


def _spliced(text: str, edits: Iterable[Replacement]) -> str:
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def _refuse(found: Iterable[Hazard]) -> None:
    against = [hazard for hazard in found if hazard.severity is Severity.REFUSES]
    if against:
        raise Refused(*dict.fromkeys(against))
