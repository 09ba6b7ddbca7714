"""Type variables that are made in two modules: allowed where no code can distinguish them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.leads import stem
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.pairing import Statement

_MADE_BY = frozenset(
    ("", f"{module}.{kind}")
    for module in ("typing", "typing_extensions")
    for kind in ("TypeVar", "ParamSpec", "TypeVarTuple")
)


def is_type_variable_again(comparison: Comparison, old: Statement, new: Statement) -> bool:
    """Does a statement make a type variable for a second module, and does no code meet both?"""
    name = _type_variable(comparison.after, new)
    if not name or name != _type_variable(comparison.before, old) or ast.dump(old.node) != ast.dump(new.node):
        return False
    read = [o for o in new.reading.occurrences if not o.own]
    if any(place for occurrence in read for place, _ in occurrence.meaning):
        return False  # its bound is of the tree
    both = (old.path, new.path)
    own = all(_only_for_types(comparison.after, path, name) for path in both)
    return own and not any(True for path in both for _ in _users(comparison.after, path, name, both))


def _type_variable(snapshot: Snapshot, statement: Statement) -> str:
    """The name in ``T = TypeVar("T", …)``; else nothing."""
    node = statement.node
    call = node.value if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    if not isinstance(call, ast.Call) or not snapshot.meaning(statement.path, call.func) or len(statement.names) != 1:
        return ""
    (name,) = statement.names
    said = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    return name if snapshot.meaning(statement.path, call.func) <= _MADE_BY and said == name else ""


def _only_for_types(snapshot: Snapshot, path: str, name: str) -> bool:
    """Is it read in annotations, bases of classes and by ``cast`` alone, and not offered to others?"""
    symbols = snapshot.symbols(path)
    if symbols is None or name in (symbols.exported or ()):
        return False
    allowed: set[int] = set()
    for node in ast.walk(symbols.source.tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.ClassDef):
            parts += [base.slice for base in node.bases if isinstance(base, ast.Subscript)]
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "cast":
            parts += node.args[:1]
        allowed |= {id(inner) for part in parts if part is not None for inner in ast.walk(part)}
    reads = (n for n in symbols.source.nodes.of(ast.Name) if n.id == name and isinstance(n.ctx, ast.Load))
    return all(id(node) in allowed for node in reads)


def _users(snapshot: Snapshot, path: str, name: str, both: tuple[str, str]) -> Iterator[str]:
    """Other modules, or one of the two, that take the name from here, or read it as an attribute."""
    chained = re.compile(rf"\b{re.escape(stem(path))}\s*\.\s*{re.escape(name)}\b")
    for other in snapshot.tree.code_with([name]):
        symbols = snapshot.symbols(other) if other.endswith(".py") else None
        if symbols is None:
            continue
        taken = any(
            b.attribute == name and snapshot.find(b.module, other) == path
            for some in symbols.binds.values()
            for b in some
        )
        starred = other not in both and (path, name) in snapshot.origins(other, name)
        if taken or starred or chained.search(symbols.source.text):
            yield other
