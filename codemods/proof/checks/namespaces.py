"""What could be imported from a touched module still can, and is the same object."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project.import_scan import star_importers
from codemods.proof.checks.all_decorators import listed_elsewhere
from codemods.proof.checks.answered_before import answered_before
from codemods.proof.checks.bound_once_more import bound_once_more
from codemods.proof.checks.fixtures_given import given_to_others
from codemods.proof.checks.found_namespaces import looked_up_elsewhere
from codemods.proof.checks.handed_on_modules import ended_behind_others
from codemods.proof.checks.listed_there import newly_listed
from codemods.proof.checks.local_lists import new_locals
from codemods.proof.checks.looked_up_names import asks_others, lists_names, looked_up
from codemods.proof.checks.module_annotations import annotations_read
from codemods.proof.checks.promised_names import promised
from codemods.proof.checks.shared_fixtures import left_to_others
from codemods.proof.checks.star_imports import dangling, exports, overwritten, told
from codemods.proof.checks.test_collection import collected, found_by_conftest, is_fixture
from codemods.proof.checks.tests_given import given_otherwise
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.leads import stem
from codemods.proof.importing.order import Importing
from codemods.proof.snapshot.symbols import OWN, SymbolTable, flat
from codemods.proof.statements.pairing import Pair

ACCEPTED = "namespace-read"  # the hazard of that name, by --accept
# Tests that no module passes.
_SORTS_OUT = re.compile(r"\b(?:isinstance|issubclass|callable|isclass|isfunction|ismodule|__module__)\b")
SAYS = "what could be imported from a touched module still can be, and is the same object"


def check(comparison: Comparison) -> Check:
    """Names that left a module fail where they were promised (``promised_names``). Otherwise their loss is declared;
    who in the tree reads them is looked at by the check of names."""
    failures: list[Finding] = []
    declared: list[Finding] = []
    count = 0
    for path in (*comparison.changed, *_facades(comparison)):
        symbols = comparison.before.symbols(path)
        if symbols is None:
            continue
        passing = _passing(symbols)
        for name in sorted(comparison.before.namespace(path) - passing):
            if comparison.before.origins(path, name) & comparison.declared_global.keys():
                continue  # until a function is called
            count += 1
            for finding, matters in _found(comparison, path, name, symbols):
                (failures if matters else declared).append(finding)
        failures += exports(comparison, path, symbols)
    for finding, missed in listed_elsewhere(comparison):
        (failures if missed else declared).append(finding)
    for finding, matters in _stale(comparison):
        (failures if matters else declared).append(finding)
    failures += dangling(comparison)
    failures += overwritten(comparison)
    failures += told(comparison)
    failures += bound_once_more(comparison)
    failures += answered_before(comparison)
    if not any(ACCEPTED in move.accept for move in comparison.moves):
        failures += [*annotations_read(comparison), *newly_listed(comparison)]
    failures += [*_covering(comparison), *_own(comparison)]
    failures += _listed(comparison)
    failures += [*_handed_on(comparison), *ended_behind_others(comparison)]
    failures += [*looked_up(comparison), *new_locals(comparison), *left_to_others(comparison)]
    failures += [*looked_up_elsewhere(comparison), *given_otherwise(comparison), *given_to_others(comparison)]
    for failed, found in collected(comparison):
        (failures if failed else declared).append(found)
    return Check("namespaces", SAYS, count, tuple(failures), tuple(declared), tuple(_assumptions(comparison)))


def _facades(comparison: Comparison) -> Iterator[str]:
    """Packages that nothing changed in, and that take by stars what a module lost, from one another or from modules."""
    found: set[str] = set()
    todo = {*comparison.lost}
    while todo:
        importers = {*star_importers(comparison.old, [stem(lost) for lost in todo])} - found
        todo = {path for path in importers if _takes_all(comparison, path, todo)}
        found |= todo
        packages = {path for path in todo if path.endswith("__init__.py")}
        yield from sorted(packages.difference(comparison.changed))


def _takes_all(comparison: Comparison, path: str, modules: Collection[str]) -> bool:
    symbols = comparison.after.symbols(path)
    return symbols is not None and any(comparison.after.find(star, path) in modules for star in symbols.stars)


def _assumptions(comparison: Comparison) -> Iterator[Finding]:
    """Where old import paths end, nobody outside of the tree may use them."""
    for move in comparison.moves:
        ended = [name for name in move.names if not comparison.after.given(move.source, name)]
        if ended:
            old = comparison.before.names.dotted(move.source)
            message = f"no code outside of this tree imports {', '.join(ended[:3])} from {old}; none in this tree does"
            yield Finding(Place(move.source), message, "old-path-ended", Kind.NOTE)


def _found(comparison: Comparison, path: str, name: str, symbols: SymbolTable) -> Iterator[tuple[Finding, bool]]:
    """(what a name of a module is otherwise than before, whether it was promised)."""
    home, was = comparison.home(path), comparison.before.bound_origins(path, name)
    now = comparison.after.given(home, name)
    if _for_script(comparison.after.symbols(home), name) and not _for_script(symbols, name):
        now = frozenset()
    if not was or comparison.same(was, now) or _was_in_passing(comparison, was):
        return
    old_place = Place(path)
    if now:
        if now == was:  # What stands there is another definition, which is reported where it is checked.
            return
        message = f"{name} is another object here: it was {_one(was)}, and is {_one(now)}"
        yield Finding(Place(home), message, "another-object", Kind.OTHER, old_place), True
    elif promised(comparison, path, name, symbols):
        asked = comparison.promised or (
            is_fixture(comparison, path, name) and not found_by_conftest(comparison, home, name)
        )
        defined = any(b.defined for b in symbols.binds.get(name, ()))
        kind = Kind.BROKEN if asked else Kind.NOTE if defined else Kind.OTHER
        message = f"{name} can't be found here any more"
        yield Finding(Place(home), message, "old-path-ended", kind, old_place, f"old path {path}"), True
    elif (path, name) in comparison.renamed and not name.startswith("_"):
        new, renamed = comparison.renamed[path, name]
        there = comparison.after.names.dotted(new)
        if (there, renamed) != (comparison.before.names.dotted(path), name):
            message = f"{name} can be imported from {there} only"
            yield Finding(Place(home), message, "old-path-ended", Kind.NOTE, old_place, f"old path {path}"), False


def _stale(comparison: Comparison) -> Iterator[tuple[Finding, bool]]:
    """(a moved name that functions rebind, and that its old module keeps as it was when it was imported; whether the
    old path was promised)."""
    for pair in comparison.pairing.pairs:
        for name in pair.old.names & _rebound(comparison, pair) if pair.moved else ():
            symbols = comparison.after.symbols(pair.old.path)
            bounds = symbols.binds.get(name, ()) if symbols is not None else ()
            if any(not (bound.defined or bound.typing) for bound in bounds):
                module, source = pair.new.path, pair.old.path
                message = f"{name} is rebound by functions of {module}, and {source} keeps its first value"
                kind = Kind.BROKEN if comparison.promised else Kind.NOTE
                place = Place(pair.old.path)
                yield Finding(place, message, "another-object", kind, pair.old.place), comparison.promised


def _rebound(comparison: Comparison, pair: Pair) -> frozenset[str]:
    """The names that functions declare global in the module to which a statement moved."""
    moved = (p.new for p in comparison.pairing.pairs if p.new.path == pair.new.path)
    return frozenset(name for statement in moved for name in statement.declared_global)


def _covering(comparison: Comparison) -> Iterator[Finding]:
    """A new module becomes an attribute of its package when it is imported, and replaces what has its name there."""
    for path in comparison.changed:
        if path in comparison.old.paths or path.endswith("__init__.py"):
            continue
        folder, _, file = path.rpartition("/")
        package, stem = f"{folder}/__init__.py", file.removesuffix(".py")
        there = comparison.after.bound_origins(package, stem) if package in comparison.new.paths else frozenset()
        if not there or there == {(path, "")}:
            continue
        run = Importing(comparison).after(package)
        if path not in run.bound or run.bound[package].get(stem) == ("module", path):
            message = f"importing this module replaces {stem} in {package}, which is {_one(there)}"
            yield Finding(
                Place(path), message, "covers-name", Kind.NOTE if _covered(comparison, package, stem) else Kind.BROKEN
            )


def _own(comparison: Comparison) -> Iterator[Finding]:
    """A module that binds what the import system sets in it: its classes and functions take their module from there."""
    stood: dict[str, set[str]] = {}
    for pair in comparison.pairing.pairs:
        stood.setdefault(pair.new.path, set()).update(pair.old.names & OWN)
    for path in comparison.changed:
        symbols, old = comparison.after.symbols(path), comparison.before.symbols(path)
        if symbols is not None:
            known = {*(old.binds if old is not None else ()), *stood.get(path, ())}
            for name in sorted((OWN & symbols.binds.keys()) - known):
                yield Finding(Place(path), f"{name} is bound here now, which the import system sets", "another-object")


def _listed(comparison: Comparison) -> Iterator[Finding]:
    """A package that makes its ``__all__`` of the names that it has, and has a new module among them now."""
    accepted = {move.source for move in comparison.moves if ACCEPTED in move.accept}
    for path in sorted(comparison.changed):
        package, stem = f"{path.rpartition('/')[0]}/__init__.py", path.rpartition("/")[2].removesuffix(".py")
        symbols = comparison.after.symbols(package) if path not in comparison.old.paths else None
        if symbols is None or package not in comparison.changed or package in accepted or stem.startswith("_"):
            continue
        for node in symbols.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            lists = any(lists_names(n) for n in ast.walk(node)) and not _SORTS_OUT.search(ast.unparse(node))
            if lists and any(getattr(target, "id", "") == "__all__" for target in targets):
                message = f"`__all__` is made of all names here, and {stem} is one more: a module that is new"
                yield Finding(symbols.source.place(node), message, "module-attribute")


def _covered(comparison: Comparison, package: str, stem: str) -> bool:
    """Did the package have another module of that name, which covered the same, before?"""
    folder = package.removesuffix("__init__.py")
    return any(
        comparison.home(old).startswith(folder) and old.endswith((f"/{stem}.py", f"/{stem}/__init__.py"))
        for old in comparison.modules
    )


def _handed_on(comparison: Comparison) -> Iterator[Finding]:
    """A module that lost a name, and is used as an object: whoever has it may look for the name."""
    lost = comparison.lost
    for pair in comparison.pairs if lost else ():
        named = _gives_another_name(pair.new.node)
        for occurrence in pair.new.reading.occurrences:
            for module, name in occurrence.meaning:
                lazy = lost.get(module, [""])[0] in (comparison.after.lazy.get(module) or ())
                if lazy and named:
                    continue
                whole = (not name and occurrence.whole) or (lazy and name == "__dict__")
                whole = whole or (name.endswith("()") and name != ("getattr()" if lazy else "eval()"))
                if name == "globals()" and asks_others(pair.new.node, lost.get(module, ()), occurrence.line):
                    continue
                if module in lost and whole and occurrence.moment != "typing":
                    how = "found in it only when asked for by its name" if lazy else "not found in it any more"
                    message = f"{module} is used as a whole here, and {lost[module][0]} is {how}"
                    kind = Kind.BROKEN if lazy else Kind.NOTE
                    yield Finding(Place(pair.new.path, occurrence.line), message, "handed-on", kind)


def _gives_another_name(node: ast.stmt) -> bool:
    """``sys.modules["old.worker"] = worker``: who imports that asks for single names, and finds lazy ones."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    entries = [t for t in targets if isinstance(t, ast.Subscript) and ast.unparse(t.value) == "sys.modules"]
    return bool(targets) and len(entries) == len(targets) and isinstance(node, ast.Assign) and _is_plain(node.value)


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _is_plain(node.value))


def _for_script(symbols: SymbolTable | None, name: str) -> bool:
    """Is a name bound under the main guard alone?"""
    ways = symbols.ways(name, typing=False) if symbols is not None and name not in symbols.lazy else []
    return bool(ways) and all(bound.script for bound in ways)


def _was_in_passing(comparison: Comparison, was: frozenset[tuple[str, str]]) -> bool:
    """Did a star bring the variable of a loop?"""
    homes = ((comparison.before.symbols(where) if where and name else None, name) for where, name in was)
    return all(symbols is not None and name in _passing(symbols) for symbols, name in homes)


def _passing(symbols: SymbolTable) -> set[str]:
    """Names that are bound in passing: loop variables, and what is deleted again."""
    found: set[str] = set()
    for node, _ in flat(symbols.body):
        if isinstance(node, ast.For):
            found |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Delete):
            found |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    return found


def _one(origins: frozenset[tuple[str, str]]) -> str:
    return " or ".join(f"{where}:{name}" if where and name else where or name for where, name in sorted(origins))
