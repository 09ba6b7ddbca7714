"""Who makes a text, or a key, of the module of what moved makes another one: ``Price.__module__``, ``repr(Price)``,
``str(list[Price])``.

Only what is written down for the definition itself. What people read (messages, sentences), and what finds the module
by that name, says what it likes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from codemods.model import Finding, Kind
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, SymbolTable
from codemods.proof.statements.name_resolution import last_name

ACCEPTED = "module-recorded"  # the hazard of that name, by --accept
_MAKING = frozenset({"str", "repr", "format", "ascii"})
_GENERIC = re.compile(r"(?:\w+\.)*(?:list|dict|set|tuple|frozenset|type|Optional|Union|List|Dict|Set|Tuple|Type)")
_FINDING = frozenset({"modules", "import_module", "get", "find_spec", "resolve_name"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SENTENCE = re.compile(r"[a-z] [a-z]+ | [a-z]+ [a-z]", re.IGNORECASE)
_DEPTH = 3


def shown_elsewhere(comparison: Comparison) -> Iterator[Finding]:
    """Each text that is made of where something stands that moved."""
    if any(ACCEPTED in move.accept for move in comparison.moves):
        return
    moved: dict[Origin, ast.stmt] = {}
    for pair in comparison.pairing.pairs:
        if pair.moved and isinstance(pair.new.node, (ast.ClassDef, *_FUNCTIONS)):
            old, new = comparison.before.names.dotted(pair.old.path), comparison.after.names.dotted(pair.new.path)
            moved |= {(pair.new.path, name): pair.new.node for name in pair.new.names if old != new}
    for path in sorted(comparison.new.code_with({name for _, name in moved})) if moved else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for node, shown in _texts(comparison.after, path, symbols, moved) if symbols is not None else ():
            message = f"{shown} says its module here, which is another one now"
            yield Finding(symbols.source.place(node), message, "module-attribute", Kind.BROKEN)  # type: ignore[union-attr]


def _texts(
    snapshot: Snapshot, path: str, symbols: SymbolTable, moved: Mapping[Origin, ast.stmt]
) -> Iterator[tuple[ast.expr, str]]:
    parents = symbols.source.nodes.parents
    classes = {origin for origin, node in moved.items() if isinstance(node, ast.ClassDef)}
    for node in symbols.source.nodes.of(ast.Attribute):
        if node.attr == "__module__" and isinstance(node.ctx, ast.Load) and not _goes_on(node, parents):
            if snapshot.meaning(path, node.value) & moved.keys():
                yield node, ast.unparse(node.value)
    for call in symbols.source.nodes.of(ast.Call):
        made = isinstance(call.func, ast.Name) and call.func.id in _MAKING and len(call.args) == 1
        if made and not _is_read(call, parents) and _shows(snapshot, path, call.args[0], classes, _DEPTH):
            yield call, ast.unparse(call.args[0])
    for text in symbols.source.nodes.of(ast.FormattedValue):
        if not _is_read(text, parents) and _shows(snapshot, path, text.value, classes, _DEPTH):
            yield text, ast.unparse(text.value)


def _shows(snapshot: Snapshot, path: str, node: ast.expr, classes: set[Origin], depth: int) -> bool:
    """Is it such a class, or a type that has one in brackets?"""
    if isinstance(node, ast.Subscript):
        return bool(_GENERIC.fullmatch(ast.unparse(node.value))) and _shows(snapshot, path, node.slice, classes, depth)
    if isinstance(node, (ast.Tuple, ast.List)):
        return any(_shows(snapshot, path, part, classes, depth) for part in node.elts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return any(_shows(snapshot, path, part, classes, depth) for part in (node.left, node.right))
    meaning = snapshot.meaning(path, node)
    if meaning & classes:
        return True
    for where, name in meaning if depth else ():
        symbols = snapshot.symbols(where) if where.endswith(".py") else None
        for made in symbols.body if symbols is not None else ():
            targets = made.targets if isinstance(made, ast.Assign) else [getattr(made, "target", None)]
            if isinstance(made, (ast.Assign, ast.AnnAssign)) and made.value is not None:
                if any(getattr(target, "id", "") == name for target in targets):
                    if _shows(snapshot, where, made.value, classes, depth - 1):
                        return True
    return False


def _goes_on(node: ast.AST, parents: Mapping[int, ast.AST]) -> bool:
    """Is the module found by it, or the text only copied, taken apart, compared or read by people?"""
    above = parents.get(id(node))
    if isinstance(above, ast.Assign):
        return any(last_name(target) == "__module__" for target in above.targets)
    if isinstance(above, ast.Subscript):
        return above.slice is node and last_name(above.value) in _FINDING
    if isinstance(above, ast.Call):
        return node in above.args and last_name(above.func) in _FINDING
    return isinstance(above, (ast.Attribute, ast.Compare)) or _is_read(node, parents)


def _is_read(node: ast.AST, parents: Mapping[int, ast.AST]) -> bool:
    """Does it stand in a message or a sentence, or is it compared with what is made the same way?"""
    while (above := parents.get(id(node))) is not None and not isinstance(node, ast.stmt):
        if isinstance(above, (ast.Raise, ast.Compare)) or (isinstance(above, ast.Assert) and above.msg is node):
            return True
        if isinstance(above, ast.Call) and node is not above.func and last_name(above.func) in ("warn", "print"):
            return True
        if isinstance(above, ast.JoinedStr) and _SENTENCE.search(ast.unparse(above)):
            return True
        node = above
    return False
