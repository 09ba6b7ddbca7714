"""Files that code executes by their path, or finds in a folder on the path: in no package, they import nothing by dots.

And files that say themselves where to look for what they import (`path_changes`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project.scripts import started
from codemods.project.settings_modules import who_executes
from codemods.proof.checks.path_changes import above_path_change
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable, flat
from codemods.proof.statements.name_resolution import last_name

SAYS = "a file that is executed by its path finds what it imports"
_LOADERS = frozenset({"run_path", "spec_from_file_location", "SourceFileLoader", "load_source"})
_WALKERS = frozenset({"glob", "rglob", "iglob", "iterdir", "listdir", "scandir"})


def check(comparison: Comparison) -> Check:
    """A module that imported nothing by dots, and was executed so, imports nothing by dots."""
    dotted = {path: node for path in comparison.changed if (node := _new_dots(comparison, path)) is not None}
    failures: list[Finding] = []
    count = 0
    for path, node in dotted.items():
        for place in _executed_at(comparison, path):
            count += 1
            message = f"{place} executes this file by its path, where no package is known: the import fails"
            failures.append(Finding(Place(path, node.lineno), message, "missing-module", Kind.BROKEN))
        by = started(comparison.new, path)
        who = str(Place(by.by, by.line)) if by is not None and by.line else who_executes(comparison.new, path)
        if who:
            count += 1
            message = f"{who} executes this file by its path, where no package is known: the import fails"
            failures.append(Finding(Place(path, node.lineno), message, "missing-module", Kind.BROKEN))
        for place in _named_at(comparison, path):
            count += 1
            message = f"{place} names this module as it is found in its folder, without a package: the import fails"
            failures.append(Finding(Place(path, node.lineno), message, "missing-module", Kind.BROKEN))
    for path in comparison.changed:
        found = list(above_path_change(comparison, path))
        count += len(found)
        failures += found
    return Check("loaded files", SAYS, count, tuple(failures))


def _new_dots(comparison: Comparison, path: str) -> ast.ImportFrom | None:
    before, after = comparison.before.symbols(path), comparison.after.symbols(path)
    if before is None or after is None or next(_dots(before), None) is not None:
        return None
    return next(_dots(after), None)


def _dots(symbols: SymbolTable) -> Iterator[ast.ImportFrom]:
    for node, typing in flat(symbols.body):
        if isinstance(node, ast.ImportFrom) and node.level and not typing:
            yield node


def _executed_at(comparison: Comparison, path: str) -> Iterator[Place]:
    """Calls of loaders in files that name this one: in one text, or folder by folder."""
    folder, _, file = path.rpartition("/")
    for other in sorted(comparison.new.code_with([file]) - {path}):
        symbols = comparison.after.symbols(other) if other.endswith(".py") else None
        nodes = symbols.source.nodes if symbols is not None else None
        calls = [c for c in nodes.of(ast.Call) if last_name(c.func) in _LOADERS] if nodes is not None else []
        said = {str(n.value) for n in nodes.of(ast.Constant) if isinstance(n.value, str)} if calls and nodes else set()
        whole = any(text.endswith(file) and f"/{path}".endswith(f"/{text.lstrip('./')}") for text in said - {file})
        apart = file in said and folder.rpartition("/")[2] in {text.strip("/") for text in said}
        if symbols is not None and (whole or apart):
            yield symbols.source.place(calls[0])
    yield from _executed_from(comparison, path)
    if folder and f"{folder}/__init__.py" not in comparison.new.paths:
        yield from _executed_folders(comparison)


def _executed_from(comparison: Comparison, path: str) -> Iterator[Place]:
    """Calls of loaders in files that name the folder of this one, and make the name of a file in it."""
    folder = path.rpartition("/")[0]
    last = folder.rpartition("/")[2]
    for other in sorted(comparison.new.code_with([last]) & comparison.new.code_with(_LOADERS) - {path}) if last else ():
        symbols = comparison.after.symbols(other) if other.endswith(".py") else None
        nodes = symbols.source.nodes if symbols is not None else None
        calls = [c for c in nodes.of(ast.Call) if last_name(c.func) in _LOADERS] if nodes is not None else []
        said = {str(n.value) for n in nodes.of(ast.Constant) if isinstance(n.value, str)} if calls and nodes else set()
        named = any(f"/{folder}".endswith(f"/{text.strip('./')}") for text in said if last in text)
        if symbols is not None and named and ".py" in said:
            yield symbols.source.place(calls[0])


def _named_at(comparison: Comparison, path: str) -> Iterator[Place]:
    """Texts that name the module in files that put its folder on ``sys.path``."""
    names = comparison.after.names
    for other in sorted(comparison.new.code_with([path.rpartition("/")[2].removesuffix(".py")]) - {path}):
        roots = [root for root in names.inserted(other) if root and root == path.rpartition("/")[0]]
        symbols = comparison.after.symbols(other) if roots and other.endswith(".py") else None
        for node in symbols.source.nodes.of(ast.Constant) if symbols is not None else ():
            if symbols is not None and node.value == names.dotted(path, roots[0]):
                yield symbols.source.place(node)


def _executed_folders(comparison: Comparison) -> Iterator[Place]:
    """Functions that execute each Python file of a folder: which one, no text has to say."""
    for path in sorted(comparison.new.code_with(_LOADERS) & comparison.new.code_with(_WALKERS)):
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        functions = symbols.source.nodes.of(ast.FunctionDef) if symbols is not None else ()
        for function in functions:
            nodes = list(ast.walk(function))
            called = {last_name(n.func): n for n in nodes if isinstance(n, ast.Call)}
            python = any(isinstance(n, ast.Constant) and str(n.value).endswith(".py") for n in nodes)
            loader = next((called[name] for name in sorted(_LOADERS & called.keys())), None)
            if symbols is not None and loader is not None and python and not _WALKERS.isdisjoint(called):
                yield symbols.source.place(loader)
