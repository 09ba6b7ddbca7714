"""What a file of declarations says to Cython has to stand in its module."""

from __future__ import annotations

from tests.proof.test_prover import failures, proven


def test_a_declaration_for_cython_stays_alone() -> None:
    scale, rest = "def scale(n):\n    return n * 10\n", "\n\ndef shift(n):\n    return n + 1\n"
    before = {"core.py": scale + rest, "core.pxd": "cpdef long scale(long n)\n"}
    after = {**before, "core.py": f"from fast import scale as scale\n{rest}", "fast.py": scale}
    assert any("can't compile" in text for text in failures(proven(before, after)))
    assert failures(proven({**before, "core.pxd": ""}, {**after, "core.pxd": ""})) == []
