"""Annotations that pydantic makes objects of: text or not, they have to be what they were."""

from __future__ import annotations

import pytest

from .test_prover import failures, proven

FUTURE = "from __future__ import annotations\n\n"
HEAD = "from pydantic import BaseModel\n\n\n"
TAG = "class Tag(BaseModel):\n    text: str\n"
STAYS = "def first(): ...\n"


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("    a: 'Tag' | None\n", {}),  # text or None is no type
        ("    def like(self) -> Rows[int]: ...\n", {"shop/rows.py": "class Rows: ...\n"}),  # a class without items
        ("    a: int\n", {"show.py": "from shop.a import Item\n\nprint(Item.__annotations__)\n"}),
    ],
)
def test_text_that_gives_no_object(body: str, more: dict[str, str]) -> None:
    rows = "from shop.rows import Rows\n" if "Rows" in body else ""
    item = f"class Item(BaseModel):\n{body}"
    old = more | {"shop/__init__.py": "", "shop/b.py": HEAD + TAG}
    old |= {"shop/a.py": f"{FUTURE}{HEAD}{rows}{item}\n\n{STAYS}"}
    new = {"shop/a.py": f"{FUTURE}from .b import Item\n\n\n{STAYS}", "shop/b.py": f"{HEAD}{rows}{TAG}\n\n{item}"}
    assert any("annotations of Item are objects now" in said for said in failures(proven(old, old | new)))
