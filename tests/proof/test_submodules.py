"""Submodules that somebody reads of their package by luck, when an importer was rewritten by hand."""

from __future__ import annotations

from codemods.face import prove
from tests.moves.archive import MemoryTree

STATUS = "class Status: ...\n"
WORKER = "def run():\n    return 1\n"
BEFORE = {
    "shop/__init__.py": "",
    "shop/worker.py": f"{STATUS}\n\n{WORKER}",
    "shop/boot.py": "from shop.worker import Status\n\n\ndef boot():\n    return Status()\n",
    "shop/late.py": "import shop\n\n\ndef late():\n    return shop.worker.run()\n",
}
MOVED = {"shop/worker.py": f"from shop.status import Status as Status\n\n\n{WORKER}", "shop/status.py": STATUS}
NEW = BEFORE["shop/boot.py"].replace("shop.worker", "shop.status")


def codes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    old, new = (MemoryTree({p: t.encode() for p, t in files.items()}) for files in (before, {**before, **after}))
    return [f.code for check in prove(old, new).checks for f in check.failures]


def test_the_one_who_loaded_it_loads_it_no_more() -> None:
    assert "submodule-unloaded" in codes(BEFORE, {**MOVED, "shop/boot.py": NEW})


def test_the_one_who_loaded_it_stays_on_the_old_path() -> None:
    assert "submodule-unloaded" not in codes(BEFORE, MOVED)


def test_the_reader_imports_it_by_itself() -> None:
    before = {**BEFORE, "shop/late.py": BEFORE["shop/late.py"].replace("import shop\n", "import shop.worker\n")}
    assert "submodule-unloaded" not in codes(before, {**MOVED, "shop/boot.py": NEW})


def test_a_package_imports_its_submodules_in_brackets_over_several_lines() -> None:
    package = "from shop import (  # the face (all of it)\n    boot,  # noqa: F401\n    worker,  # noqa: F401\n)\n"
    before = {**BEFORE, "shop/__init__.py": package, "shop/boot.py": "def boot(): ...\n"}
    app = "import shop\nfrom shop.{0} import Status\n\n\ndef app():\n    return Status, shop.worker.run()\n"
    before["shop/app.py"] = app.format("worker")
    assert codes(before, {**MOVED, "shop/app.py": app.format("status")}) == []


def test_a_submodule_takes_the_name_of_what_is_imported_above_it() -> None:
    before = {
        "shop/__init__.py": "from .zeta import Zeta\n\n\ndef zeta():\n    return Zeta\n",
        "shop/zeta.py": "class Zeta: ...\n",
        "shop/alpha.py": "ALPHA = 1\n",
    }
    alpha = "def zeta():\n    from shop.zeta import Zeta\n\n    return Zeta\n\n\nALPHA = 1\n"
    above = "from .alpha import zeta as zeta\nfrom .zeta import Zeta as Zeta\n"
    below = "from .zeta import Zeta as Zeta\nfrom .alpha import zeta as zeta\n"
    assert "effect-order" in codes(before, {"shop/__init__.py": above, "shop/alpha.py": alpha})
    assert "effect-order" not in codes(before, {"shop/__init__.py": below, "shop/alpha.py": alpha})


def test_an_import_for_type_checkers_loads_nothing() -> None:
    have = "class Status: ...\n\n\nif shop.features.have():\n    import json\n"
    before = {**BEFORE, "shop/features.py": "def have(): ...\n"}
    before["shop/worker.py"] = f"import shop.errors\nimport shop.features\n\n\n{have}"
    before["shop/errors.py"] = ""
    seen = f"import typing\n\nimport shop.errors\n\nif typing.TYPE_CHECKING:\n    import shop.features\n\n\n{have}"
    assert "submodule-unloaded" in codes(before, {"shop/worker.py": seen})
    late = "def have():\n    import shop.features\n\n    return shop.features.have()\n"
    called = {"shop/worker.py": "import shop.errors\nimport shop.features\n\n\n" + late}
    assert "submodule-unloaded" not in codes(
        {**before, **called}, {"shop/worker.py": f"import shop.errors\n\n\n{late}"}
    )
