"""Moved code that tells by running where it stands, when it moved by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import found_by_hand

FRAME = "import inspect\nimport sys\n\n\ndef caller():\n"
# What stands in shop/callers.py, the body of what moves, the finding.
KINDS = {
    "the name": (
        f"{FRAME}    return sys._getframe(1).f_globals['__name__']\n",
        "return caller()",
        "looks at the module",
    ),
    "the name, in a table": (
        f"TABLE = {{}}\n{FRAME}    frame = inspect.currentframe().f_back\n"
        "    TABLE[frame.f_globals.get('__name__')] = 1\n",
        "return caller()",
        "looks at the module",
    ),
    "the file": (f"{FRAME}    return inspect.stack()[1].filename\n", "return caller()", "looks at the module"),
    "the module": (
        f"{FRAME}    return inspect.getmodule(inspect.stack()[1].frame)\n",
        "return caller()",
        "looks at the module",
    ),
    "the name of the function": (f"{FRAME}    return sys._getframe(1).f_code.co_name\n", "return caller()", ""),
    "the package": (
        f"{FRAME}    name = sys._getframe(1).f_globals['__name__']\n    return name.partition('.')[0]\n",
        "return caller()",
        "",
    ),
    "its own": (f"{FRAME}    return sys._getframe(0).f_globals['__name__']\n", "return caller()", ""),
    "a message": (
        f"TABLE = [1]\n{FRAME}    if not TABLE:\n        raise ValueError(sys._getframe(1).f_globals['__name__'])\n",
        "return caller()",
        "",
    ),
    "a script": ("def caller(): ...\n", "return __name__ == '__main__'", "asks whether it runs as a script"),
    "a script, the other way": (
        "def caller(): ...\n",
        "return '__main__' != __name__",
        "asks whether it runs as a script",
    ),
}
CODES = {"looks at the module": "caller-frame", "asks whether it runs as a script": "main-check", "": "caller-frame"}


@pytest.mark.parametrize("accepts", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_moved_code(kind: str, accepts: bool) -> None:
    callers, body, says = KINDS[kind]
    moved = f"def moved():\n    {body}\n"
    head = "from shop.callers import caller\n\n\n"
    now = moved.replace("__name__", "'shop.orders'") if "script" in kind else moved
    accept = (CODES[says],) if accepts else ()
    found = found_by_hand({"shop/callers.py": callers}, head, moved, now, accept)
    told = [line for line in found if "looks at the module" in line or "runs as a script" in line]
    assert bool(told) is (bool(says) and not accepts), found
    assert all(says in line for line in told)
