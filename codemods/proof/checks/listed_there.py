"""Modules that stood, and got definitions: who goes through their names finds no others than before."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.project.listings import is_gone_through, kind_of, kind_of_import, what_is_kept
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable, flat
from codemods.proof.statements.name_resolution import last_name

_OWN = ("globals", "vars", "locals", "dir")
_GIVEN = ("getmembers", "getmembers_static", "vars", "dir")
_HELPERS = frozenset({"TYPE_CHECKING", "annotations", "__getattr__", "importlib"})


def newly_listed(comparison: Comparison) -> Iterator[Finding]:
    """Each list of names that has one more now, for what moved or for what that needs."""
    for path in sorted({pair.new.path for pair in comparison.pairing.pairs if pair.moved} & comparison.old.paths):
        old, new = comparison.before.symbols(path), comparison.after.symbols(path)
        if old is None or new is None:
            continue
        came = {n: found for n, found in _bound(new).items() if n not in old.binds and n not in _HELPERS}
        last = comparison.after.names.dotted(path).rpartition(".")[2]
        for file in sorted(comparison.new.code_with([last]) | {path}) if came else ():
            symbols = comparison.after.symbols(file) if file.endswith(".py") else None
            for node in _lists(comparison, symbols, file, path) if symbols is not None else ():
                name = next((n for n, (kind, own) in came.items() if _finds(symbols, node, n, kind, own)), None)
                if symbols is not None and name is not None:
                    message = f"this lists the names of {path}, and finds {name} among them now"
                    yield Finding(symbols.source.place(node), message, "handed-on", Kind.BROKEN, Place(path))


def _bound(symbols: SymbolTable) -> dict[str, tuple[str, bool]]:
    """name -> (what it is, whether it is defined there), of what the module binds when it runs."""
    found: dict[str, tuple[str, bool]] = {}
    for node, typing in flat(symbols.body):
        if typing:
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                attribute = alias.name if isinstance(node, ast.ImportFrom) else None
                found[alias.asname or alias.name.partition(".")[0]] = (kind_of_import(attribute), False)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node.name] = (kind_of(node), True)
        else:
            targets = (n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            found |= dict.fromkeys(targets, ("instance", True))
    return found


def _lists(comparison: Comparison, symbols: SymbolTable, file: str, path: str) -> Iterator[ast.expr]:
    parents = symbols.source.nodes.parents

    def is_it(node: ast.expr) -> bool:
        return (path, "") in comparison.after.meaning(file, node)

    for call in symbols.source.nodes.of(ast.Call):
        called = last_name(call.func)
        own = file == path and called in _OWN and not call.args and isinstance(call.func, ast.Name)
        own = own and (called == "globals" or not _is_in_a_scope(call, parents))
        given = called in _GIVEN and bool(call.args) and is_it(call.args[0])
        if (own or given) and (called in ("dir", *_GIVEN[:2]) or is_gone_through(call, parents)):
            yield call
    for node in symbols.source.nodes.of(ast.Attribute):
        if node.attr == "__dict__" and is_gone_through(node, parents) and is_it(node.value):
            yield node


def _is_in_a_scope(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does it stand in a function or class, whose own names ``vars()`` has there?"""
    while (above := parents.get(id(node))) is not None:
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            return True
        node = above
    return False


def _finds(symbols: SymbolTable | None, node: ast.expr, name: str, kind: str, own: bool) -> bool:
    """Does what is around the list keep something of that name and kind, as far as can be read off?"""
    assert symbols is not None
    parents = symbols.source.nodes.parents
    kinds, of_its_own = what_is_kept(node, parents)
    if (kinds is not None and kind not in kinds) or (of_its_own and not own):
        return False
    around: ast.AST = node
    while (above := parents.get(id(around))) is not None and not isinstance(around, ast.stmt):
        around = above
    if any(isinstance(n, ast.Name) and n.id == "__all__" for n in walk(around)):
        return False
    for call in (n for n in walk(around) if isinstance(n, ast.Call)):
        asked = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        match last_name(call.func):
            case "startswith" | "endswith" as test:
                if not isinstance(asked, str) or (asked.startswith("_") is name.startswith("_") and asked == "_"):
                    return False
                if asked != "_" and not getattr(name, test)(asked):
                    return False
            case "isupper" | "islower" as test if not getattr(name, test)():
                return False
            case "match" | "search" | "fullmatch":
                return False
    return not any(isinstance(n, ast.Compare) and isinstance(n.ops[0], (ast.In, ast.Eq)) for n in walk(around))
