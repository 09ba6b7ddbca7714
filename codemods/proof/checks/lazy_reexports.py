"""Old import paths that are lazy: a module ``__getattr__`` (PEP 562) that answers for moved names.

A lazy name is found by whoever reads it as an attribute of the module or imports it from there. It is no entry in the
namespace: code of the module itself, star imports without ``__all__`` and code that looks into the namespace miss it.
The other checks resolve names so; here is what only the branches themselves can get wrong.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from codemods.model import Check, Finding, Kind, Place
from codemods.project import OverlayTree, Source
from codemods.project.import_scan import star_importers
from codemods.proof.checks.made_names import lost_names
from codemods.proof.checks.names import all_bound
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.leads import stem
from codemods.proof.importing.side_effects import Effects
from codemods.proof.snapshot.lazy_names import Branch, LazyNames, lazy_names
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import LOCAL_BUILTINS, SymbolTable, flat
from codemods.proof.statements.name_resolution import last_name

SAYS = "old paths that are lazy give the moved objects, and type checkers see them"

_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class _Answers:
    """The branches of a module that answer for what moved out of it now."""

    path: str
    symbols: SymbolTable
    branches: tuple[Branch, ...]
    whole: ast.If | None


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    declared: list[Finding] = []
    assumed: list[Finding] = []
    count = 0
    for found in _answers(comparison):
        dotted = comparison.after.names.dotted(found.path)
        for branch in found.branches:
            place = found.symbols.source.place(branch.node)
            for name in branch.names:
                count += 1
                bounds = found.symbols.binds.get(name, ())
                if not any(bound.typing for bound in bounds):
                    failures.append(Finding(place, f"type checkers don't see {name} here"))
                if _is_given_to_tests(comparison, found.path, name):
                    failures.append(Finding(place, f"pytest does not find {name}, which is no entry in the namespace"))
                if any(not bound.typing and not bound.script for bound in bounds):
                    failures.append(Finding(place, f"{name} is bound here, so that this branch is never asked for it"))
                if branch.warns:
                    declared.append(Finding(place, f"{dotted}.{name} gives a DeprecationWarning now"))
        failures += _not_happening(comparison, found)
        failures += _misread(comparison, found)
        missed = list(_missed_by_stars(comparison, found))
        failures += missed
        public = [name for branch in found.branches for name in branch.names if not name.startswith("_")]
        if found.symbols.exported is None and public and not missed:
            more = f" and {len(public) - 4} more" if len(public) > 5 else ""
            lazy = ", ".join(public[:4] if more else public) + more
            message = f"no code outside of this tree takes {lazy} by `from {dotted} import *`; none in this tree does"
            place = found.symbols.source.place(found.branches[0].node)
            assumed.append(Finding(place, message, "star-outside", Kind.NOTE))
    failures += lost_names(comparison)
    return Check("old paths", SAYS, count, tuple(failures), tuple(declared), tuple(assumed))


def _is_given_to_tests(comparison: Comparison, path: str, name: str) -> bool:
    """Was it a fixture or a hook, in a module in which pytest looks for such?"""
    symbols, tree = comparison.before.symbols(path), comparison.new
    node = next((n for n in (symbols.body if symbols else ()) if getattr(n, "name", "") == name), None)
    made = [d.func if isinstance(d, ast.Call) else d for d in getattr(node, "decorator_list", ())]
    if not name.startswith("pytest_") and not any(last_name(decorator) == "fixture" for decorator in made):
        return False
    plugins = tree.code_with(["pytest_plugins"]) | tree.texts_with(["pytest11"])
    named = plugins & (tree.code_with([stem(path)]) | tree.texts_with([stem(path)])) if plugins else ()
    known = path.endswith("conftest.py") or comparison.pytest_rules.reads(path) or bool(named)
    return known or not _is_imported(comparison, path, name)


def _is_imported(comparison: Comparison, path: str, name: str) -> bool:
    """Did another module take it from there by its name? Then pytest may find it in that one."""
    tree = comparison.old
    for other in sorted(tree.code_with([name]) & tree.code_with([stem(path)])):
        symbols = comparison.before.symbols(other) if other != path and other.endswith(".py") else None
        for node in symbols.source.nodes.of(ast.ImportFrom) if symbols is not None else ():
            if (node.module or "").rpartition(".")[2] == stem(path) and any(a.name == name for a in node.names):
                return True
    return False


def without_lazy_branches(comparison: Comparison) -> Comparison:
    """The same comparison, in which branches that are new, or answer for less since names are defined where they were
    lazy, are no text, but known as what they give."""
    before, after = (defaultdict[str, list[Branch]](list) for _ in range(2))
    for found in _answers(comparison):
        after[found.path] += found.branches
    for path, old, new in _withdrawn(comparison):
        before[path] += old
        after[path] += new
    if not before and not after:
        return comparison
    old_texts = {path: _without(comparison.before, path, some) for path, some in before.items()}
    new_texts = {path: _without(comparison.after, path, some) for path, some in after.items() if some}
    written = {p: comparison.new.read(p) if p in comparison.new.paths else None for p in comparison.touched}
    old = OverlayTree(comparison.old, old_texts) if old_texts else comparison.old
    new = OverlayTree(old, written | new_texts)
    return replace(comparison, old=old, new=new, lazy=_given(after), lazy_before=_given(before))


def _given(found: Mapping[str, Iterable[Branch]]) -> dict[str, dict[str, str]]:
    return {path: {name: branch.module for branch in some for name in branch.names} for path, some in found.items()}


def _withdrawn(comparison: Comparison) -> Iterator[tuple[str, list[Branch], list[Branch]]]:
    """(module, branches of before that answered for what the module defines now, what is left of them)"""
    come: dict[str, dict[str, str]] = {}
    for (old, name), (new, now) in comparison.renamed.items():
        if old != new and name == now:
            come.setdefault(new, {})[name] = comparison.before.names.dotted(old)
    for path in comparison.changed:
        here = come.get(path, {})
        before, after = (_in(snapshot, path) if here else None for snapshot in (comparison.before, comparison.after))
        if before is None:
            continue
        old = [b for b in before.branches if any(here.get(name) == b.module for name in b.names)]
        left = [replace(b, names=tuple(n for n in b.names if here.get(n) != b.module)) for b in old]
        asked = {(b.names, b.module, b.warns) for b in left if b.names}
        new = [b for b in (after.branches if after else ()) if (b.names, b.module, b.warns) in asked]
        if old and len(new) == len(asked):
            yield path, old, new


def _in(snapshot: Snapshot, path: str) -> LazyNames | None:
    symbols = snapshot.symbols(path)
    return lazy_names(snapshot.names, path, symbols) if symbols is not None else None


def _without(snapshot: Snapshot, path: str, branches: list[Branch]) -> bytes:
    found, symbols = _in(snapshot, path), snapshot.symbols(path)
    assert found is not None
    assert symbols is not None
    source = symbols.source
    gone = {id(branch.node) for branch in branches}
    if found.whole is not None and all(id(branch.node) in gone for branch in found.branches):
        start, end = _lines_of(source, found.whole)
        seen = ast.unparse(ast.If(found.whole.test, found.whole.body, []))
        text = source.newline.join([*seen.split("\n"), ""])
        return source.encode(source.text[:start] + text + source.text[end:])
    text = source.text
    for branch in sorted(branches, key=lambda b: b.node.lineno, reverse=True):
        start, end = _lines_of(source, branch.node)
        text = text[:start] + text[end:]
    return source.encode(text)


def _lines_of(source: Source, node: ast.stmt) -> tuple[int, int]:
    last = node.end_lineno or node.lineno
    end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return source.line_starts[node.lineno - 1], end


def _answers(comparison: Comparison) -> Iterator[_Answers]:
    for path in comparison.changed:
        gone = {name: new for (old, name), (new, _) in comparison.renamed.items() if old == path}
        symbols = comparison.after.symbols(path)
        found = lazy_names(comparison.after.names, path, symbols) if gone and symbols is not None else None
        if found is None or symbols is None:
            continue
        there = {name: comparison.after.names.dotted(new) for name, new in gone.items()}
        branches = tuple(b for b in found.branches if all(there.get(name) == b.module for name in b.names))
        if branches:
            yield _Answers(path, symbols, branches, _whole(found, branches))


def _whole(found: LazyNames, branches: tuple[Branch, ...]) -> ast.If | None:
    return found.whole if branches == found.branches else None


def _misread(comparison: Comparison, found: _Answers) -> Iterator[Finding]:
    """Names that the form takes for granted, and that mean something else in the module, or nothing."""
    place = found.symbols.source.place(found.branches[0].node)
    for name in ("AttributeError", "DeprecationWarning", "getattr"):
        if comparison.after.origins(found.path, name) != {("", f"builtins.{name}")}:
            yield Finding(place, f"{name} is not Python's own here")
    if found.whole is not None and not all_bound(comparison.after, found.path, found.whole.test):
        yield Finding(place, f"{ast.unparse(found.whole.test)} is bound nowhere")


def _missed_by_stars(comparison: Comparison, found: _Answers) -> Iterator[Finding]:
    """A star import without ``__all__`` takes what is bound, so no lazy name. Who reads a name that it does not take is
    another check's; here those who offer what they take to others, or look for it in their namespace."""
    if found.symbols.exported is not None:
        return
    public = [name for branch in found.branches for name in branch.names if not name.startswith("_")]
    snapshot = comparison.after
    for path in star_importers(snapshot.tree, [stem(found.path)]) if public else ():
        symbols = snapshot.symbols(path)
        if symbols is None or not _offers(symbols, found.symbols):
            continue
        for star in symbols.stars:
            if snapshot.find(star, path) == found.path and any(not snapshot.given(path, name) for name in public):
                missing = next(name for name in public if not snapshot.given(path, name))
                yield Finding(Place(path), f"the star import of {star} no longer takes {missing}")


def _offers(importer: SymbolTable, source: SymbolTable) -> bool:
    """Does a star importer offer on what it takes: a package, one that reads none of it, one that looks for names?"""
    words = set(_WORD.findall(importer.source.text))
    facade = importer.source.path.endswith("__init__.py") or words.isdisjoint(source.binds)
    return facade or not LOCAL_BUILTINS.isdisjoint(words)


def _not_happening(comparison: Comparison, found: _Answers) -> Iterator[Finding]:
    """What took effect when the module was imported, and waits now until somebody asks."""
    effects = comparison.before.one(Effects)
    imported = set(_executed(comparison, found))
    waiting = {branch.module for branch in found.branches} - imported
    for pair in comparison.pairing.pairs if waiting else ():
        if pair.old.path == found.path and comparison.after.names.dotted(pair.new.path) in waiting:
            if effects.writes(pair.old.path, pair.old.node):
                message = f"{pair.new.said} no longer happens when {found.path} is imported"
                yield Finding(pair.new.place, message)


def _executed(comparison: Comparison, found: _Answers) -> Iterator[str]:
    """The modules that the module executes when it is imported."""
    for node, typing in flat(found.symbols.body):
        if typing:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = comparison.after.absolute(found.path, node)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
