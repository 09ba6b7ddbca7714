"""What still names the old path is listed with its place, and not touched."""

from __future__ import annotations

from codemods.face import solve
from codemods.model import Severity

from .archive import MemoryTree, read_move

WORKER = "class Status:\n    idle = True\n\n\nclass Worker:\n    busy = True\n"
MOVE = "shop/worker.py shop/status.py Status"


def listed(path: str, text: str, options: str = "") -> list[tuple[str, str]]:
    """(place, reason) of each declared hazard of the move in a tree that has one more file."""
    files = {"shop/__init__.py": "", "shop/worker.py": WORKER, path: text}
    tree = MemoryTree({name: content.encode() for name, content in files.items()})
    solution = solve((read_move(f"{MOVE} {options}"),), tree)
    assert path not in solution.changes.paths
    return [
        (str(hazard.place), hazard.reason)
        for hazard in solution.plan.hazards
        if hazard.code == "old-path" and hazard.severity is Severity.DECLARED
    ]


def test_other_names_of_the_module_are_no_business_of_the_move() -> None:
    assert listed("docs/worker.md", "See `shop.worker.Worker`, and the Status of an order.\n") == []
    assert listed("docs/worker.md", "`myshop.worker.Status`, `shop.worker.Statuses`\n") == []
    assert listed("shop/names.py", 'NAME = "shop.worker.Worker"\n') == []


def test_notebook() -> None:
    text = '{"cells": [{"source": ["import shop.worker\\n", "shop.worker.Status()"]}]}'
    found = [("analysis.ipynb:1", "this still names `Status` as `shop.worker.Status`, which keeps working")]
    assert listed("analysis.ipynb", text) == found


def test_template() -> None:
    text = "<p>\n<code>from shop.worker import Worker, Status</code>\n"
    assert [place for place, _ in listed("templates/help.html", text)] == ["templates/help.html:2"]


def test_a_template_that_imports_the_module() -> None:
    text = "<%! import shop.worker as w %>\n${w.Status.idle}\n"
    assert [place for place, _ in listed("templates/page.txt", text)] == ["templates/page.txt:2"]


def test_configuration_that_may_mean_anything() -> None:
    text = "logging:\n  handler: shop.worker.Status\n  other: shop.worker:Status\n"
    ((place, reason),) = listed("deploy.yaml", text)
    assert place == "deploy.yaml:2"
    assert reason.startswith("this, and 1 more in this file, still names `Status`")


def test_a_string_that_is_no_setting() -> None:
    assert listed("shop/names.py", 'known = {"shop.worker.Status": 1}\n')


def test_an_example_that_can_not_be_divided() -> None:
    lines = [
        '"""',
        ">>> from shop.worker import Status; print(Status.idle)",
        "True",
        ">>> from shop.worker import (",
        "... Status, Worker)",
        '"""',
    ]
    text = "\n".join(lines)
    tree = MemoryTree(
        {name: content.encode() for name, content in {"shop/worker.py": WORKER, "shop/pages.py": text}.items()}
    )
    solution = solve((read_move(MOVE),), tree)
    new = (solution.changes.after["shop/pages.py"] or b"").decode()
    assert ">>> from shop.status import Status; print" in new
    assert ">>> from shop.worker import (\n" in new
    assert [str(h.place) for h in solution.plan.hazards] == ["shop/pages.py:4"]


def test_prose_does_not_hold_the_end_of_the_path_up() -> None:
    ((_, reason),) = listed("docs/worker.md", "`shop.worker` has a class Status.\n", "--no-reexport")
    assert reason.endswith("which no longer exists")


def test_prose_names_the_new_path_where_the_old_one_ends() -> None:
    files = {"shop/__init__.py": "", "shop/worker.py": WORKER, "docs/worker.md": "See `shop.worker.Status`.\n"}
    solution = solve((read_move(f"{MOVE} --no-reexport"),), MemoryTree({p: t.encode() for p, t in files.items()}))
    assert solution.changes.after["docs/worker.md"] == b"See `shop.status.Status`.\n"


def test_docstrings_are_listed() -> None:
    text = 'def page():\n    """See :py:class:`shop.worker.Status`."""\n'
    assert [place for place, _ in listed("shop/pages.py", text)] == ["shop/pages.py:2"]


def test_the_old_path_that_warns_is_said_to() -> None:
    ((_, reason),) = listed("shop/pages.py", "from shop import worker\n\nprint(worker.Status)\n", "--deprecate")
    assert reason == "this reads `Status` through shop/worker.py, which gives a warning now"
