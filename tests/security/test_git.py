"""git runs nothing that a repository names (S2, S4); nothing gets around the question for uncommitted work (W1, W2)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import codemods
from codemods.model import Refused
from codemods.project.git_tree import GitTree
from codemods.trying.copies import lay_out

from .conftest import MOVE, Repository

ALL = (("extract", *MOVE, "--plan"), ("extract", *MOVE), ("prove", "HEAD", "HEAD"), ("prove", "HEAD"))


def fsmonitor(made: Repository) -> None:
    made.git("config", "core.fsmonitor", f"{made.trap}; false")


def clean_filter(made: Repository) -> None:
    made.write(".gitattributes", "*.py filter=x\n")
    made.git("config", "filter.x.clean", f"{made.trap}; cat")
    made.git("config", "filter.x.smudge", f"{made.trap}; cat")
    (made.root / "shop/worker.py").touch()


def filter_process(made: Repository) -> None:
    made.write(".gitattributes", "* filter=x\n")
    made.git("config", "filter.x.process", made.trap)
    made.git("config", "filter.x.required", "true")
    for path in made.root.rglob("*.py"):
        path.touch()


def textconv(made: Repository) -> None:
    made.write(".gitattributes", "*.py diff=x merge=x\n")
    for name in ("diff.x.textconv", "diff.x.command", "diff.external", "merge.x.driver"):
        made.git("config", name, made.trap)


def hooks(made: Repository) -> None:
    folder = made.root / ".git/evil"
    folder.mkdir()
    for name in ("post-index-change", "post-checkout", "pre-commit", "reference-transaction", "fsmonitor-watchman"):
        (folder / name).write_text(f"#!/bin/sh\n{made.trap}\n")
        (folder / name).chmod(0o755)
    made.git("config", "core.hooksPath", str(folder))


def pager_and_aliases(made: Repository) -> None:
    for name in ("core.pager", "pager.ls-files", "core.askPass", "core.editor", "alias.ls-files", "alias.cat-file"):
        made.git("config", name, made.trap if not name.startswith("alias") else f"!{made.trap}")


TRAPS = (fsmonitor, clean_filter, filter_process, textconv, hooks, pager_and_aliases)


@pytest.mark.parametrize("words", ALL, ids=" ".join)
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_the_repository_s_settings_run_nothing(
    repository: Repository, trap: Callable[[Repository], None], words: tuple[str, ...]
) -> None:
    trap(repository)
    ran = repository.codemods(*words)
    assert ran.code == 0, ran
    assert not repository.sprung


def test_the_traps_are_some(repository: Repository) -> None:
    """`git status`, which was asked before, springs one."""
    clean_filter(repository)
    repository.git("status")
    assert repository.sprung


def test_a_file_behind_a_filter_that_changed_is_refused_without_running_it(repository: Repository) -> None:
    clean_filter(repository)
    repository.write("shop/worker.py", (repository.root / "shop/worker.py").read_text() + "\n# mine\n")
    refused = repository.codemods("extract", *MOVE)
    assert refused.code == 2
    assert "git stores it through `filter` (.gitattributes), which codemods does not run" in refused.err
    assert not repository.sprung


def partial(repository: Repository, folder: Path, *filters: str) -> Repository:
    """A clone that lacks objects, and would get them by a command of its own settings."""
    repository.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{repository.root}"
    command = ["git", "clone", "-q", "--no-checkout", *filters, source, str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    clone = Repository(folder, repository.marker)
    clone.git("config", "protocol.ext.allow", "always")
    clone.git("config", "protocol.allow", "always")
    clone.git("config", "remote.origin.url", "ext::sh -c " + repository.trap.replace(" ", "% "))
    clone.git("config", "core.sshCommand", repository.trap)
    clone.git("config", "credential.helper", f"!{repository.trap}")
    return clone


def second_commit(repository: Repository) -> None:
    repository.write("shop/worker.py", (repository.root / "shop/worker.py").read_text() + "\nMORE = 1\n")
    repository.git("commit", "-qam", "second")


@pytest.mark.parametrize("objects", ["blob:none", "tree:0"])
@pytest.mark.parametrize(
    "words", [("prove", "HEAD~1..HEAD"), ("prove", "HEAD~1", "HEAD", "--guard", "true")], ids=" ".join
)
def test_a_partial_clone_fetches_nothing(
    repository: Repository, tmp_path: Path, objects: str, words: tuple[str, ...]
) -> None:
    second_commit(repository)
    clone = partial(repository, tmp_path / "clone", f"--filter={objects}")
    refused = clone.codemods(*words)
    assert refused.code in (2, 4), refused
    assert "is not in this clone (a shallow or partial one), and codemods fetches nothing" in refused.err
    assert "git fetch --refetch" in refused.err
    assert not repository.sprung


def test_the_fetch_would_have_run_the_command(repository: Repository, tmp_path: Path) -> None:
    clone = partial(repository, tmp_path / "clone", "--filter=blob:none")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "cat-file", "-p", "HEAD:main.py"]
    subprocess.run(command, cwd=clone.root, env=environment, capture_output=True, check=False)
    assert repository.sprung


def test_a_shallow_clone_has_no_older_commits(repository: Repository, tmp_path: Path) -> None:
    second_commit(repository)
    clone = partial(repository, tmp_path / "clone", "--depth=1")
    refused = clone.codemods("prove", "HEAD~1..HEAD")
    assert "which is a shallow clone: older commits are missing" in refused.err
    assert "git fetch --unshallow" in refused.err
    assert not repository.sprung


def test_a_forged_tree_is_laid_out_in_its_copy_only(repository: Repository, tmp_path: Path) -> None:
    """Objects that git itself would refuse to check out: a link, and a file of the same name below it."""
    outside = tmp_path / "outside"
    outside.mkdir()

    def made(kind: str, data: bytes) -> str:
        command = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
        done = subprocess.run(command, cwd=repository.root, input=data, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def tree(*entries: tuple[str, str, str]) -> str:
        return made("tree", b"".join(f"{m} {n}\0".encode() + bytes.fromhex(o) for m, n, o in entries))

    link, file = made("blob", os.fsencode(outside)), made("blob", b"evil\n")
    inner = tree(("100644", "x.py", file), ("120000", "y", link))
    forged = tree(
        ("120000", "a", link),
        ("40000", "a", inner),
        ("40000", "..", inner),
        ("40000", ".git", inner),
        ("40000", ".GIT", inner),
    )
    commit = repository.git("commit-tree", "-m", "forged", forged).strip()
    lay_out(GitTree(repository.root, commit), tmp_path / "copies/copy")
    assert list(outside.iterdir()) == []
    found = {path.relative_to(tmp_path / "copies").as_posix() for path in (tmp_path / "copies").rglob("*")}
    assert found <= {"copy", "copy/a", "copy/a/x.py", "copy/a/y"}


def test_a_program_called_git_in_the_tree_is_not_taken_for_git(repository: Repository) -> None:
    git = repository.write("git", f"#!/bin/sh\n{repository.trap}\n")
    git.chmod(0o755)
    assert repository.codemods("extract", *MOVE, PATH=f".:{os.environ['PATH']}").code == 0
    assert not repository.sprung


def test_git_s_own_words_are_not_shown(repository: Repository) -> None:
    (repository.root / ".git/HEAD").write_text("nonsense\n")
    for words in ALL:
        ran = repository.codemods(*words)
        assert "fatal" not in ran.out + ran.err


# --- uncommitted work


def edit(made: Repository) -> str:
    text = (made.root / "main.py").read_text() + "# mine\n"
    made.write("main.py", text)
    return text


@pytest.mark.parametrize("mark", ["assume-unchanged", "skip-worktree"])
def test_an_edit_that_git_was_told_not_to_look_at(repository: Repository, mark: str) -> None:
    repository.git("update-index", f"--{mark}", "main.py")
    text = edit(repository)
    refused = repository.codemods("extract", *MOVE)
    assert refused.code == 2
    assert f"main.py: [dirty] it has uncommitted changes that git is set to ignore (`{mark}`)" in refused.err
    assert f"git update-index --no-{mark} main.py" in refused.err
    assert (repository.root / "main.py").read_text() == text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a repository away")
def test_a_repository_of_another_owner(repository: Repository) -> None:
    text = edit(repository)
    for path in (repository.root, *repository.root.rglob("*")):
        shutil.chown(path, 65534, 65534)
    refused = repository.codemods("extract", *MOVE)
    assert refused.code == 2
    assert "[dirty] whether files have uncommitted changes is unknown: git does not answer" in refused.err
    assert f"git config --global --add safe.directory {repository.root}" in refused.err
    assert (repository.root / "main.py").read_text() == text
    refused = repository.codemods("prove", "HEAD", "HEAD")
    assert "git calls that dubious ownership" in refused.err.replace("it calls", "git calls")


def test_a_repository_without_git(repository: Repository, tmp_path: Path) -> None:
    edit(repository)
    refused = repository.codemods("extract", *MOVE, PATH=str(tmp_path))
    assert refused.code == 2
    assert "git is not installed" in refused.err


def test_a_file_in_a_submodule_is_asked_of_the_submodule(repository: Repository, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(repository.root, other)
    repository.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    repository.git("commit", "-qm", "sub")
    moved = ("sub/shop/worker.py", "sub/shop/status.py", "Status", "--root", ".")
    sub = Repository(repository.root / "sub", repository.marker)
    sub.git("config", "core.fsmonitor", f"{repository.trap}; false")
    repository.write("sub/shop/worker.py", (repository.root / "sub/shop/worker.py").read_text() + "# mine\n")
    refused = repository.codemods("extract", *moved)
    assert refused.code == 2
    assert "sub/shop/worker.py: [dirty] it has changes that are not committed" in refused.err
    sub.git("checkout", "-q", ".")
    repository.marker.unlink(missing_ok=True)  # git's own checkout asked the monitor
    assert repository.codemods("extract", *moved).code == 0
    assert not repository.sprung


def test_line_ends_that_git_converts_are_no_change(repository: Repository) -> None:
    repository.git("config", "core.autocrlf", "true")
    text = (repository.root / "shop/worker.py").read_bytes()
    (repository.root / "shop/worker.py").write_bytes(text.replace(b"\n", b"\r\n"))
    assert repository.codemods("extract", *MOVE).code == 0


def test_line_ends_that_it_does_not_convert_are_one(repository: Repository) -> None:
    text = (repository.root / "shop/worker.py").read_bytes()
    (repository.root / "shop/worker.py").write_bytes(text.replace(b"\n", b"\r\n"))
    assert "[dirty]" in repository.codemods("extract", *MOVE).err


def test_git_is_asked_before_the_proof(repository: Repository) -> None:
    edit(repository)
    refused = repository.codemods("extract", *MOVE, "--profile")
    stages = [line.split(" s  ")[1].strip() for line in refused.err.splitlines() if " s  " in line]
    assert "asking git" in stages
    assert "proving" not in stages


def test_what_the_last_move_wrote_is_no_uncommitted_work(repository: Repository) -> None:
    """It can be taken back; an edit on top of it can't."""
    assert repository.codemods("extract", *MOVE).code == 0
    assert repository.codemods("extract", "shop/worker.py", "shop/second.py", "Worker").code == 0
    assert repository.codemods("undo").code == 0
    edit(repository)
    refused = repository.codemods("extract", "shop/worker.py", "shop/second.py", "Worker")
    assert "main.py: [dirty]" in refused.err


def test_a_revision_where_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="neither a folder nor a revision"):
        GitTree(tmp_path, "HEAD")


def test_git_is_asked_in_one_place() -> None:
    """Whoever starts it elsewhere starts what a repository names."""
    home = Path(codemods.__file__).parent
    sources = {path.relative_to(home).as_posix(): path.read_text() for path in home.rglob("*.py")}
    starts = [path for path, text in sources.items() if "subprocess" in text and ('"git"' in text or "'git'" in text)]
    assert starts == ["project/git.py"]
