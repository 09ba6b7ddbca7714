"""Who takes a module out of ``sys.modules`` and imports from it then has it executed again: for that it goes on
importing from there, and not from where a definition went."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Check, Finding, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot

SAYS = "code that takes a module out of `sys.modules` imports from it as before"
CODE = "executed-again"
_TAKING = frozenset({"pop", "delitem", "__delitem__"})


def check(comparison: Comparison) -> Check:
    left = {old[0] for old, new in comparison.renamed.items() if old[0] != new[0]}
    failures: list[Finding] = []
    count = 0
    for path in comparison.changed if left else ():
        for place, module in _taken_out(comparison.before, path) if path not in left else ():
            if module in left and path in comparison.new.paths:
                count += 1
                if _imported(comparison.before, path, module) > _imported(comparison.after, path, module):
                    said = f"names are imported from {module} below, which is executed again for that"
                    message = f"{said}; fewer of them come from it now"
                    failures.append(Finding(place, message, CODE))
    return Check("executed again", SAYS, count, tuple(failures))


def _imported(snapshot: Snapshot, path: str, module: str) -> int:
    """How many imports of a file name a module."""
    symbols = snapshot.symbols(path)
    nodes = symbols.source.nodes.of(ast.ImportFrom) if symbols is not None else ()
    return sum(snapshot.find(snapshot.absolute(path, node), path) == module for node in nodes)


def _taken_out(snapshot: Snapshot, path: str) -> Iterator[tuple[Place, str]]:
    """Where modules of the tree are taken out of ``sys.modules`` by their names."""
    symbols = snapshot.symbols(path) if b"modules" in (snapshot.bytes(path) or b"") else None
    if symbols is None:
        return
    nodes = symbols.source.nodes
    deleted = (node for node in nodes.of(ast.Subscript) if isinstance(node.ctx, ast.Del))
    keys = [node.slice for node in deleted if _is_modules(node.value)]
    for call in nodes.of(ast.Call):
        held = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        named = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if named in _TAKING and any(map(_is_modules, [*held, *call.args])):
            keys += call.args
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and (found := snapshot.find(key.value, path)):
            yield symbols.source.place(key), found


def _is_modules(node: ast.expr) -> bool:
    """``sys.modules``, or that as a text for ``monkeypatch.delitem``."""
    return getattr(node, "value", None) == "sys.modules" or getattr(node, "attr", "") == "modules"
