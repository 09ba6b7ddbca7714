"""Trees with something odd in them, beside what is moved: it is left alone, or named; never a traceback."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods.applying.disk import Disk
from tests.commands.conftest import Run, fingerprint

MOVE = ("extract", "shop/worker.py", "shop/status.py", "Status")


def _bytes(data: bytes) -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(data), None)[1]


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


# What may stand where a module is looked for. All of it mentions the name that moves, where it has bytes at all.
ODD: dict[str, Callable[[Path], None]] = {
    "nothing in it": _bytes(b""),
    "undecodable": _bytes(b"from shop.worker import Status\nx = '\xff'\n"),
    "no such coding": _bytes(b"# coding: klingon\nfrom shop.worker import Status\n"),
    "utf-16": _bytes("from shop.worker import Status\n".encode("utf-16")),
    "null bytes": _bytes(b"from shop.worker import Status\n\0\n"),
    "no syntax": _bytes(b"from shop.worker import Status\ndef (\n"),
    "unfinished": _bytes(b"from shop.worker import Status\nx = '''\n"),
    "bad indentation": _bytes(b"from shop.worker import Status\nif 1:\n        x\n    y\n"),
    "only the compiler minds": _bytes(b"from shop.worker import Status\ndef f():\n    from os import *\n"),
    "global after use": _bytes(b"from shop.worker import Status\ndef f():\n    Status\n    global Status\n"),
    "brackets": _bytes(b"from shop.worker import Status\nx = " + b"(" * 10_000 + b")" * 10_000 + b"\n"),
    "open brackets": _bytes(b"from shop.worker import Status\nx = " + b"[" * 10_000),
    "a long sum": _bytes(b"from shop.worker import Status\nx = 1" + b" + 1" * 20_000 + b"\n"),
    "a long chain": _bytes(b"from shop.worker import Status\nx = Status" + b".x" * 20_000 + b"\n"),
    "many blocks": _bytes(b"from shop.worker import Status\n" + b"".join(b" " * i + b"if 1:\n" for i in range(99))),
    "50 MB": _bytes(b"from shop.worker import Status\n#" + b"." * 50_000_000 + b"\n"),
    "a folder": lambda path: path.mkdir(),
    "a FIFO": lambda path: os.mkfifo(path),
    "a link to itself": _link("odd.py"),
    "a link to nothing": _link("gone.py"),
    "a link out": _link("/dev/zero"),
    "a link to the source": _link("worker.py"),
    "not for reading": lambda path: (path.write_bytes(b"from shop.worker import Status\n"), path.chmod(0))[1],
}


def _kinds(*but: str) -> list[object]:
    """All kinds but these; those that take seconds to read are slow."""
    slow = ("50 MB", "a long chain")
    return [pytest.param(kind, marks=pytest.mark.slow if kind in slow else ()) for kind in ODD if kind not in but]


@pytest.mark.parametrize("kind", _kinds())
def test_beside(root: Path, run: Run, kind: str) -> None:
    """It is as it was, or (where it can be read) speaks of the new place; a refusal names it and changes nothing."""
    odd = root / "shop/odd.py"
    ODD[kind](odd)
    before = fingerprint(root)
    ended = run(*MOVE)
    _is_well(ended.code, ended.out + ended.err)
    if ended.code:
        assert "shop/odd.py" in ended.err
        assert fingerprint(root) == before
    else:
        assert run("undo").code == 0
        assert fingerprint(root) == before


@pytest.mark.parametrize(
    "where", ["shop/__init__.py", "shop/status.py", "shop/worker.py", "shop/wire.pyi", "README.md"]
)
@pytest.mark.parametrize("kind", _kinds("50 MB", "a link to the source"))
def test_in_its_way(root: Path, run: Run, where: str, kind: str) -> None:
    path = root / where
    path.unlink(missing_ok=True)
    ODD[kind](path)
    before = fingerprint(root)
    ended = run(*MOVE)
    _is_well(ended.code, ended.out + ended.err)
    if ended.code:
        assert fingerprint(root) == before
    else:
        assert run("undo").code == 0
        assert fingerprint(root) == before


@pytest.mark.parametrize("kind", _kinds("brackets", "a link to the source"))
def test_as_the_configuration(root: Path, run: Run, kind: str) -> None:
    ODD[kind](root / "pyproject.toml")
    before = fingerprint(root)
    for words in (MOVE, ("run", "status")):
        ended = run(*words, "--diff")
        _is_well(ended.code, ended.out + ended.err)
    assert fingerprint(root) == before


@pytest.mark.parametrize("step", ["create", "write", "sync", "make folder", "rename"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_fails(root: Path, run: Run, monkeypatch: pytest.MonkeyPatch, step: str, number: int) -> None:
    """Once, at any kind of call: the tree is brought back, and one sentence says so."""
    before = fingerprint(root)
    left = [True]

    def announced(disk: Disk, told: str) -> None:
        if left and told.startswith(step) and ".py" in told + ".py":
            left.clear()
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Disk, "__init__", lambda disk, steps=None: setattr(disk, "_step", lambda t: announced(disk, t)))
    ended = run(*MOVE)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("refused: ")
    full = number in (errno.ENOSPC, errno.EDQUOT)
    assert ("the disk is full" if full else f"writing failed ({os.strerror(number)})") in ended.err
    assert "everything is as it was" in ended.err
    assert fingerprint(root) == before


def _is_well(code: int, said: str) -> None:
    assert code in (0, 2, 4), said
    for sign in ("Traceback", "internal error", "Warning: ", "RecursionError"):
        assert sign not in said
