"""A path that ended is named by no text that somebody runs."""

from __future__ import annotations

import pytest

from codemods.model import Move, Reexport
from tests.proof.test_prover import failures, proven

BEFORE = {"shop/__init__.py": "", "shop/core.py": "class Price: ...\n\n\nclass Other: ...\n"}
AFTER = {"shop/core.py": "class Other: ...\n", "shop/price.py": "class Price: ...\n"}
MOVE = Move("shop/core.py", ("Price",), "shop/price.py", reexport=Reexport.NONE)
TEXTS = {
    "a notebook": ("use.ipynb", '["from shop import core as c\\n", "c.Price()"]', True),
    "Cython": ("shop/ext.pyx", "from . import core\n\ndef make():\n    return core.Price()\n", True),
    "a template": ("x.mako", "<%!\n    from shop.core import Other, Price\n%>\n", True),
    "a command line": ("Makefile", 'show:\n\tpython -c "import shop.core as c; print(c.Price)"\n', True),
    "an example": ("use.rst", ">>> from shop import core\n>>> core.Price()\n", True),
    "code in a string": ("bench.py", 'CODE = """\nfrom shop import core\ncore.Price()\n"""\n', True),
    "two strings": ("bench.py", 'timeit("core.Price()", setup="from shop import core")\n', True),
    "a path from the package": ("shop/routes.py", 'config.add_view(".core.Price")\n', True),
    "another module of that name": ("use.ipynb", '["from other import core as c\\n", "c.Price()"]', False),
    "another name": ("x.mako", "<%! from shop.core import Other as Price %>\n", False),
    "what people read": ("use.md", "`from shop import core` gives `core.Price`\n", False),
}


@pytest.mark.parametrize("what", TEXTS)
def test_a_text(what: str):
    path, text, broken = TEXTS[what]
    found = failures(proven(BEFORE | {path: text}, BEFORE | AFTER | {path: text}, MOVE))
    assert any("no longer has it" in said for said in found) is broken, found


@pytest.mark.parametrize(
    ("path", "text", "finds"),
    [
        ("deploy/shop.service", "[Service]\nExecStart=/venv/bin/gunicorn shop.web:make_app --factory\n", True),
        ("deploy/shop.service", "[Service]\nExecStart=/venv/bin/gunicorn shop.web:other\n", False),
        ("docs/use.md", "Start `shop.web:make_app`.\n", False),
        ("lazy.py", 'LAZY = {"make_app": "shop.web"}\n', True),
        ("lazy.py", 'LAZY = {"other": "shop.web"}\n', False),
        ("newer.py", "from shop.web import make_app\n\ndef (\n", True),
    ],
)
def test_who_else_names_it(path: str, text: str, finds: bool) -> None:
    stay = {"shop/__init__.py": "", path: text}
    make, other = "def make_app(): ...\n", "def other(): ...\n"
    before = stay | {"shop/web.py": f"{make}\n\n{other}"}
    found = failures(proven(before, stay | {"shop/web.py": other, "shop/factory.py": make}))
    assert any("make_app" in line for line in found) is finds, found
