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
        if not isinstance(data, Tape):
            return str(data)
        return data.judged()


class RehearsalExtension(TapeExtension):
    """Takes whatever comes: a rehearsal is no comparison."""

    def read_snapshot_data_from_location(self, *, snapshot_location: str, snapshot_name: str, session_id: str) -> str:
        """There always is one."""
        return ""

    def matches(self, *, serialized_data: Any, snapshot_data: Any) -> bool:
        """And it is the same."""
        return True
