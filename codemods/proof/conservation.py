"""Nothing is lost, added or altered but imports and the listed reference edits."""

from __future__ import annotations

import ast
import copy
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator

from codemods.model import Check, Finding, Place
from codemods.proof.comparison import Comparison
from codemods.proof.side import Side, is_typing

SAYS = "every statement and comment is still there, once, and is written as before"


class _Canonical(ast.NodeTransformer):
    """Two statements are the same if they are equal in this form: no imports inside, module names under their old
    name."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return (
            ast.Constant(self.comparison.source_name) if node.id == "__name__" and self.comparison.source_name else node
        )

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        old, new = self.comparison.source_name, self.comparison.destination_name
        if old and new and isinstance(node.value, str) and re.match(_new_path(self.comparison), node.value):
            return ast.Constant(old + node.value[len(new) :])
        return ast.Constant(node.value)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        node = super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, [s for s in block if not isinstance(s, (ast.Import, ast.ImportFrom))])
        return node


def check(comparison: Comparison) -> Check:
    before, after = _statements(comparison, comparison.before), _statements(comparison, comparison.after)
    failures = [*_layout(comparison)]
    for key, places in before.items():
        if len(places) > len(after.get(key, ())) + len(after.get("again:" + key, ())):
            failures.append(Finding(places[-1], "this statement is gone, or altered, in the new tree"))
    for key, places in after.items():
        if len(places) > len(before.get(key, ())) and not key.startswith("again:"):
            failures.append(Finding(places[-1], "this statement is new, or altered, in the new tree"))
    failures += _comments(comparison)
    return Check("conservation", SAYS, sum(map(len, before.values())), tuple(failures))


def canonical(comparison: Comparison, node: ast.stmt) -> str:
    """A statement as text in which equal meaning is equal: positions, inner imports and the module's name set aside."""
    return ast.dump(_Canonical(comparison).visit(copy.deepcopy(node)))


def _new_path(comparison: Comparison) -> str:
    """A pattern for the destination's name, where a name that is there follows it."""
    outline = comparison.after.outline(comparison.destination)
    there = "|".join(map(re.escape, sorted(outline.binds))) if outline else ""
    return rf"{re.escape(comparison.destination_name)}(?=[.:](?:{there or '(?!)'})(?!\w))"


def _text(comparison: Comparison, side: Side, path: str, node: ast.stmt) -> str:
    """The lines of a statement as they are written, blank ones, imports inside and the listed edits set aside."""
    outline = side.outline(path)
    assert outline is not None
    source = outline.source
    inside = {
        line
        for n in ast.walk(node)
        if isinstance(n, (ast.Import, ast.ImportFrom)) and not source.line(n.lineno)[: n.col_offset].strip()
        for line in range(n.lineno, (n.end_lineno or n.lineno) + 1)
    }
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    lines = [source.line(n).rstrip("\r\n") for n in range(first, (node.end_lineno or first) + 1) if n not in inside]
    text = "\n".join(line for line in lines if line.strip())
    text = re.sub(r"(?<=: |; )from \S+ import [^;\n]+; ", "", text)
    if comparison.source_name:
        text = re.sub(rf"""(["']){re.escape(comparison.source_name)}\1""", "__name__", text)
        text = re.sub(rf"""(?<=["']){_new_path(comparison)}""", comparison.source_name, text)
    return text


def _statements(comparison: Comparison, side: Side) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for path in comparison.changed:
        outline = side.outline(path)
        if outline is None:
            continue
        for index, node in enumerate(outline.body):
            if import_like(node) or (index == 0 and _is_docstring(node)):
                continue
            key = canonical(comparison, node) + "\n" + _text(comparison, side, path, node)
            if path == comparison.destination and is_logger(node):
                key = "again:" + key if side is comparison.after else key
            found.setdefault(key, []).append(outline.source.place(node))
    return found


def is_logger(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and (getattr(node.value.func, "attr", getattr(node.value.func, "id", "")) == "getLogger")
    )


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def import_like(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, ast.If):
        inside = [*node.body, *node.orelse]
        if is_typing(node.test) and not node.orelse:
            return all(map(import_like, inside))
    elif isinstance(node, ast.Try):
        inside = [*node.body, *node.orelse, *node.finalbody, *(s for h in node.handlers for s in h.body)]
    else:
        return False
    simple = (ast.Constant, ast.Name, ast.Attribute)
    return any(map(import_like, inside)) and all(
        import_like(s) or isinstance(s, ast.Pass) or (isinstance(s, ast.Assign) and isinstance(s.value, simple))
        for s in inside
    )


def _comments(comparison: Comparison) -> Iterator[Finding]:
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    places: dict[str, Place] = {}
    for path in comparison.changed:
        for text, line, own in _comments_of(comparison.before, path):
            if own:
                before[text] += 1
                places[text] = Place(path, line)
        after.update(text for text, _, _ in _comments_of(comparison.after, path))
    for text in before - after:
        yield Finding(places[text], f"the comment {text!r} is gone")


def _comments_of(side: Side, path: str) -> Iterator[tuple[str, int, bool]]:
    """(text, line, whether it stands elsewhere than on an import)."""
    outline = side.outline(path)
    if outline is None:
        return
    imports: set[int] = set()
    for node in ast.walk(outline.source.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    text = re.sub(r"\r\n?", "\n", outline.source.text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string.rstrip(), token.start[0], token.start[0] not in imports


def _layout(comparison: Comparison) -> Iterator[Finding]:
    for path in comparison.changed:
        old, new = comparison.before.outline(path), comparison.after.outline(path)
        if new is None and path in comparison.after.tree.paths:
            yield Finding(Place(path), "the new text is not Python that can be read")
        if old is None or new is None:
            continue
        if old.source.encoding != new.source.encoding:
            yield Finding(Place(path), f"its encoding {old.source.encoding} became {new.source.encoding}")
        ends = [set(re.findall(r"\r\n|\r|\n", side.source.text)) for side in (old, new)]
        if len(ends[0]) == 1 and ends[1] - ends[0]:
            yield Finding(Place(path), "its line ends are mixed now")
