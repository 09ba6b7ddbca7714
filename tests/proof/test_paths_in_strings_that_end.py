"""A string that is resolved by import names the new path where the old one ended, and nothing else."""

from __future__ import annotations

import pytest

from codemods.model import Move, Reexport
from tests.proof.test_prover import failures, proven

BEFORE = {
    "shop/__init__.py": "",
    "shop/worker.py": "class Gone: ...\n\n\nclass Other: ...\n",
    "settings.py": 'FIRST = "x"\nUSED = ["shop.worker.Gone", "shop.worker.Other"]\n',
}
AFTER = {"shop/worker.py": "class Other: ...\n", "shop/gone.py": "class Gone: ...\n"}
MOVE = Move("shop/worker.py", ("Gone",), "shop/gone.py", reexport=Reexport.NONE)


@pytest.mark.parametrize(
    ("used", "right"),
    [
        ('["shop.gone.Gone", "shop.worker.Other"]', True),
        ('["shop.worker.Gone", "shop.worker.Other"]', False),
        ('["shop.gone.Gone", "shop.gone.Other"]', False),
        ('["shop.going.Gone", "shop.worker.Other"]', False),
    ],
)
def test_the_settings_name(used: str, right: bool) -> None:
    after = BEFORE | AFTER | {"settings.py": f'FIRST = "x"\nUSED = {used}\n'}
    assert (failures(proven(BEFORE, after, MOVE)) == []) is right
