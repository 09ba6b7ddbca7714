"""What is built, copied or compiled by the name of a file is so where it stands now."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

FILES = {
    "a script that compiles": ("setup.py", "from Cython.Build import cythonize\n\nMODULES = cythonize(['{}'])\n"),
    "an image": ("Dockerfile", "FROM python\nCOPY {} /app/\n"),
    "a build file": ("meson.build", "py.install_sources('{}')\n"),
}
TOTAL, MEAN = "def total(xs): ...\n", "def mean(xs): ...\n"


@pytest.mark.parametrize("names", ["shop/core.py", "shop/*.py", "shop/other.py"])
@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_named(kind: str, names: str) -> None:
    path, text = FILES[kind]
    stay = {"shop/__init__.py": "", path: text.format(names)}
    before = stay | {"shop/core.py": f"{TOTAL}\n\n{MEAN}"}
    after = stay | {"shop/core.py": f"from .fast import total as total\n\n\n{MEAN}", "shop/fast.py": TOTAL}
    found = failures(proven(before, after))
    assert any("compiled by it" in line for line in found) is (names == "shop/core.py"), found
    accepted = Move("shop/core.py", ("total",), "shop/fast.py", accept=("configured-by-name",))
    assert failures(proven(before, after, accepted)) == []
