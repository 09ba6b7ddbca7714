"""What a module has come by is taken by its star importers too, over what they mean by the name."""

from __future__ import annotations

from tests.proof.test_prover import failures, proven

BEFORE = {
    "shop/__init__.py": "from .clock import time\nfrom .dest import *\n",
    "shop/clock.py": "def time():\n    return 1\n",
    "shop/dest.py": "def tax(x):\n    return x\n",
    "shop/orders.py": "import time\n\n\ndef stamp():\n    return time.time()\n",
}
STAMP = "\n\ndef stamp():\n    return time.time()\n"
AFTER = {**BEFORE, "shop/orders.py": "from .dest import stamp as stamp\n"}


def test_an_import_that_a_star_brings_over_a_function():
    after = {**AFTER, "shop/dest.py": f"import time\n\n\n{BEFORE['shop/dest.py']}{STAMP}"}
    said = failures(proven(BEFORE, after))
    assert any("brings time now" in one for one in said)


def test_an_import_that_no_star_brings():
    dest = f"__all__ = ['tax', 'stamp']\nimport time\n\n\n{BEFORE['shop/dest.py']}{STAMP}"
    before = {**BEFORE, "shop/dest.py": f"__all__ = ['tax', 'stamp']\n\n\n{BEFORE['shop/dest.py']}"}
    after = {**AFTER, "shop/dest.py": dest}
    assert not any("brings time now" in one for one in failures(proven(before, after)))


def test_a_name_that_the_importer_binds_below():
    below = {"shop/__init__.py": "from .dest import *\nfrom .clock import time\n"}
    after = {**AFTER, **below, "shop/dest.py": f"import time\n\n\n{BEFORE['shop/dest.py']}{STAMP}"}
    assert not any("brings time now" in one for one in failures(proven(BEFORE | below, after)))


def test_an_example_that_takes_what_is_only_found_when_asked_for():
    price = "class Price(Model):\n    net = 1\n"
    before = {
        "README.md": ">>> from shop.core import *\n>>> Price.net\n1\n",
        "shop/__init__.py": "",
        "shop/core.py": f"class Model: ...\n\n\n{price}",
    }
    lazy = "def __getattr__(name):\n    if name == 'Price':\n        from .price import Price\n        return Price\n"
    lazy += "    raise AttributeError(name)\n"
    moved = {"shop/price.py": f"from .core import Model\n\n\n{price}"}
    after = {**before, **moved, "shop/core.py": f"class Model: ...\n\n\n{lazy}"}
    assert any("brings Price no longer" in one for one in failures(proven(before, after)))
    other = {"README.md": ">>> from shop.core import Price\n>>> Price.net\n1\n"}
    assert not any("brings Price" in one for one in failures(proven(before | other, after | other)))


def test_a_setting_that_django_does_not_list_any_more():
    before = {
        "conf/__init__.py": "",
        "conf/settings.py": "HOST = 'db'\nURL = f'db://{HOST}'\n",
        "manage.py": "import os\n\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings')\n",
    }
    lazy = "def __getattr__(name):\n    if name == 'URL':\n        from .urls import URL\n        return URL\n"
    lazy += "    raise AttributeError(name)\n"
    urls = {"conf/urls.py": "from .settings import HOST\n\nURL = f'db://{HOST}'\n"}
    after = {**before, **urls, "conf/settings.py": f"HOST = 'db'\n\n\n{lazy}"}
    assert any("URL is none of them now" in one for one in failures(proven(before, after)))
    bound = {"conf/settings.py": "HOST = 'db'\nfrom .urls import URL as URL\n"}
    assert not any("none of them" in one for one in failures(proven(before, after | bound)))
