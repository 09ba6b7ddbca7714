"""No new cycle among run-time imports at module level."""

from __future__ import annotations

import ast

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.order import Importing
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import flat

SAYS = "no new import cycle among imports that run while modules are imported"


def check(comparison: Comparison) -> Check:
    """A new cycle fails where one of its modules can't be imported first; one that works is declared. Those of before
    are nobody's business."""
    before, after = comparison.before, comparison.after
    failures: list[Finding] = []
    declared: list[Finding] = []
    graph: dict[str, dict[str, int]] = {}
    old_graph: dict[str, dict[str, int]] = {}
    importing: Importing | None = None
    reported: set[frozenset[str]] = set()
    for path in comparison.changed:
        cycle = _cycle(after, path, graph)
        if not cycle or (key := frozenset(cycle)) in reported:
            continue
        reported.add(key)
        edges = ", ".join(
            f"{one}:{graph[one][two]} imports {two}" for one, two in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
        )
        if _is_old(comparison, before, cycle, old_graph):
            continue
        importing = importing or Importing(comparison)
        works = not any(importing.fails_anew(one) or importing.falls_back_anew(one) for one in cycle)
        says = "a new import cycle, which works" if works else "a new import cycle"
        where = Place(path, graph[path].get(cycle[1], 0))
        kind, cause = Kind.NOTE if works else Kind.BROKEN, f"cycle {' '.join(sorted(cycle))}"
        finding = Finding(where, f"{says}: {edges}", "import-cycle", kind, cause=cause)
        (declared if works else failures).append(finding)
    return Check("import cycles", SAYS, len(graph), tuple(failures), tuple(declared))


def _is_old(comparison: Comparison, before: Snapshot, cycle: list[str], graph: dict[str, dict[str, int]]) -> bool:
    """Was the cycle there before, seen with a new module as the part of its source that it was?"""
    came = {p.new.path: p.old.path for p in comparison.pairing.pairs if p.moved}
    back = {new: old for old, new in comparison.modules.items()}
    old = {back.get(step, came.get(step, step)) if step not in before.tree.paths else step for step in cycle}
    return len(old) > 1 and all(step in before.tree.paths and bool(_cycle(before, step, graph)) for step in old)


def _edges(snapshot: Snapshot, path: str, graph: dict[str, dict[str, int]]) -> dict[str, int]:
    if path not in graph:
        found: dict[str, int] = {}
        symbols = snapshot.symbols(path)
        for node, typing in flat(symbols.body) if symbols else ():
            if typing:
                continue
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = snapshot.absolute(path, node)
                inner = [f"{base}.{alias.name}" for alias in node.names]
                modules = [name for name in inner if snapshot.find(name, path)]
                if len(modules) < len(inner):
                    modules.append(base)
            for module in modules:
                target = snapshot.find(module, path)
                if target and target != path:
                    found.setdefault(target, node.lineno)
        graph[path] = found
    return graph[path]


def _cycle(snapshot: Snapshot, start: str, graph: dict[str, dict[str, int]]) -> list[str]:
    """The shortest cycle through ``start``, or nothing."""
    came: dict[str, str] = {}
    todo = [start]
    while todo:
        following = []
        for path in todo:
            for target in _edges(snapshot, path, graph):
                if target == start:
                    steps = [path]
                    while steps[-1] != start:
                        steps.append(came[steps[-1]])
                    return steps[::-1]
                if target not in came:
                    came[target] = path
                    following.append(target)
        todo = following
    return []
