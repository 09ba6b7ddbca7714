"""What a module makes of `__file__`, where the file goes one folder deeper: the folder of it is the one above now."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.planning.edits.model import Replacement
from codemods.project import Source, walk

# What leads from a file's path to the same file's.
_SAME = frozenset({"Path", "PurePath", "abspath", "realpath", "normpath", "str", "fspath", "resolve", "absolute"})
_WHY = "the folder of the file is one deeper"


def one_folder_up(source: Source) -> Iterator[tuple[ast.Name, list[Replacement]]]:
    """Each `__file__` with the edits that keep what is made of it; none where it is more than the folder."""
    parents = {id(child): node for node in walk(source.tree) for child in ast.iter_child_nodes(node)}
    for node in walk(source.tree):
        if isinstance(node, ast.Name) and node.id == "__file__":
            yield node, _shifted(source, node, parents)


def _shifted(source: Source, node: ast.expr, parents: dict[int, ast.AST]) -> list[Replacement]:
    above = parents.get(id(node))
    end = source.end(node)
    if isinstance(above, ast.Attribute):
        if above.attr in ("parent", "with_name"):
            return [Replacement(end, end, ".parent", _WHY)]
        return _shifted(source, above, parents) if above.attr in ("parents", *_SAME) else []
    if isinstance(above, ast.Subscript) and above.value is node and getattr(node, "attr", "") == "parents":
        index = getattr(above.slice, "value", None)
        if isinstance(index, int) and index >= 0:
            start, stop = source.start(above.slice), source.end(above.slice)
            return [Replacement(start, stop, str(index + 1), _WHY)]
    elif isinstance(above, ast.Call):
        name = getattr(above.func, "attr", getattr(above.func, "id", ""))
        if name in _SAME:
            return _shifted(source, above, parents)
        if name == "dirname" and above.func is not node:
            start, stop = source.start(above), source.end(above)
            function = source.text[source.start(above.func) : source.end(above.func)]
            return [Replacement(start, start, f"{function}(", _WHY), Replacement(stop, stop, ")", _WHY)]
    return []
