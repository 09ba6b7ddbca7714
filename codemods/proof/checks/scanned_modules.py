"""Framework scans of one module, and the decorators that they look for in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.frameworks import Fact, facts, matching
from codemods.model import Finding, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.outside import dotted_names
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin

_CODE = "another-identity"


def passed_over(comparison: Comparison, old: Origin, new: Origin) -> Iterator[tuple[Fact, list[Finding]]]:
    """For each fact that holds of a moved definition the scans that found it, and go through another module now."""
    snapshot = comparison.after
    for fact in facts(comparison.old, "scan"):
        if not _is_marked(comparison.before, fact, old):
            continue
        was, now = comparison.before.names.dotted(old[0]), snapshot.names.dotted(new[0])
        found = []
        for path in sorted(p for p in comparison.new.code_with(fact.words) if p.endswith(".py")):
            symbols = snapshot.symbols(path)
            for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
                if matching(fact.calls, {ast.unparse(call.func), *dotted_names(snapshot, path, call.func)}):
                    scope = _scope(snapshot, path, call)
                    if scope and _within(was, scope) and not _within(now, scope):
                        message = f"this scan goes through {scope}, and no longer finds {new[1]}: {fact.why}"
                        found.append(Finding(Place(path, call.lineno), message, _CODE))
        yield fact, found


def _is_marked(snapshot: Snapshot, fact: Fact, origin: Origin) -> bool:
    symbols = snapshot.symbols(origin[0])
    nodes = [n for n in (symbols.source.tree.body if symbols else []) if getattr(n, "name", "") == origin[1]]
    inside = [part for node in nodes if isinstance(node, ast.ClassDef) for part in node.body]
    decorators = [d for node in (*nodes, *inside) for d in getattr(node, "decorator_list", ())]
    called = (d.func if isinstance(d, ast.Call) else d for d in decorators)
    return any(matching(fact.decorators, dotted_names(snapshot, origin[0], one)) for one in called)


def _scope(snapshot: Snapshot, path: str, call: ast.Call) -> str:
    """The module or package that a scan goes through; empty where that is not known."""
    package = snapshot.names.package(path) or ""
    if not call.args:
        return package
    said = call.args[0]
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        return f"{package}{said.value}".strip(".") if said.value.startswith(".") else said.value
    modules = [where for where, inner in snapshot.meaning(path, said) if where and where != "=" and not inner]
    return snapshot.names.dotted(modules[0]) if len(modules) == 1 else ""


def _within(dotted: str, scope: str) -> bool:
    return dotted == scope or dotted.startswith(f"{scope}.")
