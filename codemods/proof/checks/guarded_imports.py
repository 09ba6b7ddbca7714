"""Imports under ``try`` or ``if`` are those of before."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import names_bound
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, Origins, import_like, is_typing
from codemods.proof.statements.pairing import Statement


def guarded_imports(comparison: Comparison) -> Iterator[Finding]:
    """Guarded imports, with ``try`` or ``if`` around them, are those of before; they may stand in two modules, and an
    ``if`` with nothing but imports in it, which do not hang on one another, may lose some names in all branches. So may
    a ``try`` that ends in an error whichever fails, and one that imports from elsewhere then, if each of its statements
    is still there."""
    old = [s for several in comparison.old_statements.values() for s in several if _guard(s)]
    known = {_form(comparison, comparison.before, s) for s in old}
    for several in comparison.new_statements.values():
        for statement in several:
            if not _guard(statement) or (form := _form(comparison, comparison.after, statement)) in known:
                continue
            names = frozenset(_imported_names(statement.node))
            less = (_form(comparison, comparison.before, s, names) for s in old if _may_lose(s.node, statement.node))
            if form not in less:
                message = "these guarded imports are new, or altered"
                yield Finding(statement.place, message, "guarded-import", Kind.OTHER)
    yield from _gone(comparison, old)


def _gone(comparison: Comparison, guards: list[Statement]) -> Iterator[Finding]:
    """Guarded imports that no longer bind what other code of their module binds as well."""
    for statement in guards:
        home = comparison.home(statement.path)
        still = [s for s in comparison.new_statements.get(home, ()) if _guard(s)]
        left = comparison.after.namespace(home).difference(*(_offered(comparison.after, s) for s in still))
        if names := sorted(_offered(comparison.before, statement) & left):
            message = f"these guarded imports are gone, which bound {', '.join(names[:3])}"
            yield Finding(Place(home), message, "guarded-import", Kind.OTHER, statement.place)


def _offered(snapshot: Snapshot, statement: Statement) -> set[str]:
    """What guarded imports bind."""
    imports = (n for n in ast.walk(statement.node) if isinstance(n, (ast.Import, ast.ImportFrom)))
    return {name for node in imports for name in names_bound(snapshot, statement.path, node)}


def _guard(statement: Statement) -> bool:
    node = statement.node
    if not isinstance(node, (ast.If, ast.Try)) or not statement.importing:
        return False
    return not (isinstance(node, ast.If) and is_typing(node.test) and not node.orelse)


def _may_lose(old: ast.stmt, new: ast.stmt) -> bool:
    """May the one become the other by losing names?"""
    if _nothing_but_imports(old) and _nothing_but_imports(new):
        return True
    ways = [_fallbacks(node) for node in (old, new)]
    return bool(ways[0]) and len({len(way) for way in ways}) == 1


def _fallbacks(node: ast.stmt) -> list[ast.stmt]:
    """The statements of ``try: from new import a`` / ``except ImportError: from old import a``, and nothing else."""
    if not isinstance(node, ast.Try) or node.orelse or node.finalbody:
        return []
    statements = [s for block in (node.body, *(handler.body for handler in node.handlers)) for s in block]
    return statements if all(isinstance(s, ast.ImportFrom) for s in statements) else []


def _nothing_but_imports(node: ast.stmt) -> bool:
    """Also where one that is missing ends the module: then each is there, or none."""
    if isinstance(node, ast.Try):
        plain = all(isinstance(inner, (ast.Import, ast.ImportFrom)) for inner in node.body)
        return plain and not (node.orelse or node.finalbody) and all(map(_only_raises, node.handlers))
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.If) and all(map(_nothing_but_imports, [*node.body, *node.orelse]))
    )


def _only_raises(handler: ast.ExceptHandler) -> bool:
    *above, last = handler.body
    return isinstance(last, ast.Raise) and all(isinstance(inner, ast.Assign) for inner in above)


def _form(comparison: Comparison, snapshot: Snapshot, statement: Statement, only: frozenset[str] | None = None) -> str:
    """Guarded imports as text in which equal meaning is equal; ``only`` what binds these names."""

    def meant(origins: Origins) -> list[Origin]:
        return sorted(comparison.mapped(origins) if snapshot is comparison.before else origins)

    def block(body: list[ast.stmt], only: frozenset[str] | None = only) -> str:
        imported: list[str] = []
        others: list[str] = []
        for node in body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, bound in snapshot.bound_by(statement.path, node, False):
                    if only is None or name in only:
                        meaning = meant(snapshot.imported(statement.path, bound.module, bound.attribute))
                        imported.append(f"{name}={meaning}")
            else:
                others.append(form(node))
        return f"{sorted(imported)} {others}"

    stored = {n.id for n in ast.walk(statement.node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}

    def asked(node: ast.AST | None) -> str:
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - stored if node else set()
        return f"{ast.dump(node) if node else ''} {[meant(snapshot.origins(statement.path, n)) for n in sorted(names)]}"

    def form(node: ast.AST) -> str:
        if isinstance(node, ast.If) and is_typing(node.test) and only is None:
            # What type checkers alone see is reported by what names it; here is what replaces something at run time.
            both = frozenset(name for s in node.orelse for name in _imported_names(s))
            return f"if typing {block(node.body, both)} {block(node.orelse)}"
        if isinstance(node, ast.If) and import_like(node):
            return f"if {asked(node.test)} {block(node.body)} {block(node.orelse)}"
        if isinstance(node, ast.Try):
            handlers = [f"{asked(h.type)} {h.name} {block(h.body)}" for h in node.handlers]
            return f"try {block(node.body)} {handlers} {block(node.orelse)} {block(node.finalbody)}"
        return asked(node)

    return form(statement.node)


def _imported_names(node: ast.stmt) -> Iterator[str]:
    for alias in ast.walk(node):
        if isinstance(alias, ast.alias):
            yield alias.asname or alias.name.partition(".")[0]
