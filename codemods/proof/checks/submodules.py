"""A package has a submodule as an attribute once somebody has imported it: who read it so goes on finding it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project.call_scan import reading
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.import_graph import Graph

SAYS = "submodules that code reads of their package, and does not import, are loaded by those who loaded them"
CODE = "submodule-unloaded"


def check(comparison: Comparison) -> Check:
    old, new = (snapshot.one(Graph) for snapshot in (comparison.before, comparison.after))
    lost: dict[str, str] = {}
    for path in comparison.changed:
        if path in comparison.old.paths and path in comparison.new.paths:
            gone = old.closure([path]) - new.closure([path])
            lost |= dict.fromkeys(sorted(gone & comparison.new.paths), path)
    found = list(_readers(comparison, new, lost))
    return Check("submodules", SAYS, len(found), tuple(_finding(lost, *one) for one in found))


def _finding(lost: dict[str, str], module: str, place: Place, text: str) -> Finding:
    message = f"this module no longer loads {module}, which {place} reads as {text} and does not import"
    return Finding(Place(lost[module]), message, CODE, Kind.BROKEN, cause=f"unloaded {module}")


def _readers(comparison: Comparison, graph: Graph, lost: dict[str, str]) -> Iterator[tuple[str, Place, str]]:
    """(module that is lost, where somebody reads it of its package, as what)."""
    snapshot = comparison.after
    wanted = {snapshot.names.dotted(path): path for path in lost}
    dotted = {name: path for name, path in wanted.items() if "." in name}
    stems = {name.rpartition(".")[2] for name in dotted}
    read = reading(stems)
    for reader in sorted(snapshot.tree.code_with(stems)) if stems else ():
        may = reader.endswith(".py") and read(snapshot.bytes(reader) or b"")
        symbols = snapshot.symbols(reader) if may else None
        nodes = symbols.source.nodes.of(ast.Attribute) if symbols is not None else ()
        found = {node: text for node in nodes if node.attr in stems and (text := ast.unparse(node)) in dotted}
        if symbols is None or not found:
            continue
        loads = graph.closure([reader])
        names = snapshot.imports(reader) | {*symbols.binds}
        for node, text in found.items():
            if dotted.get(text) not in (None, *loads) and text.partition(".")[0] in names:
                if not _imports_inside(symbols.source.tree, node, text):
                    yield dotted[text], symbols.source.place(node), text


def _imports_inside(tree: ast.Module, node: ast.Attribute, dotted: str) -> bool:
    """Is it read when a function runs, and does a function import it then?"""
    functions = [f for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))]
    late = any(node is inner for f in functions for inner in ast.walk(f))
    inner = (n for f in functions if late for n in ast.walk(f) if isinstance(n, ast.Import))
    return any(alias.name == dotted and not alias.asname for n in inner for alias in n.names)
