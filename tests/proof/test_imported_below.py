"""What a module imports below a statement that changes something outside of the tree runs after that statement."""

from __future__ import annotations

from tests.proof.test_prover import failures, proven

BEFORE = {
    "shop/__init__.py": "",
    "shop/client.py": "from time import sleep\n\n\ndef get(url):\n    return url, sleep(0)\n",
    "shop/reports.py": """\
import time

time.sleep = lambda seconds: "patched"

from shop.client import get


def fetch(name):
    return get(name)


def table():
    return [fetch("a")]
""",
}
MOVED = {"shop/fetching.py": "from shop.client import get\n\n\ndef fetch(name):\n    return get(name)\n"}
REST = '\n\ndef table():\n    return [fetch("a")]\n'
STATEMENT = 'time.sleep = lambda seconds: "patched"\n'


def test_imported_above() -> None:
    reports = f"import time\n\nfrom .fetching import fetch as fetch\n\n{STATEMENT}{REST}"
    found = failures(proven(BEFORE, {**BEFORE, **MOVED, "shop/reports.py": reports}))
    assert any("imported below it" in text for text in found)


def test_imported_below() -> None:
    reports = f"import time\n\n{STATEMENT}\nfrom .fetching import fetch as fetch\n{REST}"
    assert not failures(proven(BEFORE, {**BEFORE, **MOVED, "shop/reports.py": reports}))
