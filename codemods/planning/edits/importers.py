"""Files that import moved names from the source: each alias comes from the destination now."""

from __future__ import annotations

from collections import defaultdict

from codemods.bindings import Import, Module
from codemods.planning.edits.model import FileEdits, Rehome, Replacement
from codemods.planning.edits.spelling import reference_to
from codemods.planning.facts import Facts
from codemods.planning.references.patches import Seam
from codemods.planning.references.text_references import rewritten


def importer_edits(
    facts: Facts, followers: tuple[Seam, ...], entries: tuple[tuple[str, Replacement], ...] = ()
) -> tuple[FileEdits, ...]:
    """What changes in every file but the two of the move; ``entries``: edits of lists of files."""
    rehomes: dict[str, list[Rehome]] = defaultdict(list)
    modules: dict[str, Module] = {}
    for module, item in facts.referrers.imports:
        if (
            module.path in (facts.move.destination, facts.move.destination + "i")
            or item.attribute not in facts.moved_names
            or _looked_up_late(facts, item)
        ):
            continue
        modules[module.path] = module
        beside = None if item.level else (item.module, facts.move.source)
        target = reference_to(facts.move.destination, module.path, item.level > 0, facts.world.names, beside)
        rehomes[module.path].append(Rehome(item, target))
    strings: dict[str, list[Replacement]] = defaultdict(list)
    texts: dict[str, Module | None] = {}
    for path, edits in (*rewritten(facts).items(), *((path, (edit,)) for path, edit in entries)):
        if path not in (facts.move.source, facts.move.destination):
            texts[path] = facts.world.module(path) if path.endswith(".py") else None
            strings[path] += edits
    for seam in followers:
        assert seam.module is not None and seam.text is not None
        modules[seam.module.path] = seam.module
        strings[seam.module.path].append(_retargeted(facts, seam))
    return tuple(
        FileEdits(path, modules.get(path) or texts[path], tuple(rehomes[path]), tuple(strings[path]))
        for path in sorted({*rehomes, *strings})
    )


def _looked_up_late(facts: Facts, item: Import) -> bool:
    """A function that imports a replaced name looks it up where it is replaced, and goes on doing so."""
    replaced = facts.pinned | {seam.name for seam in facts.referrers.seams if not seam.rest}
    return item.function is not None and item.attribute in replaced


def _retargeted(facts: Facts, seam: Seam) -> Replacement:
    assert seam.module is not None and seam.text is not None
    source = seam.module.source
    start, end = source.start(seam.text), source.end(seam.text)
    names = facts.world.names
    old, new = names.dotted(facts.move.source), names.dotted(facts.move.destination)
    text = source.text[start:end].replace(f"{old}.{seam.name}", f"{new}.{seam.name}", 1)
    return Replacement(start, end, text, f"names {text} in a patch")
