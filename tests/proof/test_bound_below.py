"""What stood above a statement that needs it stays above it: the same changes by hand are found."""

from __future__ import annotations

import pytest

from codemods.model import Move
from tests.proof.test_prover import failures, proven

MOVED = "def moved():\n    return 1\n"
STAY = {
    "shop/__init__.py": "",
    "shop/told.py": "TABLE = {}\n\n\ndef tell(error):\n    return error\n",
    "shop/local.py": "LIMIT = 2\n",
}


def found(before: str, after: str, path: str = "shop/orders.py", **stay: str) -> list[str]:
    """What is found where `moved` went to shop/models.py, and the rest of one file was changed by hand beside it."""
    rest = STAY | {f"shop/{name}.py": text for name, text in stay.items()}
    old = rest | {"shop/orders.py": MOVED}
    new = rest | {"shop/orders.py": "from .models import moved as moved\n", "shop/models.py": MOVED}
    old[path] = old.get(path, "") + before if path in old else before
    new[path] = new[path] + after if path in new else after
    return failures(proven(old, new, Move("shop/orders.py", ("moved",), "shop/models.py")))


HANDLER = "try:\n    len('a')\nexcept OSError as error:\n    tell(error)\n"
KEPT = "def keeps(name):\n    def keep(func):\n        TABLE[name] = func\n        return func\n\n    return keep\n"
DECORATED = f"{KEPT}\n\n@keeps('one')\ndef one(): ...\n"
DELETED = "def two(): ...\n\n\ndel TABLE\n"
IMPORT = "from shop.told import tell\n"
TABLE = "from shop.told import TABLE\n"
STAR = "from shop.told import *\n"


@pytest.mark.parametrize(
    ("text", "of"),
    [(HANDLER, IMPORT), (DECORATED, TABLE), (DELETED, TABLE), (DECORATED, STAR), (HANDLER, STAR)],
    ids=["in a handler", "in what a decorator calls", "deleted", "brought by a star", "by a star, in a handler"],
)
def test_an_import_below_what_reads_it(text: str, of: str) -> None:
    assert found(of + text, of + text, "shop/use.py") == []
    assert found(of + text, text + of, "shop/use.py")


def test_a_function_that_is_only_kept_reads_nothing() -> None:
    kept = "def tells():\n    return tell\n\n\nKEPT = [tells]\n"
    assert found(IMPORT + kept, kept + IMPORT, "shop/use.py") == []
    called = kept.replace("[tells]", "tells()")
    assert found(IMPORT + called, called + IMPORT, "shop/use.py")


def test_what_a_module_does_keeps_its_places() -> None:
    line, call = "DEBUG = False\n", "print(1)\n"
    assert not any("stood above it" in text for text in found(line + call, line + call))
    assert any("runs before what stood above it" in text for text in found(line + call, call + line))


def test_names_that_are_listed_above_what_moves() -> None:
    line = "LISTED = sorted(globals())\n\n\n"
    before = STAY | {"shop/orders.py": f"{line}{MOVED}"}
    after = STAY | {"shop/orders.py": f"from .models import moved as moved\n\n{line}", "shop/models.py": MOVED}
    lines = failures(proven(before, after, Move("shop/orders.py", ("moved",), "shop/models.py")))
    assert any("LISTED lists the names of its module, and moved" in text for text in lines), lines
    after["shop/orders.py"] = f"{line}from .models import moved as moved\n"
    assert not failures(proven(before, after, Move("shop/orders.py", ("moved",), "shop/models.py")))


def test_definitions_may_change_places() -> None:
    assert not found("def a(): ...\n\n\ndef b(): ...\n", "def b(): ...\n\n\ndef a(): ...\n")


def test_an_import_above_the_change_of_where_imports_look() -> None:
    head, line, imports = "import sys\n\n", "sys.path.insert(0, 'lib')\n", "from core import parse\n"
    lines = found(head + line + imports, head + imports + line, "bin/show.py")
    assert any("before line" in text and "where to look" in text for text in lines), lines


def test_a_block_of_imports_that_covers_a_name_is_gone() -> None:
    block = "try:\n    from .local import *\nexcept ImportError:\n    pass\n"
    lines = found(f"LIMIT = 1\n{block}", "LIMIT = 1\n")
    assert any("these guarded imports are gone, which bound LIMIT" in text for text in lines), lines


def test_what_a_block_of_imports_raises_is_there() -> None:
    block = "try:\n    from json import dumps\nexcept ImportError as e:\n    raise Missing('json') from e\n\n\n"
    before = STAY | {"shop/errors.py": "class Missing(ImportError): ...\n"}
    before["shop/orders.py"] = f"from .errors import Missing\n\n{block}def moved():\n    return dumps(1)\n"
    after = before | {"shop/orders.py": "from .models import moved as moved\n"}
    after["shop/models.py"] = before["shop/orders.py"].replace("from .errors import Missing\n\n", "")
    lines = failures(proven(before, after, Move("shop/orders.py", ("moved",), "shop/models.py")))
    assert any("these guarded imports are new, or altered" in text for text in lines), lines


def test_a_name_that_only_the_script_has_left() -> None:
    guard = "\n\nif __name__ == '__main__':\n    from shop.models import moved\n\n    print(moved())\n"
    before = STAY | {"shop/orders.py": MOVED + "\n\nif __name__ == '__main__':\n    print(moved())\n"}
    before["use.py"] = "from shop import orders\n\nprint(orders.moved())\n"
    after = before | {"shop/orders.py": f"X = 1{guard}", "shop/models.py": MOVED}
    lines = failures(proven(before, after, Move("shop/orders.py", ("moved",), "shop/models.py")))
    assert any("moved can't be found here any more" in text for text in lines), lines


def test_a_docstring_that_is_none_any_more() -> None:
    before = "LIMIT = 1\n\n\ndef two():\n    'Sets it.'\n    global LIMIT\n    LIMIT = 2\n"
    after = "LIMIT = 1\n\n\ndef two():\n    global LIMIT\n    'Sets it.'\n    LIMIT = 2\n"
    assert found(before, before) == []
    assert found(before, after)
