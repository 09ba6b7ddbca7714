from __future__ import annotations

import ast

import pytest

from codemods.project.versions import answer


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("sys.version_info >= (3,)", True),
        ("sys.version_info >= (3, 0)", True),
        ("sys.version_info > (2, 7)", True),
        ("version_info < (3,)", False),
        ("sys.version_info[0] == 2", False),
        ("sys.version_info[0] == 3", True),
        ("sys.version_info[0] >= 3", True),
        ("sys.version_info.major < 3", False),
        ("sys.version_info[:2] != (2, 6)", True),
        ("sys.version_info >= (3, 8)", None),
        ("sys.version_info < (3, 8)", None),
        ("sys.version_info > (3,)", None),
        ("sys.version_info == (3,)", None),
        ("sys.version_info[0] > 3", None),
        ("sys.version_info[0] == 4", None),
        ("sys.version_info[1] >= 3", None),
        ("sys.version_info[1:] >= (3,)", None),
        ("sys.version_info >= minimum", None),
        ("sys.platform == 'win32'", None),
        ("3 > 2", None),
        ("not sys.version_info >= (3,)", False),
        ("not sys.version_info >= (3, 8)", None),
        ("False", False),
        ("0", False),
        ("not 0", True),
        ("typing.TYPE_CHECKING", False),
        ("not MYPY", True),
        ("not windows", None),
        ("2 < sys.version_info[0] < 4", None),
    ],
)
def test_what_every_python_3_says(test: str, said: bool | None) -> None:
    assert answer(ast.parse(test, mode="eval").body) is said
