"""``__package__`` is that of all modules of a folder, and another one in the next folder."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

CODE = "def text():\n    return files(__package__)\n"
REST = "def bye():\n    return 1\n"
HEAD = "from importlib.resources import files\n\n\n"
BEFORE = {"shop/__init__.py": "", "shop/words/__init__.py": "", "shop/texts.py": f"{HEAD}{CODE}\n\n{REST}"}


@pytest.mark.parametrize(("path", "holds"), [("shop/greeting.py", True), ("shop/words/greeting.py", False)])
def test_a_function_asks_for_its_package(path: str, holds: bool) -> None:
    module = path.removesuffix(".py").replace("/", ".")
    after = BEFORE | {"shop/texts.py": f"from {module} import text as text\n\n\n{REST}", path: HEAD + CODE}
    assert (failures(proven(BEFORE, after)) == []) is holds
