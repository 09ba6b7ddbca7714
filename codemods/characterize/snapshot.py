"""Tapes as syrupy snapshots: one readable file for each test."""

from __future__ import annotations

from typing import Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from codemods.characterize.tape import Tape


class TapeExtension(SingleFileSnapshotExtension):
    """Writes `__snapshots__/<test file>/<test>.tape`."""

    file_extension = "tape"
    _write_mode = WriteMode.TEXT

    def serialize(self, data: Any, **options: Any) -> str:
        """The text of a tape, or a text as it is."""
        return data.text() if isinstance(data, Tape) else str(data)
