"""A module that has another name now is called by its old one nowhere: in no string, and in no setting.

Imports and attributes are the business of the check of bindings. Documents may speak of the past.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from codemods.frameworks import facts
from codemods.model import Check, Finding, Kind, Place
from codemods.project import Unreadable
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.renamed_modules import is_renamed
from codemods.proof.snapshot.symbols import is_main_guard

SAYS = "nobody names a renamed module by its old name"
_READ = (".md", ".rst", ".txt", ".html")
_PAST = re.compile(r"changes|changelog|history|news|release", re.IGNORECASE)


def check(comparison: Comparison) -> Check:
    """Strings and settings of the new tree that name a module which is gone; what nobody in the tree can know."""
    failures: list[Finding] = []
    assumed: list[Finding] = []
    looked: set[str] = set()
    for old, new in sorted(comparison.modules.items()):
        dotted = comparison.before.names.dotted(old)
        if not is_renamed(comparison, old, new) or comparison.after.find(dotted, new) is not None:
            continue
        now = comparison.after.names.dotted(new)
        last = [dotted.rpartition(".")[2]]
        files = comparison.new.code_with(last) | comparison.new.texts_with(last)
        looked |= files
        for path in sorted(files) if "." in dotted else ():
            for line in _lines_with(comparison, path, dotted, old):
                message = f"this names {dotted}, or its file, which is {now} now"
                failures.append(Finding(Place(path, line), message, "old-module-name", Kind.NOTE))
        failures += [*_taken_by_stars(comparison, old, dotted), *_found_by_file(comparison, old, new)]
        assumed += _assumptions(comparison, old, new)
    return Check("renamed modules", SAYS, len(looked), tuple(failures), assumptions=tuple(assumed))


def _lines_with(comparison: Comparison, path: str, dotted: str, old: str) -> Iterator[int]:
    """The lines of a file in which a string, or a setting, names the module or its file as they were."""
    parent, _, last = map(re.escape, dotted.rpartition("."))
    name = rf"(?<![\w.]){re.escape(dotted)}(?!\w)|(?<![\w/.-])(?:\./)?{re.escape(old)}(?![\w/-])"
    named = re.compile(rf"{name}|from\s+{parent}\s+import\b[^\n;]*\b{last}\b")
    text = comparison.new.peek(path).decode("utf-8", "replace")
    if not path.endswith((".py", ".pyi")):
        found = () if path.endswith(_READ) or _PAST.search(path) else re.finditer(name, text)
        yield from (text.count("\n", 0, hit.start()) + 1 for hit in found)
        return
    if not named.search(text) and dotted not in text and not re.search(rf"[\"'][\w.]*\b{last}[\"']", text):
        return
    try:
        source = comparison.new.source(path)
    except (Unreadable, OSError):
        return
    prose = {id(node.value) for node in source.nodes.of(ast.Expr)}
    for node in source.nodes.of(ast.Constant):
        if isinstance(node.value, bytes):
            if dotted.encode() in node.value:
                yield node.lineno
        elif isinstance(node.value, str) and id(node) not in prose:
            relative = node.value.startswith(".") and comparison.new.names.written(path, node.value) == dotted
            if relative or named.search(node.value):
                yield node.lineno


def _taken_by_stars(comparison: Comparison, old: str, dotted: str) -> Iterator[Finding]:
    """A package that lists the module in ``__all__``, and does not bind it: a star import looks for it."""
    package, _, last = dotted.rpartition(".")
    init = comparison.after.find(package, old) if package else None
    symbols = comparison.after.symbols(init) if init is not None else None
    if init is not None and symbols is not None and last in (symbols.exported or ()):
        if not comparison.after.given(init, last):
            message = f"`__all__` lists {last}, which is {dotted}, and no such module is there now"
            yield Finding(Place(init), message, "old-module-name", Kind.BROKEN)


def _found_by_file(comparison: Comparison, old: str, new: str) -> Iterator[Finding]:
    """A framework of the tree finds the module by the name of its file."""
    tree = comparison.old
    for fact in facts(tree, "file"):
        was, now = (any(fnmatchcase(f"/{path}", p) for p in fact.files) for path in (old, new))
        if was != now and (tree.code_with(fact.words) or tree.texts_with(fact.words)):
            yield Finding(Place(new), f"it was {old}: {fact.why}", "known-by-file", Kind.NOTE, Place(old))


def _assumptions(comparison: Comparison, old: str, new: str) -> Iterator[Finding]:
    before, after = comparison.before.names.dotted(old), comparison.after.names.dotted(new)
    others = sum(path not in (old, new) for path in comparison.touched)
    said = f"{others:,} file{'s' * (others > 1)} of this tree that named it say{'s' * (others == 1)} so"
    said = said if others else "no other file of this tree names it"
    message = f"no code outside of this tree imports or runs {before}, which is {after} now; {said}"
    yield Finding(Place(new), message, "imported-outside", Kind.NOTE, Place(old), f"outside {before}")
    read = _own_name(comparison, new)
    if read is not None:
        message = f"nobody outside of this tree depends on `__name__` of {after}, read at {read}: a logger's name, say"
        yield Finding(read, f"{message}; no setting of this tree has the old one", "own-name", Kind.NOTE, Place(old))


def _own_name(comparison: Comparison, path: str) -> Place | None:
    """The first place at which a module reads its ``__name__``, main guards aside."""
    symbols = comparison.after.symbols(path)
    if symbols is None:
        return None
    tests = [g.test for g in symbols.source.tree.body if isinstance(g, ast.If) and is_main_guard(g)]
    guarded = {id(n) for test in tests for n in ast.walk(test)}
    names = (n for n in symbols.source.nodes.of(ast.Name) if n.id == "__name__" and id(n) not in guarded)
    return next((symbols.source.place(n) for n in names), None)
