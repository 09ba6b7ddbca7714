"""Dotted paths in texts under the one map of the move: two texts are equal if they are equal in their old form."""

from __future__ import annotations

import ast
import re

from codemods.proof.comparison import Comparison

_EXAMPLE = re.compile(r"^(?P<prompt>[ \t]*>>>[ \t]+)(?P<code>from[ \t]+[\w.]+[ \t]+import\b[^\n]*)", re.MULTILINE)
_MORE = re.compile(r"\n[ \t]*\.\.\.(?:[ \t](?P<code>[^\n]*))?(?=\n|$)")


def in_old_form(comparison: Comparison, text: str) -> str:
    """``text`` with each moved name under its old path, and an import in an example divided into one a name."""
    pairs = comparison.moved_paths
    for (old, new), names in pairs.items():
        if old and new and new in text:
            some = "|".join(map(re.escape, sorted(names)))
            # A string that is all path may also name what the code that moved looks up: a seam.
            text = re.sub(rf"""(?:\A|(?<=["'])){re.escape(new)}(?=[.:]\w)""", old, text)
            text = re.sub(rf"(?<![\w.]){re.escape(new)}(?=[.:](?:{some})(?!\w))", old, text)
    if ">>>" not in text or not any(old in text or new in text for old, new in pairs):
        return text
    return _divided(text, {(new, name): old for (old, new), names in pairs.items() for name in names})


def _divided(text: str, olds: dict[tuple[str, str], str]) -> str:
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
