"""A program imports every module of the package and looks at what it has."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.frameworks import Fact, matching
from codemods.frameworks import facts as table
from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.references.decorating_code import decorating_code
from codemods.planning.references.folder_scans import listed_by_name
from codemods.planning.references.outside_names import outside_names

CODE = "package-scanned"
ACCEPTS = True
TITLE = "a program goes through the modules of the package, and finds what moves elsewhere, or twice"
MEANING = """Plugin systems, command lines and registries import every module of a package (`pkgutil.iter_modules`,
`importlib.import_module(f"shop.plugins.{name}")`) and look at what each has. A new module is found as one more plugin;
a name that the source re-exports is found in both modules. A scan that only imports the modules is no hazard."""
EXAMPLE = """
-- shop/plugins/__init__.py --
import importlib
import pkgutil
def load():
    found = []
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found += [value for value in vars(module).values() if isinstance(value, type)]
    return found
-- shop/plugins/export.py --
class Csv: ...
class Table: ...
-- move --
shop/plugins/export.py shop/plugins/tables.py Table
"""
_REMEDIES = ("choose a destination outside of the package that is scanned", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    names, move = facts.project.names, facts.move
    old, new = names.dotted(move.source), names.dotted(move.destination)
    functions = all(isinstance(s.node, FUNCTIONS) for group in facts.moving for s in group.statements)
    for scan in facts.scans:
        place = _place(scan.module.path, scan.node)
        lists = scan.lists and not (functions and scan.classes)
        if lists and scan.reaches(new) and (move.goes_on or not scan.reaches(old)):
            both = f" and in {move.source}, which re-exports it" if scan.reaches(old) else ""
            reason = (
                f"this goes through the names of each module of a package, and would find `{min(facts.moved_names)}` in"
            )
            yield Hazard(CODE, place, f"{reason} {move.destination}{both}", _REMEDIES)
        elif scan.finds and scan.uses and scan.reaches(new) and facts.destination is None:
            reason = f"this code imports each module of the package, and would import {move.destination} too"
            yield Hazard(CODE, place, reason, _REMEDIES)
        elif lists and not move.goes_on:
            reason = "this goes through the names of each module of a package, and would no longer find"
            yield Hazard(CODE, place, f"{reason} `{min(facts.moved_names)}`", _REMEDIES)
    yield from _by_files(facts)
    yield from _by_frameworks(facts)


def _by_files(facts: Facts) -> Iterator[Hazard]:
    """Who takes each file of a folder for something, where the destination is a new one."""
    if facts.destination is not None:
        return
    tree, new = facts.project.tree, facts.move.destination
    for place in listed_by_name(facts):
        yield Hazard(
            CODE, place, f"this makes names of the files of a folder, and would find {new} as one more", _REMEDIES
        )
    for fact in table(tree, "folder"):
        if any(fnmatchcase("/" + new, pattern) for pattern in fact.files):
            if tree.code_with(fact.words) or tree.texts_with(fact.words):
                yield Hazard(CODE, Place(new), f"{fact.why}: {new} would be one more", _REMEDIES)


def _by_frameworks(facts: Facts) -> Iterator[Hazard]:
    """Scans of a framework for what its decorators marked, which reach the source and not the destination."""
    for fact in table(facts.project.tree, "scan"):
        for module in facts.project.modules_mentioning(*fact.words) if _marks(facts, fact) else ():
            for call in module.source.nodes.of(ast.Call):
                if not matching(fact.calls, {ast.unparse(call.func), *outside_names(facts.project, module, call.func)}):
                    continue
                old, new = (facts.project.names.dotted(p) for p in (facts.move.source, facts.move.destination))
                for scope in _scopes(facts, module, call):
                    if _within(old, scope) and not _within(new, scope):
                        reason = f"{fact.why}: it reaches {facts.move.source}, and not {facts.move.destination}"
                        yield Hazard(CODE, module.source.place(call), reason, _REMEDIES)


def _marks(facts: Facts, fact: Fact) -> bool:
    """Is what moves marked by such a decorator, or by one of the tree that leads to it?"""
    moving = [s.node for group in facts.moving for s in group.statements]
    parts = [n for node in moving for n in (node, *(node.body if isinstance(node, ast.ClassDef) else ()))]
    decorators = [d for node in parts for d in getattr(node, "decorator_list", ())]
    named = [(facts.source, getattr(decorator, "func", decorator)) for decorator in decorators]
    for code in decorating_code(facts) if decorators else ():
        named += [(code.module, call.func) for call in ast.walk(code.node) if isinstance(call, ast.Call)]
    return any(matching(fact.decorators, outside_names(facts.project, module, node)) for module, node in named)


def _scopes(facts: Facts, module: Module, call: ast.Call) -> Iterable[str]:
    """The modules or packages that a scan goes through, as far as it can be told."""
    package = facts.project.names.package(module.path) or ""
    if not call.args:
        return [package]
    values = facts.referrers.values
    if values.holds(module, call.args[0]):
        return [facts.project.names.dotted(facts.move.source)]
    said = values.texts(module).of(call.args[0])
    return [f"{package}{text}".strip(".") if text.startswith(".") else text for text in said]


def _within(dotted: str, scope: str) -> bool:
    return dotted == scope or dotted.startswith(f"{scope}.")


def _place(path: str, node: ast.AST) -> Place:
    return Place(path, getattr(node, "lineno", 1))
