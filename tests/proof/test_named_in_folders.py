"""A module that a file names, which puts its folder on ``sys.path``, has no package there."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

NODES = "class PriceDirective:\n    pass\n"
SETUP = "\n\ndef setup(app):\n    app.add_directive('price', PriceDirective)\n"


@pytest.mark.parametrize("text, fails", [("prices", True), ("prices.more", False)])
def test_an_extension_of_sphinx(text: str, fails: bool) -> None:
    conf = f"import os, sys\n\nsys.path.append(os.path.abspath('_ext'))\nextensions = ['{text}']\n"
    before = {"docs/conf.py": conf, "docs/_ext/prices.py": NODES + SETUP}
    head = "from .price_nodes import PriceDirective as PriceDirective\n"
    after = {**before, "docs/_ext/prices.py": head + SETUP, "docs/_ext/price_nodes.py": NODES}
    assert any("without a package" in found for found in failures(proven(before, after))) is fails
