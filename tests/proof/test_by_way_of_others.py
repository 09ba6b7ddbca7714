"""Code that has the old module as an attribute of another one, and replaces a name there that moved by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

LINUX = "def fits(arch):\n    return arch\n\n\ndef tags(arch):\n    if fits(arch):\n        yield arch\n"
STAYS = "\n\ndef other():\n    return 1\n"
TAGS = "from . import linux\n\n\ndef all_tags(arch):\n    return list(linux.tags(arch))\n"
TEST = "from shop import tags\n\n\ndef test_tags(monkeypatch):\n    monkeypatch.setattr(tags.linux, {!r}, len)\n"
MOVED = {"shop/linux.py": f"from .lists import tags\n{STAYS}", "shop/lists.py": LINUX}


@pytest.mark.parametrize(("name", "found"), [("fits", True), ("other", False)])
def test_what_is_replaced_by_way_of_another_module(name: str, found: bool) -> None:
    stay = {"shop/__init__.py": "", "shop/tags.py": TAGS, "tests/test_tags.py": TEST.format(name)}
    failed = failures(proven(stay | {"shop/linux.py": LINUX + STAYS}, stay | MOVED))
    assert any("tests/test_tags.py" in line for line in failed) is found, failed
