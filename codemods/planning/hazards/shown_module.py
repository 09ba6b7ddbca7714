"""A text that shows the module of a moved definition, as ``repr`` does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Hazard, Place
from codemods.planning.facts import Facts

CODE = "shown-module"
ACCEPTS = True
TITLE = "a string shows the module of what moves"
MEANING = """A class says in its repr, and in those of its instances, which module it was defined in:
`<class 'shop.cart.Cart'>`; a traceback ends with the module of the exception. A string that holds such a text, as it is
or as a pattern with escaped dots, is compared with it somewhere, and would not be equal any more."""
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
_REMEDIES = ("compare with the class's own __module__ there", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    shown = {
        name
        for unit in facts.moving
        for statement in unit.statements
        if isinstance(statement.node, (ast.ClassDef, *FUNCTIONS))
        for name in statement.binds
    }
    old = facts.world.names.dotted(facts.move.source)
    if not shown or not old:
        return
    names = "|".join(map(re.escape, sorted(shown, key=len, reverse=True)))
    path = r"\\?\.".join(map(re.escape, old.split(".")))
    plain = re.compile(rf"<(?:class '|function |enum ')?{path}\.(?:{names})\b")
    raised = re.compile(rf"^[ \t]*{path}\.(?:{names}): ", re.M)  # as a traceback ends
    pattern = re.compile(rf"\b{path}\\\.(?:\((?:\?:)?[\w|]*?)?(?:{names})\b")
    tree = facts.world.tree
    for file in sorted(tree.texts_with([old.rpartition(".")[2]]) & tree.texts_with(shown)):
        # What people read may say what it likes; what a test compares with is in files of other kinds.
        found = None if file.endswith((".md", ".rst")) else plain.search(tree.read(file).decode("utf-8", "replace"))
        if found is not None:
            place = Place(file, found.string.count("\n", 0, found.start()) + 1)
            yield Hazard(
                CODE, place, f"this shows {old} as the module of what moves: it is another one then", _REMEDIES
            )
    knowing = tree.code_with([old.rpartition(".")[2]]) & tree.code_with(shown)
    # It begins with plain text: one that looks behind itself takes twenty times as long.
    showing = re.compile(rf"{path}\\?\.".encode())
    knowing = {path for path in knowing if showing.search(tree.peek(path))}
    for module in facts.world.modules_mentioning(*shown, among=knowing):
        alone = {id(node.value) for node in module.source.nodes.of(ast.Expr)}
        for node in module.source.nodes.of(ast.Constant):
            text = node.value
            if not isinstance(text, str) or (id(node) in alone and ">>>" not in text):
                continue
            if plain.search(text) or pattern.search(text) or raised.search(text):
                reason = f"this string shows {old} as the module of what moves: it is another one then"
                yield Hazard(CODE, module.source.place(node), reason, _REMEDIES)
