"""Names that code finds without writing them, when a definition was moved by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

SLUG = "def slug(text):\n    return text.lower()\n"
TITLE = "def title(text):\n    return text.title()\n"
BACK = "from .text import slug as slug\n"


def found(before: dict[str, str], after: dict[str, str]) -> str:
    whole = {"shop/__init__.py": "", **before}
    return "\n".join(failures(proven(whole, {**whole, **after})))


@pytest.mark.parametrize(
    ("listing", "matters"),
    [
        ("NAMES = [n for n in globals()]", True),
        ("if True:\n    NAMES = sorted(vars())", True),
        ("def names():\n    return dir()", False),
        ("NAMES = dir(str)", False),
    ],
)
def test_the_import_stands_below_a_list_of_names(listing: str, matters: bool) -> None:
    listing = f"\n\n{listing}\n"
    after = {"shop/words.py": f"{TITLE}{listing}\n\n{BACK}", "shop/text.py": SLUG}
    assert ("slug is bound below this" in found({"shop/words.py": f"{SLUG}\n\n{TITLE}{listing}"}, after)) is matters
    after = {"shop/words.py": f"{BACK}\n\n{TITLE}{listing}", "shop/text.py": SLUG}
    assert "bound below" not in found({"shop/words.py": f"{SLUG}\n\n{TITLE}{listing}"}, after)


@pytest.mark.parametrize(
    ("lookup", "matters"),
    [
        ('getattr(words, f"_to_{kind}")', True),
        ('getattr(words, "_to_" + kind)', True),
        ('vars(words)["_to_%s" % kind]', True),
        ('words.__dict__.get("_to_{}".format(kind))', True),
        ('words.__dict__["_to_" + kind]', True),
        ('getattr(words, f"_from_{kind}")', False),
        ('getattr(kind, f"_to_{words}")', False),
    ],
)
def test_a_private_name_is_put_together(lookup: str, matters: bool) -> None:
    private = SLUG.replace("slug", "_to_slug")
    user = f"from . import words\n\n\ndef made(kind):\n    return {lookup}\n"
    before = {"shop/words.py": f"{private}\n\n{TITLE}", "shop/app.py": user}
    after = {"shop/words.py": TITLE, "shop/text.py": private}
    assert ("may look up _to_slug" in found(before, after)) is matters


@pytest.mark.parametrize(
    ("imports", "lacks"),
    [
        ("from . import app\nfrom .app import *\n", ""),
        ("from .app import *\n", "app, which is not bound here"),
        ("from . import text as app\nfrom .app import *\n", "which is not what it was"),
    ],
)
def test_what_all_is_made_of(imports: str, lacks: str) -> None:
    body = '__all__ = app.__all__ + ("title",)\n\n\n' + TITLE
    app = '__all__ = ("App",)\n\n\nclass App: ...\n'
    before = {"shop/words.py": f"from . import app\nfrom .app import *\n\n{body}\n\n{SLUG}", "shop/app.py": app}
    text = f'__all__ = ("slug",)\n\n\n{SLUG}'
    lines = found(before, {"shop/words.py": f"{imports}{BACK}\n{body}", "shop/text.py": text})
    assert ("`__all__` is made of" in lines) is bool(lacks)
    assert lacks in lines


@pytest.mark.parametrize("hook", ["__getattr__", "__dir__"])
def test_what_python_calls_in_a_module(hook: str) -> None:
    function = f"def {hook}(*name):\n    return [*name]\n"
    before = {"shop/words.py": f"{function}\n\n{TITLE}"}
    assert f"{hook} can't be found here" in found(before, {"shop/words.py": TITLE, "shop/text.py": function})
    back = f"from .text import {hook}\n\n\n{TITLE}"
    assert not found(before, {"shop/words.py": back, "shop/text.py": function})


def test_a_test_that_stays_is_collected_once_more() -> None:
    one, two = (f"import unittest\n\n\nclass {n}(unittest.TestCase):\n    def test_it(self): ...\n" for n in ("A", "B"))
    both = f"{one}\n\n{two.removeprefix('import unittest')}"
    before = {"tests/__init__.py": "", "tests/test_a.py": both}
    after = {"tests/test_a.py": one, "tests/test_b.py": two}
    assert not found(before, after)
    after["tests/test_b.py"] = two.replace("import unittest\n", "import unittest\n\nfrom tests.test_a import A\n")
    assert "pytest collects A from more modules: 2, before 1" in found(before, after)


@pytest.mark.parametrize(
    ("guard", "fails"),
    [
        ("if sys.platform and __name__ == '__main__':\n    print(title(1))\n", True),
        ("if __name__ == '__main__' and sys.platform:\n    print(title(1))\n", False),
        ("NAME = sys.platform if True else ''\n", False),
        ("NAME = 'x' if sys.platform else ''\n", True),
    ],
)
def test_the_condition_reads_what_is_imported_below(guard: str, fails: bool) -> None:
    before = {"shop/words.py": f"import sys\n\n\n{SLUG}\n\n{TITLE}\n\n{guard}"}
    after = {"shop/words.py": f"{BACK}\n\n{TITLE}\n\n{guard}\n\nimport sys\n", "shop/text.py": SLUG}
    assert ("sys is read before it is bound" in found(before, after)) is fails


def test_a_script_calls_what_is_imported_below_its_main_guard() -> None:
    run = "def run():\n    try:\n        return slug('A')\n    except ValueError:\n        return ''\n"
    guard = "if __name__ == '__main__':\n    print(run())\n"
    before = {"words.py": f"{SLUG}\n\n{run}\n\n{guard}"}
    after = {"words.py": f"{run}\n\n{guard}\n\nfrom text import slug\n", "text.py": SLUG}
    assert "run is called, which reads slug before it is bound" in found(before, after)


@pytest.mark.parametrize(("imported", "fails"), [("from .text import slug", False), ("from text import slug", True)])
def test_a_module_leaves_its_package(imported: str, fails: bool) -> None:
    before = {"tools/words.py": f"{SLUG}\n\n{TITLE}", "shop/app.py": "from tools.words import title\n"}
    after = {"tools/words.py": f"{imported}\n\n\n{TITLE}", "tools/text.py": SLUG}
    assert ("text is imported from beside this module" in found(before, after)) is fails


@pytest.mark.parametrize("imported", ["    from . import loading\n\n", ""])
def test_a_package_has_its_module_by_a_name_that_no_statement_binds(imported: str) -> None:
    code = "def add(tag):\n{}    loading.Loader.tags.append(tag)\n"
    loading = "class Loader:\n    tags = []\n"
    before = {"shop/__init__.py": f"from .loading import *\n\n\n{code.format('')}", "shop/loading.py": loading}
    back = "from .loading import *\nfrom .adding import add as add\n"
    after = {"shop/__init__.py": back, "shop/adding.py": code.format(imported)}
    assert ("add reads loading" in found(before, after)) is (not imported)
