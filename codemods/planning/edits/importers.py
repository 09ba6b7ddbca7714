"""Files that import moved names from the source: each alias comes from the destination now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from codemods.bindings import Import, Module
from codemods.model import Place
from codemods.planning.edits.model import FileEdits, ImportRetarget, Kept, Replacement
from codemods.planning.edits.module_references import reference_to
from codemods.planning.effects.load_order import LoadOrder
from codemods.planning.effects.programs import Step
from codemods.planning.facts import Facts
from codemods.planning.references.patches import PatchTarget
from codemods.planning.references.reloads import Again, reloads
from codemods.planning.references.text_references import rewritten


def importer_edits(
    facts: Facts,
    followers: tuple[PatchTarget, ...],
    order: LoadOrder,
    entries: tuple[tuple[str, Replacement], ...] = (),
) -> tuple[tuple[FileEdits, ...], tuple[Kept, ...]]:
    """What changes in every file but the two of the move, and who keeps the old path, for rewritten it would not load
    what it loads; ``entries``: edits of lists of files."""
    rehomes: dict[str, list[ImportRetarget]] = defaultdict(list)
    modules: dict[str, Module] = {}
    kept: list[Kept] = []
    for module, item in facts.referrers.imports:
        if (
            module.path in (facts.move.destination, facts.move.destination + "i")
            or item.attribute not in facts.moved_names
            or _looked_up_late(facts, item)
        ):
            continue
        modules[module.path] = module
        beside = None if item.level else (item.module, facts.move.source)
        target = reference_to(facts.move.destination, module.path, item.level > 0, facts.project.names, beside)
        rehomes[module.path].append(ImportRetarget(item, target))
    rewritten_ones: dict[str, Sequence[Step]] = {}
    removed = [place for place, kind in reloads(facts.referrers.values) if kind is Again.REMOVED]
    for path, found in list(rehomes.items()):
        items = [rehome.item for rehome in found]
        difference = order.of_importer(modules[path], items, rewritten_ones)
        after = next((place for place in removed if place.path == path or any(r.item.function for r in found)), None)
        hidden = _hides_source(facts, modules[path], items)
        if difference is not None or after is not None or hidden:
            names = tuple(dict.fromkeys(str(rehome.item.attribute) for rehome in found))
            said = (
                order.said(difference)
                if difference is not None
                else hidden or f"would not execute the source again after {after}"
            )
            kept.append(Kept(modules[path].source.place(found[0].item.node), names, said))
            del rehomes[path]
        else:
            rewritten_ones[path] = order.steps(modules[path], items)
    strings: dict[str, list[Replacement]] = defaultdict(list)
    texts: dict[str, Module | None] = {}
    named = dict(rewritten(facts.mentions))
    for path in sorted(named.keys() - {facts.move.source, facts.move.destination}):
        difference = order.of_text(path)
        if difference is not None:
            kept.append(Kept(Place(path), (), order.said(difference)))
            del named[path]
    for path, edits in (*named.items(), *((path, (edit,)) for path, edit in entries)):
        if path not in (facts.move.source, facts.move.destination):
            texts[path] = facts.project.module(path) if path.endswith(".py") else None
            strings[path] += edits
    for patch in followers:
        assert patch.module is not None and patch.text is not None
        modules[patch.module.path] = patch.module
        strings[patch.module.path].append(_retargeted(facts, patch))
    reached = dict(facts.accesses)
    for path, found in list(reached.items()):
        modules[path] = found.module
        strings[path] += found.edits
        if found.dropped and order.of_importer(found.module, found.dropped) is not None:
            reached[path] = replace(found, dropped=())
    edits = tuple(
        FileEdits(
            path,
            modules.get(path) or texts[path],
            tuple(rehomes[path]),
            tuple(strings[path]),
            reached[path].imports if path in reached else (),
            reached[path].dropped if path in reached else (),
            facts.move.careful,
        )
        for path in sorted({*rehomes, *strings, *reached})
    )
    return edits, tuple(kept)


def _looked_up_late(facts: Facts, item: Import) -> bool:
    """A function that imports a replaced name looks it up where it is replaced, and goes on doing so."""
    replaced = facts.read_through_source | {patch.name for patch in facts.referrers.patch_targets if not patch.rest}
    return item.function is not None and item.attribute in replaced


def _hides_source(facts: Facts, importer: Module, items: list[Import]) -> str:
    """Why a package goes on importing its module: what it takes from there has the module's name, under which the first
    import of the module binds the module; so that has to be before."""
    folder, _, file = facts.move.source.rpartition("/")
    name = file.removesuffix(".py")
    lines = [item.node.lineno for item in items if item.binds == name and item.function is None]
    if importer.path != f"{folder}/__init__.py" or not lines:
        return ""
    others = (i for i in importer.imports if i not in items and i.function is None and i.node.lineno < min(lines))
    if any(facts.project.target(importer, item) == facts.move.source for item in others):
        return ""
    return f"would have the module in place of `{name}`, once somebody imports {facts.move.source}"


def _retargeted(facts: Facts, patch: PatchTarget) -> Replacement:
    assert patch.module is not None and patch.text is not None
    source = patch.module.source
    start, end = source.start(patch.text), source.end(patch.text)
    names = facts.project.names
    old, new = names.dotted(facts.move.source), names.dotted(facts.move.destination)
    text = source.text[start:end].replace(f"{old}.{patch.name}", f"{new}.{patch.name}", 1)
    return Replacement(start, end, text, f"names {text} in a patch")
