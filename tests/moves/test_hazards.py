"""Every hazard is found in its own example, and explains itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import codemods
from codemods.face import plan, solve
from codemods.model import Hazard, Move, Refused, Severity
from codemods.planning.hazards import other_codes, registry
from codemods.proof import codes

from .archive import MemoryTree, read_move


def hazards_of(example: str) -> tuple[Hazard, ...]:
    """What a move of an example is refused for, or says."""
    parts = re.split(r"^-- (\S+) --\n", example.lstrip("\n"), flags=re.MULTILINE)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    move = read_move(files.pop("move"))
    files.setdefault("shop/__init__.py", "")
    try:
        return solve(move, MemoryTree({p: t.encode() for p, t in files.items()})).plan.hazards
    except Refused as refused:
        return refused.hazards


@pytest.mark.parametrize("code", sorted(registry()))
def test_is_found_in_its_example(code: str) -> None:
    found = [hazard for hazard in hazards_of(registry()[code].EXAMPLE) if hazard.code == code]
    assert found
    assert all(hazard.remedies for hazard in found if hazard.severity is Severity.REFUSES)


@pytest.mark.parametrize("code", sorted(registry()))
def test_says_what_it_means(code: str) -> None:
    hazard = registry()[code]
    assert hazard.TITLE and len(hazard.MEANING) > 80


def _printed() -> Iterator[tuple[str, str]]:
    """(file, code) for each code that is written in the tool's own code where a hazard is made."""
    for path in sorted(Path(codemods.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Hazard", "_refuse") and node.args:
                values = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)]
                if path.name != "configured.py":  # whose _refuse has one code
                    yield from ((path.name, value) for value in values if isinstance(value, str))


def test_every_printed_code_has_a_page() -> None:
    known = {*registry(), *other_codes(), *codes(), "proof:"}
    assert [(path, code) for path, code in _printed() if code not in known] == []


def test_every_code_of_a_finding_has_a_page() -> None:
    made = [
        (path.name, argument.value)
        for path in sorted(Path(codemods.__file__).parent.joinpath("proof").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding"
        for argument in node.args[2:3]
        if isinstance(argument, ast.Constant)
    ]
    assert len(made) > 40
    assert [(path, code) for path, code in made if code not in codes()] == []


def test_pages_of_other_stages_are_no_hazards() -> None:
    assert not (other_codes().keys() | codes().keys()) & registry().keys()
    assert not other_codes().keys() & codes().keys()
    assert all(page["title"] and len(page["meaning"]) > 20 for page in other_codes().values())


def test_a_difference_that_is_accepted_is_no_refusal() -> None:
    tree = {"shop/__init__.py": "", "shop/cart.py": "class Cart: ...\n"}
    tree["tests.py"] = "from shop.cart import Cart\nassert repr(Cart) == \"<class 'shop.cart.Cart'>\"\n"
    move = Move("shop/cart.py", ("Cart",), "shop/basket.py")
    files = MemoryTree({path: text.encode() for path, text in tree.items()})
    with pytest.raises(Refused, match="shown-module") as refused:
        plan(move, files)
    assert "accept the difference: --accept shown-module" in refused.value.hazards[0].remedies
    accepted = plan(replace(move, accept=("shown-module",)), files)
    assert [h.severity for h in accepted.hazards if h.code == "shown-module"] == [Severity.DECLARED]


_ASKS = """
-- shop/texts.py --
def _script():
    return __name__ == "__main__"
def text():
    return _script()
-- move --
shop/texts.py shop/pages.py """


def test_what_was_asked_for_is_not_to_be_kept() -> None:
    """`--keep` of a name that was asked for is wrong usage."""
    (hazard,) = (h for h in hazards_of(f"{_ASKS}_script\n") if h.code == "main-check")
    assert "leave `_script` where it is" in hazard.remedies


def test_what_nobody_asked_for_stays_where_it_can_not_move() -> None:
    """A helper that would move along, and asks whether its module is a script."""
    assert not [h for h in hazards_of(f"{_ASKS}text\n") if h.code == "main-check"]


_REGISTERS = """
-- shop/registry.py --
ITEMS = []
def register(item):
    ITEMS.append(item)
    return item
-- shop/plugins.py --
from shop.registry import register
@register
def one(): ...
@register
def two(): ...
-- move --
shop/plugins.py """


@pytest.mark.parametrize(
    ("move", "remedy"),
    [
        ("shop/registry.py two", "move what has effects too: --with one"),
        ("shop/more.py two --no-reexport", "leave out --no-reexport"),
    ],
)
def test_what_has_the_effect_is_named(move: str, remedy: str) -> None:
    found = [h for h in hazards_of(f"{_REGISTERS}{move}\n") if h.code == "import-order"]
    assert found[0].remedies[0] == remedy
