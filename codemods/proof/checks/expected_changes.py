"""A move always changes `__module__`: the check looks for files of the tree that may notice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codemods.model import Check, Finding, Kind, Place
from codemods.proof.checks.asked_modules import asked_elsewhere
from codemods.proof.checks.callers import told_by_running
from codemods.proof.checks.known_modules import told_by_module
from codemods.proof.checks.pickled_as_names import pickled_elsewhere
from codemods.proof.checks.shown_classes import shown_elsewhere
from codemods.proof.checks.shown_signatures import told_by_signature
from codemods.proof.comparison.comparison import Comparison

SAYS = "what moved says in `__module__` that it stands in the new module"
# Code that notices has one of these words.
_NO_ROLE = r"(?![\w.]*>?`)"  # where a role of Sphinx leads to
_WORDS = ("__module__", "pickle", "shelve", "cloudpickle", "dill", "joblib", "getmodule")
# Code that goes through the names of a module.
_LISTING = ("vars", "getmembers", "getmembers_static", "dir")
_FOR_PEOPLE = (".md", ".rst")
ACCEPTED = "shown-module"  # the hazard of that name, by --accept
_SHOWN = 3


def check(comparison: Comparison) -> Check:
    new_modules: dict[str, list[tuple[str, str]]] = {}
    moved = [pair for pair in comparison.pairing.pairs if pair.moved]
    decorated = {(p.old.path, n) for p in moved if getattr(p.old.node, "decorator_list", ()) for n in p.old.names}
    for (old, name), (new, now) in sorted(comparison.renamed.items()):
        same = comparison.after.names.dotted(new) == comparison.before.names.dotted(old)
        if (_has_module(name) or (old, name) in decorated) and not same:
            new_modules.setdefault(new, []).append((old, now))
    asking = sorted(comparison.old.code_with(_WORDS)) if new_modules else []
    assumed = tuple(_assumption(comparison, new, found, asking) for new, found in new_modules.items())
    failures = tuple(finding for find in _FINDS for finding in find(comparison))
    return Check("declared differences", SAYS, len(asking), failures, assumptions=assumed)


def _recorded(comparison: Comparison) -> Iterator[Finding]:
    """Files that record what modules have, with the old path of what moved: code makes such a list, and compares it."""
    tree = comparison.new
    accepted = {code for move in comparison.moves for code in move.accept}
    for (old, name), (new, _) in sorted(comparison.renamed.items()) if ACCEPTED not in accepted else ():
        yield from _printed(comparison, old, name)
        dotted = re.compile(rf"(?<![\w.]){re.escape(comparison.before.names.dotted(old))}\.{name}\b{_NO_ROLE}".encode())
        for path in sorted(tree.texts_with([name])):
            if not path.endswith(_FOR_PEOPLE) and old != new and (found := dotted.search(tree.peek(path))):
                file, line = path.rpartition("/")[2].encode(), tree.peek(path).count(b"\n", 0, found.start()) + 1
                for code in sorted(c for c in tree.code_with(_LISTING) if file in tree.peek(c)):
                    message = f"it records {found[0].decode()}, which is in another module now; {code} lists such names"
                    yield Finding(Place(path, line), message, "recorded-names")


def _printed(comparison: Comparison, old: str, name: str) -> Iterator[Finding]:
    """Examples of documents that print a moved class or exception with its old module, where something runs them."""
    tree, dotted = comparison.new, re.escape(f"{comparison.before.names.dotted(old)}.{name}")
    prints = re.compile(rf"(?m)^[ \t]*(?:{dotted}: |.*<(?:class '|enum ')?{dotted}\b{_NO_ROLE})".encode())
    for path in sorted(tree.texts_with([name]) if _has_module(name) else ()):
        raw = tree.peek(path) if path.endswith(_FOR_PEOPLE) else b""
        found = prints.search(raw) if b">>>" in raw else None
        if found is not None and (tree.texts_with(["doctest"]) or tree.code_with(["doctest", "DocFileSuite"])):
            message = f"an example prints {found[0].decode().strip(': ')}, which is in another module now"
            yield Finding(Place(path, raw.count(b"\n", 0, found.start()) + 1), message, "recorded-names")


def _assumption(comparison: Comparison, new: str, found: Sequence[tuple[str, str]], asking: Sequence[str]) -> Finding:
    names = ", ".join(name for _, name in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    there = comparison.after.names.dotted(new)
    message = f"nobody depends on `__module__` of {names}{more}, which is {there} now; {_evidence(asking)}"
    return Finding(Place(new), message, "module-attribute", Kind.NOTE, Place(found[0][0]), f"module name {new}")


def _evidence(asking: Sequence[str]) -> str:
    if not asking:
        return "no code in this tree reads it or makes pickles"
    if len(asking) == 1:
        return f"{asking[0]} reads `__module__` of some object, or makes pickles"
    more = f"{len(asking) - 1} other files" if len(asking) > 2 else "1 other file"
    return f"{asking[0]} and {more} read `__module__` of some object, or make pickles"


def _has_module(name: str) -> bool:
    """Is this a public class, by its name?"""
    return not name.startswith("_") and name[:1].isupper() and not name.isupper()


_FINDS = (
    _recorded,
    asked_elsewhere,
    told_by_running,
    told_by_module,
    told_by_signature,
    pickled_elsewhere,
    shown_elsewhere,
)
