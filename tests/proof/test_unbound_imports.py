"""A name that its module binds on some ways only: what left the module imports it, which may fail."""

from __future__ import annotations

import re

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
    assert (_failed(before, after) == []) is certain


def _failed(*trees: dict[str, str]) -> list[str]:
    old, new = (MemoryTree({path: text.encode() for path, text in files.items()}) for files in trees)
    return [
        f.message for check in prove(old, new, [MOVE]).checks if check.name == "maybe unbound" for f in check.failures
    ]


READERS = {
    "at once": ("    from shop.decoders import Brotli\n\n    return Brotli()\n", True),
    "below its docstring": (
        '    """It."""\n    from shop.decoders import Brotli\n\n    found = Brotli()\n    return found\n',
        True,
    ),
    "after a question": ("    from shop.decoders import Brotli\n\n    return HAS and Brotli()\n", False),
    "after another statement": (
        "    from shop.decoders import Brotli\n\n    mode.check()\n    return Brotli()\n",
        False,
    ),
    "in a function of its own": ("    from shop.decoders import Brotli\n\n    return lambda: Brotli()\n", False),
    "one of two": ("    from shop.decoders import Brotli, Plain\n\n    return Brotli()\n", False),
}


@pytest.mark.parametrize("how", READERS)
def test_an_import_of_what_is_read_at_once(how: str) -> None:
    body, certain = READERS[how]
    head = f"HAS = False\n{CLASSES['on one way'][0].replace('brotli is not None', 'HAS')}{CLASSES['on one way'][0]}"
    moved = f"def decoder(mode):\n{body}"
    without = re.sub(r"    from shop.*\n\n", "", moved)
    before = {"shop/__init__.py": "", "shop/decoders.py": HEAD + head + without + USER}
    after = {
        "shop/__init__.py": "",
        "shop/decoders.py": "from shop.choice import decoder\n\n" + HEAD + head + USER.lstrip(),
        "shop/choice.py": ("HAS = False\n\n\n" if "HAS" in moved else "") + moved,
    }
    assert (_failed(before, after) == []) is certain


@pytest.mark.parametrize(("test", "certain"), [("sys.platform == 'win32'", True), ("sys.platform != 'linux'", False)])
def test_an_import_below_the_test_that_it_had(test: str, certain: bool) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/files.py": "import sys\n\nif sys.platform == 'win32':\n\n    class Brotli: ...\n",
    }
    imports = "import sys\n\nif {}:\n    from shop.files import Brotli\n\n\n"
    moved = "def decoder(mode):\n    return sys.platform == 'win32' and Brotli()\n"
    old = imports.format("sys.platform == 'win32'")
    before = {**files, "shop/decoders.py": old + moved + USER}
    after = {
        **files,
        "shop/decoders.py": "from shop.choice import decoder\n\n" + old + USER.lstrip(),
        "shop/choice.py": imports.format(test) + moved,
    }
    assert (_failed(before, after) == []) is certain
