"""A test that moved by hand is marked, set up and given what it was."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

FIXTURE = "@pytest.fixture\ndef client():\n    return 1\n"
MARK = "pytestmark = pytest.mark.slow\n"
ALL = "@pytest.fixture(autouse=True)\ndef clean():\n    yield\n"
ONE, TWO = "def test_one(client): ...\n", "def test_two(client): ...\n"
HOOK = "def pytest_collection_modifyitems(items):\n    return [i for i in items if 'test_{}' in i.nodeid]\n"
ASKING = "@pytest.fixture\ndef client(request):\n    return {}\n"
OF_ALL = "@pytest.fixture(autouse=True)\ndef clean(request):\n    return {}\n"
NAMED = ASKING.format("getattr(request.module, 'PORT', 80)")
ASKED = "def pytest_runtest_setup(item):\n    if getattr(item.module, 'PORT', 0):\n        pytest.skip()\n"
MADE = "def pytest_generate_tests(metafunc):\n    metafunc.parametrize('client', [1])\n"
# what stands above the tests in the old module, in the new one, and in the conftest.py; what is said
KINDS = {
    "a mark that stays": (MARK, "", FIXTURE, "loses what its module says"),
    "a mark of both": (MARK, MARK, FIXTURE, ""),
    "a setup that is new": ("", ALL, FIXTURE, "gets what its new module says"),
    "another fixture": ("", FIXTURE, FIXTURE, "gets the fixture client of tests/test_new.py"),
    "no fixture": (FIXTURE, "", "", "no longer finds the fixture client"),
    "the same fixture": ("", "", FIXTURE, ""),
    "a hook": ("", "", FIXTURE + HOOK.format("old"), "for whose name"),
    "a name of its module": ("PORT = 5\n", "", NAMED, "asks for PORT in its module"),
    "a name of both": ("PORT = 5\n", "PORT = 6\n", NAMED, "asks for PORT in its module"),
    "a name of neither": ("", "", NAMED, ""),
    "an attribute of its module": ("PORT = 5\n", "", OF_ALL.format("request.node.module.PORT"), "asks for PORT"),
    "its file": ("", "", ASKING.format("request.path.with_suffix('.txt')"), "asks for what its module is"),
    "its folder": ("", "", ASKING.format("os.path.dirname(request.module.__file__)"), ""),
    "the folder of its path": ("", "", ASKING.format("Path(str(request.fspath)).parent / 'data'"), ""),
    "a name that a hook asks for": ("PORT = 5\n", "", FIXTURE + ASKED, "is asked by pytest_runtest_setup for PORT"),
    "a hook of its module": (MADE, "", "", "loses what its module says"),
    "a hook of its module for others": (MADE.replace("client", "num"), "", FIXTURE, ""),
    "a hook of another module": ("", "", FIXTURE + HOOK.format("older"), ""),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_is_given(kind: str) -> None:
    old, new, above, says = KINDS[kind]
    stay = {"tests/conftest.py": f"import pytest\n\n\n{above}"}
    before = stay | {
        "tests/test_old.py": f"import pytest\n\n\n{old}\n\n{ONE}\n\n{TWO}",
        "tests/test_new.py": f"import pytest\n\n\n{new}\n\ndef test_three(): ...\n",
    }
    after = stay | {
        "tests/test_old.py": f"import pytest\n\n\n{old}\n\n{ONE}",
        "tests/test_new.py": f"import pytest\n\n\n{new}\n\ndef test_three(): ...\n\n\n{TWO}",
    }
    found = [line for line in failures(proven(before, after)) if "test_two" in line]
    assert any(says in line for line in found) if says else not found, found


# what stands in the conftest.py of the old folder, and of the new one; what is said
FOLDERS = {
    "a fixture of all below the old one": (ALL, "", "loses what its module says"),
    "a fixture of all below the new one": ("", ALL, "gets what its new module says"),
    "a fixture of all below both": (ALL, ALL, ""),
    "a hook below the old one": (ASKED.replace("PORT", "NONE"), "", "loses what its module says"),
    "other hooks": ("def pytest_configure(config):\n    config.mine = 1\n", "", ""),
}


@pytest.mark.parametrize("kind", FOLDERS)
def test_what_its_folder_says(kind: str) -> None:
    old, new, says = FOLDERS[kind]
    stay = {"one/conftest.py": f"import pytest\n\n\n{old}", "two/conftest.py": f"import pytest\n\n\n{new}"}
    before = stay | {"one/test_old.py": "def test_one(): ...\n\n\ndef test_two(): ...\n"}
    after = stay | {"one/test_old.py": "def test_one(): ...\n", "two/test_new.py": "def test_two(): ...\n"}
    found = [line for line in failures(proven(before, after)) if "test_two" in line]
    assert any(says in line for line in found) if says else not found, found


@pytest.mark.parametrize(("word", "differs"), [("one", True), ("test", False), ("slow tests", False)])
def test_a_hook_that_looks_for_a_folder(word: str, differs: bool) -> None:
    hook = f"def pytest_collection_modifyitems(items):\n    return [i for i in items if {word!r} in i.nodeid]\n"
    before = {"conftest.py": hook, "one/test_old.py": "def test_one(): ...\n\n\ndef test_two(): ...\n"}
    after = {
        "conftest.py": hook,
        "one/test_old.py": "def test_one(): ...\n",
        "two/test_new.py": "def test_two(): ...\n",
    }
    assert any("has another path" in line for line in failures(proven(before, after))) is differs
