"""Strings, documents and settings that name the module: its dotted name as a whole, and the path of its file.

The name of a top-level module is a word like any. In strings it is the module where something that it binds stands
behind it, and somebody is certain to import by it; elsewhere such a text is a reason to refuse.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.edits.model import Replacement
from codemods.planning.references.import_strings import resolved_constants
from codemods.planning.references.referrers import Referrers
from codemods.planning.references.replacements import is_patch
from codemods.planning.renaming.names import Found, Renamed
from codemods.project.manuals import is_history

_PROSE = (".md", ".rst", ".txt", ".html")
_BY_NAME = re.compile(r"\b(?:import_module|__import__|importorskip|lazy\w*)\b")


def string_edits(asked: Renamed, referrers: Referrers, module: Module) -> Found:
    """The edits of the strings of one Python file."""
    found = Found()
    parents = module.source.nodes.parents
    inside = {id(n) for joined in module.source.nodes.of(ast.JoinedStr) for n in ast.walk(joined)}
    certain = _certain(asked, module)
    for node in module.source.nodes.of(ast.Constant):
        if isinstance(node.value, str) and id(node) not in inside:
            alone = isinstance(parents.get(id(node)), ast.Expr)
            if asked.divided.search(node.value) and (not alone or ">>>" in node.value):
                reason = f"this string may import {asked.old_dotted} in a form that codemods does not rewrite"
                found.against.append((module.source.place(node), reason))
            _string(asked, module, node, node.value, found, alone or "." in asked.old_dotted or id(node) in certain)
            if not alone:
                _relative(asked, module, node, node.value, found)
        elif isinstance(node.value, bytes) and asked.old_dotted.encode() in node.value and "." in asked.old_dotted:
            found.against.append((module.source.place(node), f"these bytes name {asked.old_dotted}, as a pickle does"))
    found.against += _taken_by_stars(asked, module)
    for joined in module.source.nodes.of(ast.JoinedStr):
        plain = [n.value for n in joined.values if isinstance(n, ast.Constant)]
        if any(asked.whole.search(str(text)) for text in plain):
            _string(asked, module, joined, "".join(f"{t}\0" for t in plain), found, "." in asked.old_dotted)
    return found


def document_edits(asked: Renamed, path: str) -> Found:
    """The edits of a file that is no Python."""
    found = Found()
    try:
        text = asked.project.tree.read(path).decode()
    except (OSError, UnicodeDecodeError):
        return found
    if is_history(path):
        return found
    prose = path.endswith(_PROSE)
    if "." in asked.old_dotted:
        found.edits += _named(asked, text, 0, len(text))
    found.edits += _paths(asked, path, text)
    spans = [(edit.start, edit.end) for edit in found.edits]
    hits = [*asked.divided.finditer(text), *(asked.whole.finditer(text) if "." not in asked.old_dotted else ())]
    for hit in hits:
        if not any(start <= hit.start() < end for start, end in spans):
            if prose:
                found.noted.append((_place(path, text, hit.start()), f"this text goes on importing {asked.old_dotted}"))
                continue
            reason = f"this text may name {asked.old_dotted} in a form that codemods does not rewrite"
            found.against.append((_place(path, text, hit.start()), reason))
    return found


def acts(path: str) -> bool:
    """May a program act upon what this file says? People read the others."""
    return not path.endswith(_PROSE) and not is_history(path)


def _place(path: str, text: str, at: int) -> Place:
    return Place(path, text.count("\n", 0, at) + 1)


def _named(asked: Renamed, text: str, start: int, end: int) -> Iterator[Replacement]:
    for hit in asked.whole.finditer(text, start, end):
        yield Replacement(hit.start(), hit.end(), asked.new_dotted, f"names {asked.new_dotted}")


def _paths(asked: Renamed, path: str, text: str, start: int = 0, end: int | None = None) -> Iterator[Replacement]:
    """The path of the file, from the root of the project or from the folder of the text."""
    base = re.escape(posixpath.basename(asked.old))
    folder = posixpath.dirname(path)
    for hit in re.compile(rf"(?<![\w/.-])((?:[\w.-]+/)+{base})(?![\w/-])").finditer(
        text, start, len(text) if end is None else end
    ):
        written = hit[1]
        if posixpath.normpath(written) == asked.old:
            new = "./" * written.startswith("./") + asked.new
        elif folder and posixpath.normpath(posixpath.join(folder, written)) == asked.old:
            new = posixpath.relpath(asked.new, folder)
        else:
            continue
        yield Replacement(hit.start(1), hit.end(1), new, f"names {asked.new}")


def _taken_by_stars(asked: Renamed, module: Module) -> Iterator[tuple[Place, str]]:
    """``__all__ = ["models"]`` in a package that does not bind it: a star import takes the module by its name."""
    package = asked.old_dotted.rpartition(".")[0]
    if asked.last in (module.exported or ()) and asked.last not in module.binds:
        if package and asked.project.names.find(package, asked.old) == module.path:
            reason = f"`__all__` lists {asked.last}: a star import takes {asked.old_dotted} by that name"
            yield Place(module.path, 1), reason


def _certain(asked: Renamed, module: Module) -> set[int]:
    """Strings by which somebody is certain to import: given to functions that import, to patches, plugins of pytest."""
    plugins = [node.value for node in module.source.tree.body if isinstance(node, ast.Assign) and _is_plugins(node)]
    patched = (call.args[0] for call in module.source.nodes.of(ast.Call) if call.args and is_patch(call))
    return (
        resolved_constants(asked.project, module)
        | {id(node) for node in patched}
        | {id(node) for value in plugins for node in ast.walk(value)}
    )


def _is_plugins(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytest_plugins" for target in node.targets)


def _string(asked: Renamed, module: Module, node: ast.expr, value: str, found: Found, certain: bool) -> None:
    source = module.source
    start, end = source.start(node), source.end(node)
    written = source.text[start:end]
    wanted = len(asked.whole.findall(value))
    edits = list(_named(asked, source.text, start, end))
    if wanted and (not certain or len(edits) != wanted or not written.endswith(("'", '"'))):
        found.against.append((source.place(node), f"this string names {asked.old_dotted}, and may not be rewritten"))
        return
    edits = edits if wanted else []
    if "/" in value:
        edits += _paths(asked, module.path, source.text, start, end)
    whole_name = value == asked.old_dotted and "." not in value
    if whole_name and certain and source.text[start + 1 : end - 1] == value:
        edits.append(Replacement(start + 1, end - 1, asked.new_dotted, f"a string names {asked.new_dotted}"))
    found.edits += edits


def _relative(asked: Renamed, module: Module, node: ast.Constant, value: str, found: Found) -> None:
    """``import_module(".models", __package__)``, a table of lazy names: ``".models"`` beside code that imports by
    name."""
    name = value.lstrip(".")
    level = len(value) - len(name)
    if (
        value == asked.old_dotted
        or not name
        or name.rpartition(".")[2] != asked.last
        or not _BY_NAME.search(module.source.text)
    ):
        return
    if not name.replace(".", "").isidentifier():
        return
    if asked.project.names.absolute(module.path, name, max(1, level)) != asked.old_dotted:
        return
    target = asked.spelled(module.path, True)
    start, end = module.source.start(node), module.source.end(node)
    text = module.source.text[start:end]
    if level and target.startswith(".") and text[1:-1] == value and module.path != asked.old:
        found.edits.append(Replacement(start + 1, end - 1, target, f"a string names {target}"))
    else:
        reason = f"this string may name {asked.old_dotted}: the file imports modules by name"
        found.against.append((module.source.place(node), reason))
