"""A module that has a second path by a symlink: it is moved by its real path, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods import DiskTree, Move, solve
from codemods.model import WrongUsage
from tests.commands.conftest import Run, fingerprint

pytestmark = pytest.mark.usefixtures("believed")


def linked_file(root: Path) -> None:
    """shop/link.py is a symlink to shop/worker.py."""
    (root / "shop/link.py").symlink_to("worker.py")


def linked_folder(root: Path) -> None:
    """lib/ is a symlink to shop/."""
    (root / "lib").symlink_to("shop")


def folder_around(root: Path) -> None:
    """The same through a link that leads out of the root and into it again."""
    (root / "lib").symlink_to(root.parent / root.name / "shop")


COMMANDS = {
    "extract": ("extract", "LINK", "shop/new.py", "Status"),
    "extract into it": ("extract", "shop/wire.py", "LINK", "send"),
    "rename": ("rename", "LINK", "shop/new.py"),
    "rename to it": ("rename", "shop/wire.py", "LINK"),
    "package": ("package", "LINK"),
    "suggest": ("suggest", "LINK"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("links", "link", "said"),
    [
        (linked_file, "shop/link.py", "shop/link.py: [symlink] it is a symlink to `shop/worker.py`"),
        (linked_folder, "lib/worker.py", "lib/worker.py: [symlink] lib/ is a symlink to shop/"),
        (folder_around, "lib/worker.py", "lib/worker.py: [symlink] lib/ is a symlink to shop/"),
    ],
    ids=["file", "folder", "folder, absolute"],
)
def test_a_symlink_is_no_module_to_move(root: Path, run: Run, command: str, links, link: str, said: str) -> None:
    links(root)
    before = fingerprint(root)
    refused = run(*(link if word == "LINK" else word for word in COMMANDS[command]))
    assert refused.code == 4, refused
    assert f"error: {said}" in refused.err
    assert "shop/worker.py" in refused.err.split("help: ")[1]
    assert fingerprint(root) == before


def test_a_new_module_is_not_put_into_a_folder_by_its_symlink(root: Path, run: Run) -> None:
    linked_folder(root)
    refused = run("extract", "shop/worker.py", "lib/status.py", "Status")
    assert refused.code == 4
    assert "so the file is `shop/status.py`\n  help: name it so: shop/status.py" in refused.err


@pytest.mark.parametrize(
    "command", [("extract", "lib/worker.py", "shop/new.py", "Status"), ("rename", "lib/worker.py", "shop/new.py")]
)
def test_a_folder_that_leads_out_of_the_root(root: Path, run: Run, command: tuple[str, ...]) -> None:
    (root.parent / "other").mkdir()
    (root.parent / "other/worker.py").write_text("class Status: ...\n")
    (root / "lib").symlink_to("../other")
    before = fingerprint(root.parent)
    refused = run(*command)
    assert refused.code == 4
    assert "outside-root" in refused.err
    assert fingerprint(root.parent) == before


@pytest.mark.parametrize("command", [("rename", "shop/wire.py", "shop/net.py"), ("package", "shop/wire.py")])
def test_a_symlink_that_would_lead_to_nothing(root: Path, run: Run, command: tuple[str, ...]) -> None:
    (root / "send").symlink_to("shop/wire.py")
    before = fingerprint(root)
    refused = run(*command)
    assert refused.code == 4
    assert "shop/wire.py: [second-name] `send` is a symlink to it, and would lead to nothing" in refused.err
    assert fingerprint(root) == before


@pytest.mark.parametrize(
    "importing",
    [
        "from lib.worker import Status",
        "import json, lib.worker as w",
        "from lib import (wire,\n    worker)",
        "def f():\n    from lib import worker",
    ],
)
def test_an_importer_by_a_symlinked_folder(root: Path, run: Run, importing: str) -> None:
    """It has a class Status of its own, which moved code would share, or which would be gone."""
    linked_folder(root)
    (root / "use.py").write_text(f"# uses it\n{importing}\n")
    before = fingerprint(root)
    for command in ("extract", "rename"):
        refused = run(command, "shop/worker.py", "shop/new.py", *(["Status"] if command == "extract" else ()))
        assert refused.code == 4, refused
        assert "shop/worker.py: [second-name] use.py:" in refused.err
        assert "imports it as `lib/worker.py`, where `lib` is a symlink" in refused.err
    assert fingerprint(root) == before


@pytest.mark.parametrize("importing", ["from lib.wire import send", "import lib.worker_thread", "lib = worker = 1", ""])
def test_a_symlinked_folder_by_which_nobody_imports_the_module(root: Path, run: Run, importing: str) -> None:
    linked_folder(root)
    (root / "use.py").write_text(importing)
    assert run("extract", "shop/worker.py", "shop/new.py", "Status").code == 0
    assert (root / "lib").is_symlink()
    assert "class Status" in (root / "lib/new.py").read_text()


def test_what_is_ignored_says_which_rule_ignores_it(root: Path, run: Run) -> None:
    for path, said in {
        ".hidden/x.py": ".hidden/ is a hidden folder\n  help: give that folder as the root: --root .hidden",
        ".git/x.py": ".git/ belongs to git\n",
        "env/lib/x.py": "env/ is a virtual environment\n",
        "node_modules/x.py": "folders called node_modules hold no code of a project\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("class X: ...\n")
        (root / "env/pyvenv.cfg").parent.mkdir(exist_ok=True)
        (root / "env/pyvenv.cfg").write_text("")
        refused = run("extract", path, "shop/x.py", "X")
        assert refused.code == 4
        assert f"{path}: [passed-over] codemods reads no file there: {said}" in refused.err


def test_so_it_is_in_the_library(root: Path) -> None:
    linked_file(root)
    tree = DiskTree(root)
    with pytest.raises(WrongUsage, match="it is a symlink to `shop"):
        solve(Move("shop/link.py", ("Status",), "shop/new.py"), tree)
    with pytest.raises(WrongUsage, match="second-name"):
        solve(Move("shop/worker.py", ("Status",), "shop/new.py"), tree)
