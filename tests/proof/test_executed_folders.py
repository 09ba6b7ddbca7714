"""Code that executes each file of a folder by its path: none of them is in a package then."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

HOST = """\
import runpy
from pathlib import Path


def load(folder):
    return [runpy.run_path(str(path)) for path in Path(folder).glob("*.py")]
"""
BEFORE = {
    "host.py": HOST,
    "plugins/a.py": "def helper(x):\n    return x\n\n\ndef run(x):\n    return helper(x)\n",
    "plugins/b.py": "NAME = 'b'\n",
}
AFTER = {**BEFORE, "plugins/b.py": "NAME = 'b'\n\n\ndef helper(x):\n    return x\n"}
RUN = "\n\n\ndef run(x):\n    return helper(x)\n"


def test_an_import_by_dots_fails_in_a_file_that_is_executed():
    after = {**AFTER, "plugins/a.py": f"from .b import helper{RUN}"}
    assert any("executes this file by its path" in said for said in failures(proven(BEFORE, after)))


def test_the_files_of_a_package_are_no_scripts():
    before = {**BEFORE, "plugins/__init__.py": ""}
    after = {**AFTER, "plugins/__init__.py": "", "plugins/a.py": f"from .b import helper{RUN}"}
    assert not any("executes this file by its path" in said for said in failures(proven(before, after)))


def test_alembic_executes_its_environment():
    helper = "def name(x):\n    return x\n"
    run = "\n\ncontext.configure(include_name=name)\n"
    before = {"migrations/env.py": f"from alembic import context\n\n\n{helper}{run}"}
    after = {
        "migrations/env.py": f"from alembic import context\n\nfrom .naming import name{run}",
        "migrations/naming.py": helper,
    }
    assert any("alembic executes this file" in said for said in failures(proven(before, after)))
    absolute = {"migrations/env.py": after["migrations/env.py"].replace(".naming", "migrations.naming")}
    assert not any("alembic executes" in said for said in failures(proven(before, after | absolute)))


@pytest.mark.parametrize("command", ["python shop/core.py", "python -m pdb shop/core.py", "py -m doctest shop/*.py"])
def test_a_command_starts_a_file_of_a_package_by_its_path(command: str):
    helper, order = "def price(net):\n    return net * 2\n", "\n\ndef order():\n    return price(1)\n"
    before = {"Makefile": f"test:\n\t{command}\n", "shop/__init__.py": "", "shop/core.py": helper + order}
    after = before | {"shop/core.py": f"from .price import price\n{order}", "shop/price.py": helper}
    assert any("Makefile:2 executes this file by its path" in said for said in failures(proven(before, after)))
    by_name = before | {"Makefile": "test:\n\tpython -m shop.core\n"}
    assert not failures(proven(by_name, after | {"Makefile": by_name["Makefile"]}))
