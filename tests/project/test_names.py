"""The dotted names of a tree's modules, by what its files and settings say."""

from __future__ import annotations

import pytest

from codemods.project.scripts import started
from tests.moves.archive import MemoryTree


def tree(*empty: str, **texts: str) -> MemoryTree:
    """Files by path: those without a text, and ``a__b_py`` for ``a/b.py``."""
    named = {
        name.replace("__", "/").replace("_py", ".py").replace("_toml", ".toml"): text for name, text in texts.items()
    }
    return MemoryTree({**dict.fromkeys(empty, b""), **{path: text.encode() for path, text in named.items()}})


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ('[tool.setuptools.package-dir]\n"" = "lib"', "shop.orders"),
        ('[tool.setuptools.packages.find]\nwhere = ["lib"]', "shop.orders"),
        ('[tool.hatch.build.targets.wheel]\npackages = ["lib/shop"]', "shop.orders"),
        ('[tool.poetry]\npackages = [{include = "shop", from = "lib"}]', "shop.orders"),
        ('[tool.uv.build-backend]\nmodule-root = "lib"', "shop.orders"),
        ('[tool.pytest.ini_options]\npythonpath = "lib"', "shop.orders"),
        ("", "lib.shop.orders"),
    ],
)
def test_settings_name_roots(settings: str, name: str) -> None:
    made = tree("lib/shop/orders.py", pyproject_toml=settings)
    assert made.names.dotted("lib/shop/orders.py") == name


def test_a_folder_of_tests_is_a_root_unless_it_is_named() -> None:
    assert tree("tests/test_a.py").names.dotted("tests/test_a.py") == "test_a"
    assert tree("tests/__init__.py", "tests/test_a.py").names.dotted("tests/test_a.py") == "tests.test_a"
    by_dots = tree("tests/util.py", tests__test_a_py="from .util import x")
    assert by_dots.names.dotted("tests/test_a.py") == "tests.test_a"
    from_outside = tree("tests/test_a.py", "tests/util.py", run_py="from tests.util import x")
    assert from_outside.names.dotted("tests/util.py") == "tests.util"
    importlib = tree("tests/test_a.py", pyproject_toml='[tool.pytest.ini_options]\naddopts = "--import-mode=importlib"')
    assert importlib.names.dotted("tests/test_a.py") == "tests.test_a"


def test_a_folder_that_no_import_can_name_is_a_root() -> None:
    assert tree("my-app/lib/a.py").names.dotted("my-app/lib/a.py") == "lib.a"


@pytest.mark.parametrize(
    "line",
    [
        "sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'lib'))",
        "sys.path.append(str(Path(__file__).resolve().parent.parent / 'lib'))",
        "sys.path.insert(0, str(Path(__file__).parents[1].joinpath('lib')))",
        "sys.path[:0]; sys.path.insert(0, 'lib')",
        "sys.path.extend(['other', 'lib'])",
    ],
)
def test_files_put_folders_on_the_path(line: str) -> None:
    made = tree("lib/worker.py", scripts__run_py=f"import os, sys\nfrom pathlib import Path\n{line}\nimport worker\n")
    assert made.names.find("worker", "scripts/run.py") == "lib/worker.py"
    assert made.names.find("worker", "other.py") is None


@pytest.mark.parametrize(
    ("text", "by_path"),
    [
        ("run:\n\tpython shop/report.py 2", True),
        ("run:\n\tcd shop && python3 -u report.py", True),
        ("run:\n\t./shop/report.py", True),
        ("subprocess.run([sys.executable, 'shop/report.py'])", True),
        ("subprocess.run([sys.executable, str(HERE / 'shop' / 'report.py'), '-v'])", True),
        ("runpy.run_path('shop/report.py')", False),
        ("run:\n\tpython -m pytest shop/report.py", False),
        ("run:\n\truff check shop/report.py", False),
        ("run:\n\tpython tools/fix.py shop/report.py", False),
    ],
)
def test_who_starts_a_file_by_its_path(text: str, by_path: bool) -> None:
    made = tree("shop/report.py", Makefile=text)
    assert (started(made, "shop/report.py") is not None) is by_path


def test_folders_of_scripts_are_roots() -> None:
    script = "#!/usr/bin/env python\nif __name__ == '__main__':\n    print()\n"
    assert tree("tools/lines.py", tools__report_py=script).names.dotted("tools/lines.py") == "lines"
    assert (
        tree("tools/report.py", Makefile="run:\n\tpython tools/report.py").names.dotted("tools/report.py") == "report"
    )
    named = tree("tools/lines.py", tools__report_py=script, run_py="from tools.lines import x")
    assert named.names.dotted("tools/lines.py") == "tools.lines"


def test_a_root_is_where_imports_find_their_modules() -> None:
    made = tree("proj/shop/models.py", proj__shop__views_py="from shop.models import Price")
    assert made.names.find("shop.models", "proj/shop/views.py") == "proj/shop/models.py"
    assert made.names.dotted("proj/shop/models.py") == "shop.models"
    django = tree("proj/manage.py", "proj/shop/models.py")
    assert django.names.dotted("proj/shop/models.py") == "shop.models"
