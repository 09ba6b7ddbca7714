"""A package that makes its ``__all__`` of its names, when a new module was made in it by hand."""

from __future__ import annotations

import pytest

from tests.proof.test_prover import failures, proven

SLUG = "def slug(text):\n    return text.lower()\n"
REST = "def title(text):\n    return text.title()\n"


@pytest.mark.parametrize(
    ("listing", "found"),
    [
        ("sorted(n for n in dir() if n[0] != '_')", True),
        ("[*globals()]", True),
        ("[n for n, v in globals().items() if callable(v)]", False),
        ("['slug', 'title']", False),
    ],
)
def test_a_new_module_is_listed(listing: str, found: bool) -> None:
    before = {"shop/__init__.py": f"{SLUG}\n\n{REST}\n\n__all__ = {listing}\n"}
    after = {"shop/__init__.py": f"from .text import slug\n\n\n{REST}\n\n__all__ = {listing}\n", "shop/text.py": SLUG}
    lines = failures(proven(before, before | after))
    assert any("text is one more" in line for line in lines) is found
