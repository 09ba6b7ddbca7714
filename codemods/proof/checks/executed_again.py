"""Who takes a module out of ``sys.modules`` and imports from it then has it executed again: for that it goes on
importing from there, and not from where a definition went. And what is made anew by an execution, a value of the
environment or an empty table, is not where a module is reloaded that it left."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Pair

SAYS = "code that takes a module out of `sys.modules` imports from it as before"
CODE = "executed-again"
ACCEPTED = "module-reloaded"  # the hazard of that name, by --accept
_WRITTEN = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator, ast.expr_context)
_TABLES = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_KEEPING_NOTHING = frozenset(
    {"property", "setter", "getter", "deleter", "staticmethod", "classmethod", "abstractmethod", "cached_property"}
    | {"contextmanager", "asynccontextmanager"}
)
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
    anew = list(_made_anew(comparison))
    failures += [finding for finding in anew if finding is not None]
    kept = list(_read_once(comparison)) if left else []
    return Check("executed again", SAYS, count + len(anew) + len(kept), (*failures, *kept))


def _executed(comparison: Comparison) -> Iterator[tuple[Place, str]]:
    """Where a module of the tree is reloaded or taken out of ``sys.modules``."""
    for path in sorted(comparison.new.code_with(["reload", "modules"])):
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        if symbols is not None:
            yield from _taken_out(comparison.after, path)
            yield from _reloaded(comparison.after, path, symbols)


def _reloaded(snapshot: Snapshot, path: str, symbols: SymbolTable) -> Iterator[tuple[Place, str]]:
    """Where modules of the tree are reloaded."""
    for call in symbols.source.nodes.of(ast.Call):
        if last_name(call.func) == "reload" and call.args:
            meant = snapshot.meaning(path, call.args[0])
            yield from ((symbols.source.place(call), where) for where, name in meant if where and not name)


def _leaving(comparison: Comparison) -> list[Pair]:
    """What left its module, but for moves that accept the difference."""
    moved = [p for p in comparison.pairing.pairs if p.moved and p.old.path != p.new.path]
    accepting = {m.source for m in comparison.moves if ACCEPTED in m.accept}
    return [pair for pair in moved if pair.old.path not in accepting]


def _read_once(comparison: Comparison) -> Iterator[Finding]:
    """What left a module that is executed again, and reads a value of it that was imported once."""
    left = _leaving(comparison)
    for place, module in dict.fromkeys(_executed(comparison)):
        made = [s for s in comparison.new_statements.get(module, ()) if not s.importing]
        values = {name for s in made for name in s.names if not _is_same_each_time(s.node)}
        for pair in (pair for pair in left if pair.old.path == module):
            symbols = comparison.after.symbols(pair.new.path)
            once = _bound_by(symbols.body if symbols is not None else []) - _bound_by(ast.walk(pair.new.node))
            read = (o for o in pair.new.reading.occurrences if o.moment == "call" and o.text in once)
            stale = sorted({name for o in read for where, name in o.meaning if where == module and name in values})
            if stale:
                message = f"{module} is executed again here, and {pair.new.said} goes on with the {stale[0]} of before"
                yield Finding(place, message, CODE, Kind.BROKEN, pair.old.place)


def _bound_by(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that `from` imports among the nodes bind."""
    return {a.asname or a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names}


def _made_anew(comparison: Comparison) -> Iterator[Finding | None]:
    """One for each reload of a module that something left; None where that is the same each time."""
    left = [pair for pair in _leaving(comparison) if not pair.new.importing]
    for path in sorted(comparison.new.code_with(["reload"])) if left else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for place, module in _reloaded(comparison.after, path, symbols) if symbols is not None else ():
            for pair in (pair for pair in left if pair.old.path == module):
                message = f"{module} is executed again here, and {pair.new.said} is not made anew by that any more"
                same = _is_same_each_time(pair.new.node)
                yield None if same else Finding(place, message, CODE, Kind.BROKEN, pair.old.place)


def _is_same_each_time(node: ast.stmt, in_class: bool = False) -> bool:
    """A plain function, a value that is written out, a class of such ones and of no tables."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return all(last_name(decorator) in _KEEPING_NOTHING for decorator in node.decorator_list)
    if isinstance(node, ast.ClassDef):
        whole = not (node.decorator_list or node.keywords)
        return whole and all(isinstance(n, (ast.Expr, ast.Pass)) or _is_same_each_time(n, True) for n in node.body)
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if value is None:
        return isinstance(node, ast.AnnAssign)
    if in_class:
        return not any(isinstance(n, _TABLES) for n in ast.walk(value))
    return all(isinstance(n, _WRITTEN) or hasattr(builtins, getattr(n, "id", "")) for n in ast.walk(value))


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
