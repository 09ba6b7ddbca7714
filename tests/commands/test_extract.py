"""`codemods extract` from the request to the bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codemods import face
from codemods.model import Check, Finding, Place, Proof
from tests.commands.conftest import Run, fingerprint

pytestmark = pytest.mark.usefixtures("believed")
MOVE = ("extract", "shop/worker.py", "shop/status.py", "Status")


def test_a_move_is_told_and_written_and_taken_back(root: Path, run: Run) -> None:
    before = fingerprint(root)
    moved = run(*MOVE)
    assert moved.code == 0
    assert moved.err == ""
    assert moved.out.splitlines() == [
        "Moved Status from shop/worker.py to shop/status.py (new file)",
        "  moves with it: LIMIT, State: used only by code that moves, directly or through other helpers",
        "Rewrote 1 other file: main.py",
        "Proof holds: 1 check, 12 places",
        "3 files written; `codemods undo` takes it back",
    ]
    assert "class Status" in (root / "shop/status.py").read_text()
    subprocess.run([sys.executable, "-B", "main.py"], cwd=root, check=True, stdout=subprocess.PIPE)
    undone = run("undo")
    assert undone.code == 0
    assert undone.out == "taken back: 3 files as before: main.py, shop/status.py, shop/worker.py\n"
    assert fingerprint(root) == before


def test_a_second_run_changes_nothing(root: Path, run: Run) -> None:
    run(*MOVE)
    before = fingerprint(root)
    again = run(*MOVE)
    assert again.code == 0
    assert again.out == "nothing to do: Status from shop/worker.py to shop/status.py is already there\n"
    assert fingerprint(root) == before


def test_check_says_whether_it_is_still_to_be_done(root: Path, run: Run) -> None:
    before = fingerprint(root)
    todo = run(*MOVE, "--check")
    assert todo.code == 1
    assert todo.out == "still to be done: Status from shop/worker.py to shop/status.py\n"
    assert fingerprint(root) == before
    run(*MOVE)
    assert run(*MOVE, "--check").code == 0


@pytest.mark.parametrize("option", ["--plan", "--diff"])
@pytest.mark.parametrize("json_too", [False, True])
def test_showing_writes_nothing(root: Path, run: Run, option: str, json_too: bool) -> None:
    before = fingerprint(root)
    shown = run(*MOVE, option, *["--json"] * json_too)
    assert shown.code == 0
    assert shown.out
    assert fingerprint(root) == before


def test_the_diff_is_the_move(root: Path, run: Run) -> None:
    diff = run(*MOVE, "--diff").out
    run(*MOVE)
    moved = fingerprint(root / "shop")
    run("undo")
    subprocess.run(["git", "apply"], input=diff, text=True, cwd=root, check=True)
    assert fingerprint(root / "shop") == moved


def test_json_tells_everything(run: Run) -> None:
    todo = json.loads(run(*MOVE, "--json", "--check").out)
    assert todo["outcome"] == "pending"
    moved = json.loads(run(*MOVE, "--json").out)
    assert moved["outcome"] == "moved"
    assert moved["proof"]["held"] is True
    assert [file["path"] for file in moved["files"]] == ["main.py", "shop/status.py", "shop/worker.py"]
    assert json.loads(run(*MOVE, "--json").out)["outcome"] == "nothing to do"
    wrong = run("extract", "shop/none.py", "shop/x.py", "X", "--json")
    assert wrong.code == 4
    assert json.loads(wrong.out)["outcome"] == "error"
    assert json.loads(wrong.out)["refusals"][0]["code"] == "no-file"
    refused = run("extract", "shop/worker.py", "shop/wire.py", "run", "--json")
    assert refused.code == 2
    assert json.loads(refused.out)["outcome"] == "refused"


def test_quiet_is_quiet(run: Run) -> None:
    assert run(*MOVE, "--quiet", "--check").out == ""
    moved = run(*MOVE, "--quiet")
    assert (moved.code, moved.out, moved.err) == (0, "", "")


def test_paths_may_be_absolute_or_roundabout(root: Path, run: Run) -> None:
    assert run("extract", root / "shop/worker.py", "./shop/../shop//status.py", "Status").code == 0
    assert (root / "shop/status.py").exists()


def test_a_proof_that_does_not_hold_refuses(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = Check("bindings", "every name", 1, (Finding(Place("shop/worker.py", 1), "a name"),))
    failed = Proof((lost, Check("import cycles", "no new cycle", 1, (Finding(Place("shop/worker.py", 2), "a cycle"),))))
    monkeypatch.setattr(face, "prove", lambda *_: failed)
    before = fingerprint(root)
    refused = run(*MOVE)
    assert refused.code == 2
    assert "shop/worker.py:2: [proof:import cycles] a cycle\n  help: the plan did not foresee this" in refused.err
    assert refused.err.count("help: ") == 1
    assert fingerprint(root) == before


def test_a_bug_is_one_sentence_and_changes_nothing(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Proof:
        raise KeyError("oops")

    monkeypatch.setattr(face, "prove", broken)
    monkeypatch.delenv("CODEMODS_DEBUG", raising=False)
    before = fingerprint(root)
    ended = run(*MOVE)
    assert ended.code == 3
    assert ended.err.startswith("internal error (KeyError: 'oops'): nothing was changed; please report it")
    assert ended.err.count("\n") == 1
    assert fingerprint(root) == before
    monkeypatch.setenv("CODEMODS_DEBUG", "1")
    assert "Traceback" in run(*MOVE).err


def test_ctrl_c(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Proof:
        raise KeyboardInterrupt

    monkeypatch.setattr(face, "prove", interrupted)
    before = fingerprint(root)
    ended = run(*MOVE)
    assert (ended.code, ended.err) == (130, "interrupted: nothing was changed\n")
    assert fingerprint(root) == before


def test_uncommitted_changes_are_kept_safe(root: Path, run: Run) -> None:
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@x"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], cwd=root, check=True)
    with (root / "shop/worker.py").open("a") as file:
        file.write("\n# mine\n")
    before = fingerprint(root / "shop")
    refused = run(*MOVE)
    assert refused.code == 2
    assert "shop/worker.py: [dirty]" in refused.err
    assert fingerprint(root / "shop") == before
    assert run(*MOVE, "--check").code == 1
    assert run(*MOVE, "--allow-dirty").code == 0


def test_a_move_first_takes_up_an_interrupted_write_and_a_look_takes_up_none(root: Path, run: Run) -> None:
    child = os.fork()
    if not child:
        import codemods
        from codemods.applying import apply
        from codemods.model import Move

        try:
            solution = codemods.solve(Move("shop/worker.py", ("Status",), "shop/status.py"), codemods.DiskTree(root))
            apply(solution.changes, root, steps=lambda step: os._exit(9) if step.endswith("to worker.py") else None)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    before = fingerprint(root)
    for look in ("--check", "--plan", "--diff"):
        refused = run(*MOVE, look)
        assert refused.code == 2
        assert "[unfinished] an earlier move was interrupted" in refused.err
        assert "codemods recover" in refused.err
    assert fingerprint(root) == before
    moved = run(*MOVE)
    assert moved.err == "an interrupted move was taken back: 3 files as before\n"
    assert moved.code == 0
    assert run(*MOVE, "--check").err == ""


def test_the_reader_may_go_away(root: Path) -> None:
    command = (
        f"{sys.executable} -m codemods.extract shop/worker.py shop/s.py Status --plan | true; echo ${{PIPESTATUS[0]}}"
    )
    shown = subprocess.run(["bash", "-c", command], cwd=root, capture_output=True, text=True)
    assert shown.stdout.strip() in ("0", "141")
    assert shown.stderr == ""


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, codemods.__main__ as m\n"
        "try: m.main(['extract', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'ast', 'libcst', 'rich', 'json', 'difflib', 'subprocess', 'tomllib'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)


def test_python_m_extract_is_the_same_command(root: Path) -> None:
    command = [sys.executable, "-m", "codemods.extract", "shop/worker.py", "shop/status.py", "Status", "--check"]
    assert subprocess.run(command, cwd=root, stdout=subprocess.PIPE).returncode == 1


def test_a_global_that_moves_with_what_rebinds_it_is_named(root: Path, run: Run) -> None:
    (root / "shop/count.py").write_text("COUNT = 0\n\n\ndef bump():\n    global COUNT\n    COUNT += 1\n")
    said = run("extract", "shop/count.py", "shop/bump.py", "bump").out.splitlines()
    assert said[0] == "Moved bump from shop/count.py to shop/bump.py (new file)"
    assert said[1] == "  moves with it: COUNT: bound or changed together with bump"


def test_a_module_that_became_a_package_is_said_to(run: Run) -> None:
    assert run("package", "shop/wire.py").out.startswith("Made shop/wire.py a package: shop/wire/__init__.py\n")
