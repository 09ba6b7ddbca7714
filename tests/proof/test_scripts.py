"""A script that imports itself by its name is executed twice; the prover asks whether code that left it can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.proof.test_prover import failures, proven

GUARD = '\n\nif __name__ == "__main__":\n    print(main())\n'

# what stays in the script, what leaves it (with what it imports there), whether the two can be told apart
CASES = {
    "an exception that the script catches": (
        'class Bad(Exception): ...\n\n\ndef main():\n    try:\n        return asked("")\n'
        '    except Bad:\n        return "bad"\n',
        "def asked(text):\n    if not text:\n        raise Bad(text)\n    return text\n",
        "Bad",
        False,
    ),
    "a table that the script fills": (
        'SEEN = []\n\n\ndef main():\n    asked("x")\n    return SEEN\n',
        "def asked(text):\n    SEEN.append(text)\n",
        "SEEN",
        False,
    ),
    "a table behind a function": (
        'SEEN = []\n\n\ndef note(text):\n    SEEN.append(text)\n\n\ndef main():\n    asked("x")\n    return SEEN\n',
        "def asked(text):\n    note(text)\n",
        "note",
        False,
    ),
    "a value that a function rebinds": (
        "LOUD = False\n\n\ndef main():\n    global LOUD\n    LOUD = True\n    return asked()\n",
        "def asked():\n    return LOUD\n",
        "LOUD",
        False,
    ),
    "a function that remembers": (
        "import functools\n\n\n@functools.cache\ndef made(text):\n    return object()\n\n\n"
        'def main():\n    return asked() is made("x")\n',
        'def asked():\n    return made("x")\n',
        "made",
        False,
    ),
    "a function with an attribute": (
        "def note(text):\n    return note.prefix\n\n\nnote.prefix = 1\n\n\n"
        "def main():\n    note.prefix = 2\n    return asked()\n",
        'def asked():\n    return note("x")\n',
        "note",
        False,
    ),
    "a default that is filled": (
        "def note(text, seen=[]):\n    seen.append(text)\n    return seen\n\n\n"
        'def main():\n    note("x")\n    return asked()\n',
        'def asked():\n    return note("y")\n',
        "note",
        False,
    ),
    "a name that says which of the two it is": (
        "def named():\n    return __name__\n\n\ndef main():\n    return asked()\n",
        "def asked():\n    return named()\n",
        "named",
        False,
    ),
    "functions without state": (
        'SEPARATOR = ("|", 1)\n\n\ndef group(*choices):\n    return SEPARATOR[0].join(choices)\n\n\n'
        'def main():\n    return asked("x") + group("a", "b")\n',
        'def asked(*choices):\n    return group(*choices, "y")\n',
        "group",
        True,
    ),
    "a library that both use": (
        "import json\n\n\ndef dumped(x):\n    return json.dumps(x)\n\n\ndef main():\n    return asked()\n",
        'def asked():\n    return dumped("x")\n',
        "dumped",
        True,
    ),
}


def late(code: str, name: str) -> str:
    head, _, body = code.partition("\n")
    return f"{head}\n    from app import {name}\n\n{body}"


@pytest.mark.parametrize("what", CASES)
def test_what_left_a_script(what: str, tmp_path: Path) -> None:
    stays, leaves, needs, same = CASES[what]
    before = {"app.py": f"{leaves}\n\n{stays}{GUARD}"}
    after = {"app.py": f"from asking import asked\n\n\n{stays}{GUARD}", "asking.py": late(leaves, needs)}
    assert (printed(before, tmp_path / "before") == printed(after, tmp_path / "after")) is same
    found = failures(proven(before, after))
    assert [line for line in found if line.startswith("scripts: ")] == found
    assert (not found) is same, found


def printed(files: dict[str, str], folder: Path) -> str:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    done = subprocess.run([sys.executable, "-B", "app.py"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else done.stderr.splitlines()[-1]


def test_what_registers_with_a_script_registers_with_its_second_execution(tmp_path: Path):
    table = "NAMES = {}\n\n\ndef known(function):\n    NAMES[function.__name__] = function\n    return function\n\n\n"
    main = f"def main():\n    return sorted(NAMES){GUARD}"
    asked = '@known\ndef asked():\n    return ""\n\n\n'
    before = {"app.py": table + asked + main}
    after = {"app.py": table + "import asking  # noqa\n\n\n" + main, "asking.py": "from app import known\n\n\n" + asked}
    assert printed(before, tmp_path / "before") != printed(after, tmp_path / "after")
    assert any("two" in said for said in failures(proven(before, after)))
