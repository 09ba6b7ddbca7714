"""Tests that settings, workflows and makefiles select by pytest's node ids: ``tests/test_a.py::test_slow``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.planning.edits.model import Replacement
from codemods.planning.facts import Facts
from codemods.planning.imports.eager_reexports import reexported


def node_ids(facts: Facts) -> Iterator[tuple[str, Replacement]]:
    """(file, edit) for each node id of a test that stands in the destination alone now."""
    tree, move = facts.project.tree, facts.move
    if not facts.pytest_rules.reads(move.source):
        return
    names = facts.moved_names - {str(new.attribute) for new in reexported(facts)}
    if not names:
        return
    some = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    last = move.source.rpartition("/")[2]
    pattern = re.compile(rf"(?<![\w/]){re.escape(move.source)}(?=::(?:{some})(?!\w))")
    for path in sorted(tree.texts_with([last])):
        try:
            text = tree.read(path).decode()
        except (OSError, UnicodeDecodeError):
            continue
        for found in pattern.finditer(text):
            yield (
                path,
                Replacement(found.start(), found.end(), move.destination, f"selects tests in {move.destination}"),
            )
