"""Every name that changed files read at run time means what it meant, through all import hops."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Check, Finding, Place
from codemods.proof.comparison import Comparison
from codemods.proof.conservation import canonical, import_like, is_logger
from codemods.proof.side import Origin, Side, defined_names, flat

SAYS = "each name that a touched function, class or module reads resolves to what it resolved to before"


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    count = 0
    for path, owner, names in _readers(comparison):
        home = comparison.renamed.get((path, owner), (path, owner))[0] if owner else path
        if comparison.after.outline(home) is None:
            continue
        for name in sorted(names):
            old = comparison.before.origins(path, name)
            if not old:
                continue
            count += 1
            failures += _compare(comparison, path, home, owner, name, old)
    failures += _imports(comparison)
    return Check("bindings", SAYS, count, tuple(failures))


def _readers(comparison: Comparison) -> Iterator[tuple[str, str, set[str]]]:
    """(path, owner, globals read) of every top-level function and class of the old changed files, and of module
    level."""
    for path in comparison.changed:
        if comparison.before.outline(path) is None:
            continue
        for owner, names in comparison.before.reads(path).items():
            if owner:
                yield path, owner, names
    for path in comparison.changed:
        outline = comparison.before.outline(path)
        if outline is not None:
            moved = {name for (p, name) in comparison.renamed if p == path}
            for node in outline.body:
                bound = {t.id for t in ast.walk(node) if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Store)}
                names = {t.id for t in ast.walk(node) if isinstance(t, ast.Name) and isinstance(t.ctx, ast.Load)}
                if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)) and names:
                    here = next(iter(bound & moved), "")
                    yield path, here, names & comparison.before.reads(path).get("", set())


def _compare(
    comparison: Comparison, path: str, home: str, owner: str, name: str, old: frozenset[Origin]
) -> Iterator[Finding]:
    side = comparison.after
    if name in ("__name__", "__all__"):
        return
    new = side.origins(home, name)
    wanted = comparison.mapped(old)
    late = _late(comparison, home, owner, name)
    if new == wanted and not (
        side.typing_only(home, name) and not comparison.before.typing_only(path, name) and late != wanted
    ):
        return
    if late and late <= wanted:
        return
    if made_again(comparison, path, home, name):
        return
    if {o for o in new if not o[0].endswith(".*")} and new & wanted and not (wanted - new - _foreign(wanted)):
        return
    if any(o[0].endswith(".*") and (o[0][:-2], name) in new for o in wanted):
        return
    where = Place(home, _line(side, home, owner))
    here = f"{owner} reads {name}" if owner else f"{name} is read at module level"
    yield Finding(where, f"{here}: it was {_said(wanted)}, and is {_said(new)}")


def made_again(comparison: Comparison, path: str, home: str, name: str) -> bool:
    """Is the name bound by the same logger call, or the same guarded import, in both modules?"""
    if path == home:
        return False
    kept, copied = _statements_of(comparison, path, name), _statements_of(comparison, home, name)
    return bool(kept) and kept == copied


def _statements_of(comparison: Comparison, path: str, name: str) -> list[str]:
    """What binds a name, in canonical form, where it may be made again: loggers, guarded imports. The old tree's
    for the old path."""
    side = comparison.before if path in comparison.before.tree.paths else comparison.after
    outline = side.outline(path)
    found = []
    for node in outline.body if outline else ():
        names = {n for s, _ in flat([node]) for n in (*defined_names(s), *_imported_names(s))}
        if name in names and (is_logger(node) or import_like(node)):
            found.append(canonical(comparison, node))
    return found


def _imported_names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    return []


def _foreign(origins: frozenset[Origin]) -> frozenset[Origin]:
    return frozenset(o for o in origins if o[0].endswith(".*"))


def _late(comparison: Comparison, path: str, owner: str, name: str) -> frozenset[Origin]:
    """What imports inside a function bind the name to."""
    outline = comparison.after.outline(path)
    found: set[Origin] = set()
    for node in outline.body if outline else ():
        if getattr(node, "name", None) != owner:
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.ImportFrom):
                for alias in inner.names:
                    if (alias.asname or alias.name) == name:
                        found |= comparison.after.imported(path, comparison.after.absolute(path, inner), alias.name)
            elif isinstance(inner, ast.Import):
                for alias in inner.names:
                    if (alias.asname or alias.name.partition(".")[0]) == name:
                        target = alias.name if alias.asname else alias.name.partition(".")[0]
                        found |= comparison.after.imported(path, target, None)
    return frozenset(found)


def _imports(comparison: Comparison) -> Iterator[Finding]:
    """Every import of a changed file, at any depth, leads to something that is there."""
    for path in comparison.changed:
        outline = comparison.after.outline(path)
        if outline is None:
            continue
        for node in ast.walk(outline.source.tree):
            if isinstance(node, ast.ImportFrom):
                module = comparison.after.absolute(path, node)
                target = comparison.after.names.find(module, path)
                for alias in node.names:
                    if target and alias.name != "*" and not comparison.after.imported(path, module, alias.name):
                        if not _was_so(comparison, module, alias.name, path) and "__getattr__" not in _binds(
                            comparison, target
                        ):
                            yield Finding(outline.source.place(node), f"{alias.name} can't be imported from {module}")


def _binds(comparison: Comparison, path: str) -> set[str]:
    outline = comparison.after.outline(path)
    return set(outline.binds) if outline else set()


def _was_so(comparison: Comparison, module: str, name: str, path: str) -> bool:
    return comparison.before.names.find(module, path) is not None and not comparison.before.imported(path, module, name)


def _line(side: Side, path: str, owner: str) -> int:
    outline = side.outline(path)
    return next((n.lineno for n in outline.body if getattr(n, "name", None) == owner), 0) if outline else 0


def _said(origins: frozenset[Origin]) -> str:
    return " or ".join(sorted(f"{path}:{name}" if name else path for path, name in origins)) or "bound nowhere"
