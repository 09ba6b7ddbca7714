"""Dotted paths in texts under the one map of the move: two texts are equal if they are equal in one form.

Strings and examples (`>>>`) may name a moved definition by its new path. The other checks need not know of that: they
read both trees with such texts in one form. Strings in patches are not among them: a patch does not say what a thing
is, but where it is looked up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from codemods.project import OverlayTree, Source, Tree, Unreadable
from codemods.proof.comparison import Comparison
from codemods.proof.side import Origin

_EXAMPLE = re.compile(r"^(?P<prompt>[ \t]*>>>[ \t]+)(?P<code>from[ \t]+[\w.]+[ \t]+import\b[^\r\n]*)", re.MULTILINE)
_MORE = re.compile(r"\r?\n[ \t]*\.\.\.(?:[ \t](?P<code>[^\r\n]*))?(?=\r?\n|$)")
_PATCHES = ("patch", "setattr", "delattr", "object", "multiple", "dict")

# The old dotted name of the module, by the new one and the name that moved.
Olds = dict[tuple[str, str], str]


def moved_paths(comparison: Comparison) -> Olds:
    """The one map of the move, in dotted names."""

    def dotted(origin: Origin, after: bool) -> str:
        return (comparison.after if after else comparison.before).names.dotted(origin[0])

    return {(dotted(new, True), new[1]): dotted(old, False) for old, new in comparison.renamed.items()}


def in_one_form(comparison: Comparison) -> Comparison:
    """The same comparison, with the strings and examples of touched modules in one form on both sides."""
    olds = moved_paths(comparison)
    before, after = _differing(comparison, olds)
    if not after:
        return comparison
    old = OverlayTree(comparison.old, before)
    changes = {path: _raw(comparison.new, path) for path in comparison.touched}
    return replace(comparison, old=old, new=OverlayTree(old, changes | after))


def _differing(comparison: Comparison, olds: Olds) -> tuple[dict[str, bytes | None], dict[str, bytes | None]]:
    """Modules of the old and of the new tree in their one form, if any differs from what is written."""
    before: dict[str, bytes | None] = {}
    after: dict[str, bytes | None] = {}
    new_named = False
    for path in comparison.touched:
        if path.endswith(".py"):
            old, new = _source(comparison.old, path), _source(comparison.new, path)
            if old is not None:
                before[path] = _module_in_one_form(old, olds)
            if new is not None:
                after[path] = _module_in_one_form(new, olds)
                new_named |= after[path] != new.raw and any(module in new.text for module, _ in olds)
    return (before, after) if new_named else ({}, {})


def _raw(tree: Tree, path: str) -> bytes | None:
    return tree.read(path) if path in tree.paths else None


def _source(tree: Tree, path: str) -> Source | None:
    try:
        source = Source(path, tree.read(path))
        _ = source.tree
    except (Unreadable, OSError):
        return None
    return source


def _module_in_one_form(source: Source, olds: Olds) -> bytes:
    if not any(module in source.text or old in source.text for (module, _), old in olds.items()):
        return source.raw
    patched = {
        id(node.args[0])
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and node.args and _called(node) in _PATCHES
    }
    pieces: list[str] = []
    at = 0
    for start, end, example in sorted(_spans(source, patched)):
        if start >= at:
            text = source.text[start:end]
            pieces += [source.text[at:start], _divided(text, olds) if example else _renamed(text, olds)]
            at = end
    return source.encode("".join([*pieces, source.text[at:]]))


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _spans(source: Source, patched: set[int]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it has examples) of strings that are read in their one form."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in patched:
            if ">>>" in node.value:
                yield source.start(node), source.end(node), True
            elif re.fullmatch(r"(?:[\w.-]+\s*=\s*)?\w+(?:\.\w+)*[.:]\w+(?:\.\w+)*", node.value):
                yield source.start(node), source.end(node), False


def in_old_form(text: str, olds: Olds) -> str:
    """``text`` with each moved name under its old path, and an import in an example divided into one a name."""
    text = _renamed(text, olds)
    return _divided(text, olds) if ">>>" in text else text


def _renamed(text: str, olds: Olds) -> str:
    for (module, name), old in olds.items():
        if f"{module}." in text or f"{module}:" in text:
            text = re.sub(rf"(?<![\w.]){re.escape(module)}(?=[.:]{re.escape(name)}(?!\w))", old, text)
    return text


def _divided(text: str, olds: Olds) -> str:
    """Neighbouring imports of examples as one sorted list of imports of one name each."""
    pieces: list[str] = []
    pending: list[str] = []
    at = 0
    for found in _EXAMPLE.finditer(text):
        if found.start() < at:
            continue
        stop = found.end()
        code = found["code"]
        tree = _parsed(code)
        while tree is None and (more := _MORE.match(text, stop)):
            code, stop = code + "\n" + (more["code"] or ""), more.end()
            tree = _parsed(code)
        if tree is None or not isinstance(tree.body[0], ast.ImportFrom):
            continue
        between = text[at : found.start()]
        if between.strip("\r\n"):
            pieces += [*sorted(pending), between]
            pending = []
        node = tree.body[0]
        if not _concerned(node, olds):
            continue
        rest = "; ".join(ast.unparse(other) for other in tree.body[1:])
        for alias in node.names:
            module = olds.get((node.module or "", alias.name), node.module)
            pending.append(f"{found['prompt']}from {module} import {alias.name} as {alias.asname}; {rest}\n")
        at = stop
    return "".join([*pieces, *sorted(pending), text[at:]])


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return None


def _concerned(node: ast.ImportFrom, olds: Olds) -> bool:
    return node.module in olds.values() or any((node.module or "", alias.name) in olds for alias in node.names)
