"""A module's file that somebody reads as text, to find in it what moved: a version that ``setup.py`` asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.model import Finding, Place
from codemods.project import walk
from codemods.project.files import PROSE
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name

ACCEPTED = "read-as-text"
_READS = frozenset({"open", "read_text", "read_bytes", "get_data"})
_WHOLE = frozenset({"parse", "literal_eval", "exec", "readmodule", "readmodule_ex"})
# Calls that read the file of a module, or find it, by the module or by its name.
_OF_MODULE = frozenset({"getsource", "getsourcelines", "get_source", "readmodule", "readmodule_ex", "find_spec"})
_ASKED = frozenset({"__file__", "__loader__", "__spec__"})


def lost_to_readers(comparison: Comparison) -> Iterator[Finding | None]:
    """One for each code that reads the file of an old module; None where it asks for nothing that moved."""
    moved: dict[str, set[str]] = {}
    for old, name in comparison.renamed:
        if not any(ACCEPTED in move.accept for move in comparison.moves if move.source == old):
            moved.setdefault(old, set()).add(name)
    for source, names in sorted(moved.items()):
        yield from _of_settings(comparison, source, names)
        yield from _of_modules(comparison, source, names)
        file = source.rpartition("/")[2]
        for path in sorted(comparison.new.code_with([file]) - {source}):
            symbols = comparison.after.symbols(path) if path.endswith(".py") else None
            for function in _functions(symbols) if symbols is not None else ():
                parts = [node for statement in function for node in walk(statement)]
                calls = {last_name(node.func) for node in parts if isinstance(node, ast.Call)}
                found = [n for n in parts if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                found.sort(key=lambda n: (n.lineno, n.col_offset))
                texts = [str(n.value) for n in found]
                if symbols is not None and calls & _READS and _is_named(comparison, symbols, source, found):
                    others = names - symbols.binds.keys()  # of its own ones it may speak for another reason
                    said = (n for n in sorted(others) if any(_says(t, n) for t in texts))
                    gone = next(said, min(names) if calls & _WHOLE else None)
                    yield None if gone is None else _finding(symbols, function, source, gone)


def _of_modules(comparison: Comparison, source: str, names: set[str]) -> Iterator[Finding]:
    """Code that reads the file of a module which it holds, or has the name of: ``inspect.getsource(orders)``."""
    for path in sorted(comparison.new.code_with(_OF_MODULE | _ASKED) - {source}):
        symbols = comparison.after.symbols(path) if path.endswith(".py") else None
        for function in _functions(symbols) if symbols is not None else ():
            parts = [node for statement in function for node in walk(statement)]
            called = {last_name(node.func) for node in parts if isinstance(node, ast.Call)}
            reads = not called.isdisjoint({*_OF_MODULE, *_READS, "getlines"} - {"find_spec"})
            asking = [node for node in parts if reads and _asks_for(comparison, path, source, node)]
            if symbols is None or not any(not _is_for_the_folder(symbols, node) for node in asking):
                continue
            said = [n.value for n in parts if isinstance(n, ast.Constant)]
            texts = [t.decode("latin-1") if isinstance(t, bytes) else t for t in said if isinstance(t, (str, bytes))]
            speaks = (n for n in sorted(names) if any(_says(t, n) for t in texts))
            gone = next(speaks, min(names) if called & _WHOLE else None)
            if gone is not None:
                yield _finding(symbols, function, source, gone)


def _asks_for(comparison: Comparison, path: str, source: str, node: ast.AST) -> bool:
    """Does it ask for the file of the source, or give the source to what reads it?"""
    whole = frozenset({(source, "")})
    if isinstance(node, ast.Attribute):
        return node.attr in _ASKED and comparison.after.meaning(path, node.value) == whole
    if not isinstance(node, ast.Call) or last_name(node.func) not in _OF_MODULE or not node.args:
        return False
    named = getattr(node.args[0], "value", None) == comparison.after.names.dotted(source)
    return named or comparison.after.meaning(path, node.args[0]) == whole


def _is_for_the_folder(symbols: SymbolTable, node: ast.AST) -> bool:
    """``Path(orders.__file__).parent``, ``dirname(orders.__file__)``: that is the same for all modules beside it."""
    above = symbols.source.nodes.parents.get(id(node))
    while isinstance(above, ast.Call) or getattr(above, "attr", "") in ("resolve", "absolute"):
        if isinstance(above, ast.Call) and last_name(above.func) == "dirname":
            return True
        above = symbols.source.nodes.parents.get(id(above))
    return getattr(above, "attr", "") in ("parent", "parents")


def _says(text: str, name: str) -> bool:
    """Does a text speak of a definition? A letter or two are a name where nothing stands beside."""
    return text == name if len(name) < 3 else re.search(rf"(?<![\w.]){name}(?!\w)", text) is not None


def _of_settings(comparison: Comparison, source: str, names: set[str]) -> Iterator[Finding]:
    """Lines of other files than code that name an old module's file, and something that is not in it any more."""
    tree, path_there = comparison.new, re.compile(rf"(?<![\w/.-])(?:\./)?{re.escape(source)}(?::(\w+)|(?!\w|::|/))")
    version = next((name for name in sorted(names) if name.strip("_").lower() == "version"), None)
    for path in sorted(tree.texts_with([source.rpartition("/")[2]])):
        if path.endswith(PROSE):
            continue
        table = ""
        for number, line in enumerate(tree.read(path).decode("utf-8", "replace").splitlines(), 1):
            table = line if line.lstrip().startswith("[") else table
            if line.lstrip().startswith(("#", ";", "//")) or not path_there.search(line):
                continue
            rest = re.sub(r"[\w./-]+\.py(?::\w+)?", " ", line)
            rest += " ".join(["", *(found[1] or "" for found in path_there.finditer(line))])
            gone = next((n for n in sorted(names) if re.search(rf"(?<![\w.]){re.escape(n)}(?!\w)", rest)), None)
            if gone is None and "version" in f"{table} {line}".lower():
                gone = version
            if gone is not None:
                message = f"{source} is read as text here, for {gone}, which is not in it any more"
                yield Finding(Place(path, number), message, "text")


def _finding(symbols: SymbolTable, function: list[ast.stmt], source: str, gone: str) -> Finding:
    message = f"{source} is read as text here, for {gone}, which is not in it any more"
    return Finding(symbols.source.place(function[0]), message, "text")


def _functions(symbols: SymbolTable) -> Iterator[list[ast.stmt]]:
    """The statements of each function, and those of the module around them."""
    nodes = symbols.source.nodes
    yield from (node.body for node in (*nodes.of(ast.FunctionDef), *nodes.of(ast.AsyncFunctionDef)))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if outside := [node for node in symbols.source.tree.body if not isinstance(node, kinds)]:
        yield outside


def _is_named(comparison: Comparison, symbols: SymbolTable, source: str, texts: list[ast.Constant]) -> bool:
    """Does one text name the file, with a folder that is the right one, in this text or in the one before it?"""
    folder, _, file = source.rpartition("/")
    before = ""
    for node in texts:
        where, _, last = str(node.value).strip("/").rpartition("/")
        around = where or _folder_named(symbols, node) or (before if re.fullmatch(r"[\w-]+", before) else "")
        if last == file and ("/" + folder).endswith("/" + around.strip("/") if around else "/" + folder):
            return bool(around) or _may_mean(comparison, symbols, source)
        before = str(node.value)
    return False


def _folder_named(symbols: SymbolTable, node: ast.Constant) -> str:
    """``HERE / "orders.py"``, where the module says ``HERE = ROOT / "shop"``: the last part of that."""
    above = symbols.source.nodes.parents.get(id(node))
    if not (isinstance(above, ast.BinOp) and above.right is node and isinstance(above.left, ast.Name)):
        return ""
    name = above.left.id
    values = [
        n.value for n in symbols.source.nodes.of(ast.Assign) if any(getattr(t, "id", "") == name for t in n.targets)
    ]
    last = [v.right.value for v in values if isinstance(v, ast.BinOp) and isinstance(v.right, ast.Constant)]
    return last[0] if len(last) == len(values) == 1 and isinstance(last[0], str) else ""


def _may_mean(comparison: Comparison, symbols: SymbolTable, source: str) -> bool:
    """A name of many files, ``__init__.py``: does the code stand in its folder, or have that in a text?"""
    folder, _, file = source.rpartition("/")
    alike = sum(path.rpartition("/")[2] == file for path in comparison.new.paths)
    if alike < 2 or symbols.source.path.rpartition("/")[0] == folder:
        return True
    texts = (n.value for n in symbols.source.nodes.of(ast.Constant) if isinstance(n.value, str))
    return any(folder.rpartition("/")[2] in re.split(r"[/.\\]", text) for text in texts)
