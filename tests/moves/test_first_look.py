"""Which files are parsed for a move: all that can refer to the source, and few besides."""

from __future__ import annotations

import pytest

from codemods.planning.index.reference_prefilter import ReferencePrefilter
from tests.moves.archive import MemoryTree

SOURCE = "shop/worker.py"
STANDING = {SOURCE: b"class Status: ...\n", "shop/__init__.py": b"", "other/__init__.py": b"", "other/worker.py": b""}

REFERS = {
    "an import": "from shop.worker import Status",
    "a relative import": "from .worker import Status",
    "of the module": "import shop.worker",
    "from the package": "from . import worker",
    "in brackets": "from shop import (\n    orders,\n    worker,  # late\n)",
    "a star": "from shop.worker import *",
    "a string": "patch('shop.worker.Status')",
    "a chain": "import shop as s\ns.worker.Status()",
    "a chain over lines": "import shop as s\n(s\n  .worker\n  .Status)()",
    "an object": "patch.object(s.worker, 'Status')",
    "a replaced attribute": "monkeypatch.setattr(s.worker, name, None)",
}
DOES_NOT = {
    "a word": "worker = Worker()\nworker.run(worker)",
    "another module": "from other.worker import Status",
    "an attribute": "self.worker.run()",
    "a longer word": "from shop.workers import Status",
    "a remark": "# the worker has a Status",
}


def looked_at(text: str) -> bool:
    tree = MemoryTree(STANDING | {"shop/user.py": text.encode()})
    return "shop/user.py" in set(ReferencePrefilter(tree, SOURCE, "shop.worker", frozenset({"Status"})).files())


@pytest.mark.parametrize("text", REFERS.values(), ids=REFERS)
def test_what_may_refer(text: str) -> None:
    assert looked_at(text)


@pytest.mark.parametrize("text", DOES_NOT.values(), ids=DOES_NOT)
def test_what_cannot(text: str) -> None:
    assert not looked_at(text)


def test_inside_of_a_package_dots_name_it() -> None:
    files = {"shop/__init__.py": b"class Status: ...\n", "shop/a.py": b"from . import Status\n", "b.py": b"import x\n"}
    assert list(ReferencePrefilter(MemoryTree(files), "shop/__init__.py", "shop", frozenset({"Status"})).files()) == [
        "shop/a.py"
    ]


def test_texts_that_have_the_path() -> None:
    files = STANDING | {"docs.md": b"`shop.worker.Status`", "prose.md": b"the worker"}
    assert list(ReferencePrefilter(MemoryTree(files), SOURCE, "shop.worker", frozenset({"Status"})).files()) == [
        "docs.md"
    ]
