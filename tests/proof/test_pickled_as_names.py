"""Objects that are pickled as a name of the module of their class, moved by hand."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

BY_NAME = 'class Missing:\n    def __reduce__(self):\n        return "MISSING"\n'
OF_ITSELF = "class Missing:\n    name = ''\n\n    def __reduce_ex__(self, protocol):\n        return self.name\n"
AS_CALL = "class Missing:\n    def __reduce__(self):\n        return Missing, ()\n"
OF_ITS_MODULE = f'{BY_NAME}\n    __module__ = "shop.orders"\n'
MADE = "MISSING = Missing()\n"
FROM_CLASS = "from .missing import Missing as Missing\n\n"
FROM_BOTH = "from .missing import MISSING as MISSING, Missing as Missing\n\n"
KINDS = {
    "its name": (BY_NAME, "", True),
    "the name of each": (OF_ITSELF, "", True),
    "how it is made": (AS_CALL, "", False),
    "a module that it says": (OF_ITS_MODULE, "", False),
    "its name, and it moved": (BY_NAME, f"\n\n{MADE}", False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_pickle_finds(kind: str) -> None:
    text, along, broken = KINDS[kind]
    before = {"shop/__init__.py": "", "shop/orders.py": f"{text}\n\n{MADE}"}
    after = {
        "shop/__init__.py": "",
        "shop/orders.py": FROM_BOTH if along else FROM_CLASS + MADE,
        "shop/missing.py": text + along,
    }
    found = failures(proven(before, after))
    assert any("pickle looks for MISSING" in line for line in found) is broken, found
    accepted = Move("shop/orders.py", ("Missing",), "shop/missing.py", accept=("pickled",))
    assert not any("pickle looks" in line for line in failures(proven(before, after, accepted)))


def test_an_old_path_that_ended() -> None:
    before = {"shop/__init__.py": "", "shop/orders.py": f"{BY_NAME}\n\n{MADE}"}
    after = {
        "shop/__init__.py": "",
        "shop/orders.py": BY_NAME,
        "shop/missing.py": f"from .orders import Missing\n\n{MADE}",
    }
    assert any("pickle looks for MISSING" in line for line in failures(proven(before, after)))
