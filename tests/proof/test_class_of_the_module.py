"""A module whose class is replaced: what its methods read of ``self`` is read of the module."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

CLASS = (
    "class _Settings(types.ModuleType):\n    def most(self):\n        return self.limit() + self._base\n\n\n"
    "sys.modules[__name__].__class__ = _Settings\n"
)
BEFORE = {
    "shop/__init__.py": "",
    "shop/settings.py": f"import sys\nimport types\n\n_base = 3\n\n\ndef limit():\n    return _base\n\n\n{CLASS}",
}
LIMITS = {"shop/limits.py": "_base = 3\n\n\ndef limit():\n    return _base\n"}
MOVE = Move("shop/settings.py", ("limit",), "shop/limits.py")


@pytest.mark.parametrize(("names", "right"), [("_base as _base, limit as limit", True), ("limit as limit", False)])
def test_it_goes_on_finding_private_names(names: str, right: bool) -> None:
    source = f"import sys\nimport types\n\nfrom .limits import {names}\n\n\n{CLASS}"
    assert (failures(proven(BEFORE, BEFORE | LIMITS | {"shop/settings.py": source}, MOVE)) == []) is right
