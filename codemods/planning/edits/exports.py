"""`__all__` of a source whose old paths end: it lists moved names no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.planning.edits.model import Replacement
from codemods.project import Source


def without_exports(module: Module, moved: frozenset[str]) -> Iterator[Replacement]:
    """The edits that take the entries of moved names out of the lists in `__all__`; none where that moves itself."""
    for node in module.source.tree.body if "__all__" not in moved else ():
        value = getattr(node, "value", None)
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if getattr(target, "id", "") == "__all__" and value is not None:
            for part in ast.walk(value):
                if isinstance(part, (ast.List, ast.Tuple)):
                    yield from _without(module.source, part, moved)


def _without(source: Source, node: ast.List | ast.Tuple, moved: frozenset[str]) -> Iterator[Replacement]:
    entries = node.elts
    gone = [e for e in entries if isinstance(e, ast.Constant) and e.value in moved]
    kept = [e for e in entries if e not in gone]
    if gone and not kept and source.text[source.start(node)] not in "([":  # `__all__ = "order",`
        yield Replacement(source.start(node), source.end(node), "()", "`__all__` lists nothing any more")
        return
    for entry in gone:
        start, end = source.start(entry), source.end(entry)
        line = source.text.rfind("\n", 0, start) + 1
        after = re.match(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?\n", source.text[end:])
        if after is not None and not source.text[line:start].strip():
            yield Replacement(line, end + after.end(), "", f"`__all__` no longer lists {entry.value}")  # type: ignore[attr-defined]
            continue
        later = next((e for e in kept if source.start(e) > start), None)
        earlier = next((e for e in reversed(kept) if source.start(e) < start), None)
        if later is not None:
            following = next(e for e in entries if source.start(e) > start)
            end = source.start(following)
        elif earlier is not None:
            start = source.end(entries[entries.index(entry) - 1])
        yield Replacement(start, end, "", f"`__all__` no longer lists {ast.literal_eval(entry)}")
