"""No two modules of codemods import one another, through others neither; imports in functions and for type checkers
count."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.graphs import strongly_connected

grimp = pytest.importorskip("grimp", reason="it comes with the linters: scripts/setup lint")


def cycles(package: str) -> list[list[str]]:
    graph = grimp.build_graph(package, cache_dir=None)
    edges = {module: graph.find_modules_directly_imported_by(module) for module in sorted(graph.modules)}
    return [sorted(component) for component in strongly_connected(edges) if len(component) > 1]


def test_codemods_has_none() -> None:
    assert cycles("codemods") == []


def test_they_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "cyclic_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("def f():\n    from cyclic_package import b\n")
    (package / "b.py").write_text("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from cyclic_package.a import f\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert cycles("cyclic_package") == [["cyclic_package.a", "cyclic_package.b"]]
