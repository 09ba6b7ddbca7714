"""Who lists the names of a module that stood finds none that moved there, nor what that has imported."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

TOOLS = "from decimal import Decimal\n\n\ndef area(x):\n    return Decimal(x)\n\n\nclass Square: ...\n"
SHAPES = "class Circle: ...\n"
LISTS = {
    "classes": ("inspect.getmembers(shapes, inspect.isclass)", True),
    "functions": ("inspect.getmembers(shapes, inspect.isfunction)", True),
    "all names": ("dir(shapes)", True),
    "values": ("list(vars(shapes).values())", True),
    "its own classes": (
        "[c for _, c in inspect.getmembers(shapes, inspect.isclass) if c.__module__ == shapes.__name__]",
        False,
    ),
    "names that begin so": ("[n for n in dir(shapes) if n.startswith('show_')]", False),
    "constants": ("[n for n in shapes.__dict__.keys() if n.isupper()]", False),
    "one name": ("vars(shapes)['Circle']", False),
}


@pytest.mark.parametrize("what", LISTS)
def test_a_list(what: str) -> None:
    expression, finds = LISTS[what]
    menu = f"import inspect\n\nfrom . import shapes\n\n\ndef entries():\n    return {expression}\n"
    before = {"shop/__init__.py": "", "shop/tools.py": TOOLS, "shop/shapes.py": SHAPES, "shop/menu.py": menu}
    head, area, square = TOOLS.split("\n\n\n")
    after = before | {"shop/tools.py": f"from .shapes import area as area\n\n\n{square}"}
    after["shop/shapes.py"] = f"{head}\n\n\n{SHAPES}\n\n{area}\n"
    assert any("lists the names" in line for line in failures(proven(before, after))) is finds
