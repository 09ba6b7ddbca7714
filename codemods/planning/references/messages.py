"""Texts for people: sentences, and what exceptions and warnings say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings.scopes import FUNCTIONS
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.references.module_values import last_name

_WORDS = re.compile(r"[a-z] [a-z]+ | [a-z]+ [a-z]", re.IGNORECASE)


def is_a_sentence(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does it stand among words, in a text for people? A name that is made up to look something up has no spaces."""
    above = parents.get(id(node))
    texts = above.values if isinstance(above, ast.JoinedStr) else [node.left] if isinstance(node, ast.BinOp) else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        texts = [node.func.value]  # of "...".format()
    return any(isinstance(t, ast.Constant) and _WORDS.search(str(t.value)) for t in texts)


def is_told(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is it a part of a sentence that is the message of an exception, or of a log for debugging, and nothing else?"""
    sentence = False
    while (above := parents.get(id(node))) is not None:
        sentence = sentence or is_a_sentence(node, parents)
        match above:
            case ast.JoinedStr() | ast.FormattedValue() | ast.Tuple() | ast.BinOp(op=ast.Mod() | ast.Add()):
                pass
            case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant())) | ast.Attribute(attr="format"):
                pass
            case ast.Call(args=[*given]) if node in given and isinstance(parents.get(id(above)), ast.Raise):
                return sentence and getattr(parents[id(above)], "exc", None) is above
            case ast.Call(func=ast.Attribute(attr="debug", value=log), args=[ast.Constant(value=str(said)), *given]):
                return node in given and " " in said.strip() and "log" in last_name(log).lower()
            case ast.Assign():
                return sentence and _is_a_message(above, parents)
            case _:
                return False
        node = above
    return False


def is_raised(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does it stand in the message of an exception or a warning, which people read, and no code looks things up by?"""
    above = parents.get(id(node))
    while above is not None and not isinstance(node, ast.stmt):
        if isinstance(above, ast.Raise) or (isinstance(above, ast.Assert) and node is above.msg):
            return True
        if isinstance(above, ast.Call) and node is not above.func and last_name(above.func) == "warn":
            return True
        node, above = above, parents.get(id(above))
    return isinstance(node, ast.Assign) and _is_a_message(node, parents)


def _is_a_message(node: ast.Assign, parents: dict[int, ast.AST]) -> bool:
    """``message = f"..."``, a local variable that is read to be raised, and nowhere else."""
    function: ast.AST | None = node
    while function is not None and not isinstance(function, FUNCTIONS):
        function = parents.get(id(function))
    target = node.targets[0]
    if function is None or len(node.targets) > 1 or not isinstance(target, ast.Name):
        return False
    same = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == target.id]
    kept = any(isinstance(n, (ast.Global, ast.Nonlocal)) and target.id in n.names for n in ast.walk(function))
    read = [n for n in same if isinstance(n.ctx, ast.Load)]
    return not kept and bool(read) and all(isinstance(_statement(n, parents), (ast.Raise, ast.Assert)) for n in read)


def _statement(node: ast.AST, parents: dict[int, ast.AST]) -> ast.AST:
    while not isinstance(node, ast.stmt) and id(node) in parents:
        node = parents[id(node)]
    return node


def expected_texts(facts: Facts) -> Iterator[tuple[Place, str]]:
    """Texts of the tree that say the old path of what moves, or its module, among other words: a message that a test
    knows, a recorded one. A text that is the path and nothing else is rewritten, and one for people may say what it
    likes."""
    tree, dotted = facts.project.tree, facts.project.names.dotted(facts.move.source)
    last = dotted.rpartition(".")[2]
    module_path = r"\\?\.".join(map(re.escape, dotted.split(".")))
    names, knowing = "|".join(map(re.escape, sorted(facts.moved_names))), tree.code_with([last])
    path = rf"(?<![\w.]){module_path}\\?[.:](?:{names})(?!\w)"
    said = re.compile(rf"{path}|\s{module_path}(?![\w.:\\]+\w)|(?<![\w.]){module_path}\s")
    # A package of one word is spoken of in many sentences: one about what moves says that as well.
    also = re.compile(rf"(?<!\w)(?:{names})(?!\w)" if "." not in dotted else "")
    begins = re.compile(module_path.encode())
    for module in facts.project.modules_mentioning(last, among={p for p in knowing if begins.search(tree.peek(p))}):
        alone = {id(node.value) for node in module.source.nodes.of(ast.Expr)}
        for node in module.source.nodes.of(ast.Constant):
            text = node.value if isinstance(node.value, str) and id(node) not in alone else ""
            if (found := said.search(text)) is not None and found[0] != text and also.search(text):
                yield module.source.place(node), found[0].strip()
    for file in sorted(tree.texts_with([last]) & tree.texts_with(facts.moved_names)):
        text = "" if file.endswith((".md", ".rst")) else tree.read(file).decode("utf-8", "replace")
        if (found := re.search(path, text)) is not None:
            yield Place(file, text.count("\n", 0, found.start()) + 1), found[0]
