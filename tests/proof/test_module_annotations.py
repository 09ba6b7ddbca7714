"""Annotations of a module belong to what it defines itself."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

BEFORE = {
    "app/__init__.py": "",
    "app/settings.py": "DEBUG: bool = False\nLIMIT: int = 10\n",
}
AFTER = {
    "app/__init__.py": "",
    "app/settings.py": "from .limits import LIMIT as LIMIT\n\nDEBUG: bool = False\n",
    "app/limits.py": "LIMIT: int = 10\n",
}


@pytest.mark.parametrize(
    ("reads", "held"),
    [
        ("settings.__annotations__", False),
        ("typing.get_type_hints(settings)", False),
        ("settings.DEBUG", True),
        ("typing.__annotations__", True),
    ],
)
def test_somebody_reads_the_annotations_of_a_module(reads: str, held: bool) -> None:
    reader = {"app/loader.py": f"import typing\n\nfrom . import settings\n\nNAMES = {reads}\n"}
    said = failures(proven(BEFORE | reader, AFTER | reader))
    assert (not said) is held
