"""A file that somebody reads as text: the prover asks whether what moved is looked for in it."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

BEFORE = {"shop/__init__.py": "", "shop/core.py": "LIMIT = 1\nNAMES = []\n"}
AFTER = {"shop/core.py": "from .limits import LIMIT as LIMIT\n\nNAMES = []\n", "shop/limits.py": "LIMIT = 1\n"}
MOVE = Move("shop/core.py", ("LIMIT",), "shop/limits.py")

# what reads, and whether it asks for what moved
READERS = {
    "a pattern": (
        "def get():\n    text = open('shop/core.py').read()\n    return re.search('^LIMIT = (.*)', text)\n",
        True,
    ),
    "a parser": ("TREE = ast.parse((ROOT / 'shop' / 'core.py').read_text())\n", True),
    "another name": ("def get():\n    return re.search('NAMES = ', open('shop/core.py').read())\n", False),
    "another folder": ("TREE = ast.parse((ROOT / 'deploy' / 'core.py').read_text())\n", False),
    "no reading": ("def get():\n    return 'shop/core.py', 'LIMIT'\n", False),
}


@pytest.mark.parametrize("reader", READERS)
def test_who_reads_the_file(reader: str) -> None:
    code, asks = READERS[reader]
    before = BEFORE | {"tools/read.py": code}
    found = failures(proven(before, before | AFTER, MOVE))
    assert [line.partition(":")[0] for line in found] == (["file lists"] if asks else [])


# a file that is no code, and whether it asks for what moved
SETTINGS = {
    "Makefile": ("limit:\n\t@grep '^LIMIT' shop/core.py\n", True),
    "tool.toml": ('[tool.commitizen]\nversion_files = ["shop/core.py:LIMIT"]\n', True),
    "other.toml": ('files = ["shop/core.py:NAMES", "lib/shop/core.py:LIMIT"]\n', False),
    "limits.md": ("`LIMIT` stands in shop/core.py.\n", False),
    "run.sh": ("pytest shop/core.py::LIMIT\n# LIMIT of shop/core.py\n", False),
}


@pytest.mark.parametrize("path", SETTINGS)
def test_what_settings_and_scripts_read(path: str) -> None:
    text, asks = SETTINGS[path]
    before = BEFORE | {path: text}
    found = failures(proven(before, before | AFTER, MOVE))
    assert [line.partition(":")[0] for line in found] == (["file lists"] if asks else [])


def test_the_version_that_a_table_of_versions_reads() -> None:
    before = {
        "shop/__init__.py": "",
        "shop/core.py": "VERSION = 1\n",
        "pyproject.toml": '[tool.hatch.version]\npath = "shop/core.py"\n',
    }
    after = before | {"shop/core.py": "from .about import VERSION as VERSION\n", "shop/about.py": "VERSION = 1\n"}
    (found,) = failures(proven(before, after, Move("shop/core.py", ("VERSION",), "shop/about.py")))
    assert found.startswith("file lists: pyproject.toml:2: shop/core.py is read as text here, for VERSION")
