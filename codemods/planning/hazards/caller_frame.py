"""A helper that moved code calls looks at the module of its caller."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from codemods.bindings import Module
from codemods.frameworks import Fact, matching
from codemods.frameworks import facts as table
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import Function, called
from codemods.planning.references.log_formats import built_formats, is_any_field
from codemods.planning.references.module_questions import asks_for_its_folder, file_in, is_answered_alike, name_in
from codemods.planning.references.module_values import last_name
from codemods.planning.references.outside_names import outside_names, tree_classes
from codemods.planning.references.own_files import frames_compared
from codemods.project import Unreadable, walk
from codemods.project.nodes import assigned_pairs

CODE = "caller-frame"
ACCEPTS = True
TITLE = "moved code calls something that looks at its caller's module"
MEANING = """A helper that goes through frames (`sys._getframe(1).f_globals`, `inspect.stack()`) to learn who called it
finds the destination after the move, and so does code that compares the module of running code with the source. A
logger that shows `%(module)s`, or loguru's `{name}`, does it too: for those the move is refused where the tree has a
format, a filter or a test that looks at it. A format that shows the line as well is for people, since every edit
changes what it shows: that is assumed, and said, unless a text of the tree names the source as such a format does."""
EXAMPLE = """
-- shop/callers.py --
import sys
def caller():
    return sys._getframe(1).f_globals["__name__"]
-- shop/audit.py --
from shop.callers import caller
def record(what):
    return caller(), what
-- move --
shop/audit.py shop/records.py record
"""

_FRAMES = frozenset(
    {
        *("_getframe", "currentframe", "stack", "extract_stack", "_getframemodulename", "findCaller", "f_back"),
        *("walk_stack", "StackSummary", "_current_frames"),
    }
)
_OF_FUNCTIONS = frozenset({"co_name", "co_qualname", "co_flags", "co_varnames", "co_argcount"})
_MODULES = frozenset({"f_globals", "getmodule", "co_filename", "filename", "f_code", "_getframemodulename", "module"})
_MODULES |= {"pathname"}
# What lists frames, and what writes them down for people.
_STACKS = frozenset({"stack", "extract_stack", "getouterframes", "format_stack"})
_WRITTEN = frozenset({"format_stack", "print_stack"})
_OF_RUNNING = ("compare with the new module too, first", "leave it where it is")
_REMEDIES = ("pass it the name that it shows", "leave it where it is")
_DEPTH = 3
_STYLE = re.compile(r"""["'][{$]["']""")
_KEY = re.compile(r"(?:%\(|\$?\{|\$)(\w+)")
# What a format can show: the attributes of a record, and what formatters add.
_OF_RECORDS = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
# A pattern that is the edge of a word, the word, and more, in which alternatives stand in brackets alone.
_WORD = re.compile(r"\\b(\w+)(?![\w?*{|])(?:\([^()]*\)|[^()|])*")


def find(facts: Facts) -> Iterator[Hazard]:
    runs = any(group.is_function or group.is_class for group in facts.moving)
    for place in frames_compared(facts) if runs else ():
        reason = f"the module of running code is compared with {facts.move.source} here"
        yield Hazard(CODE, place, f"{reason}: for moved code it is {facts.move.destination}", _OF_RUNNING)
    reported: set[str] = set()
    known: dict[tuple[Function, int], bool] = {}  # does it look at who calls it, to this depth?
    for group in facts.moving:
        for statement in group.statements:
            for call in _calls(statement.node):
                for severity, reason in _reasons(facts, call, known):
                    if reason not in reported:
                        reported.add(reason)
                        remedies = _REMEDIES if severity is Severity.REFUSES else ()
                        yield Hazard(CODE, facts.source.source.place(call), reason, remedies, severity)


def _calls(node: ast.stmt) -> Iterator[ast.Call]:
    """The calls in a statement; a decorator without arguments is one, too."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield inner
        for decorator in getattr(inner, "decorator_list", ()):
            if not isinstance(decorator, ast.Call):
                yield ast.copy_location(ast.Call(decorator, [], []), decorator)


def _reasons(facts: Facts, call: ast.Call, known: dict[tuple[Function, int], bool]) -> Iterator[tuple[Severity, str]]:
    there = f"{facts.move.destination} after the move"
    parents = facts.source.source.nodes.parents
    decorates = call in getattr(parents.get(id(call)), "decorator_list", ())
    for module, function in called(facts.project, facts.source, call.func):
        if function.name == "__call__" and not decorates and _makes_one(facts, call):
            continue  # an instance is made here, and called elsewhere
        if _looks_at_callers(facts, module, function, _DEPTH, known):
            yield Severity.REFUSES, f"`{function.name}` looks at the module that calls it, which is {there}"
        for inner in (n for n in walk(function) if isinstance(n, ast.Call) and _is_for_its_caller(n)):
            yield from _by_table(facts, module, inner, there)
    yield from _by_table(facts, facts.source, call, there)


def _is_for_its_caller(call: ast.Call) -> bool:
    """``log.info(text, stacklevel=2)``: it says that the caller of the function logs."""
    level = next((k.value for k in call.keywords if k.arg == "stacklevel"), None)
    return level is not None and not (isinstance(level, ast.Constant) and level.value == 1)


def _by_table(facts: Facts, module: Module, call: ast.Call, there: str) -> Iterator[tuple[Severity, str]]:
    names = outside_names(facts.project, module, call.func)
    text = ast.unparse(call.func)
    for fact in table(facts.project.tree, "caller"):
        if matching(fact.calls, names or ({text} if fact.framework == "logging" and "log" in text.lower() else ())):
            if fact.package:
                if _takes_another_package(facts, fact, call):
                    yield Severity.REFUSES, f"{fact.why}: that is {there}"
                continue
            seen, shown = _seen_at(facts, fact)
            if seen is not None:
                yield Severity.REFUSES, f"{fact.why}, and {seen} looks at that name: it is {there}"
            elif shown is not None:
                reason = f"{shown} shows that name with its line, for people; no text of the tree names the source so"
                yield Severity.ASSUMED, f"{fact.why}, {reason}: it is {there}"


def _takes_another_package(facts: Facts, fact: Fact, call: ast.Call) -> bool:
    given = bool(call.args) or any(k.arg in (*fact.unless, None) for k in call.keywords)
    return not given and PurePosixPath(facts.move.source).parent != PurePosixPath(facts.move.destination).parent


def _makes_one(facts: Facts, call: ast.Call) -> bool:
    return any(True for _ in tree_classes(facts.project, facts.source, call.func))


def _seen_at(facts: Facts, fact: Fact) -> tuple[Place | None, Place | None]:
    """Places of the tree at which the module of a caller is looked at, and at which it is only shown with its line."""
    tree = facts.project.tree
    words = {word for pattern in fact.words for word in re.findall(r"[a-z]{4,}", pattern, re.IGNORECASE)}
    patterns = [re.compile(word) for word in fact.words]
    knowing = tree.code_with(words) | tree.texts_with(words)
    if fact.framework not in ("logging",):
        knowing = {path for path in knowing if fact.framework.encode() in tree.peek(path)}
    shown: Place | None = None
    for path in sorted(knowing):
        if path.endswith((".md", ".rst", ".txt")):
            continue
        text = tree.peek(path).decode("utf-8", "replace")
        for found in _found(patterns, text) if not path.endswith((".py", ".pyi")) or "log" in text else ():
            if fact.framework == "logging" and found[0][0] in "{$" and not _STYLE.search(text):
                continue  # without `style="{"` that is no format of a log record
            place = Place(path, text.count("\n", 0, found.start()) + 1)
            if found[0][0] in "%{$":
                written = _written_at(facts, place, text)  # of an f-string what is no value put into it
                if not any(_formats_records(w) for w in written if any(p.search(w) for p in patterns)):
                    continue
            if "lineno" not in text[text.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]:
                return place, None
            shown = shown or place
    for place, text in built_formats(facts) if fact.framework == "logging" else ():
        if is_any_field(text) or any(pattern.search(text) for pattern in patterns):
            if "lineno" not in text:
                return place, None
            shown = shown or place
    return (_named_with_a_line(facts), shown) if shown is not None else (None, None)


def _written_at(facts: Facts, place: Place, text: str) -> list[str]:
    """The strings of a Python file on a line, or the line of another file."""
    try:
        nodes = facts.project.module(place.path).source.nodes if place.path.endswith(".py") else None
    except Unreadable:
        nodes = None
    texts = (*nodes.of(ast.JoinedStr), *nodes.of(ast.Constant)) if nodes is not None else ()
    there = [node for node in texts if node.lineno <= (place.line or 0) <= (node.end_lineno or 0)]
    inner = {id(part) for node in there if isinstance(node, ast.JoinedStr) for part in node.values}
    written: list[str] = []
    for node in (n for n in there if id(n) not in inner):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        written.append("".join(str(part.value) for part in parts if isinstance(part, ast.Constant)))
    return written or [text.splitlines()[(place.line or 1) - 1]]


def _formats_records(written: str) -> bool:
    """Is it a format of log records: one with their message, or with nothing but what they have?"""
    keys = {*_KEY.findall(written)}
    return "message" in keys or keys <= _OF_RECORDS


def _found(patterns: Iterable[re.Pattern[str]], text: str) -> list[re.Match[str]]:
    """In the order of the text. One after the other they are found many times faster than any of them at each place;
    one that begins with the edge of a word is looked for where that word stands at all."""
    words = [(pattern, _WORD.fullmatch(pattern.pattern)) for pattern in patterns]
    found = [m for pattern, word in words if word is None or word[1] in text for m in pattern.finditer(text)]
    return sorted(found, key=lambda match: match.start())


def _named_with_a_line(facts: Facts) -> Place | None:
    """A text in code that names the source as a format with its line does: ``"orders:12"``, ``"orders.py:12"``."""
    stem = facts.move.source.rpartition("/")[2].removesuffix(".py")
    pattern = re.compile(rf"\b{re.escape(stem)}(?:\\?\.py)?\\?:(?:\d|\\d|[%{{(\[])")
    for module in facts.project.modules_mentioning(stem):
        for node in module.source.nodes.of(ast.Constant):
            if isinstance(node.value, str) and pattern.search(node.value):
                return module.source.place(node)
    return None


def _looks_at_callers(
    facts: Facts, module: Module, node: Function, depth: int, known: dict[tuple[Function, int], bool]
) -> bool:
    if (node, depth) not in known:
        nodes = _with_values(module, walk(node))
        words = {word for n in nodes for word in _words(n)}
        asks = not words.isdisjoint(_FRAMES) and _asks_for_module(facts, module, nodes)
        taken = not words.isdisjoint(_STACKS | _WRITTEN) and _takes_apart(facts, nodes, words)
        known[node, depth] = (
            asks
            or taken
            or any(
                _looks_at_callers(facts, owner, function, depth - 1, known)
                for call in nodes
                if depth > 0 and isinstance(call, ast.Call)
                for owner, function in called(facts.project, module, call.func)
                if function is not node
            )
        )
    return known[node, depth]


def _takes_apart(facts: Facts, nodes: Sequence[ast.AST], words: set[str]) -> bool:
    """``inspect.stack()[1][1]``, ``format_stack()[-2].split(…)``; or is the source looked for in what is written?"""
    stem = facts.move.source.rpartition("/")[2]
    dotted = facts.project.names.dotted(facts.move.source)
    texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    if not words.isdisjoint(_WRITTEN) and any(stem in text or dotted in text for text in texts):
        return True
    for node in nodes:
        entry = node.value if isinstance(node, (ast.Subscript, ast.Attribute)) else None
        listed = entry.value if isinstance(entry, ast.Subscript) else None
        by_place = isinstance(node, ast.Attribute) or isinstance(getattr(node, "slice", None), ast.Constant)
        if isinstance(listed, ast.Call) and by_place and last_name(listed.func) in _STACKS:
            of_text = last_name(listed.func) == "format_stack"
            if of_text or (isinstance(node, ast.Subscript) and getattr(node.slice, "value", None) in (0, 1)):
                return True
    return False


def _with_values(module: Module, nodes: Sequence[ast.AST]) -> list[ast.AST]:
    """The nodes of a function, and those of the calls that made what it names: ``names = attrgetter("f_globals")``."""
    named = {n.id for n in nodes if isinstance(n, ast.Name)}
    assigned = (
        pair for node in module.source.tree.body if isinstance(node, ast.Assign) for pair in assigned_pairs(node)
    )
    made = (v for target, v in assigned if getattr(target, "id", "") in named and isinstance(v, ast.Call))
    return [*nodes, *(inner for value in made for inner in walk(value))]


def _words(node: ast.AST) -> list[str]:
    """What a node names; of a text what it names of a frame: ``attrgetter("f_back.f_globals")``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [part for part in node.value.split(".") if part.startswith(("f_", "co_"))]
    return [node.attr] if isinstance(node, ast.Attribute) else [node.id] if isinstance(node, ast.Name) else []


def _asks_for_module(facts: Facts, module: Module, nodes: Sequence[ast.AST]) -> bool:
    """Does code that has frames make something else of the source's name than of the destination's?"""
    parents = module.source.nodes.parents
    old, new = (facts.project.names.dotted(path) for path in (facts.move.source, facts.move.destination))
    beside = facts.move.source.rpartition("/")[0] == facts.move.destination.rpartition("/")[0]
    for node in nodes:
        if isinstance(node, ast.Constant):
            if not _MODULES.isdisjoint(_words(node)):
                return True
            continue
        word = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if word not in _MODULES:
            continue
        above = parents.get(id(node))
        named = name_in(above, parents) if word == "f_globals" else None
        file = file_in(node, parents) if beside else None
        of_function = word == "f_code" and isinstance(above, ast.Attribute) and above.attr in _OF_FUNCTIONS
        of_function = of_function or (word == "module" and isinstance(node, ast.Name))
        alike = named is not None and is_answered_alike(named, parents, old, new)
        if not (of_function or alike or (file is not None and asks_for_its_folder(file, parents))):
            return True
    return False
