"""A module becomes a package: `codemods package shop/models.py`."""

from __future__ import annotations

import pytest

from codemods.commands.package import package
from codemods.face import prove, solve
from codemods.model import Refused
from codemods.project import OverlayTree

from .archive import MemoryTree

HERE = "import os\nfrom pathlib import Path\n\n"


def made(**files: str) -> dict[str, str]:
    """The new texts after `shop/models.py` became a package; None for a file that is gone."""
    tree = tree_of(files)
    solution = solve(package("shop/models.py"), tree)
    assert solution.proof.held
    assert solve(package("shop/models.py"), OverlayTree(tree, solution.changes.after)).plan.done
    assert solution.changes.after["shop/models.py"] is None
    return {path: (raw or b"").decode() for path, raw in solution.changes.after.items()}


def tree_of(files: dict[str, str]) -> MemoryTree:
    named = {name.replace("__", "/").replace("_py", ".py").replace("_toml", ".toml"): t for name, t in files.items()}
    return MemoryTree({"shop/__init__.py": b"", **{path: text.encode() for path, text in named.items()}})


def test_imports_start_one_package_further_up() -> None:
    text = "from . import money\nfrom .money import TAX\nfrom ..top import x\nfrom shop.money import cents\n"
    new = made(shop__models_py=text)["shop/models/__init__.py"]
    assert new == "from .. import money\nfrom ..money import TAX\nfrom ...top import x\nfrom shop.money import cents\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Path(__file__).parent / 'a.txt'", "Path(__file__).parent.parent / 'a.txt'"),
        ("Path(__file__).resolve().parents[1]", "Path(__file__).resolve().parents[2]"),
        ("Path(__file__).with_name('a.txt')", "Path(__file__).parent.with_name('a.txt')"),
        ("os.path.dirname(__file__)", "os.path.dirname(os.path.dirname(__file__))"),
        (
            "os.path.join(os.path.dirname(os.path.abspath(__file__)), 'a')",
            "os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'a')",
        ),
    ],
)
def test_the_folder_of_the_file_stays(before: str, after: str) -> None:
    assert made(shop__models_py=f"{HERE}DATA = {before}\n")["shop/models/__init__.py"] == f"{HERE}DATA = {after}\n"


def test_what_names_the_path_follows() -> None:
    new = made(
        shop__models_py="class A: ...\n",
        Makefile="check:\n\truff check shop/models.py other/shop/models.py\n",
        tests__test_a_py="from pathlib import Path\n\nTEXT = Path('shop/models.py').read_text()\n",
    )
    assert new["Makefile"] == "check:\n\truff check shop/models/__init__.py other/shop/models.py\n"
    assert "Path('shop/models/__init__.py')" in new["tests/test_a.py"]


def test_a_name_that_is_given_to_others_is_no_folder() -> None:
    text = "bp = Blueprint('models', __name__, url_prefix='/models')\nlog = getLogger(__name__)\n"
    assert made(shop__models_py=text, shop__templates__a_html="")["shop/models/__init__.py"] == text


def test_the_stub_goes_with_it() -> None:
    tree = MemoryTree(
        {
            "shop/__init__.py": b"",
            "shop/models.py": b"class A: ...\n",
            "shop/models.pyi": b"from .money import TAX\nclass A: ...\n",
        }
    )
    changes = solve(package("shop/models.py"), tree).changes
    assert changes.after["shop/models/__init__.pyi"] == b"from ..money import TAX\nclass A: ...\n"
    assert changes.after["shop/models.pyi"] is None


@pytest.mark.parametrize(
    "files",
    [
        {"shop__models_py": "print(__file__)\n"},
        {"shop__models_py": "import importlib\n\nX = importlib.import_module('.a', __package__)\n"},
        {"shop__models_py": "from importlib.resources import files\n\nX = files(__name__)\n"},
        {"shop__models_py": "bp = Blueprint('a', __name__, template_folder='pages')\n", "shop__pages__a.html": ""},
        {"shop__models_py": "app = Flask(__name__)\n", "shop__templates__a.html": ""},
        {"shop__models_py": "def main(): ...\n\n\nif __name__ == '__main__':\n    main()\n"},
        {"shop__models_py": "X = 1\n", "Makefile": "run:\n\tpython shop/models.py\n"},
        {"shop__models_py": "X = 1\n", "shop__models__a_py": "Y = 1\n"},
        {"shop__models_py": "X = 1\n", "run_py": "from shop import models\n\nprint(models.__file__)\n"},
        {"shop__models_py": "X = 1\n", "run_py": "import pkgutil\n\nX = pkgutil.get_data('shop.models', 'a')\n"},
        {"shop__models_py": "X = 1\n", "shop__load_py": "from pathlib import Path\n\nX = Path('.').glob('*.py')\n"},
    ],
)
def test_refused_where_the_place_is_asked_for(files: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        solve(package("shop/models.py"), tree_of(files))
    assert {hazard.code for hazard in refused.value.hazards} == {"module-to-package"}


@pytest.mark.parametrize(
    "wrong",
    [
        "from . import money\n\nDATA = Path(__file__).parent.parent\n",  # a dot too few
        "from .. import money\n\nDATA = Path(__file__).parent\n",  # another folder
    ],
)
def test_the_proof_finds_what_was_forgotten(wrong: str) -> None:
    old = tree_of(
        {
            "shop__money_py": "",
            "shop__models_py": "from pathlib import Path\nfrom . import money\n\nDATA = Path(__file__).parent\n",
        }
    )
    new = OverlayTree(
        old, {"shop/models.py": None, "shop/models/__init__.py": f"from pathlib import Path\n{wrong}".encode()}
    )
    assert not prove(old, new).held


@pytest.mark.parametrize(
    "text",
    [
        "bp = Blueprint('a', __name__, static_folder='data/css')\n",
        "from importlib.resources import files\n\nX = files(__package__)\n",
    ],
)
def test_the_proof_finds_who_looks_beside_the_module(text: str) -> None:
    old = tree_of({"shop__models_py": text, "shop__data__css__a.css": ""})
    new = OverlayTree(old, {"shop/models.py": None, "shop/models/__init__.py": text.encode()})
    assert not prove(old, new).held
