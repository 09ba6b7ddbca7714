"""A setting holds of the source by its name, and not of the destination."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.model import Hazard, Place, Severity
from codemods.planning.edits.ignored_rules import same_rules
from codemods.planning.edits.model import Replacement
from codemods.planning.facts import Facts
from codemods.planning.references.example_runners import example_runners, with_examples
from codemods.planning.references.settings_there import stricter_there
from codemods.planning.references.stored_results import stored_results
from codemods.planning.selection.test_items import collected
from codemods.project.build_files import named_without
from codemods.project.file_lists import lists_around
from codemods.project.pragmas import licence, pragmas
from codemods.project.selected import BANS, IGNORED_IMPORTS, OF_IMPORTS, Selection, rules_of_code, selections
from codemods.project.test_commands import commands_of

CODE = "configured-by-name"
ACCEPTS = True
TITLE = "a setting selects the source by its name, and would no longer apply to what moves"
MEANING = """mypy's overrides, ruff's per-file-ignores, pytest's filters for warnings, coverage's omit, the patterns
of pre-commit's hooks select modules or files by name, a comment at the head of a file (`# mypy: ignore-errors`) holds
of all of it, a command in a Makefile runs the tests of one file, `doctest.testmod(module)` the examples of one
module, a plugin of pytest keeps snapshots under the name of a test's module, and a Dockerfile, meson.build or
POTFILES names files one by one. Lists of files and of modules get the new one as an entry, and so do the rules that
ruff or flake8 ignore in a file, and the sections of mypy in INI files; a new module gets the comments. Where a
setting can't be given one so, the destination stands without such a comment, or tests leave the file of a command,
the move is refused: unchanged code would fail its checks in the new module, or not be run. So would code that moves
to where mypy asks for more, or where a filter makes errors of its warnings."""
EXAMPLE = """
-- pyproject.toml --
[[tool.mypy.overrides]]
module = "shop.legacy"
ignore_errors = true
-- shop/legacy.py --
def total(l):
    return sum(l)
-- move --
shop/legacy.py shop/totals.py total
"""

# Settings that say which files pytest collects tests from: they are no concern of helpers.
_COLLECTING = ("python_files", "testpaths")
_SHORT = 79


def find(facts: Facts) -> Iterator[Hazard]:
    for one in _selecting(facts):
        if _rules_beside(facts, one) is None:
            word = " ".join(one.word.split())
            reason = f"the setting `{one.key}` selects {word}, and does not select {facts.move.destination}"
            remedy = f"name {facts.move.destination} there too, first"
            yield Hazard(CODE, Place(one.path, one.line), reason, (remedy,))
    for place, key in stricter_there(facts):
        reason = (
            f"the setting `{key}` holds of {facts.move.destination} and not of {facts.move.source}: of what moves, too"
        )
        yield Hazard(CODE, place, reason, ("let it hold of what moves first", "choose another destination"))
    yield from _commands(facts) if collected(facts) else ()
    yield from _examples(facts)
    move = facts.move
    for path, test in stored_results(facts):
        reason = f"this is kept for `{test}` under the name of its module, and is not found from {move.destination}"
        yield Hazard(CODE, Place(path), reason, (f"keep it for {move.destination} too, first",))
    for path, line in named_without(facts.project.tree, move.source, move.destination):
        reason = f"this names {move.source}, and not {move.destination}, which would be missing where it is used"
        yield Hazard(CODE, Place(path, line), reason, (f"name {move.destination} there too, first",))
    for line, comment in _pragmas(facts) if facts.destination is not None else ():
        reason = f"`{comment}` applies to the whole file; {facts.move.destination} has no such comment"
        yield Hazard(CODE, Place(facts.move.source, line), reason, (f"write it into {facts.move.destination} first",))


def _commands(facts: Facts) -> Iterator[Hazard]:
    """Commands that run the tests of the source's file, of which some move to another."""
    move, dotted = facts.move, facts.project.names.dotted
    for path, line, text in commands_of(facts.project.tree, move.source, dotted(move.source)):
        if move.destination not in text and dotted(move.destination) not in text.split():
            reason = f"this runs the tests of {move.source}, and would no longer run `{min(collected(facts))}`"
            yield Hazard(CODE, Place(path, line), reason, (f"name {move.destination} there too, first",))


def _examples(facts: Facts) -> Iterator[Hazard]:
    """Who runs the examples of the source, and would not run those that move."""
    documented = with_examples(facts)
    for one in example_runners(facts) if documented else ():
        if one.edit is not None:
            reason = f"this runs the examples of {facts.move.source}, and those of {facts.move.destination} now"
            yield Hazard(CODE, one.place, reason, (), Severity.HANDLED)
            continue
        reason = f"this runs the examples of {facts.move.source}, and would no longer run those of `{min(documented)}`"
        severity = Severity.REFUSES if one.known else Severity.DECLARED
        remedies = (f"let it run those of {facts.move.destination} too, first",) if one.known else ()
        yield Hazard(CODE, one.place, reason, remedies, severity)


def head_comments(facts: Facts) -> tuple[str, ...]:
    """The comments of the source's head that a new module needs: of its licence, and for its code to be checked as it
    was."""
    if facts.destination is not None:
        return ()
    said = licence(facts.source.source)
    return (*said, *(comment for _, comment in _pragmas(facts) if comment not in said))


def _pragmas(facts: Facts) -> Iterator[tuple[int, str]]:
    """Those that matter to what moves, and that the destination does not have."""
    there = {text for _, text, _ in pragmas(facts.destination.source)} if facts.destination is not None else set()
    for line, comment, rules in pragmas(facts.source.source):
        if comment not in there and (rules is None or _concerns(facts, rules)):
            yield line, comment


def rules_written(facts: Facts) -> Iterator[tuple[str, Replacement]]:
    """The entries that a new module gets beside the source's: (file, edit)."""
    for one in _selecting(facts):
        if (edit := _rules_beside(facts, one)) is not None:
            yield one.path, edit


def _rules_beside(facts: Facts, one: Selection) -> Replacement | None:
    """The edit of a setting that can be said of a new module too."""
    if facts.destination is not None:
        return None
    destination = facts.move.destination
    text = facts.project.tree.read(one.path).decode()
    return same_rules(text, one, destination, facts.project.names.dotted(destination))


def _selecting(facts: Facts) -> Iterator[Selection]:
    """The settings that hold of the source, matter to what moves, and do not hold of the destination."""
    tree, move, dotted = facts.project.tree, facts.move, facts.project.names.dotted
    lists = (one for one in lists_around(tree, move.source) if one.names(tree, move.source))
    listed = {(one.path, one.entry(tree, move.source)) for one in lists}  # what these name so gets an entry beside it
    seen: set[tuple[str, str]] = set()
    for one in selections(tree):
        rules = "per-file-ignores" in one.key
        if ((one.path, one.word) in listed and not rules) or (one.path, one.key) in seen:
            continue
        if any(ban in one.key for ban in BANS):
            continue
        if not one.holds_of(dotted(move.source), move.source) or _holds(facts, one.path, one.key):
            continue
        if one.key.endswith(_COLLECTING) and not (collected(facts) or _run_as_examples(facts)):
            continue
        if one.key.endswith(IGNORED_IMPORTS):
            if _imports(facts, one.value):
                yield one
        elif not rules or _concerns(facts, one.value):
            seen.add((one.path, one.key))
            yield one


def _run_as_examples(facts: Facts) -> bool:
    """Does pytest collect doctests, and do moved definitions have any?"""
    return bool(with_examples(facts)) and bool(facts.project.tree.texts_with(["doctest"]))


def _concerns(facts: Facts, rules: str) -> bool:
    """May a moved definition break one of these rules of ruff or flake8? Those of imports, say, are none of its own."""
    codes = rules_of_code(rules)
    if not any(r.name in facts.source.top_imports for group in facts.moving for r in group.references):
        codes = [code for code in codes if not code.startswith(OF_IMPORTS)]
    if codes and all(code in ("E501", "W505") for code in codes):
        lines = facts.source.source.text.split("\n")
        spans = [(s.node.lineno - 1, s.node.end_lineno) for group in facts.moving for s in group.statements]
        return any(len(line) > _SHORT for start, end in spans for line in lines[start:end])
    return bool(codes)


def _imports(facts: Facts, pattern: str) -> bool:
    """Does moved code need an import of what import-linter lets the source import?"""
    names = {r.name for group in facts.moving for r in group.references}
    wanted = re.compile(re.escape(pattern).replace(r"\*\*", r"[\w.]+").replace(r"\*", r"\w+"))
    for item in (i for name in names for i in facts.source.top_imports.get(name, ())):
        for target in {facts.project.target(facts.source, item), facts.project.submodule(facts.source, item)}:
            if wanted.fullmatch(facts.project.names.dotted(target) if target else item.module):
                return True
    return False


def _holds(facts: Facts, path: str, key: str) -> bool:
    """Does the same setting select the destination as well?"""
    dotted, file = facts.project.names.dotted(facts.move.destination), facts.move.destination
    return any(s.holds_of(dotted, file) for s in selections(facts.project.tree) if (s.path, s.key) == (path, key))
