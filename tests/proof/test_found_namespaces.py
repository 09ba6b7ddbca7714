"""Decorators and base classes that look into the module in which what they get was made."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, found_by_hand, proven

KINDS = {
    "a list of the module": ("sys.modules[f.__module__].COMMANDS.append(f.__name__)", True),
    "kept under a name": ("there = import_module(f.__module__)\n    names = vars(there)\n    names['x'] = 1", True),
    "the globals": ("f.__globals__.setdefault('COMMANDS', []).append(f)", True),
    "a frame": ("sys._getframe(1).f_globals['COMMANDS'] = f", True),
    "set by any name": ("setattr(sys.modules[f.__module__], f.__name__.upper(), f)", True),
    "for annotations": ("get_type_hints(f, vars(sys.modules[f.__module__]))", False),
    "a mark": ("f.__globals__['__marked__'] = True", False),
    "its own list": ("COMMANDS.append(f.__name__)", False),
}
BODY = "COMMANDS = []\n\n\ndef command(f):\n    {}\n    return f\n"
HEAD = "from .reg import command\n\nCOMMANDS = []\n\n\n"
SLUG = "@command\ndef slug(x):\n    return x.lower()\n"
TITLE = "@command\ndef title(x):\n    return x.title()\n"


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_decorator_asks_for(kind: str) -> None:
    body, finds = KINDS[kind]
    reg = "import sys\nfrom importlib import import_module\nfrom typing import get_type_hints\n\n" + BODY.format(body)
    stay = {"shop/__init__.py": "", "shop/reg.py": reg}
    before = stay | {"shop/api.py": f"{HEAD}{SLUG}\n\n{TITLE}"}
    after = stay | {
        "shop/api.py": HEAD.replace("command\n", "command\nfrom .text import slug as slug\n", 1) + TITLE,
        "shop/text.py": f"from .reg import command\n\n\n{SLUG}",
    }
    found = failures(proven(before, after))
    assert any("the module of what it gets" in line for line in found) is finds, found


def test_what_a_base_class_sets() -> None:
    hook = "def __init_subclass__(cls):\n        setattr(sys.modules[cls.__module__], 'last', cls)\n"
    base = f"import sys\n\n\nclass Shape:\n    {hook}"
    stay = {"shop/__init__.py": "", "shop/base.py": base}
    head, square, circle = "from .base import Shape\n", "class Square(Shape): ...\n", "class Circle(Shape): ...\n"
    before = stay | {"shop/kinds.py": f"{head}\n\n{square}\n\n{circle}"}
    after = stay | {"shop/kinds.py": f"{head}\n\n{circle}", "shop/other.py": f"{head}\n\n{square}"}
    assert any("the module of what it gets" in line for line in failures(proven(before, after)))


@pytest.mark.parametrize("accept", [(), ("listed-by-decorator",)])
def test_a_name_less_in_what_a_decorator_lists(accept: tuple[str, ...]) -> None:
    reg = "def command(f):\n    f.__globals__.setdefault('__all__', []).append(f.__name__)\n    return f\n"
    head = "from .reg import command\n"
    stay = {"shop/__init__.py": "", "shop/reg.py": reg}
    before = stay | {"shop/api.py": f"{head}\n\n{SLUG}\n\n{TITLE}"}
    after = stay | {
        "shop/api.py": f"{head}from .text import slug as slug\n\n\n{TITLE}",
        "shop/text.py": f"{head}\n\n{SLUG}",
    }
    found = failures(proven(before, after, Move("shop/api.py", ("slug",), "shop/text.py", accept=accept)))
    assert any("no longer takes slug" in line for line in found) is not bool(accept), found


def test_a_module_that_fills_itself() -> None:
    moved, now = (f"moved = sys.modules[{name}]\n" for name in ("__name__", '"shop.orders"'))
    found = found_by_hand({}, "import sys\n\n", moved, now)
    assert any("takes shop/orders.py as it is while that is imported" in line for line in found), found
