"""Code that knows by name where running code stands: formats and filters of log records, filters for warnings, frames
that are compared, texts that show a class with its module, messages that somebody looks into."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.project.manuals import NO_ROLE
from codemods.proof.checks.shown_parts import parts_shown
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.symbols import SymbolTable
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Pair

# Hazards, by --accept.
_LOGS, _WARNINGS, _SHOWN, _TOLD = "caller-frame", "warning-module", "shown-module", "module-recorded"
_OF_RECORDS = frozenset({"module", "filename", "pathname"})
_FIELD = re.compile(r"%\((\w+)\)")
_ALL_FIELDS = frozenset(
    {"name", "levelno", "levelname", "pathname", "filename", "module", "funcName", "created", "asctime", "msecs"}
    | {"relativeCreated", "thread", "threadName", "process", "processName", "message", "taskName"}
)
_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_OF_FRAMES = frozenset({"f_globals", "f_code", "co_filename"})
_PROSE = (".md", ".rst")
_GIVEN = re.compile(r"(?:PYTHONWARNINGS\W{1,5}|(?<![\w-])-W[\s=\"',]*)([\w:.,]*:[\w:.,]*)")


@dataclass(frozen=True)
class _Way:
    """What moved from one module to another."""

    comparison: Comparison
    old: str
    new: str
    pairs: tuple[Pair, ...]

    @cached_property
    def dotted(self) -> tuple[str, str]:
        return self.comparison.before.names.dotted(self.old), self.comparison.after.names.dotted(self.new)

    @cached_property
    def said(self) -> frozenset[str]:
        """The texts by which the old module is known."""
        file = self.old.rpartition("/")[2]
        return frozenset({self.dotted[0], file, file.removesuffix(".py"), self.old})

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        return tuple(n for pair in self.pairs for n in walk(pair.new.node) if isinstance(n, ast.Call))

    def files(self, words: Iterable[str], text: str = "") -> Iterator[tuple[str, SymbolTable]]:
        """The modules in which one of the words stands, and a text that is a pattern."""
        tree, pattern = self.comparison.new, re.compile(text.encode())
        for path in sorted(tree.code_with(list(words))):
            wanted = path.endswith(".py") and pattern.search(tree.peek(path)) is not None
            symbols = self.comparison.after.symbols(path) if wanted else None
            if symbols is not None:
                yield path, symbols


def told_by_module(comparison: Comparison) -> Iterator[Finding]:
    """Each place that goes on telling moved code by its old module."""
    accepted = {code for move in comparison.moves for code in move.accept}
    by_way: dict[tuple[str, str], list[Pair]] = {}
    for pair in comparison.pairing.pairs:
        if pair.moved:
            by_way.setdefault((pair.old.path, pair.new.path), []).append(pair)
    for (old, new), pairs in sorted(by_way.items()):
        way = _Way(comparison, old, new, tuple(pairs))
        if way.dotted[0] != way.dotted[1] and all(way.dotted):
            for code, find in (
                (_LOGS, _records),
                (_LOGS, _frames),
                (_WARNINGS, _warned),
                (_SHOWN, _shown),
                (_TOLD, _told),
            ):
                if code not in accepted:
                    yield from (_finding(way, place, said) for place, said in find(way))


def _finding(way: _Way, place: Place, said: str) -> Finding:
    message = f"{said} of {way.old}, and for what moved that is {way.new} now"
    return Finding(place, message, "module-attribute", Kind.BROKEN, Place(way.old))


def _records(way: _Way) -> Iterator[tuple[Place, str]]:
    """Formats that show the module of who logs, without its line, and comparisons with a record's."""
    logs = (c.func for c in way.calls if isinstance(c.func, ast.Attribute) and c.func.attr in _LEVELS)
    if not any("log" in ast.unparse(function).lower() for function in logs):
        return
    fields, said = "|".join(_OF_RECORDS), "|".join(map(re.escape, way.said))
    for _, symbols in way.files(_OF_RECORDS, rf"%\((?:{fields})\)|[\"'](?:{said})[\"']"):
        for node in symbols.source.nodes.of(ast.Constant):
            keys = set(_FIELD.findall(node.value)) if isinstance(node.value, str) else set[str]()
            if keys & _OF_RECORDS and "lineno" not in keys and ("message" in keys or keys <= _ALL_FIELDS):
                yield symbols.source.place(node), "a format shows the module of who logs, and no line: that"
        for compare in symbols.source.nodes.of(ast.Compare):
            nodes = walk(compare)
            asks = any(isinstance(n, ast.Attribute) and n.attr in _OF_RECORDS for n in nodes)
            if asks and any(isinstance(n, ast.Constant) and n.value in way.said for n in nodes):
                yield symbols.source.place(compare), "a record's module is compared with that"


def _frames(way: _Way) -> Iterator[tuple[Place, str]]:
    """The module of running code, compared with the old one."""
    if not any(isinstance(p.new.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for p in way.pairs):
        return
    # A module that counts its own frames meets moved code among them where that calls something of the module.
    read = (o for pair in way.pairs for o in pair.new.reading.occurrences if o.moment == "call")
    symbols_there = way.comparison.after.symbols(way.old)
    there = {(way.old, getattr(node, "name", "")) for node in (symbols_there.body if symbols_there is not None else ())}
    calls = any(not there.isdisjoint(occurrence.meaning) for occurrence in read)
    for path, symbols in way.files(_OF_FRAMES):
        if path == way.old and not calls:
            continue
        for compare in symbols.source.nodes.of(ast.Compare):
            nodes = walk(compare)
            if any(isinstance(n, ast.Attribute) and n.attr in _OF_FRAMES for n in nodes):
                if any(_is_the_module(way, path, n) for n in nodes):
                    yield symbols.source.place(compare), "the module of running code is compared with that"


def _is_the_module(way: _Way, path: str, node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and node.attr in ("__file__", "__name__"):
        return (way.old, "") in way.comparison.after.meaning(path, node.value)
    return isinstance(node, ast.Constant) and node.value in (way.dotted[0], way.old)


def _warned(way: _Way) -> Iterator[tuple[Place, str]]:
    """Filters for warnings that hold of one of the two modules."""
    given = list(_messages(way))
    if not given:
        return
    words = ["filterwarnings", "addinivalue_line"]
    for _, symbols in way.files(words):
        for call in symbols.source.nodes.of(ast.Call):
            module, message = _filter(call)
            if module and _holds(module, way.dotted[0]) is not _holds(module, way.dotted[1]):
                if not message or any(text is None or _holds(f"(?i:{message})", text) for text in given):
                    yield symbols.source.place(call), "a filter for warnings holds"
    tree = way.comparison.new
    for path in sorted(tree.texts_with([way.dotted[0].rpartition(".")[2]]) | tree.code_with(["PYTHONWARNINGS"])):
        text = tree.peek(path).decode("utf-8", "replace") if not path.endswith(_PROSE) else ""
        for found in _GIVEN.finditer(text):
            marks = [mark.split(":")[3:4] for mark in found[1].split(",")]
            if any((mark == [way.dotted[0]]) is not (mark == [way.dotted[1]]) for mark in marks):
                yield Place(path, text.count("\n", 0, found.start()) + 1), "a filter for warnings holds"


def _messages(way: _Way) -> Iterator[str | None]:
    """What moved code warns of, itself or by a function of the tree that speaks for its caller; None: nobody knows."""
    for pair in way.pairs:
        for call in (n for n in walk(pair.new.node) if isinstance(n, ast.Call)):
            if last_name(call.func) in ("warn", "warn_explicit"):
                yield _text(call.args[:1])
                continue
            for _, made in definitions_meant(way.comparison.after, way.new, call.func):
                for inner in (n for n in walk(made) if isinstance(n, ast.Call)):
                    level = any(k.arg == "stacklevel" for k in inner.keywords) or len(inner.args) > 2
                    if last_name(inner.func) == "warn" and level:
                        yield _text(inner.args[:1])


def _filter(call: ast.Call) -> tuple[str, str]:
    """(the pattern of modules, the one of messages) of a filter that a call sets."""
    if last_name(call.func) not in ("filterwarnings", "addinivalue_line"):
        return "", ""
    said = {str(k.arg): _text([k.value]) or "" for k in call.keywords}
    adds = last_name(call.func) == "addinivalue_line"
    mark = _text(call.args[1:2] if adds else call.args[:1]) or ""
    if ":" in mark and (not adds or _text(call.args[:1]) == "filterwarnings"):
        parts = [*mark.split(":"), "", "", "", ""]
        return parts[3], parts[1]
    return said.get("module", _text(call.args[3:4]) or ""), said.get("message", _text(call.args[1:2]) or "")


def _shown(way: _Way) -> Iterator[tuple[Place, str]]:
    """Recorded texts, and strings, that show a class as its repr does, or a function as tracebacks do."""
    yield from _traced(way)
    yield from parts_shown(way.comparison, way.dotted[0], way.pairs)
    classes = sorted(n for p in way.pairs if _may_be_a_class(p.new.node) for n in p.new.names)
    if not classes:
        return
    tree, names = way.comparison.new, "|".join(map(re.escape, classes))
    shows = re.compile(rf"<(?:class '|enum ')?{re.escape(way.dotted[0])}\.(?:{names})\b{NO_ROLE}")
    raised = re.compile(rf"(?m)^[ \t]*{re.escape(way.dotted[0])}\.(?:{names})(?:\.[\w.()]+)?: ")
    for path in sorted(tree.texts_with(classes)):
        text = tree.peek(path).decode("utf-8", "replace") if not path.endswith(_PROSE) else ""
        if ">>>" not in text and (found := shows.search(text)) is not None:
            yield Place(path, text.count("\n", 0, found.start()) + 1), f"this shows {found[0]}: the module"
    for _, symbols in way.files(classes, re.escape(way.dotted[0])):
        alone = {id(node.value) for node in symbols.source.nodes.of(ast.Expr)}
        for node in symbols.source.nodes.of(ast.Constant):
            text = node.value if isinstance(node.value, str) and id(node) not in alone else ""
            if shows.search(text) or raised.search(text):
                yield symbols.source.place(node), "this shows a class with the module"


def _traced(way: _Way) -> Iterator[tuple[Place, str]]:
    """Strings that expect a traceback to find what moved in its old file."""
    nodes = (n for pair in way.pairs for n in walk(pair.new.node))
    functions = sorted({n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))})
    file = way.old.rpartition("/")[2]
    if not functions or file == way.new.rpartition("/")[2]:
        return
    line = re.compile(rf"[\"/\\]{re.escape(file)}\\?\", line .*, in (?:{'|'.join(functions)})\b")
    for _, symbols in way.files(functions, rf"{re.escape(file)}\\?\", line "):
        alone = {id(node.value) for node in symbols.source.nodes.of(ast.Expr)}
        for node in symbols.source.nodes.of(ast.Constant):
            if isinstance(node.value, str) and id(node) not in alone and line.search(node.value):
                yield symbols.source.place(node), "this expects a traceback with a line"


def _may_be_a_class(node: ast.AST) -> bool:
    """A class, or what a call gives: ``Node = Meta("Node", (Base,), {})``."""
    return isinstance(node, ast.ClassDef) or isinstance(getattr(node, "value", None), ast.Call)


def _told(way: _Way) -> Iterator[tuple[Place, str]]:
    """Where somebody looks into a message for the old module, and exceptions say modules in theirs."""
    if not any(any(_says_module(node) for node in s.source.nodes.of(ast.Raise)) for _, s in way.files(["__module__"])):
        return
    names = "|".join(map(re.escape, sorted({n for pair in way.pairs for n in pair.new.names})))
    old = r"\\?\.".join(map(re.escape, way.dotted[0].split(".")))
    path = re.compile(rf"(?<![\w.<])(?<!class ')(?<!enum '){old}\\?[.:](?:{names})(?!\w)")
    for file, symbols in way.files([way.dotted[0].rpartition(".")[2]], rf"{old}|\bstr\(|\brepr\("):
        alone = {id(node.value) for node in symbols.source.nodes.of(ast.Expr)}
        for node in symbols.source.nodes.of(ast.Constant):
            text = node.value if isinstance(node.value, str) and id(node) not in alone else ""
            if (found := path.search(text)) is not None and found[0] != text:
                yield symbols.source.place(node), f"this expects a message with {found[0]}: the module"
        for compare in symbols.source.nodes.of(ast.Compare):
            into = any(last_name(n.func) in ("str", "repr") for n in walk(compare) if isinstance(n, ast.Call))
            if into and isinstance(compare.ops[0], (ast.In, ast.NotIn)) and _is_named(way, file, symbols, compare.left):
                yield symbols.source.place(compare), "a message is searched for the name"


def _says_module(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Attribute) and inner.attr == "__module__" for inner in walk(node))


def _is_named(way: _Way, file: str, symbols: SymbolTable, node: ast.expr) -> bool:
    """Is it the name of the old module, or a variable for that?"""
    values = [node]
    if isinstance(node, ast.Name):
        for assigned in symbols.source.nodes.of(ast.Assign):
            values += [assigned.value] if any(getattr(t, "id", "") == node.id for t in assigned.targets) else []
    return any(_is_the_module(way, file, value) for value in values)


def _text(nodes: list[ast.expr]) -> str | None:
    value = nodes[0].value if nodes and isinstance(nodes[0], ast.Constant) else None
    return value if isinstance(value, str) else None


def _holds(pattern: str, text: str) -> bool:
    try:
        return re.match(pattern, text) is not None
    except re.error:
        return False
