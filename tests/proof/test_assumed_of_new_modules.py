"""What a change made by hand leaves open is said: who goes through a folder, who reads the module of a definition,
which settings of tools select it."""

from __future__ import annotations

import pytest

from codemods.face import prove
from codemods.model import Move
from tests.moves.archive import MemoryTree

CODES = ("listed-modules", "module-attribute", "setting")
MOVE = Move("shop/mail.py", ("send",), "shop/sending.py")
BEFORE = {
    "shop/__init__.py": "",
    "shop/mail.py": "def send():\n    return 'sent'\n\n\ndef read():\n    return 'read'\n",
}
AFTER = {
    "shop/__init__.py": "",
    "shop/mail.py": "from shop.sending import send as send\n\n\ndef read():\n    return 'read'\n",
    "shop/sending.py": "def send():\n    return 'sent'\n",
}
LISTING = {
    "by name": "import pkgutil\nNAMES = [found.name for found in pkgutil.iter_modules(__path__)]\n",
    "by file": "from pathlib import Path\nNAMES = [p.stem for p in Path(__file__).parent.glob('*.py')]\n",
}


def assumed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    old, new = (MemoryTree({path: text.encode() for path, text in files.items()}) for files in (before, after))
    proof = prove(old, new, [MOVE])
    assert proof.held
    return [f.message for check in proof.checks for f in check.assumptions if f.code in CODES]


def test_nobody_goes_through_the_folder() -> None:
    assert assumed(BEFORE, AFTER) == []


@pytest.mark.parametrize("how", LISTING)
def test_somebody_goes_through_the_folder(how: str) -> None:
    listing = {"shop/__init__.py": LISTING[how]}
    (said,) = assumed(BEFORE | listing, AFTER | listing)
    assert said == "shop/__init__.py:2 lists that folder, and ignores the new module shop/sending.py"


def test_a_decorator_may_read_the_module_of_a_function() -> None:
    tasks = {"shop/tasks.py": "def task(function):\n    print(function.__module__)\n    return function\n"}
    head = "from shop.tasks import task\n\n\n@task\n"
    before = BEFORE | tasks | {"shop/mail.py": head + BEFORE["shop/mail.py"]}
    after = AFTER | tasks | {"shop/sending.py": head + AFTER["shop/sending.py"]}
    (said,) = assumed(before, after)
    assert said == (
        "nobody depends on `__module__` of send, which is shop.sending now;"
        " shop/tasks.py reads `__module__` of some object, or makes pickles"
    )


# What stands in pyproject.toml or setup.cfg; the setting that is named, if one is.
SETTINGS = {
    "an override of mypy": (
        "pyproject.toml",
        '[[tool.mypy.overrides]]\nmodule = "shop.mail"\nignore_errors = true\n',
        "`tool.mypy.overrides.module` selects shop.mail, and not shop/sending.py, where some of its code is now",
    ),
    "one of every module": ("pyproject.toml", '[[tool.mypy.overrides]]\nmodule = "shop.*"\nignore_errors = true\n', ""),
    "what coverage leaves out": (
        "setup.cfg",
        "[coverage:run]\nomit =\n    shop/mail.py\n",
        "`coverage:run.omit` selects shop/mail.py, and not shop/sending.py, where some of its code is now",
    ),
    "rules that ruff ignores": (
        "pyproject.toml",
        '[tool.ruff.lint.per-file-ignores]\n"shop/mail.py" = ["S101"]\n',
        "`tool.ruff.lint.per-file-ignores` selects shop/mail.py, and not shop/sending.py,"
        " where some of its code is now",
    ),
    "rules about imports": ("pyproject.toml", '[tool.ruff.lint.per-file-ignores]\n"shop/mail.py" = ["F401"]\n', ""),
}


@pytest.mark.parametrize("how", SETTINGS)
def test_a_setting_selects_the_module(how: str) -> None:
    path, text, said = SETTINGS[how]
    assert assumed(BEFORE | {path: text}, AFTER | {path: text}) == [said] * bool(said)
