"""Every wrong request is one sentence and exit code 4, every refused one exit code 2, and every byte stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.applying.state import state_folder
from tests.commands.conftest import Run, fingerprint

pytestmark = pytest.mark.usefixtures("believed")
S, D = "shop/worker.py", "shop/status.py"

REQUESTS: dict[str, tuple[tuple[str, ...], str]] = {
    "no source": (("shop/none.py", D, "Status"), "shop/none.py: [no-file] there is no such file"),
    "no name": ((S, D, "Statsu"), "did you mean Status?"),
    "imported name": ((S, D, "json"), "only imported here"),
    "method": ((S, D, "beat"), "not at the top level"),
    "dotted name": ((S, D, "Status.beat"), "only top-level definitions move"),
    "not a name": ((S, D, "a-b"), "'a-b' is not a Python name"),
    "keyword": ((S, D, "class"), "'class' is not a Python name"),
    "empty name": ((S, D, ""), "'' is not a Python name"),
    "no such companion": ((S, "shop/wire.py", "Status", "--with", "send"), "send"),
    "same module": ((S, S, "Status"), "both the source and the destination"),
    "same module, roundabout": ((S, "shop/../shop/worker.py", "Status"), "both the source and the destination"),
    "above the root": (("../x.py", D, "Status"), "../x.py: [outside-root]"),
    "destination above": ((S, "../x.py", "Status"), "../x.py: [outside-root]"),
    "absolute elsewhere": (("/etc/x.py", D, "Status"), "/etc/x.py: [outside-root]"),
    "the root": ((S, ".", "Status"), "outside-root"),
    "not python": ((S, "shop/status.txt", "Status"), "not the path of a .py file"),
    "a package folder": ((S, "shop", "Status"), "shop: [not-python] it is a folder; did you mean shop/status.py?"),
    "a package as the source": (("shop/", D, "Status"), "it is a folder; did you mean shop/__init__.py?"),
    "a module without .py": ((S.removesuffix(".py"), D, "Status"), "did you mean shop/worker.py?"),
    "a misspelt module": (("shop/wroker.py", D, "Status"), "did you mean shop/worker.py?"),
    "a misspelt dotted module": (("shop.wroker:Status", D), "did you mean shop.worker?"),
    "a dotted name": (("shop.worker.Status", D), "a name in it is written shop.worker:Status"),
    "another case": ((S, D, "STATUS"), "did you mean Status?"),
    "a pattern for nothing": ((S, D, "on_*"), "no top-level definition matches on_*"),
    "no module name": ((S, "shop/my-status.py", "Status"), "can't be called 'my-status'"),
    "keyword module": ((S, "shop/class.py", "Status"), "can't be called 'class'"),
    "below a file": ((S, "main.py/x.py", "Status"), "main.py is not a folder"),
    "null in a path": ((S, "shop/\0.py", "Status"), "it is not a path"),
    "empty path": ((S, "", "Status"), "it is not a path"),
    "long path": ((S, "shop/" + "x" * 300 + ".py", "Status"), "name too long"),
    "goes and stays": ((S, D, "Status", "--keep", "Status"), "both to move and to stay"),
    "unknown companion": ((S, D, "Status", "--with", "nobody"), "nobody"),
    "no names": ((S, D), "no name was given"),
    "two modes": ((S, D, "Status", "--check", "--diff"), "not allowed with argument"),
    "unknown option": ((S, D, "Status", "--fast"), "unrecognized arguments: --fast"),
    "misspelt option": ((S, D, "Status", "--chek"), "did you mean --check?"),
    "no root": ((S, D, "Status", "--root", "nowhere"), "nowhere: [no-root] there is no such folder"),
    "root is a file": ((S, D, "Status", "--root", "main.py"), "it is not a folder"),
    "unknown code": ((S, D, "Status", "--accept", "nonsense"), "no hazard has the code `nonsense`"),
    "misspelt code": ((S, D, "Status", "--accept", "pickeld"), "did you mean pickled?"),
    "a code that can't be accepted": ((S, D, "Status", "--accept", "import-cycle"), "`import-cycle` can't be accepted"),
    "a code of renames": ((S, D, "Status", "--accept", "module-name"), "`module-name` can't be accepted"),
    "newline in a name": ((S, D, "a\nb"), "is not a Python name"),
}


# What the code of the project says against a move that was asked for in the right words.
REFUSED = {"imported name", "method"}


def well_said(text: str, word: str) -> bool:
    """One line that says it; after it the places, what helps, or how the command is used."""
    first, *more = text.removesuffix("\n").split("\n")
    return first.startswith(f"{word}: ") and all(
        line.startswith(("  ", "usage: ")) or line.endswith("--help` explains each option") for line in more
    )


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request(root: Path, run: Run, case: str) -> None:
    argv, said = REQUESTS[case]
    before = fingerprint(root.parent)
    refused = run("extract", *argv)
    assert refused.code == (2 if case in REFUSED else 4), refused
    assert said.lower() in refused.err.lower()
    assert well_said(refused.err, "refused" if case in REFUSED else "error"), refused.err
    assert refused.out == ""
    assert fingerprint(root.parent) == before


def _replace(data: bytes) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        (root / S).write_bytes(data)

    return damage


def _directory(root: Path) -> None:
    (root / S).unlink()
    (root / S).mkdir()


def _fifo(root: Path) -> None:
    (root / S).unlink()
    os.mkfifo(root / S)


def _fifo_destination(root: Path) -> None:
    os.mkfifo(root / D)


def _directory_destination(root: Path) -> None:
    (root / D).mkdir()


def _loop(root: Path) -> None:
    (root / S).unlink()
    (root / S).symlink_to("worker.py")


def _folder_loop(root: Path) -> None:
    for path in (root / "shop").iterdir():
        path.unlink()
    (root / "shop").rmdir()
    (root / "shop").symlink_to("shop")


def _link_out(root: Path) -> None:
    outside = root.parent / "outside.py"
    (root / S).rename(outside)
    (root / S).symlink_to(outside)


def _destination_link_out(root: Path) -> None:
    (root.parent / "outside.py").write_text("")
    (root / D).symlink_to(root.parent / "outside.py")


def _dangling(root: Path) -> None:
    (root / D).symlink_to("nowhere.py")


def _same_file(root: Path) -> None:
    (root / D).symlink_to("worker.py")


def _read_only(root: Path) -> None:
    (root / S).chmod(0o444)


def _read_only_folder(root: Path) -> None:
    (root / "shop").chmod(0o555)


def _damaged_journal(root: Path) -> None:
    state_folder(root).mkdir(parents=True)
    (state_folder(root) / "journal.json").write_text("{")


def _clash(root: Path) -> None:
    (root / D).write_text("class Status: ...\n")


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "directory": (_directory, "it is a folder, not a file"),
    "fifo": (_fifo, "it is a FIFO, not a file"),
    "fifo as destination": (_fifo_destination, "it is a FIFO, not a file"),
    "directory as destination": (_directory_destination, "it is a folder, not a file"),
    "loop": (_loop, "can't be opened"),
    "folder loop": (_folder_loop, "can't be opened"),
    "link out": (_link_out, "leads out of the root"),
    "destination link out": (_destination_link_out, "leads out of the root"),
    "dangling": (_dangling, "isn't there"),
    "same file": (_same_file, "both the source and the destination"),
    "read-only": (_read_only, "the file is read-only"),
    "read-only folder": (_read_only_folder, "is read-only"),
    "damaged journal": (_damaged_journal, "this record of a write can't be read"),
    "clash": (_clash, "Status"),
    "undecodable": (_replace(b"x = '\xff'\n"), "can't be decoded"),
    "unknown coding": (_replace(b"# coding: klingon\n"), "can't be decoded"),
    "null bytes": (_replace(b"class Status: ...\n\0\n"), "null byte"),
    "syntax": (_replace(b"class Status:\n"), "syntax"),
    "brackets": (_replace(b"class Status: ...\nx = " + b"(" * 10_000 + b")" * 10_000 + b"\n"), "shop/worker.py"),
    "unary": (_replace(b"class Status: ...\nx = " + b"-" * 100_000 + b"1\n"), "shop/worker.py"),
    "50 MB": (_replace(b"class Status: ...\n" + b"#" * 50_000_000), "50,000,0"),
    "empty": (_replace(b""), "`Status` is not defined here"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file(root: Path, run: Run, case: str) -> None:
    damage, said = FILES[case]
    damage(root)
    before = fingerprint(root.parent)
    refused = run("extract", S, D, "Status")
    assert refused.code in (2, 4), refused
    assert said in refused.err
    assert "Traceback" not in refused.err
    assert well_said(refused.err, "refused" if refused.code == 2 else "error")
    assert fingerprint(root.parent) == before


def test_a_folder_that_is_passed_over(root: Path, run: Run) -> None:
    (root / ".hidden").mkdir()
    (root / ".hidden/x.py").write_text("class X: ...\n")
    refused = run("extract", ".hidden/x.py", D, "X")
    assert refused.code == 4
    assert "[passed-over]" in refused.err


def test_paths_relative_to_where_one_stands(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("recover")
    monkeypatch.chdir(root / "shop")
    refused = run("extract", "worker.py", "status.py", "Status", "--root", root)
    assert refused.code == 4
    assert "did you mean shop/worker.py?" in refused.err


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_no_permission(root: Path, run: Run) -> None:
    (root / S).chmod(0)
    refused = run("extract", S, D, "Status")
    assert refused.code == 4
    assert "Permission denied" in refused.err
