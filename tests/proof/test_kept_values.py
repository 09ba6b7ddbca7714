"""A value that moved code imports once in a function is not looked at again, whoever rebinds the global meanwhile."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

STATE = "flag = False\n\n\ndef stop():\n    global flag\n    flag = True\n\n\ndef stopped():\n    return flag\n"
BODIES = {
    "a loop": ("    while not flag:\n        work()\n", True),
    "a generator": ("    yield 1\n    yield flag\n", True),
    "a coroutine": ("    await work()\n    return flag\n", True),
    "a call that rebinds it": ("    stop()\n    return flag\n", True),
    "a function that is given": ("    work()\n    return flag\n", True),
    "a function for others": ("    return lambda: flag\n", True),
    "a loop over builtins": ("    while work is None and not flag:\n        print(len(str(work)))\n", False),
    "what is called later": ("    if flag:\n        return 1\n    work()\n", False),
    "another branch": ("    if work is None:\n        return work()\n    return flag\n", False),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_value_imported_once(what: str):
    body, stale = BODIES[what]
    define = "async def" if "await" in body else "def"
    stop = "    from .state import stop\n" if "stop()" in body else ""
    before = {"shop/__init__.py": "", "shop/state.py": f"{STATE}\n\n{define} run(work):\n{body}"}
    moved = f"{define} run(work):\n    from .state import flag\n{stop}{body}"
    old = "\n\ndef __getattr__(name):\n    from .running import run\n    return run\n"
    after = {"shop/__init__.py": "", "shop/state.py": STATE + old, "shop/running.py": moved}
    assert any("rebound" in said for said in failures(proven(before, after))) is stale


def test_an_import_that_the_module_deletes():
    before = {"shop/__init__.py": "", "shop/util.py": "import os\n\n\ndef here():\n    return os.sep\n"}
    before["shop/paths.py"] = "import os\n\nSEP = os.sep\ndel os\n"
    after = before | {"shop/util.py": "from .paths import here as here\n"}
    after["shop/paths.py"] += "\n\ndef here():\n    return os.sep\n"
    assert any("deletes" in said for said in failures(proven(before, after)))
