"""Names in comments that are types mean what they meant."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

TOTAL = "def total(lines):\n    # type: (List[Line]) -> {}\n    return lines[0]\n"
LINE = "class Line: ...\n"
HEAD = "from typing import List\n"


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (f"{HEAD}\nfrom .orders import Line\n", []),
        ("from typing import TYPE_CHECKING, List\n\nif TYPE_CHECKING:\n    from .orders import Line\n", []),
        (HEAD, ["Line"]),
        ("from .orders import Line\n", ["List"]),
        (f"{HEAD}\nfrom .others import Line\n", ["Line"]),
    ],
)
def test_a_comment(head: str, names: list[str]) -> None:
    stay = {"shop/__init__.py": "", "shop/others.py": LINE}
    before = stay | {"shop/orders.py": f"{HEAD}\n\n{LINE}\n\n{TOTAL.format('Line')}"}
    after = stay | {"shop/orders.py": f"{HEAD}\n\n{LINE}", "shop/pricing.py": f"{head}\n\n{TOTAL.format('Line')}"}
    found = [line for line in failures(proven(before, after)) if line.startswith("bindings")]
    assert all(any(f" {name}: it was" in line for line in found) for name in names), found
    assert bool(found) is bool(names), found
