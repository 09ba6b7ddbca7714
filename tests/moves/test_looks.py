"""How moved code looks, over all cases: what a text is written in stays, and linters find nothing new."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from codemods.face import solve

from .archive import Case, MemoryTree, load

CASES = [case for path in sorted((Path(__file__).parent / "cases").glob("*.txt")) if not (case := load(path)).refused]
pytestmark = pytest.mark.slow  # each case, several times over
RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")

# Import order, unused and repeated imports, unknown names, blank lines, blanks at line ends, long lines.
RULES = "I,F401,F811,F821,E3,W2,W3,E501"


def each_case(test: Callable[..., None]) -> Callable[..., None]:
    return pytest.mark.parametrize("case", CASES, ids=lambda case: case.head.partition("\n")[0][:60])(test)


def as_written(
    case: Case, change: Callable[[bytes], bytes], also: Callable[[bytes], bytes] | None = None, files: str = ".py"
) -> None:
    """Moving a tree written in another way gives the result written in that way."""
    before = {path: _changed(path, text.encode(), change, files) for path, text in case.before.items()}
    found = solve(case.moves, MemoryTree(before)).changes.after
    # A module that became a package is the file that it was.
    stood = {*before, *(p.removesuffix(".py") + "/__init__.py" for p in before if found.get(p, b"") is None)}
    expected = {
        p: _changed(p, t.encode(), change if p in stood else also or change, files) for p, t in case.after.items()
    }
    assert {path: found[path] or b"" for path in expected} == expected


def _changed(path: str, raw: bytes, change: Callable[[bytes], bytes], files: str) -> bytes:
    return change(raw) if path.endswith(files) else raw


@each_case
def test_line_ends_stay(case: Case) -> None:
    as_written(case, lambda raw: raw.replace(b"\n", b"\r\n"), files="")


@each_case
def test_tabs_stay(case: Case) -> None:
    if any(move.deprecate for move in case.moves):
        pytest.skip("what warns on the old path is written with blanks")
    as_written(case, lambda raw: re.sub(rb"^(?:    )+", lambda m: b"\t" * (len(m[0]) // 4), raw, flags=re.MULTILINE))


@each_case
def test_a_byte_order_mark_stays(case: Case) -> None:
    as_written(case, lambda raw: b"\xef\xbb\xbf" + raw if raw else raw, also=lambda raw: raw)


@pytest.mark.skipif(RUFF is None, reason="needs ruff")
@each_case
def test_linters_find_nothing_new(case: Case, tmp_path: Path) -> None:
    changes = solve(case.moves, case.tree).changes.after
    before = {path: text.encode() for path, text in case.before.items()}
    if _findings(before, tmp_path / "before") or _unformatted(tmp_path / "before"):
        pytest.skip("linters find something before the move")
    findings = _findings({**before, **changes}, tmp_path / "after")
    if findings and case.head.startswith(NOT_JOINED):
        pytest.xfail("an import that has to stand further down is not joined with the imports there yet")
    if findings and case.head.startswith(IN_A_CYCLE):
        pytest.skip("what an import cycle needs goes before isort's order")
    assert not findings


NOT_JOINED = "What moved code imports reads the environment"
IN_A_CYCLE = "A module below takes the name from the importer while that is partially initialized"


def _findings(files: Mapping[str, bytes | None], folder: Path) -> str:
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw or b"")
    settings = [] if "pyproject.toml" in files else ["--isolated", "--line-length", "88"]
    command = [str(RUFF), "check", "--no-cache", "--preview", "--quiet", "--select", RULES, *settings, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def _unformatted(folder: Path) -> bool:
    command = [str(RUFF), "format", "--no-cache", "--isolated", "--line-length", "88", "--check", "--quiet", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode != 0
