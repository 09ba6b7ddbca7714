"""Whatever code of the tree calls, and with whatever arguments, a move is planned and proven, or refused."""

from __future__ import annotations

import ast
import keyword
from pathlib import Path

import pytest

import codemods
from codemods import face
from codemods.model import Move, Refused

from .archive import MemoryTree

_FORMS = ("{}()", "{}(x=1)", "{}(*xs)", "{}(**xs)", "{}(1)", "str({}())", "m.{}()", "m.{}(*xs, x=1)", "a().{}()")
_MOVED = """\
class Price:
    value: int = 1

    def show(self):
        return repr(self)


def doubled(price):
    return price
"""
_SOME = 150  # in one tree: what is refused for one reason is not asked for others


def _names() -> list[str]:
    """The identifiers that codemods itself has in texts: it looks for them in the code that it reads."""
    texts = {
        node.value
        for path in Path(codemods.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return sorted(text for text in texts if text.isidentifier() and not keyword.iskeyword(text))


@pytest.mark.parametrize("form", _FORMS)
def test_a_call_of_any_shape(form: str) -> None:
    names = _names()
    assert "signature" in names
    for start in range(0, len(names), _SOME):
        calls = [f"    {form.format(name)}" for name in names[start : start + _SOME]]
        head = ["import shop.orders as m", "from shop.orders import Price, doubled", "xs = []", "a = 1", "def f():"]
        use = "\n".join([*head, *calls, "print(Price(), doubled(1))"])
        files = {"shop/__init__.py": "", "shop/orders.py": _MOVED, "use.py": use}
        tree = MemoryTree({path: text.encode() for path, text in files.items()})
        for name in ("Price", "doubled"):
            try:
                face.solve(Move("shop/orders.py", (name,), "shop/prices.py"), tree)
            except Refused as refused:
                assert refused.hazards
