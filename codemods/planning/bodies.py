"""The few places inside moved code whose text must change to keep its meaning."""

from __future__ import annotations

import ast

from codemods.bindings import Module, Reference
from codemods.model import Hazard
from codemods.planning.edits import Replacement
from codemods.planning.facts import Facts
from codemods.planning.needs import Needs


def body_edits(facts: Facts, needs: Needs) -> tuple[tuple[Replacement, ...], list[Hazard]]:
    """Replacements in offsets of the source: ``__name__`` becomes the old module's name, relative imports keep
    their target."""
    source = facts.source
    copied = [s for unit in needs.copies for s in unit.statements[:1]]
    edits: dict[tuple[int, int], Replacement] = {}
    hazards: list[Hazard] = []
    dotted = facts.world.names.dotted(facts.move.source)
    for statement in (*(s for unit in facts.moving for s in unit.statements), *copied):
        for reference in statement.references:
            if reference.name == "__name__" and isinstance(reference.node, ast.Name):
                edit = _spot(source, statement.node, reference, dotted)
                if edit is None:
                    hazards.append(
                        Hazard(
                            "module-name",
                            source.source.place(reference.node),
                            "__name__ stands inside an f-string, where it can't be replaced by the module's name",
                            ("assign it to a variable first",),
                        )
                    )
                else:
                    edits[edit.start, edit.end] = edit
        for edit in _relative_imports(source, statement.node, needs):
            edits[edit.start, edit.end] = edit
    return tuple(edits[key] for key in sorted(edits)), hazards


def _spot(module: Module, statement: ast.stmt, reference: Reference, value: str) -> Replacement | None:
    """The name replaced by a string, in quotes that its surroundings allow: an f-string may forbid its own."""
    source = module.source
    node = reference.node
    assert isinstance(node, ast.Name)
    start, end = source.start(node), source.end(node)
    if source.text[start:end] != node.id:
        return None
    top, bottom = source.start(statement), source.end(statement)
    for quote in ('"', "'"):
        text = f"{quote}{value}{quote}"
        try:
            ast.parse(source.text[top:start] + text + source.text[end:bottom])
        except SyntaxError:
            continue
        return Replacement(start, end, text)
    return None


def _relative_imports(module: Module, statement: ast.stmt, needs: Needs) -> list[Replacement]:
    """``from .x import y`` inside moved functions names the same module from its new place."""
    found = []
    names = needs.world.names
    if names.package(module.path) == names.package(needs.destination):
        return []
    for node in ast.walk(statement):
        if isinstance(node, ast.ImportFrom) and node.level:
            absolute = names.absolute(module.path, node.module, node.level)
            if absolute is None:
                continue
            source = module.source
            text = source.text[source.start(node) : source.end(node)]
            written = "." * node.level + (node.module or "")
            at = text.find(written, len("from"))
            new = needs.relocated(absolute)
            if at >= 0 and new != written:
                start = source.start(node) + at
                found.append(Replacement(start, start + len(written), new))
    return found
