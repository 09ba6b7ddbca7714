"""Names that are replaced in a module which somebody holds: ``self.module``, ``app.worker``, ``worker.__dict__``.

No path is written there that could be followed. So it is asked the other way round: of a name that moved code looked
up in its old module, and looks up elsewhere now, whether anybody passes that module on, and whether a place that the
holder's file speaks of sets a name like that in something that it was given.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from codemods.model import Finding, Kind, Place
from codemods.proof.checks.keyword_names import Function, written_by_callers
from codemods.proof.checks.named_beside_modules import named_beside
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name

_SETTING = frozenset({"object", "setattr", "delattr", "setitem", "delitem", "dict", "multiple", "update", "partial"})
_WORDS = frozenset({"setattr", "delattr", "patch", "setitem", "__dict__", "vars", "multiple"})
# (module, name) -> where moved code looks it up otherwise than before
Lost = Mapping[tuple[str, str], Place]


def unreached(comparison: Comparison) -> Iterator[Finding]:
    """Each place that may replace a name in a held module, of which moved code no longer hears."""
    lost = _lost(comparison)
    yield from _by_path(comparison, lost)
    yield from _by_import(comparison, lost)
    yield from _by_namespace(comparison, lost)
    yield from _by_attribute(comparison, lost)
    wholes = _holders(comparison, {where for where, _ in lost})
    used = {module: {path: [n for n, _ in found] for path, found in held.items()} for module, held in wholes.items()}
    yield from named_beside(comparison, lost, used)
    for module, by_path in wholes.items():
        places = {path: comparison.new.source(path) for path in by_path}
        held = [(places[path].place(node), function) for path, found in by_path.items() for node, function in found]
        texts = {path: comparison.new.source(path).text for path in sorted({place.path for place, _ in held})}
        given = {function for _, function in held if function}
        names = {name for where, name in lost if where == module}
        for path in sorted(comparison.new.code_with(_WORDS)):
            symbols = comparison.after.symbols(path) if path.endswith(".py") else None
            for node, name, words in _sites(comparison, symbols, names, given) if symbols is not None else ():
                if symbols is not None and any(_speaks_of(text, words, at == path) for at, text in texts.items()):
                    reader = lost[module, name]
                    message = f"{name} may be replaced here in {module}, which {held[0][0]} passes on"
                    message += f", and {reader} no longer looks it up there"
                    cause = f"patch {module}:{name}"
                    yield Finding(symbols.source.place(node), message, "patch-target", Kind.BROKEN, reader, cause)


def _by_path(comparison: Comparison, lost: Lost) -> Iterator[Finding]:
    """``patch.multiple("shop.orders", **values)``: the path of a module, and names that nobody can tell."""
    modules = {comparison.after.names.dotted(module): module for module, _ in lost}
    for path in sorted(comparison.new.code_with(["multiple"])) if lost else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
            named = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            unknown = any(keyword.arg is None for keyword in call.keywords)
            module = modules.get(str(named)) if last_name(call.func) == "multiple" and unknown else None
            if symbols is not None and module is not None:
                name, reader = next((n, place) for (where, n), place in lost.items() if where == module)
                message = f"any name may be replaced here in {module}, and {reader} no longer looks {name} up there"
                cause = f"patch {module}:{name}"
                yield Finding(symbols.source.place(call), message, "patch-target", Kind.BROKEN, reader, cause)


def _by_namespace(comparison: Comparison, lost: Lost) -> Iterator[Finding]:
    """``patch.dict("shop.orders.__dict__", send=fake)``: a path that stands for all names."""
    snapshot = comparison.after
    for (module, name), reader in lost.items():
        dotted = snapshot.names.dotted(module)
        for path in sorted(comparison.new.code_with([f"{dotted}.__dict__"])):
            symbols = snapshot.symbols(path) if path.endswith(".py") else None
            for node in symbols.source.nodes.of(ast.Constant) if symbols is not None else ():
                above = symbols.source.nodes.parents.get(id(node)) if symbols is not None else None
                whole = node.value == f"{dotted}.__dict__" and isinstance(above, ast.Call) and _sets(above, name)
                if whole:
                    message = f"{name} of {module} may be replaced here, and {reader} no longer looks it up there"
                    place, cause = Place(path, node.lineno), f"patch {module}:{name}"
                    yield Finding(place, message, "patch-target", Kind.BROKEN, reader, cause)


def _sets(call: ast.Call, name: str) -> bool:
    """Does ``patch.dict`` set a name, or any?"""
    if last_name(call.func) != "dict":
        return False
    said = _said([*call.args[1:], *call.keywords])
    return not said or name in said


def _by_import(comparison: Comparison, lost: Lost) -> Iterator[Finding]:
    """``setattr(import_module(module), name, fake)``, in a file that says both texts somewhere."""
    for path in sorted(comparison.new.code_with(["import_module"])) if lost else ():
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        if symbols is None:
            continue
        said = {n.value for n in symbols.source.nodes.of(ast.Constant) if isinstance(n.value, str)}
        for call in symbols.source.nodes.of(ast.Call):
            if last_name(call.func) not in _SETTING or not call.args or not _imports_some(call.args[0]):
                continue
            for (module, name), reader in lost.items():
                if {comparison.after.names.dotted(module), name} <= said:
                    message = f"{name} of {module} may be replaced here, and {reader} no longer looks it up there"
                    cause = f"patch {module}:{name}"
                    yield Finding(symbols.source.place(call), message, "patch-target", Kind.BROKEN, reader, cause)


def _by_attribute(comparison: Comparison, lost: Lost) -> Iterator[Finding]:
    """``self.module._client = fake``, where the file gives the module that name."""
    for (module, name), reader in lost.items():
        for path in sorted(comparison.new.code_with([name]) - {module}):
            symbols = comparison.after.symbols(path) if path.endswith(".py") else None
            for node in symbols.source.nodes.of(ast.Attribute) if symbols is not None else ():
                sets = (
                    node.attr == name and not isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Attribute)
                )
                if sets and _is_given_as(comparison, path, last_name(node.value), module):
                    message = f"{name} is set here in {module}, and {reader} no longer looks it up there"
                    place, cause = Place(path, node.lineno), f"patch {module}:{name}"
                    yield Finding(place, message, "patch-target", Kind.BROKEN, reader, cause)


def _is_given_as(comparison: Comparison, path: str, word: str, module: str) -> bool:
    """Does a file put a module into something by that name: ``module = client``, ``self.module = client``?"""
    for node in comparison.new.source(path).nodes.of(ast.Assign):
        if any(last_name(target) == word for target in node.targets if isinstance(target, (ast.Name, ast.Attribute))):
            if (module, "") in comparison.after.meaning(path, node.value):
                return True
    return False


def _imports_some(node: ast.expr) -> bool:
    """``import_module(module)``, where the name of the module is not written."""
    imports = isinstance(node, ast.Call) and last_name(node.func) == "import_module" and bool(node.args)
    return imports and not isinstance(node.args[0], ast.Constant)  # type: ignore[attr-defined]


def _lost(comparison: Comparison) -> Lost:
    found: dict[tuple[str, str], Place] = {}
    for pair in comparison.pairs:
        if pair.moved:
            old, new = pair.old.reading.occurrences, pair.new.reading.occurrences
            home = comparison.home(pair.old.path)
            now = {cell for occurrence in new for cell in occurrence.cells}
            for occurrence in old:
                for where, name in occurrence.cells if occurrence.moment == "call" else ():
                    if where == pair.old.path and (home, name) not in now and name not in pair.old.names:
                        found.setdefault((home, name), pair.new.place)
    return found


def _holders(comparison: Comparison, modules: set[str]) -> Mapping[str, dict[str, list[tuple[ast.expr, str]]]]:
    """Where another module uses a module as an object, and does not only read one of its names; with the function that
    it is given to."""
    found: dict[str, dict[str, list[tuple[ast.expr, str]]]] = defaultdict(dict)
    for module in sorted(modules):
        last = comparison.after.names.dotted(module).rpartition(".")[2]
        bound = re.compile(rf"(?m)\bimport\b.*\b{last}\b|^[ \t(]+{last}\b".encode())
        for path in sorted(comparison.new.code_with([last])):
            if path == module or not path.endswith(".py") or not bound.search(comparison.new.peek(path)):
                continue
            symbols = comparison.after.symbols(path)
            if symbols is not None:
                wholes = [(node, _given_to(symbols, node)) for node in _wholes(comparison, symbols, path, module)]
                if wholes:
                    found[module][path] = wholes
    return found


def _given_to(symbols: SymbolTable, node: ast.expr) -> str:
    parents = symbols.source.nodes.parents
    above = parents.get(id(node))
    call = parents.get(id(above)) if isinstance(above, ast.keyword) else above
    return last_name(call.func) if isinstance(call, ast.Call) and call.func is not node else ""


def _wholes(comparison: Comparison, symbols: SymbolTable, path: str, module: str) -> Iterator[ast.expr]:
    nodes = symbols.source.nodes
    named = set(_imported(comparison, symbols, path, module))
    own = ("__dict__", "__setattr__", "__delattr__")
    within = {id(node.value) for node in nodes.of(ast.Attribute) if node.attr not in own}
    # Who sets one name that is written there sets that one, whatever the function does.
    within |= {id(call.args[0]) for call in nodes.of(ast.Call) if _sets_one(call)}
    covered = list(_covering(symbols, named)) if named else []
    for node in (*nodes.of(ast.Name), *nodes.of(ast.Attribute)) if named else ():
        if isinstance(node.ctx, ast.Load) and id(node) not in within and (text := ast.unparse(node)) in named:
            if not any(text == name and first <= node.lineno <= last for name, first, last in covered):
                yield node


def _sets_one(call: ast.Call) -> bool:
    """``monkeypatch.setattr(orders, "send", fake)``"""
    named = call.args[1] if len(call.args) > 1 else None
    one = isinstance(named, ast.Constant) and isinstance(named.value, str)
    return one and last_name(call.func) in ("setattr", "delattr", "getattr", "hasattr", "object")


def _covering(symbols: SymbolTable, named: set[str]) -> Iterator[tuple[str, int, int]]:
    """(name, first line, last line) of each function that has a parameter or a local of such a name."""
    nodes = symbols.source.nodes
    for function in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef), *nodes.of(ast.Lambda)):
        inside = list(ast.walk(function))
        bound = {n.arg for n in inside if isinstance(n, ast.arg)}
        bound |= {n.id for n in inside if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        bound -= {name for n in inside if isinstance(n, ast.Global) for name in n.names}
        yield from ((name, function.lineno, function.end_lineno or function.lineno) for name in named & bound)


def _imported(comparison: Comparison, symbols: SymbolTable, path: str, module: str) -> Iterator[str]:
    """How a file spells a module, by its imports, those of functions as well."""
    snapshot = comparison.after
    for node in symbols.source.nodes.of(ast.Import):
        yield from (a.asname or a.name for a in node.names if snapshot.find(a.name, path) == module)
    for node in symbols.source.nodes.of(ast.ImportFrom):
        base = snapshot.names.absolute(path, node.module, node.level) or ""
        for alias in node.names:
            if snapshot.find(f"{base}.{alias.name}".strip("."), path) == module:
                yield alias.asname or alias.name


def _speaks_of(text: str, words: tuple[str, ...], same: bool) -> bool:
    """Does the file of a holder give the module that name, or use a definition around the place?"""
    word, *around = map(re.escape, words)
    if re.search(rf"\b{word}\s*(?:=(?!=)|:)|\b(?:as|import)\s+(?:.*\.)?{word}\b", text):
        return True
    used = r"(?<!def )(?<!class )\b{}\(" if same else r"\b{}\b"
    return any(re.search(used.format(name), text) for name in around)


def _sites(
    comparison: Comparison, symbols: SymbolTable, names: set[str], given: set[str]
) -> Iterator[tuple[ast.Call, str, tuple[str, ...]]]:
    """(a call that sets a name in what it was given, the name, what it was given and the definitions around). It sets
    any name where none is written there, nor by who calls it; then a definition around has to be one that is ``given``
    the module."""
    scopes: list[tuple[ast.AST, tuple[str, ...], frozenset[str], tuple[Function, ...]]]
    scopes = [(node, (), frozenset(), ()) for node in symbols.source.tree.body]
    while scopes:
        node, around, parameters, functions = scopes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            around = (*around, node.name)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            parameters |= {n.arg for n in ast.walk(node.args) if isinstance(n, ast.arg)}
            functions = (*functions, node)
        scopes += [(child, around, parameters, functions) for child in ast.iter_child_nodes(node)]
        if isinstance(node, ast.Call) and last_name(node.func) in _SETTING:
            held, arguments = _given(node)
            word = last_name(held) if held is not None else ""
            if word and word not in ("self", "cls", "os", "sys"):
                was_given = word in parameters and not given.isdisjoint(around)
                whatever = last_name(node.func) == "partial" or was_given
                said = _said(arguments) or (names if whatever else set[str]())
                if whatever and last_name(node.func) == "setattr" and arguments:
                    by_callers = written_by_callers(comparison, functions, around, arguments[0])
                    said = said if by_callers is None else by_callers
                yield from ((node, name, (word, *around)) for name in sorted(names & said))


def _given(call: ast.Call) -> tuple[ast.expr | None, list[ast.expr | ast.keyword]]:
    """What has its names set, and what says which: of ``setattr(x, "name", …)``, ``x.__dict__.update(name=…)``."""
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if last_name(call.func) == "update":
        return _of_namespace(getattr(call.func, "value", call.func)), arguments
    if last_name(call.func) == "partial":
        prepared = bool(call.args) and last_name(call.args[0]) in _SETTING
        return (call.args[1], arguments[2:]) if prepared and len(call.args) > 1 else (None, [])
    if not call.args or isinstance(call.args[0], ast.Constant):
        return None, []
    held = _of_namespace(call.args[0])
    if last_name(call.func) in ("dict", "setitem", "delitem") and held is None:
        return None, []
    return held if held is not None else call.args[0], arguments[1:]


def _of_namespace(node: ast.expr) -> ast.expr | None:
    """``x`` of ``x.__dict__`` and ``vars(x)``"""
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        return node.value
    return node.args[0] if isinstance(node, ast.Call) and last_name(node.func) == "vars" and node.args else None


def _said(arguments: list[ast.expr | ast.keyword]) -> set[str]:
    """The names that arguments say; none where one is not written there."""
    first = arguments[0] if arguments else None
    said = {a.arg for a in arguments if isinstance(a, ast.keyword) and a.arg}
    if isinstance(first, ast.Dict):
        return said | {str(key.value) for key in first.keys if isinstance(key, ast.Constant)}
    if isinstance(first, ast.Constant):
        return said | {str(first.value)}
    unknown = first is None or isinstance(first, ast.expr) or first.arg is None
    return set() if unknown else said
