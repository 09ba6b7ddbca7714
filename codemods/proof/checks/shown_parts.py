"""Texts that are a part of what a repr says: ``"<shop.{} at 0x".format("orders.Order lines=2")``.

Asked where a class that moved has a repr from the tree, its own or that of a base, which says its module.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from codemods.model import Place
from codemods.project import walk
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.pairing import Pair

_METHODS = ("__repr__", "__str__")


def parts_shown(comparison: Comparison, old: str, pairs: Sequence[Pair]) -> Iterator[tuple[Place, str]]:
    """Each string that begins with the end of the module ``old`` and a class that moved, and goes on behind it."""
    classes = {p.new.node.name: p.new.path for p in pairs if isinstance(p.new.node, ast.ClassDef)}
    last, tree = old.rpartition(".")[2], comparison.new
    begins = re.compile(rf"([\w.]*\b{re.escape(last)})\.({'|'.join(map(re.escape, sorted(classes)))})[ ,(:]")
    quoted = re.compile(rf"[\"']{begins.pattern}".encode())
    for path in sorted(tree.code_with(list(classes)) & tree.code_with([last])) if classes else ():
        wanted = path.endswith(".py") and quoted.search(tree.peek(path)) is not None
        symbols = comparison.after.symbols(path) if wanted else None
        for node in symbols.source.nodes.of(ast.Constant) if symbols is not None else ():
            found = begins.match(node.value) if isinstance(node.value, str) else None
            if found is None or not f".{old}".endswith(f".{found[1]}"):
                continue
            if symbols is not None and _says_module(comparison.after, classes[found[2]], found[2]):
                yield symbols.source.place(node), f"a repr may be compared with {found[0].strip()!r}: the module"


def _says_module(snapshot: Snapshot, path: str, name: str) -> bool:
    """Does the repr of this class, or of one above it, read ``__module__``?"""
    met: set[tuple[str, str]] = set()
    bases: list[tuple[str, ast.expr]] = [(path, ast.Name(name, ast.Load()))]
    while bases:
        where, expression = bases.pop()
        for home, node in definitions_meant(snapshot, where, expression):
            if not isinstance(node, ast.ClassDef) or (home, node.name) in met:
                continue
            met.add((home, node.name))
            methods = (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name in _METHODS)
            if any(getattr(inner, "attr", "") == "__module__" for method in methods for inner in walk(method)):
                return True
            bases += [(home, base) for base in node.bases]
    return False
