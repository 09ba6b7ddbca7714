"""Which unchanged statements are read again: those that can have the module from which a name was lost."""

from __future__ import annotations

import pytest

from codemods.model import Move
from codemods.proof import prove
from tests.moves.archive import MemoryTree

BEFORE = {
    "shop/__init__.py": "from shop import worker as engine\n",
    "shop/worker.py": "class Status: ...\n\n\nclass Worker: ...\n",
}
AFTER = BEFORE | {
    "shop/worker.py": """import importlib


class Worker: ...


def __getattr__(name):
    if name == "Status":
        return importlib.import_module("shop.status").Status
    raise AttributeError(name)
""",
    "shop/status.py": "class Status: ...\n",
}
HAS_IT = {
    "by itself": "from shop import worker\n\n\ndef f():\n    return vars(worker)\n",
    "by another name": "from shop import worker as w\n\n\ndef f():\n    return vars(w)\n",
    "by a name of another module": "from shop import engine\n\n\ndef f():\n    return vars(engine)\n",
    "as an attribute": "import shop.worker\n\n\ndef f():\n    return vars(shop.worker)\n",
    "imported with others": "import os, shop.worker\n\n\ndef f():\n    return vars(shop.worker), os\n",
    "another's name, renamed": "from shop import engine as worker\n\n\ndef f():\n    return vars(worker)\n",
    "imported inside": "def f():\n    from shop import worker as w\n\n    return vars(w)\n",
}
HAS_IT_NOT = {
    "a local of that name": "from shop.worker import Worker\n\n\ndef f(worker):\n    return vars(worker), Worker\n",
    "an attribute of that name": "from shop.worker import Worker\n\n\ndef f(x):\n    return vars(x.worker), Worker\n",
}


def found(other: str) -> list[str]:
    trees = (MemoryTree({p: t.encode() for p, t in {**files, "app.py": other}.items()}) for files in (BEFORE, AFTER))
    before, after = trees
    proof = prove(before, after, [Move("shop/worker.py", ("Status",), "shop/status.py")])
    return [
        f.message
        for check in proof.checks
        for f in check.failures
        if f.code == "handed-on" and f.place.path == "app.py"
    ]


@pytest.mark.parametrize("other", HAS_IT.values(), ids=HAS_IT)
def test_it_is_read(other: str) -> None:
    assert found(other)


@pytest.mark.parametrize("other", HAS_IT_NOT.values(), ids=HAS_IT_NOT)
def test_it_is_not(other: str) -> None:
    assert not found(other)
