"""Somebody asks moved definitions which module they were made in."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from itertools import chain

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts
from codemods.planning.grouping.dotted_names import chain_of, definition, resolved
from codemods.planning.references.asked_objects import is_another_object
from codemods.planning.references.built_texts import bound_values
from codemods.planning.references.callbacks import is_given_anything
from codemods.planning.references.called_code import Code, code_that_gets, is_moved, moved_name
from codemods.planning.references.caught_exceptions import may_be_caught
from codemods.planning.references.class_values import is_a_class
from codemods.planning.references.decorating_code import decorating_code
from codemods.planning.references.found_namespaces import names_asked
from codemods.planning.references.held_values import holders_of_moved, may_be_moved, namespaces_of_moved
from codemods.planning.references.identity_readers import (
    WORDS,
    asked_by_field,
    compared_with_module,
    is_a_text,
    knows_its_module,
    reads_of_module,
    shown_in_text,
)
from codemods.planning.references.library_holders import may_come_from_a_library
from codemods.planning.references.local_values import is_defined_there
from codemods.planning.references.message_searches import message_searches
from codemods.planning.references.messages import expected_texts, is_told
from codemods.planning.references.module_values import last_name
from codemods.planning.references.outside_names import outside_names
from codemods.planning.references.shown_classes import shows
from codemods.planning.references.shown_signatures import shown_signatures
from codemods.planning.references.tests_beside import is_asked_of_one_that_stays

CODE = "module-recorded"
ACCEPTS = True
TITLE = "code asks what moves which module it was made in, and a move changes the answer"
MEANING = """A class or function says in `__module__` where it was made, and after a move it says the destination. The
move is refused where code that reads it is seen to get what moves: a decorator, a base class or its metaclass, a
function that is given it, code that walks the names of the source, a comparison with the source's name. It may be
spelled `getattr(f, "__module__")`, `inspect.getmodule(f)`, `str(type(self))`. What an exception says in a sentence is
for people, unless the tree has a text with the old path in it, as a test has, or looks for the name of the source in a
text. Where such code is in the tree, and is not seen to get what moves, that is assumed, and said."""
EXAMPLE = """
-- shop/tasks.py --
TASKS = {}
def task(function):
    TASKS[f"{function.__module__}.{function.__name__}"] = function
    return function
-- shop/mail.py --
from shop.tasks import task
@task
def send():
    return "sent"
-- move --
shop/mail.py shop/sending.py send
"""

_COMMENT = re.compile(rb"#[^\n]*")
_REMEDIES = ("give it a name that does not come from its module first", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    if not any(knows_its_module(s.node) for group in facts.moving for s in group.statements):
        return
    met: dict[Place, str] = {}
    told: list[Place] = []
    for code in filter(_is_the_same_twice, chain(code_that_gets(facts), decorating_code(facts))):
        for node, spelled in _read_by(facts, code):
            if is_told(node, code.module.source.nodes.parents):
                told.append(code.module.source.place(node))
            elif not is_a_text(code.module, node):
                met.setdefault(code.module.source.place(node), f"this code reads `{spelled}`, and {code.how}")
        for node, name in names_asked(code.node):
            what = "sets names" if name == "*" else f"asks for `{name}`"
            met.setdefault(code.module.source.place(node), f"this {what} in the module of what it gets, and {code.how}")
    for module, node, spelled in namespaces_of_moved(facts):
        moved = ", ".join(sorted(facts.moved_names)[:3])
        met.setdefault(module.source.place(node), f"names are looked up by `{spelled}` of {moved} here")
    for module, node, name in shown_signatures(facts):
        met.setdefault(module.source.place(node), f"a signature with `{name}` in it is shown in a text here")
    for module, node in _shown(facts):
        met.setdefault(module.source.place(node), "a class that moves is shown in a text here, with its module")
    elsewhere: list[Place] = []
    for module, node, spelled in _reads(facts):
        place = module.source.place(node)
        asked = _asked(node) or asked_by_field(node, module.source.nodes.parents)
        if place in met or (asked is not None and _is_another(facts, module, asked)):
            continue
        if is_told(node, module.source.nodes.parents):
            told.append(place)
            continue
        if may_be_moved(facts, module, node if asked is None else asked):
            met[place] = f"`{spelled}` of {', '.join(sorted(facts.moved_names)[:3])} is read here"
        elif asked is not None and may_be_caught(facts, module, asked):
            met[place] = f"`{spelled}` of an exception that is caught is read here, which may be one that moves"
        elif asked is not None and is_given_anything(facts, module, asked):
            met[place] = f"`{spelled}` of whatever this function is called with is read here"
        elif _may_be_asked(facts, module, node) and _names_source(facts, module, compared_with_module(module, node)):
            if asked is not None and is_asked_of_one_that_stays(facts, module, node, asked):
                elsewhere.append(place)
                continue
            met[place] = f"`{spelled}` is compared with the name of a module here, and moved definitions have another"
        elif asked is not None and may_come_from_a_library(facts, module, asked):
            met[place] = f"`{spelled}` of what a library was given is read here, which may be what moves"
        else:
            elsewhere.append(place)
    if elsewhere or met:
        for place, text in _keys(facts):
            met[place] = f"{text!r} is looked up or compared here, and {(elsewhere or list(met))[0]} reads modules"
    for place, text in expected_texts(facts) if told else ():
        met[place] = f"{text!r} is said here, and {min(told)} puts the module into a message"
    for place, text in message_searches(facts) if told else ():
        met[place] = f"`{text}`, the name of the source, is looked for here, and {min(told)} puts it into a message"
    new = facts.project.names.dotted(facts.move.destination)
    for place, reason in sorted(met.items()):
        yield Hazard(CODE, place, f"{reason}: the module is {new} after the move", _REMEDIES)
    if elsewhere and not met:
        many = f"at {len(elsewhere)} places" if len(elsewhere) > 1 else "here"
        reason = f"the module of a definition is read {many}; codemods found no moved definition that reaches it"
        yield Hazard(CODE, elsewhere[0], reason, (), Severity.ASSUMED)


def _is_the_same_twice(code: Code) -> bool:
    """Not what a person is shown of an object with its address, which is another one each time."""
    if getattr(code.node, "name", "") not in ("__repr__", "__str__"):
        return True
    calls = (n.func for n in ast.walk(code.node) if isinstance(n, ast.Call))
    return not any(isinstance(function, ast.Name) and function.id == "id" for function in calls)


def _read_by(facts: Facts, code: Code) -> Iterator[tuple[ast.expr, str]]:
    """Where code reads the module of what it gets, be it through an ``attrgetter`` that stands beside it."""
    old, new = _modules(facts)
    parents = code.module.source.nodes.parents
    for node, spelled in reads_of_module(code.node, old, new, parents):
        asked = _asked(node) or asked_by_field(node, parents)
        if asked is None or not is_another_object(facts, code, asked):
            yield node, spelled
    for node, shown in shown_in_text(code.node) if code.given else ():
        if isinstance(shown, ast.Name) and shown.id == code.given:
            yield node, f"{shown.id}, with its module,"
    names = {n.id for n in ast.walk(code.node) if isinstance(n, ast.Name) and n.id in code.module.binds}
    for name, value in bound_values(code.module) if names else ():
        if name in names and isinstance(value, ast.Call) and last_name(value.func) == "attrgetter":
            yield from reads_of_module(value, old, new)


def _modules(facts: Facts) -> tuple[str, str]:
    names, move = facts.project.names, facts.move
    return names.dotted(move.source), names.dotted(move.destination)


def _keys(facts: Facts) -> Iterator[tuple[Place, str]]:
    """Texts that are the old path of what moves, and stand where a made-up name is looked for."""
    old = re.escape(facts.project.names.dotted(facts.move.source))
    path = re.compile(rf"{old}[.:]({'|'.join(map(re.escape, sorted(facts.moved_names)))})")
    for module in facts.project.modules_at(_spelling(facts)):
        parents = module.source.nodes.parents
        for node in module.source.nodes.of(ast.Constant):
            if isinstance(node.value, str) and path.fullmatch(node.value):
                above = parents.get(id(node))
                while isinstance(above, (ast.Tuple, ast.Set, ast.List)):
                    above = parents.get(id(above))
                keyed = isinstance(above, ast.Dict) and node in above.keys
                if keyed or isinstance(above, (ast.Compare, ast.Subscript, ast.MatchValue)):
                    yield module.source.place(node), node.value


def _spelling(facts: Facts) -> Iterator[str]:
    """The files in whose bytes the end of such a path stands, be it in pieces with comments between them."""
    tree, last = facts.project.tree, facts.project.names.dotted(facts.move.source).rpartition(".")[2]
    names = "|".join(map(re.escape, sorted(facts.moved_names)))
    end = re.compile(rf"{re.escape(last)}\W*[.:]\W*(?:[a-zA-Z]{{1,2}}[\"'])?(?:{names})(?!\w)".encode())
    for path in sorted(tree.code_with(facts.moved_names)):
        raw = tree.peek(path)
        if path.endswith(".py") and any(end.search(text) for text in (raw, _COMMENT.sub(b"", raw))):
            yield path


def _reads(facts: Facts) -> Iterator[tuple[Module, ast.expr, str]]:
    """Where modules that know the source ask for the module of something."""
    last = facts.project.names.dotted(facts.move.source).rpartition(".")[2]
    names = _modules(facts)
    knowing = facts.project.tree.code_with([last, *holders_of_moved(facts)]) | {facts.move.source}
    for module in facts.project.modules_mentioning(*WORDS, among=knowing):
        reads = reads_of_module(module.source.tree, *names)
        yield from ((module, node, spelled) for node, spelled in reads if not is_a_text(module, node))


def _shown(facts: Facts) -> Iterator[tuple[Module, ast.expr]]:
    """Where a text is made of a class that moves: ``repr(Price)``. What it is compared with is another hazard's."""
    nodes = [s.node for group in facts.moving for s in group.statements if isinstance(s.node, ast.ClassDef)]
    classes = {node.name for node in nodes}
    files = {*facts.project.tree.code_with(classes), *facts.referrers.values.files} if classes else set[str]()
    for module in facts.project.modules_at(sorted(path for path in files if path.endswith(".py"))):
        for node, shown in shown_in_text(module.source.tree):
            compared = isinstance(module.source.nodes.parents.get(id(node)), ast.Compare)
            if not (compared and moved_name(facts, module, shown)) and shows(facts, module, shown, classes):
                yield module, node


def _asked(node: ast.expr) -> ast.expr | None:
    """What is asked directly: ``Price.__module__``, ``getmodule(Price)``."""
    match node:
        case ast.Call(args=[asked, *_]) if not isinstance(asked, ast.Constant):
            return asked
        case ast.Subscript(value=ast.Attribute(value=asked, attr="__dict__") | ast.Call(args=[asked])):
            return asked  # X.__dict__["__module__"], vars(X)["__module__"]
        case _:
            return node.value if isinstance(node, ast.Attribute) else None


def _is_another(facts: Facts, module: Module, asked: ast.expr) -> bool:
    """Certainly not what moves: a builtin, a definition from outside, of a function, or of the tree that stays?"""
    if is_defined_there(module, asked):
        return True
    chain = chain_of(asked)
    if not chain or not module.is_global(next(n for n in ast.walk(asked) if isinstance(n, ast.Name))):
        return False
    if chain[0] not in module.binds and hasattr(builtins, chain[0]):
        return len(chain) == 1
    target = resolved(facts.project, module, chain)
    if target is None:
        names = outside_names(facts.project, module, asked)
        return bool(names) and not any("()" in name for name in names)
    node = definition(facts.project, target)
    return isinstance(node, (ast.ClassDef, *FUNCTIONS)) and not is_moved(facts, module, asked)


def _may_be_asked(facts: Facts, module: Module, node: ast.expr) -> bool:
    """May something that moves be what a read asks: a class, where it asks classes alone?"""
    nodes = [s.node for group in facts.moving for s in group.statements]
    if all(isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) for n in nodes):
        return not (isinstance(node, ast.Attribute) and is_a_class(facts.project, module, node.value))
    made = (n for n in nodes for inner in ast.walk(n) if isinstance(inner, (ast.Call, ast.Lambda, ast.ClassDef)))
    return any(True for _ in made) or any(isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) for n in nodes)


def _said(pattern: ast.pattern) -> object:
    value = pattern.value if isinstance(pattern, ast.MatchValue) else None
    return value.value if isinstance(value, ast.Constant) else None


def _names_source(facts: Facts, module: Module, parts: list[ast.AST]) -> bool:
    """Does a comparison speak of the source: by its ``__name__``, by its name as text, or by the module itself?"""
    dotted = facts.project.names.dotted(facts.move.source)
    values = facts.referrers.values
    owners = {id(node.value) for node in parts if isinstance(node, ast.Attribute)}  # of what is in them
    for node in parts:
        if isinstance(node, ast.Name) and node.id == "__name__" and module.path == facts.move.source:
            return True
        named = isinstance(node, ast.Attribute) and node.attr == "__name__" and module.path != facts.move.source
        if named and not is_a_class(facts.project, module, node.value):  # type: ignore[attr-defined]
            return True
        if isinstance(node, ast.Constant) and node.value == dotted:
            return True
        if isinstance(node, ast.MatchSequence) and [_said(p) for p in node.patterns] == dotted.split("."):
            return True
        if isinstance(node, (ast.Name, ast.Attribute)) and id(node) not in owners and values.holds(module, node):
            return True
    return False
