"""Somebody reads the source file as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.module_values import last_name
from codemods.planning.references.own_files import reads_of_file
from codemods.planning.references.packaging_lists import part_of, readers
from codemods.planning.references.text_readers import read_out
from codemods.project import walk
from codemods.project.marks import marked_parts

CODE = "read-as-text"
ACCEPTS = True
TITLE = "a module of the project reads the source file itself"
MEANING = """A module names the source's file and opens files: it may cut code out of it, or run it. Where the source
marks parts for that (`###{name` ... `###}`) and a list names the files, the new file gets the same marks and a place in
that list; code of a marked part that is read otherwise is refused. Without marks it is refused where the reader speaks
of what moves (`re.search("__version__ = ...", text)`) or parses the file, and listed elsewhere. A setting or a script
that names the file and what moves on one line reads it as well, and so does one that asks the file for the version."""
EXAMPLE = """
-- shop/lexer.py --
###{standalone
class Scanner: ...
###}
-- shop/standalone.py --
def text():
    with open("lexer.py") as f:
        return f.read()
-- move --
shop/lexer.py shop/scanner.py Scanner
"""

_READS = ("open(", "read_text", "read_bytes", "get_data", "getsource", "run_path")
_PARSES = frozenset({"parse", "literal_eval", "exec", "generate_tokens", "tokenize", "parse_module", "symtable"})
_PARSES |= {"readmodule", "readmodule_ex", "import_hook"}
_READING = frozenset({"open", "read_text", "read_bytes", "get_data", "getsource", "getsourcelines", "get_source"})
_READING |= {"getlines", "getline", "readmodule", "readmodule_ex", "import_hook"}
_BEGINNING = frozenset({"startswith", "removeprefix"})
_SEARCHING = frozenset({"findall", "finditer", "search", "match", "compile", "sub", "subn"})
_REMEDIES = ("read the module through its import system instead", "leave the name where it is")
_COMMON = {"__init__.py", "__main__.py", "setup.py", "conftest.py"}


def find(facts: Facts) -> Iterator[Hazard]:
    for place, looked_for in read_out(facts):
        reason = f"{facts.move.source} is read as text here, for {looked_for}, which moves"
        yield Hazard(CODE, place, reason, (f"let it read {facts.move.destination}, with the move", _REMEDIES[1]))
    for module, node in reads_of_file(facts):
        if looked_for := _looked_for(facts, module, node):
            reason = f"the file of {facts.move.source} is read as text here, for {looked_for}, which moves"
            yield Hazard(CODE, module.source.place(node), reason, _REMEDIES)
    name = facts.move.source.rpartition("/")[2]
    top = facts.move.source.partition("/")[0]
    for path in sorted(facts.project.tree.code_with([name])):
        if not path.endswith(".py") or path == facts.move.source:
            continue
        try:
            module = facts.project.module(path)
        except Exception:  # unreadable files are reported elsewhere
            continue
        if not any(word in module.source.text for word in _READS):
            continue
        # Tests and build scripts name files for many reasons; the project's own code names them to read them.
        own = path.partition("/")[0] == top and "test" not in path and name not in _COMMON
        for node in module.source.nodes.of(ast.Constant):
            if isinstance(node.value, str) and _names_file(facts, module, node):
                listed = any(path == at and node in getattr(files, "elts", ()) for at, files, _ in readers(facts))
                looked_for = "" if listed else _looked_for(facts, module, node)
                if looked_for:
                    reason = f"{name} is read as text here, for {looked_for}, which moves"
                    yield Hazard(CODE, module.source.place(node), reason, _REMEDIES)
                elif own:
                    reason = f"{path} names the file {name} and reads files; it may look for the moved code there"
                    severity = Severity.REFUSES if _is_lost(facts, path, node) else Severity.DECLARED
                    yield Hazard(CODE, module.source.place(node), reason, _REMEDIES, severity)
                    break


def _names_file(facts: Facts, module: Module, node: ast.Constant) -> bool:
    """Is a text the name of the source's file, of which the folder is the right one where it is written?"""
    written, source = str(node.value), facts.move.source
    if "\n" in written or not ("/" + written).endswith("/" + source.rpartition("/")[2]):
        return False
    above = module.source.nodes.parents.get(id(node))
    folder = _last_part(module, above.left) if isinstance(above, ast.BinOp) and above.right is node else ""
    if not folder and written in _COMMON and "/" in source:
        return False  # that of which folder is not known
    written = f"{folder.strip('/')}/{written}" if folder else written
    return ("/" + source).endswith("/" + written) or ("/" + written).endswith("/" + source)


def _last_part(module: Module, folder: ast.expr) -> str:
    """``shop`` of ``root / "shop"``, or of a name that is that; empty where it is not written."""
    values = [folder]
    if isinstance(folder, ast.Name):
        values = [value for name, value in bound_values(module) if name == folder.id]
    parts = [value.right if isinstance(value, ast.BinOp) else value for value in values]
    found = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found.pop() if len(found) == len(parts) == 1 else ""


def _looked_for(facts: Facts, module: Module, node: ast.expr) -> str:
    """A name that moves, where code that reads the source as text speaks of it, or parses what it reads."""
    scope: ast.AST | None = node
    while scope is not None and not isinstance(scope, (*FUNCTIONS, ast.Module)):
        scope = module.source.nodes.parents.get(id(scope))
    parts = list(walk(scope if scope is not None else module.source.tree))
    constants = [n.value for n in parts if isinstance(n, ast.Constant) and n is not node]
    texts = [t.decode("latin-1") if isinstance(t, bytes) else t for t in constants if isinstance(t, (str, bytes))]
    calls = {last_name(n.func) for n in parts if isinstance(n, ast.Call)}
    if calls.isdisjoint(_READING):
        return ""
    said = (name for name in sorted(facts.moved_names) if any(re.search(rf"(?<![\w.]){name}(?!\w)", t) for t in texts))
    return next(said, min(facts.moved_names) if calls & _PARSES or _searched(facts, parts) else "")


def _searched(facts: Facts, parts: Iterable[ast.AST]) -> bool:
    """Is there a pattern, ``re.findall(r"class (\\w+)", text)``, that matches what moves, or a beginning of a line?"""
    parts = list(parts)
    calls = (n for n in parts if isinstance(n, ast.Call) and last_name(n.func) in _SEARCHING and n.args)
    patterns = [p.value for p in (call.args[0] for call in calls) if isinstance(p, ast.Constant)]
    source = facts.source.source
    moving = [s.node for group in facts.moving for s in group.statements]
    code = [source.text[source.start(node) : source.end(node)] for node in moving]
    calls = (n for n in parts if isinstance(n, ast.Call) and last_name(n.func) in _BEGINNING and n.args)
    begun = [b.value for b in (call.args[0] for call in calls) if isinstance(b, ast.Constant) and b.value]
    patterns += [f"^{re.escape(text)}" for text in begun if isinstance(text, str)]
    return any(_matches(pattern, text) for pattern in patterns if isinstance(pattern, str) for text in code)


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text, re.MULTILINE) is not None
    except re.error:
        return False


def _is_lost(facts: Facts, path: str, node: ast.Constant) -> bool:
    """Does code leave marked parts of the source for a file that this reader does not look into?"""
    parts = marked_parts(facts.source.source)
    if not any(part.covers(s.node.lineno) for part in parts for group in facts.moving for s in group.statements):
        return False
    listed = any(path == at and node in getattr(files, "elts", ()) for at, files, _ in readers(facts))
    return not listed or part_of(facts) is None or facts.destination is not None
