"""A manual that a tool makes of modules goes on showing what it showed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project import Tree
from codemods.project.manuals import ModuleShown, documented, modules_shown
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import Origin

SAYS = "manuals that are made of modules show what they showed"
CODE = "left-the-manual"
_ACCEPTED = "documented-by-module"


def check(comparison: Comparison) -> Check:
    texts = _documented(comparison)
    if not texts:
        return Check("manuals", SAYS)
    modules = {comparison.before.names.dotted(path) for path, _ in texts}
    modules |= {comparison.after.names.dotted(comparison.renamed[origin][0]) for origin in texts}
    old, new = (list(_all(tree, modules)) for tree in (comparison.old, comparison.new))
    places, failures = 0, []
    for (path, name), has_text in texts.items():
        dotted = comparison.before.names.dotted(path)
        shown = [one for one in old if one.module == dotted and one.lists(name, has_text)]
        places += len(shown)
        if shown and not any(_shows(comparison, one, (path, name), has_text) for one in new):
            accepted = any(_ACCEPTED in move.accept for move in comparison.moves)
            message = f"the manual showed {name} with {dotted} here, and no longer does"
            kind = Kind.NOTE if accepted else Kind.BROKEN
            failures.append(Finding(Place(shown[0].path, shown[0].line), message, CODE, kind, cause=f"manual {path}"))
    return Check("manuals", SAYS, places, tuple(failures))


def _documented(comparison: Comparison) -> dict[Origin, bool]:
    """What stands in another module now, each with whether a manual has a text of it."""
    found: dict[Origin, bool] = {}
    for pair in comparison.pairs:
        symbols = comparison.before.symbols(pair.old.path)
        if pair.moved and pair.old.path not in comparison.modules and symbols is not None:
            has_text = documented(symbols.source, pair.old.node)
            found.update({(pair.old.path, name): has_text for name in sorted(pair.old.names)})
    return {origin: has_text for origin, has_text in found.items() if origin in comparison.renamed}


def _all(tree: Tree, modules: set[str]) -> Iterator[ModuleShown]:
    for path in sorted(tree.texts_with({dotted.rpartition(".")[2] for dotted in modules})):
        yield from (one for one in modules_shown(tree, path, _text(tree, path)) if one.module in modules)


def _shows(comparison: Comparison, one: ModuleShown, origin: Origin, has_text: bool) -> bool:
    """Does a place of the new tree show what moved: where it stands now, or where it is imported?"""
    path, name = comparison.renamed[origin]
    if one.module == comparison.after.names.dotted(path):
        return one.lists(name, has_text)
    symbols = comparison.after.symbols(origin[0])
    if symbols is None or one.module != comparison.after.names.dotted(origin[0]):
        return False
    bound = any(not bound.typing for bound in symbols.binds.get(origin[1], ()))
    exported = frozenset(symbols.exported or ())
    return bound and one.lists(origin[1], has_text) and one.lists_imported(origin[1], exported)


def without_new_modules(comparison: Comparison, path: str, text: str) -> str:
    """The text of a manual without the places that show, below a module and in the same way, one to which something
    moved from it."""
    ways = {(old[0], new[0]) for old, new in comparison.renamed.items()}
    dotted = {(comparison.before.names.dotted(a), comparison.after.names.dotted(b)) for a, b in ways}
    moved = frozenset(name for _, name in comparison.renamed.values())
    before = _text(comparison.old, path)
    standing = list(modules_shown(comparison.old, path, before))
    for one in reversed(list(modules_shown(comparison.new, path, text))):
        written = text[one.start : one.end].rstrip()
        above = [s for s in standing if (s.module, one.module) in dotted]
        if written in before or one.named - moved:
            continue
        for other in above:
            if written == other.beside(one.module, one.named).replace("\n", _newline(text)).rstrip():
                back = rf"\A\s*\.\. currentmodule:: {re.escape(other.module)}[ \t]*(?:\r?\n|$)"
                rest = re.sub(back, "", text[one.end :])
                end = _newline(text) if rest or text.endswith("\n") else ""
                text = text[: one.start].rstrip() + end + rest
                break
    return text


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _text(tree: Tree, path: str) -> str:
    return tree.read(path).decode("utf-8", "replace")
