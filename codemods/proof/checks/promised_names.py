"""Was a name promised to who imports it from its module, so that its loss is a failure and no note?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.project import walk
from codemods.proof.checks.test_collection import found_by_conftest, is_fixture, moves_as_a_test
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.comparison.leads import stem
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import SymbolTable, flat
from codemods.proof.statements.name_resolution import last_name

# What Python calls in a module, where others look into it.
_HOOKS = ("__getattr__", "__dir__")
_ANNOTATING = ("typing", "typing_extensions", "collections.abc", "__future__")


def promised(comparison: Comparison, path: str, name: str, symbols: SymbolTable) -> bool:
    """By ``__all__``, the ``__init__`` of a package, an import under its own name, or the request of a move."""
    moved = (path, name) in comparison.renamed
    if _is_renamed_module(comparison, path, name) and name not in (symbols.exported or ()):
        return False
    if name in _HOOKS:
        return True
    if is_fixture(comparison, path, name):
        return not found_by_conftest(comparison, comparison.home(path), name)
    if moved and (not comparison.promised or moves_as_a_test(comparison, (path, name))):
        return symbols.exported is not None and name in symbols.exported and _still_exported(comparison, path, name)
    if moved and _went_with_tests(comparison, path, name):
        return False
    if name in _read_by_its_class(symbols) or name in _answered_to_pickle(symbols):
        return True
    if any(b.defined and not b.value for b in symbols.binds.get(name, ())):
        return not name.startswith("_") or _mentioned(comparison, path, name)
    if comparison.promised and path not in {p for m in comparison.moves for p in (m.source, m.destination)}:
        # A library, or what a star import brought and nobody reads.
        passed_by = _is_a_module(comparison, path, name) or name not in symbols.binds
        tool = passed_by and _is_only_run_by_pytest(comparison, path)
        return not (name.startswith("_") or tool or _whole_module(comparison.before, path, name))
    if symbols.exported is not None and name in symbols.exported:
        return True
    if name.startswith("_") or all(
        not where or where == "=" for where, _ in comparison.before.bound_origins(path, name)
    ):
        return _explicit(symbols, name) or (
            comparison.promised and comparison.runs and _taken(comparison, path, symbols, name)
        )
    # What a package imports whole, it uses; a module of its own it offers by `from . import`.
    whole = all(not b.defined and b.attribute is None for b in symbols.binds.get(name, ()))
    return (_is_package(comparison, path) and not (whole and name in symbols.binds)) or _explicit(symbols, name)


def _went_with_tests(comparison: Comparison, path: str, name: str) -> bool:
    """Did something go along from one test module to another, which nothing but pytest knows and whose code does not
    speak of it any more?"""
    rules, new = comparison.pytest_rules, comparison.renamed[path, name][0]
    asked = any(name in move.names for move in comparison.moves if move.source == path)
    symbols = comparison.after.symbols(path)
    return (
        not asked
        and rules.runs(path)
        and rules.runs(new)
        and _is_only_run_by_pytest(comparison, path)
        and symbols is not None
        and re.search(rf"\b{name}\b", symbols.source.text) is None
    )


def _taken(comparison: Comparison, path: str, symbols: SymbolTable, name: str) -> bool:
    """Has a package a name from another module, so that anybody may have it from there? Nobody takes those for
    annotations, or a logger."""
    bound = [b for b in symbols.binds.get(name, ()) if not (b.typing or b.defined or b.attribute is None)]
    worked_with = name.strip("_") in ("log", "logger", "LOG", "LOGGER") or all(b.module in _ANNOTATING for b in bound)
    return _is_package(comparison, path) and bool(bound) and not worked_with


def _is_package(comparison: Comparison, path: str) -> bool:
    """Is it the ``__init__`` of a package that was one before the request?"""
    return path.endswith("__init__.py") and not any(m.was_module for m in comparison.moves if m.source == path)


def _read_by_its_class(symbols: SymbolTable) -> set[str]:
    """What methods read of the module as ``self``, whose class is made that of ``sys.modules[__name__]``."""
    if "__class__" not in symbols.source.text:
        return set()
    targets = [
        (node.value, target)
        for node in symbols.source.tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    made = {ast.unparse(value) for value, t in targets if ast.unparse(t) == "sys.modules[__name__].__class__"}
    classes = (node for node in symbols.source.nodes.of(ast.ClassDef) if node.name in made)
    reads = (node for one in classes for node in walk(one) if isinstance(node, ast.Attribute))
    return {node.attr for node in reads if isinstance(node.value, ast.Name) and node.value.id == "self"}


def _answered_to_pickle(symbols: SymbolTable) -> set[str]:
    """What ``__reduce__`` speaks of: pickles that were kept name it by the module that it stood in."""
    if "__reduce" not in symbols.source.text:
        return set()
    methods = (n for n in symbols.source.nodes.of(ast.FunctionDef) if n.name in ("__reduce__", "__reduce_ex__"))
    read = {n.id for method in methods for n in walk(method) if isinstance(n, ast.Name)}
    return {name for name in read if any(b.defined for b in symbols.binds.get(name, ()))}


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


def _is_a_module(comparison: Comparison, path: str, name: str) -> bool:
    return all(where not in ("", "=") and not inner for where, inner in comparison.before.bound_origins(path, name))


def _is_only_run_by_pytest(comparison: Comparison, path: str) -> bool:
    """Is it a file of tests that nothing else names?"""
    return comparison.pytest_rules.reads(path) and comparison.old.code_with([stem(path)]) <= {path}


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


def _mentioned(comparison: Comparison, path: str, name: str) -> bool:
    """Does a file beside the ones of the move know a private name and its module?"""
    names = comparison.before.names
    dotted = names.dotted(path)
    new = comparison.renamed.get((path, name), ("", ""))[0]
    tree = comparison.after.tree
    knowing = tree.code_with([name]) & tree.code_with([dotted.rpartition(".")[2]])
    # A copy of the project inside of it, for tests perhaps, speaks of its own modules.
    others = (p for p in knowing if p.endswith(".py") and p not in (path, new) and names.find(dotted, p) == path)
    if any(_reaches(comparison.after, other, path, name) for other in others):
        return True
    said = re.compile(rf"(?<![\w.]){re.escape(dotted)}(?!\w)".encode())
    return any(said.search(comparison.after.bytes(text) or b"") for text in comparison.new.texts_with([name]))


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
            if any(a.name == name or (a.name == "*" and snapshot.exports(path, name)) for a in node.names):
                if snapshot.find(snapshot.absolute(importer, node), importer) == path:
                    return True
        elif isinstance(node, ast.Attribute):
            if node.attr == name and node not in selves and (imported is None or _root(node) in imported):
                return True
            if node.attr == name and node not in selves and whole and not _is_super(node.value):
                return True  # off a variable, which may be the module
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in selves:
            if dotted.search(node.value) or (node.value == name and whole):
                return True
    return False


def _is_super(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "super"


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
