"""A text that shows the module of a moved definition, as ``repr`` does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from codemods.bindings import Module
from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.references.called_code import code_that_gets
from codemods.planning.references.identity_readers import reads_of_module
from codemods.planning.references.module_values import last_name
from codemods.planning.references.shown_modules import Shown, shown_names
from codemods.project import Tree

CODE = "shown-module"
ACCEPTS = True
TITLE = "a string shows the module of what moves"
MEANING = """A class says in its repr, and in those of its instances, which module it was defined in:
`<class 'shop.cart.Cart'>`; a traceback ends with the module of the exception. A string that holds such a text, as it is
or as a pattern with escaped dots, is compared with it somewhere, and would not be equal any more. So would the recorded
list of what modules have, which a test makes anew: a file that names moved definitions by the old path, and that is
named in code which goes through the names of modules. A line of a traceback names the file of a moved function. What
examples (`>>>`) print is rewritten with the move."""
EXAMPLE = """
-- shop/cart.py --
class Cart: ...
-- tests.py --
from shop.cart import Cart

def test():
    assert repr(Cart) == "<class 'shop.cart.Cart'>"
-- move --
shop/cart.py shop/basket.py Cart
"""
_FOR_PEOPLE = (".md", ".rst")
_LISTING = ("vars", "dir", "getmembers", "getmembers_static")
_REMEDIES = ("compare with the class's own `__module__` there", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    old, new = (facts.project.names.dotted(path) for path in (facts.move.source, facts.move.destination))
    shown = Shown(old, shown_names(facts.moving))
    yield from _recorded(facts, old)
    if not shown.names or not old:
        return
    tree = facts.project.tree
    knowing = tree.texts_with([old.rpartition(".")[2]]) & tree.texts_with(shown.names)
    for file in sorted(path for path in knowing if not path.endswith(_FOR_PEOPLE)):
        # What people read may say what it likes; what an example in it prints is rewritten.
        text = tree.read(file).decode("utf-8", "replace")
        if (found := shown.plain.search(text)) is not None:
            place = Place(file, text.count("\n", 0, found.start()) + 1)
            reason = f"this file shows {old} as the module of what moves; after the move it is {new}"
            yield Hazard(CODE, place, reason, _REMEDIES)
    knowing = tree.code_with([old.rpartition(".")[2]]) & tree.code_with(shown.names)
    # It begins with plain text: one that looks behind itself takes twenty times as long.
    showing = re.compile(rb"\\?\.".join(re.escape(part.encode()) for part in [*old.split("."), ""]))
    knowing = {path for path in knowing if showing.search(tree.peek(path))}
    for module in facts.project.modules_mentioning(*shown.names, among=knowing):
        alone = {id(node.value) for node in module.source.nodes.of(ast.Expr)}
        for node in module.source.nodes.of(ast.Constant):
            if isinstance(node.value, str) and id(node) not in alone and _shows(shown, node.value):
                reason = f"this string names {old} as the module of what moves; after the move it is {new}"
                yield Hazard(CODE, module.source.place(node), reason, _REMEDIES)
    yield from _frames(facts, shown)
    yield from _begun(facts, shown, old, new)


def _begun(facts: Facts, shown: Shown, old: str, new: str) -> Iterator[Hazard]:
    """Strings that a repr is compared with a part of, where the tree's own repr shows the module of what moves."""
    tree, last = facts.project.tree, old.rpartition(".")[2]
    part = re.compile(rf"[\"'](?:\w+\.)*{re.escape(last)}\.(?:{'|'.join(map(re.escape, shown.names))})[ ,(:]".encode())
    knowing = {path for path in tree.code_with([last]) & tree.code_with(shown.names) if part.search(tree.peek(path))}
    texts = [
        module.source.place(node)
        for module in facts.project.modules_mentioning(*shown.names, among=knowing)
        for node in module.source.nodes.of(ast.Constant)
        if isinstance(node.value, str) and shown.begun.match(node.value) and not _is_prose(module, node)
    ]
    if texts and _shows_itself(facts, old, new):
        for place in texts:
            reason = f"a repr that shows modules may be compared with this; after the move it says {new} for {old}"
            yield Hazard(CODE, place, reason, _REMEDIES)


def _is_prose(module: Module, node: ast.Constant) -> bool:
    return isinstance(module.source.nodes.parents.get(id(node)), ast.Expr)


def _shows_itself(facts: Facts, old: str, new: str) -> bool:
    """Is its module said by the repr that a class has from the tree?"""
    methods = (code.node for code in code_that_gets(facts) if getattr(code.node, "name", "") in ("__repr__", "__str__"))
    return any(True for method in methods for _ in reads_of_module(method, old, new))


def _frames(facts: Facts, shown: Shown) -> Iterator[Hazard]:
    """Strings with a line of a traceback that names a moved function, and the file of the source."""
    file = facts.move.source.rpartition("/")[2]
    nodes = (n for group in facts.moving for s in group.statements for n in ast.walk(s.node))
    functions = {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
    if not functions or file == facts.move.destination.rpartition("/")[2]:
        return
    line, tree = shown.frames(file, functions), facts.project.tree
    knowing = {path for path in tree.code_with(functions) if file.encode() in tree.peek(path)}
    for module in facts.project.modules_mentioning("File", among=knowing):
        alone = {id(node.value) for node in module.source.nodes.of(ast.Expr)}
        for node in module.source.nodes.of(ast.Constant):
            if isinstance(node.value, str) and id(node) not in alone and (found := line.search(node.value)):
                reason = f"this string has a line of a traceback, `{found[0]}`, which names another file after the move"
                yield Hazard(CODE, module.source.place(node), reason, _REMEDIES[1:])


def _shows(shown: Shown, text: str) -> bool:
    return any(form.search(text) for form in (shown.plain, shown.escaped, shown.raised))


def _recorded(facts: Facts, old: str) -> Iterator[Hazard]:
    """Recorded lists of what modules have, with moved names in them, that code of the tree makes anew."""
    tree, names = facts.project.tree, "|".join(map(re.escape, sorted(facts.moved_names, key=len, reverse=True)))
    path = re.compile(rf"(?<![\w.]){re.escape(old)}\.(?:{names})\b")
    recorded: dict[str, re.Match[str]] = {}
    for file in sorted(tree.texts_with([old.rpartition(".")[2]]) & tree.texts_with(facts.moved_names)):
        text = "" if file.endswith((".md", ".rst")) else tree.read(file).decode("utf-8", "replace")
        if (found := path.search(text)) is not None:
            recorded[file] = found
    listing = dict(_listing(tree)) if recorded else {}
    for file, found in recorded.items():
        module = _lister(facts, file.rpartition("/")[2], listing)
        if module is not None:
            place = Place(file, found.string.count("\n", 0, found.start()) + 1)
            reason = f"this records {found[0]}, which {module.path} lists: after the move it is in another module"
            yield Hazard(CODE, place, reason, ("record the list anew, with the move", _REMEDIES[1]))


def _listing(tree: Tree) -> Iterator[tuple[str, bytes]]:
    """Python files that may go through the names of modules, with their bytes."""
    calls = re.compile(rf"\b(?:{'|'.join(_LISTING)})\s*\(".encode())
    for path in sorted(tree.code_with(_LISTING)):
        if path.endswith(".py") and calls.search(raw := tree.peek(path)):
            yield path, raw


def _lister(facts: Facts, name: str, listing: Mapping[str, bytes]) -> Module | None:
    """Code that names a file, and goes through the names of modules."""
    words = [word.encode() for word in re.findall(r"\w+", name)]
    for module in facts.project.modules_at(p for p, raw in listing.items() if all(word in raw for word in words)):
        nodes = module.source.nodes
        named = any(isinstance(n.value, str) and n.value.endswith(name) for n in nodes.of(ast.Constant))
        if named and any(last_name(n.func) in _LISTING for n in nodes.of(ast.Call)):
            return module
    return None
