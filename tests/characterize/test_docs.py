"""The documentation is true: each of its blocks is written, or run, and says what it says there."""

from __future__ import annotations

from codemods.characterize.__main__ import main
from tests.pages import ROOT, blocks, follow

PAGE = ROOT / "docs" / "characterize.md"


def test_each_block_of_the_page(tmp_path):
    follow(PAGE, tmp_path)


def test_there_is_something_to_run():
    kinds = [block.language for block in blocks(PAGE)]
    assert kinds.count("console") >= 5 and kinds.count("python") >= 5
    assert all(block.file or block.language == "console" for block in blocks(PAGE)), "neither a file nor commands"


def test_the_page_names_each_fault_there_is():
    from codemods.characterize.faults import Faults

    page = PAGE.read_text(encoding="utf-8")
    public = [name for name in vars(Faults) if not name.startswith("_") and name != "never_struck"]
    assert [name for name in public if f"`{name}" not in page] == []


def test_the_picture_on_the_page_is_of_the_recording_as_it_is(tmp_path):
    (tape,) = ROOT.glob("examples/__snapshots__/*/test_who_dies_with_it_loses_it_after_the_ttl.tape")
    assert main(["show", str(tape), "--svg", str(tmp_path / "lock.svg")]) == 0
    told = "docs/lock.svg is not of today's recording: python -m codemods.characterize show TAPE --svg docs/lock.svg"
    assert (tmp_path / "lock.svg").read_bytes() == (PAGE.parent / "lock.svg").read_bytes(), told
