"""`--html`: one page that needs nothing else, in the browser that people have."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("jinja2")

from codemods.report.html.graph import Graph, crossing, dot, svg
from tests.commands.conftest import Run, root, run  # noqa: F401  (fixtures)
from tests.suggest.test_suggest import klass

GRAPH = Graph(
    {"shop/a.py": ["A", 'evil"</svg><script>'], "shop/b.py": ["B"]},
    [("A", "B", True), ("B", 'evil"</svg><script>', False)],
    frozenset(["B"]),
)
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture
def page(root: Path, run: Run) -> Path:  # noqa: F811
    (root / "shop/models.py").write_text(
        klass("Reader", body="1") + klass("Writer", body="'<b>&'") + klass("Machine", body="Reader(), Writer()")
    )
    assert run("suggest", "shop/models.py", "--html", "page.html").code == 0
    return root / "page.html"


def test_a_proposal_as_a_page(page: Path) -> None:
    text = page.read_text()
    HTMLParser().feed(text)
    assert "How shop/models.py may be split" in text
    assert "Proof holds" in text
    assert "[tool.codemods.moves.readers]" in text
    assert text.count("<details") >= 4, "the tables, and each file's diff"
    assert "&lt;b&gt;&amp;" in text
    assert "<b>" not in text


def test_a_page_needs_nothing_else(page: Path) -> None:
    text = page.read_text()
    assert "<script" not in text
    assert not re.search(r"(src|href)=[\"'](?!data:)", text.replace("xmlns", ""))
    assert not re.search(r"url\(|@import", text)


def test_a_move_as_a_page(root: Path, run: Run) -> None:  # noqa: F811
    told = run("extract", "shop/worker.py", "shop/status.py", "Status", "--diff", "--html", "page.html")
    assert told.code == 0, told
    text = (root / "page.html").read_text()
    assert "Status from shop/worker.py to shop/status.py" in text
    assert '<span class="added">+class Status:</span>' in text
    assert not (root / "shop/status.py").exists()


def test_a_review_as_a_page(root: Path, run: Run) -> None:  # noqa: F811
    shutil.copytree(root, root.parent / "before")
    assert run("extract", "shop/worker.py", "shop/status.py", "Status").code == 0
    (root / "notes.txt").write_text("moved <b>Status</b>\n")
    assert run("prove", "../before", ".", "--html", "../page.html").code == 1
    text = (root.parent / "page.html").read_text()
    HTMLParser().feed(text)
    assert "Review of ../before ." in text
    assert "shop/worker.py -&gt; shop/status.py (LIMIT, State, Status)" in text
    assert "what moved is proven; there are other edits" in text
    assert '<span class="added">+class Status:</span>' in text
    assert "&lt;b&gt;Status" in text


def test_no_page_where_no_change_is_made(root: Path, run: Run) -> None:  # noqa: F811
    wrong = run("extract", "shop/worker.py", "shop/status.py", "Status", "--plan", "--html", "page.html")
    assert wrong.code == 4
    assert run("suggest", "shop/worker.py", "--html", "none/page.html").code in (0, 4)


def test_names_can_not_break_out_of_the_graph() -> None:
    text = dot(GRAPH)
    assert "<" not in text.replace("->", "")
    assert next(iter(crossing(GRAPH))) == ("shop/a.py: A", "shop/b.py: B", True)
    if shutil.which("dot"):
        picture = svg(GRAPH, 'a "title"')
        assert picture.startswith("<svg")
        assert picture.count("</svg>") == 1
        assert "<script" not in picture


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
@pytest.mark.parametrize("more", [(), ("--blink-settings=preferredColorScheme=0",)])
def test_in_a_browser(page: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    """The console stays silent, and every fold can be reached by the keyboard."""
    words = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [str(BROWSER), *words, *more, "--enable-logging=stderr", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "How shop/models.py may be split" in shown.stdout
    assert "CONSOLE" not in shown.stderr
    assert shown.stdout.count("<summary>") == shown.stdout.count("<details")
