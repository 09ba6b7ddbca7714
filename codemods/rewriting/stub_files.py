"""Stubs after the move: as modules are, with the blank lines that stubs have."""

from __future__ import annotations

import re

from codemods.planning.edits.model import StubEdits
from codemods.project import Names, Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting.carried_comments import with_comments
from codemods.rewriting.destination_file import rewrite_destination
from codemods.rewriting.source_file import rewrite_source


def rewrite_stubs(edits: StubEdits, names: Names, style: ImportStyle) -> dict[str, bytes | None]:
    """The new bytes of both stubs."""
    departure, arrival = with_comments(edits.departure, edits.arrival)
    source = departure.module.source
    destination = arrival.module.source if arrival.module else source
    return {
        source.path: _as_dense(source, rewrite_source(departure, names, style)),
        arrival.path: _as_dense(destination, rewrite_destination(arrival, names, style)),
    }


def _as_dense(model: Source, raw: bytes) -> bytes:
    """With no gap wider than one blank line, where the stub had none before."""
    wide = re.compile(rb"(\r\n|\r|\n)\1(?:\1)+")
    return raw if wide.search(model.raw) else wide.sub(rb"\1\1", raw)
