"""Lists in settings: the packages that are installed get the new one, and a pattern has to hold of the new name too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.model import Hazard, Place
from codemods.planning.edits.model import Replacement
from codemods.planning.references.packaging_lists import entry_in
from codemods.planning.renaming.names import Renamed
from codemods.project import OverlayTree
from codemods.project.file_lists import lists_around, settings_text
from codemods.project.selected import Selection


def package_entries(asked: Renamed, made: Sequence[str]) -> Iterator[tuple[str, Replacement]]:
    """(file, edit) for each list of packages that has the old one, and has to have the new one."""
    tree = asked.project.tree
    after = OverlayTree(tree, dict.fromkeys({*made, asked.new} - tree.paths, b""))
    for listed in lists_around(tree, asked.old):
        if not listed.of_packages or not listed.names(tree, asked.old):
            continue
        for entry in dict.fromkeys(listed.entry(after, path) for path in (*made, asked.new)):
            if entry and entry not in listed.entries:
                beside = listed.entry(tree, asked.old)
                edit = entry_in(listed, settings_text(tree, listed.path), beside, entry)
                if edit is not None:
                    yield listed.path, edit


def patterns_left(asked: Renamed) -> Iterator[Hazard]:
    """Lists in which a pattern holds of the old path, and nothing of the new one."""
    for listed in lists_around(asked.project.tree, asked.old):
        words = [Selection(listed.path, 0, listed.key[-1], entry) for entry in listed.entries if "*" in entry]
        old = [w for w in words if w.holds_of(asked.old_dotted, asked.old)]
        if old and not any(w.holds_of(asked.new_dotted, asked.new) for w in words):
            reason = f"`{'.'.join(listed.key)}` lists {old[0].word}, and nothing that applies to {asked.new}"
            yield Hazard("configured-by-name", Place(listed.path), reason, (f"name {asked.new} there too, first",))
