"""A module that goes to another path: what the prover finds where somebody forgets, and the command around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.face import prove
from codemods.project import OverlayTree
from tests.commands.conftest import Run, fingerprint, root, run  # noqa: F401  (fixtures)

from .archive import MemoryTree

MODELS = b"import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef price():\n    return 1\n"
USE = b"""from shop.models import price

TABLE = {'a': 'shop.models.price'}


def f():
    import shop.models

    return shop.models.price() + price()
"""
TREE = {
    "shop/__init__.py": b"",
    "shop/models.py": MODELS,
    "use.py": USE,
    "cold.py": b"import importlib\n\nM = importlib.import_module('shop.models')\n",
    "conf.toml": b"price = 'shop.models:price'\nfile = 'shop/models.py'\n",
}


def after(**changed: bytes) -> OverlayTree:
    """The tree with everybody's names changed by hand, and the files that were changed otherwise."""
    new: dict[str, bytes | None] = {
        path: raw.replace(b"shop.models", b"shop.pricing").replace(b"shop/models", b"shop/pricing")
        for path, raw in TREE.items()
        if path not in ("shop/__init__.py", "shop/models.py")
    }
    new |= {"shop/models.py": None, "shop/pricing.py": MODELS}
    named = {
        name.replace("__", "/").replace("_py", ".py").replace("_toml", ".toml"): raw for name, raw in changed.items()
    }
    return OverlayTree(MemoryTree(TREE), new | named)


def test_a_rename_by_hand_holds() -> None:
    proof = prove(MemoryTree(TREE), after())
    assert proof.held
    said = [finding.message for check in proof.checks for finding in check.assumptions]
    assert any("imports or runs shop.models, which is shop.pricing now; 3 files" in message for message in said)
    assert any("depends on `__name__` of shop.pricing, read at shop/pricing.py:3" in message for message in said)


@pytest.mark.parametrize(
    ("path", "forgotten"),
    [
        ("use_py", b"from shop.models import price"),
        ("use_py", b"'shop.models.price'"),
        ("use_py", b"import shop.models\n"),
        ("use_py", b"shop.models.price()"),
        ("cold_py", b"'shop.models'"),
        ("conf_toml", b"shop.models:price"),
        ("conf_toml", b"shop/models.py"),
    ],
)
def test_what_is_forgotten_is_found(path: str, forgotten: bytes) -> None:
    new = forgotten.replace(b"shop.models", b"shop.pricing").replace(b"shop/models", b"shop/pricing")
    name = path.replace("_", ".")
    text = after().read(name)
    assert text.count(new) == 1
    assert not prove(MemoryTree(TREE), after(**{path: text.replace(new, forgotten)})).held


@pytest.mark.parametrize(
    "text",
    [
        b"CODE = 'import shop.models'\n",
        b"CODE = 'from shop import money, models'\n",
        b"DATA = b'cshop.models\\nprice\\n.'\n",
        b"LAZY = {'price': '.models'}\n",
        b"__all__ = ['models']\n",
    ],
)
def test_what_nobody_touched_and_still_has_the_old_name_is_found(text: bytes) -> None:
    tree = MemoryTree({**TREE, "shop/__init__.py": text})
    changes = {path: after().read(path) if path in after().paths else None for path in after().changes}
    proof = prove(tree, OverlayTree(tree, changes))
    assert not next(check for check in proof.checks if check.name == "renamed modules").held


def test_another_text_in_the_same_words_is_no_rename() -> None:
    """`shop.pricing` in the place of something that was no name of the module."""
    old = MemoryTree({**TREE, "conf.toml": b"price = 'shop.money:price'\n"})
    changes = {path: after().read(path) if path in after().paths else None for path in after().changes}
    assert not prove(old, OverlayTree(old, changes | {"conf.toml": b"price = 'shop.pricing:price'\n"})).held


def test_the_command_renames_and_undo_takes_it_back(run: Run, root: Path) -> None:  # noqa: F811
    before = fingerprint(root)
    shown = run("rename", "shop/worker.py", "shop/works.py", "--diff", "--root", ".")
    assert shown.code == 0
    assert "+from shop.works import Status, Worker" in shown.out
    assert fingerprint(root) == before
    assert run("rename", "shop/worker.py", "shop/works.py", "--check", "--root", ".").code == 1
    done = run("rename", "shop.worker", "shop.works", "--root", ".")
    assert done.code == 0, done.err
    assert done.out.startswith("Renamed shop/worker.py to shop/works.py\nRewrote 1 other file: main.py\n")
    assert not (root / "shop/worker.py").exists()
    again = run("rename", "shop/worker.py", "shop/works.py", "--root", ".")
    assert (again.code, again.out) == (0, "nothing to do: the module shop/works.py is already there\n")
    assert run("undo", "--root", ".").code == 0
    assert fingerprint(root) == before


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("shop/nowhere.py", "shop/works.py", 4),
        ("shop/worker.py", "shop/worker.py", 4),
        ("shop/worker.py", "shop/class.py", 4),
        ("shop/worker.py", "../works.py", 4),
        ("shop", "store", 4),
        ("shop/worker.py", "shop/wire.py", 2),
        ("shop/__init__.py", "shop/works.py", 2),
    ],
)
def test_what_cannot_be_renamed_is_left_as_it_is(run: Run, root: Path, old: str, new: str, code: int) -> None:  # noqa: F811
    before = fingerprint(root)
    refused = run("rename", old, new, "--root", ".")
    assert refused.code == code, refused.err
    assert refused.err
    assert fingerprint(root) == before
