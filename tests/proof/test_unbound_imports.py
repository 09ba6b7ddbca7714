"""A name that its module binds on some ways only: what left the module imports it, which may fail."""

from __future__ import annotations

import pytest

from codemods.face import prove
from codemods.model import Move
from tests.moves.archive import MemoryTree

MOVE = Move("shop/decoders.py", ("decoder",), "shop/choice.py")
DECODER = "def decoder(mode):\n{}    if brotli is not None:\n        return Brotli()\n    return Plain()\n"
USER = "\n\ndef decoded(mode):\n    return decoder(mode)\n"
HEAD = "try:\n    import brotli\nexcept ImportError:\n    brotli = None\n\n\nclass Plain: ...\n\n\n"
CLASSES = {
    "on one way": ("if brotli is not None:\n\n    class Brotli: ...\n\n\n", False),
    "in a loop": ("for _ in HEAD:\n\n    class Brotli: ...\n\n\n", False),
    "on both ways": ("if brotli is not None:\n\n    class Brotli: ...\n\nelse:\n\n    class Brotli: ...\n\n\n", True),
    "or nothing works": (
        "if brotli is not None:\n\n    class Brotli: ...\n\nelse:\n    raise ImportError('brotli')\n\n\n",
        True,
    ),
    "where it can be": (
        "try:\n    from brotli import Brotli\nexcept ImportError:\n\n    class Brotli: ...\n\n\n",
        True,
    ),
    "where it may fail": ("try:\n    from brotli import Brotli\nexcept ImportError:\n    pass\n\n\n", False),
}


@pytest.mark.parametrize("how", CLASSES)
def test_an_import_that_may_fail(how: str) -> None:
    text, certain = CLASSES[how]
    head = HEAD + "HEAD = 'x'\n\n\n" + text
    late = "    from shop.decoders import Brotli, Plain, brotli\n\n"
    before = {"shop/__init__.py": "", "shop/decoders.py": head + DECODER.format("") + USER}
    after = {
        "shop/__init__.py": "",
        "shop/decoders.py": "from shop.choice import decoder\n\n" + head + USER.lstrip(),
        "shop/choice.py": DECODER.format(late),
    }
    old, new = (MemoryTree({path: text.encode() for path, text in files.items()}) for files in (before, after))
    failed = [
        f.message for check in prove(old, new, [MOVE]).checks if check.name == "maybe unbound" for f in check.failures
    ]
    assert (failed == []) is certain, failed
