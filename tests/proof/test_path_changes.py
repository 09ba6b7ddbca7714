"""A script that says itself where to look for its modules imports nothing of them before that."""

from __future__ import annotations

from tests.proof.test_prover import failures, proven

HEAD = "import sys\n\n"
CHANGE = "sys.path.insert(0, '.')\n\n"
STAMP = "from shop.version import VERSION\n\n\ndef stamp():\n    return VERSION\n"
BEFORE = {
    "shop/__init__.py": "",
    "shop/version.py": "VERSION = '1'\n",
    "scripts/build.py": f"{HEAD}{CHANGE}{STAMP}\n\nprint(stamp())\n",
}
AFTER = {**BEFORE, "scripts/common.py": STAMP}


def test_an_import_above_the_change_brings_what_stood_below_it():
    after = {**AFTER, "scripts/build.py": f"{HEAD}from common import stamp\n\n{CHANGE}print(stamp())\n"}
    assert any("says where to look for it" in said for said in failures(proven(BEFORE, after)))


def test_an_import_below_the_change():
    after = {**AFTER, "scripts/build.py": f"{HEAD}{CHANGE}from common import stamp\n\nprint(stamp())\n"}
    assert not any("says where to look for it" in said for said in failures(proven(BEFORE, after)))
