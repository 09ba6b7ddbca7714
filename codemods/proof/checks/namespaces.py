"""What could be imported from a touched module still can, and is the same object."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Check, Finding, Kind, Place
from codemods.project import walk
from codemods.proof.checks.all_decorators import listed_elsewhere
from codemods.proof.checks.test_collection import collected, found_by_conftest, is_fixture, moves_as_a_test
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.order import Importing
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import SymbolTable, flat
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Pair

SAYS = "what could be imported from a touched module still can be, and is the same object"


def check(comparison: Comparison) -> Check:
    """Names that left a module fail where they were promised: by ``__all__``, a package's ``__init__``, an import under
    its own name, or the request of the move. Otherwise their loss is declared; who in the tree reads them is looked at
    by the check of bindings."""
    failures: list[Finding] = []
    declared: list[Finding] = []
    count = 0
    for path in comparison.changed:
        symbols = comparison.before.symbols(path)
        if symbols is None:
            continue
        passing = _passing(symbols)
        unbound = {name for where, name in comparison.declared_global if where == path}  # until a function is called
        for name in sorted(comparison.before.namespace(path) - passing - unbound):
            count += 1
            for finding, matters in _found(comparison, path, name, symbols):
                (failures if matters else declared).append(finding)
        failures += _exports(comparison, path, symbols)
    for finding, missed in listed_elsewhere(comparison):
        (failures if missed else declared).append(finding)
    for finding, matters in _stale(comparison):
        (failures if matters else declared).append(finding)
    failures += _dangling(comparison)
    failures += _covering(comparison)
    failures += _handed_on(comparison)
    for failed, found in collected(comparison):
        (failures if failed else declared).append(found)
    return Check("namespaces", SAYS, count, tuple(failures), tuple(declared), tuple(_assumptions(comparison)))


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
    if not was or comparison.same(was, now):
        return
    old_place = Place(path)
    if now:
        if now == was:  # What stands there is another definition, which is reported where it is checked.
            return
        message = f"{name} is another object here: it was {_one(was)}, and is {_one(now)}"
        yield Finding(Place(home), message, "another-object", Kind.OTHER, old_place), True
    elif _promised(comparison, path, name, symbols):
        asked = comparison.promised or (
            is_fixture(comparison, path, name) and not found_by_conftest(comparison, home, name)
        )
        told = any(b.defined for b in symbols.binds.get(name, ()))  # by its definition
        kind = Kind.BROKEN if asked else Kind.NOTE if told else Kind.OTHER
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


def _promised(comparison: Comparison, path: str, name: str, symbols: SymbolTable) -> bool:
    moved = (path, name) in comparison.renamed
    if _is_renamed_module(comparison, path, name) and name not in (symbols.exported or ()):
        return False
    if is_fixture(comparison, path, name):
        return not found_by_conftest(comparison, comparison.home(path), name)
    if moved and (not comparison.promised or moves_as_a_test(comparison, (path, name))):
        return symbols.exported is not None and name in symbols.exported and _still_exported(comparison, path, name)
    if any(b.defined and not b.value for b in symbols.binds.get(name, ())):
        return not name.startswith("_") or _mentioned(comparison, path, name)
    if comparison.promised and path not in {p for m in comparison.moves for p in (m.source, m.destination)}:
        return not name.startswith("_") and not _whole_module(comparison.before, path, name)
    if symbols.exported is not None and name in symbols.exported:
        return True
    if name.startswith("_") or all(
        not where or where == "=" for where, _ in comparison.before.bound_origins(path, name)
    ):
        return _explicit(symbols, name)
    # What a package imports whole, it uses; a module of its own it offers by `from . import`.
    whole = all(not b.defined and b.attribute is None for b in symbols.binds.get(name, ()))
    return (path.endswith("__init__.py") and not (whole and name in symbols.binds)) or _explicit(symbols, name)


def _is_renamed_module(comparison: Comparison, path: str, name: str) -> bool:
    """Is it the name by which a package has a module that is called otherwise now?"""
    was = comparison.before.bound_origins(path, name)
    old = next(iter(was))[0] if len(was) == 1 else ""
    if old not in comparison.modules or was != {(old, "")} or not path.endswith("__init__.py"):
        return False
    return comparison.before.names.dotted(old) == f"{comparison.before.names.dotted(path)}.{name}"


def _whole_module(snapshot: Snapshot, path: str, name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Does a star bring the name from where it is a module, imported to be used there?"""
    symbols = snapshot.symbols(path)
    if symbols is None or path in seen:
        return False
    if name in symbols.binds:
        return bool(seen) and all(not b.defined and b.module and b.attribute is None for b in symbols.binds[name])
    targets = [snapshot.find(star, path) for star in symbols.stars]
    return any(_whole_module(snapshot, target, name, seen | {path}) for target in targets if target)


def _still_exported(comparison: Comparison, path: str, name: str) -> bool:
    symbols = comparison.after.symbols(path)
    return symbols is not None and symbols.exported is not None and name in symbols.exported


def _explicit(symbols: SymbolTable, name: str) -> bool:
    """Is a name imported under its own name, or with a mark for the linter that this is on purpose?"""
    for node, typing in flat(symbols.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not typing:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    lines = "".join(
                        map(symbols.source.line, {node.lineno, alias.lineno, node.end_lineno or node.lineno})
                    )
                    return alias.asname == alias.name or bool(re.search(r"#.*noqa(?!:)|#.*noqa:.*F401", lines))
    return False


def _exports(comparison: Comparison, path: str, old: SymbolTable) -> Iterator[Finding]:
    """What a star import takes."""
    home = comparison.home(path)
    new = comparison.after.symbols(home)
    if new is None:
        return
    listed = (
        set(old.exported)
        if old.exported is not None
        else {n for n in old.binds if any(b.defined for b in old.binds[n])}
    )
    for name in sorted(listed):
        if not comparison.before.exports(path, name) or comparison.after.exports(home, name):
            continue
        there = comparison.after.bound_origins(home, name)
        promised = comparison.promised and not moves_as_a_test(comparison, (path, name))
        if (there and (old.exported is not None or not name.startswith("_"))) and (
            (path, name) not in comparison.renamed or promised
        ):
            yield _star(path, f"a star import no longer takes {name}")
        elif not there and old.exported is not None and (path, name) not in comparison.renamed:
            yield _star(path, f"a star import no longer takes {name}")
    if old.exported is not None and new.exported is None:
        kept = [n for n in old.exported if (path, n) not in comparison.renamed or comparison.promised]
        if kept:
            yield _star(path, f"__all__ is gone, which named {', '.join(kept)}")
        extra = {n for n in new.binds if comparison.after.exports(home, n) and not comparison.before.exports(path, n)}
        for name in sorted(extra & set(old.binds)):
            yield _star(path, f"a star import takes {name} now")


def _star(path: str, message: str) -> Finding:
    """Code of the tree that reads such a name is reported by the check of names."""
    return Finding(Place(path), message, "star-import", Kind.OTHER, Place(path))


def _dangling(comparison: Comparison) -> Iterator[Finding]:
    """``__all__`` names what is there."""
    for path in comparison.changed:
        new, old = comparison.after.symbols(path), comparison.before.symbols(path)
        for name in sorted(set(new.exported or ())) if new else ():
            if comparison.after.bound_origins(path, name) or comparison.after.imported(
                path, comparison.after.names.dotted(path), name
            ):
                continue
            if old is None or comparison.before.bound_origins(path, name) or name not in (old.exported or ()):
                yield Finding(Place(path), f"__all__ names {name}, which is not there", "all-names-nothing")


def _covering(comparison: Comparison) -> Iterator[Finding]:
    """A new module becomes an attribute of its package when it is imported, and covers what has its name there."""
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
            message = f"importing this module covers {stem} in {package}, which is {_one(there)}"
            yield Finding(
                Place(path), message, "covers-name", Kind.NOTE if _covered(comparison, package, stem) else Kind.BROKEN
            )


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
        for occurrence in pair.new.reading.occurrences:
            for module, name in occurrence.meaning:
                lazy = lost.get(module, [""])[0] in (comparison.after.lazy.get(module) or ())
                whole = (not name and occurrence.whole) or (lazy and name == "__dict__")
                whole = whole or (name.endswith("()") and name != ("getattr()" if lazy else "eval()"))
                if module in lost and whole and occurrence.moment != "typing":
                    how = "found in it only when asked for by its name" if lazy else "not found in it any more"
                    message = f"{module} is used as a whole here, and {lost[module][0]} is {how}"
                    kind = Kind.BROKEN if lazy else Kind.NOTE
                    yield Finding(Place(pair.new.path, occurrence.line), message, "handed-on", kind)


def _mentioned(comparison: Comparison, path: str, name: str) -> bool:
    """Does a file beside the ones of the move know a private name and its module?"""
    names = comparison.before.names
    dotted = names.dotted(path)
    new = comparison.renamed.get((path, name), ("", ""))[0]
    tree = comparison.after.tree
    knowing = tree.code_with([name]) & tree.code_with([dotted.rpartition(".")[2]])
    # A copy of the project inside of it, for tests perhaps, speaks of its own modules.
    others = (p for p in knowing if p.endswith(".py") and p not in (path, new) and names.find(dotted, p) == path)
    return any(_reaches(comparison.after, other, path, name) for other in others)


def _reaches(snapshot: Snapshot, importer: str, path: str, name: str) -> bool:
    """Could this file get at the name in the module at ``path``: by an import, as an attribute, in a string?"""
    symbols = snapshot.symbols(importer)
    if symbols is None:
        return True
    selves = {*_of_instances(symbols.source.tree), *_own_names(symbols.source.tree), *_told_to_people(symbols)}
    imported = None if re.search(r"import_module|__import__|sys\.modules", symbols.source.text) else _imported(symbols)
    last = snapshot.names.dotted(path).rpartition(".")[2]
    dotted = re.compile(rf"\b{re.escape(last)}[.:]{re.escape(name)}\b|\bimport\b.*\b{re.escape(name)}\b")
    aliases = (alias.name for node in symbols.source.nodes.imports for alias in node.names)
    whole = imported is None or any(alias.rpartition(".")[2] == last for alias in aliases)
    for node in walk(symbols.source.tree):
        if isinstance(node, ast.ImportFrom):
            if any(a.name in (name, "*") for a in node.names):
                if snapshot.find(snapshot.absolute(importer, node), importer) == path:
                    return True
        elif isinstance(node, ast.Attribute):
            if node.attr == name and node not in selves and (imported is None or _root(node) in imported):
                return True
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in selves:
            if dotted.search(node.value) or (node.value == name and whole):
                return True
    return False


def _imported(symbols: SymbolTable) -> set[str]:
    """The names that imports bind, at any depth."""
    return {
        alias.asname or alias.name.partition(".")[0] for node in symbols.source.nodes.imports for alias in node.names
    }


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return getattr(node, "id", "")


def _told_to_people(symbols: SymbolTable) -> Iterator[ast.expr]:
    """Strings that stand alone, without examples in them."""
    for node in symbols.source.nodes.of(ast.Expr):
        if isinstance(node.value, ast.Constant) and ">>>" not in str(node.value.value):
            yield node.value


def _own_names(tree: ast.Module) -> Iterator[ast.expr]:
    """What says its own name while it is made: ``T = TypeVar("T")``."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        for call in walk(node) if names else ():
            if isinstance(call, ast.Call) and call.args and getattr(call.args[0], "value", None) in names:
                yield call.args[0]


def _of_instances(tree: ast.Module) -> Iterator[ast.Attribute]:
    """Attributes read off the first parameter of a method: what an instance or a class holds, not a module."""
    for owner in ast.walk(tree):
        for method in owner.body if isinstance(owner, ast.ClassDef) else ():
            if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) or any(
                last_name(decorator) == "staticmethod" for decorator in method.decorator_list
            ):
                continue
            parameters = (*method.args.posonlyargs, *method.args.args)
            inside = list(ast.walk(method))
            stored = [n.id for n in inside if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
            bound = stored + [n.arg for n in inside if isinstance(n, ast.arg)]
            for node in inside if parameters and bound.count(parameters[0].arg) == 1 else ():
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                    if node.value.id == parameters[0].arg:
                        yield node


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
