"""Where tests and plugins replace names of a module: by its dotted path, or by the module itself.

``mock.patch("shop.worker.sleep")``, ``patch.object(worker, "sleep")``, ``monkeypatch.setattr(worker, name, …)``. A path
or a name that is put together stands for everything that it may be; an unknown one is any name of the module.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from codemods.bindings import Module
from codemods.frameworks import facts, matching
from codemods.model import Place
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.built_texts import UNKNOWN
from codemods.planning.references.called_as import calls_meant
from codemods.planning.references.module_values import ModuleValues, last_name
from codemods.planning.references.outside_names import outside_names
from codemods.project.nodes import assigned_pairs

# Code that sets attributes whose names it computes does so to objects of all kinds, but in tests.
_TESTING = re.compile(r"\b(?:pytest|unittest|mock|monkeypatch)\b")

# How functions that replace call their first arguments: mock, monkeypatch, pytest-mock.
_PLACES = (("target", "in_dict", "obj"), ("attribute", "name"))

# What stands behind a name of which only the content is changed: ``patch.dict("shop.orders.RATES", …)``.
CHANGED = ".*"


@dataclass(frozen=True)
class PatchTarget:
    """A place that replaces ``name`` of the module, or what is in it, ``rest``. ``text`` is the string that names it by
    its dotted path, ``held`` the expression that is the module, where the name is written beside it. ``deletes``: the
    module does not have the name meanwhile."""

    place: Place
    name: str
    rest: str = ""
    module: Module | None = None
    text: ast.Constant | None = None
    held: ast.expr | None = None
    deletes: bool = False


def replacements(values: ModuleValues, module: Module, dotted: str, binds: Collection[str]) -> Iterator[PatchTarget]:
    """Every place in ``module`` that replaces one of the names ``binds`` of the module that is called ``dotted``."""
    for written in module.source.nodes.of(ast.Call):
        for call in in_places(module, written):
            prepares = last_name(written.func) == "partial"
            if call.args and (prepares or not _is_of_python(values.project, module, written.func)):
                found = [*_by_object(values, module, call, binds)]
                if is_patch(call) and not _is_of_python(values.project, module, call.func):
                    found += _by_path(values, module, call, dotted, binds)
                deletes = last_name(call.func) == "delattr"
                yield from (replace(target, deletes=True) if deletes else target for target in found)
    if dotted in module.source.text:
        yield from _by_names(values, module, dotted, binds)


def in_places(module: Module, call: ast.Call) -> list[ast.Call]:
    """The calls that one means, each with what it gives by keyword, or by a table, in its place."""
    return [_in_places(_spread(module, one)) for one in calls_meant(module, call)]


def _spread(module: Module, call: ast.Call) -> ast.Call:
    """``patch(**{"target": "shop.orders.send", "new": fake})``: what a table gives by keyword, one that a name stands
    for as well."""
    if all(keyword.arg for keyword in call.keywords):
        return call
    keywords = [one for keyword in call.keywords for one in _of_table(module, keyword)]
    return ast.copy_location(ast.Call(call.func, call.args, keywords), call)


def _of_table(module: Module, keyword: ast.keyword) -> list[ast.keyword]:
    """The keywords that ``**table`` stands for; itself where nobody can tell."""
    named = keyword.value.id if isinstance(keyword.value, ast.Name) and keyword.arg is None else ""
    assigned = (pair for node in module.source.nodes.of(ast.Assign) for pair in assigned_pairs(node) if named)
    tables = [value for target, value in assigned if getattr(target, "id", "") == named]
    table = keyword.value if not named else tables[0] if len(tables) == 1 else None
    if isinstance(table, ast.Call) and last_name(table.func) == "dict" and not table.args and keyword.arg is None:
        return [*table.keywords]
    if keyword.arg is not None or not isinstance(table, ast.Dict):
        return [keyword]
    pairs = list(zip(table.keys, table.values, strict=True))
    if not all(isinstance(key, ast.Constant) for key, _ in pairs):
        return [keyword]
    return [ast.keyword(str(getattr(key, "value", "")), value) for key, value in pairs]


def _in_places(call: ast.Call) -> ast.Call:
    """``patch.object(target=orders, attribute="send")``: what is given by keyword, in its place."""
    given: list[ast.expr] = [*call.args]
    for names in _PLACES[len(given) :]:
        found = next((k for k in call.keywords if k.arg in names), None)
        if found is None:
            break
        given.append(found.value)
    if len(given) == len(call.args):
        return call
    left = [keyword for keyword in call.keywords if keyword.value not in given]
    return ast.copy_location(ast.Call(call.func, given, left), call)


def _by_names(values: ModuleValues, module: Module, dotted: str, binds: Collection[str]) -> Iterator[PatchTarget]:
    """``replaced("shop.orders", send=fake)``: a function of the tree, which patches, gets the module and the name as
    texts."""
    for written in module.source.nodes.of(ast.Call):
        given = [*written.args, *(keyword.value for keyword in written.keywords)]
        texts = {n.value for n in given if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        names = sorted(texts.union(filter(None, (k.arg for k in written.keywords))).intersection(binds))
        if dotted in texts and names and any(_patches(values.project, call) for call in calls_meant(module, written)):
            yield from (PatchTarget(module.source.place(written), name, "", module) for name in names)


def _by_object(values: ModuleValues, module: Module, call: ast.Call, binds: Collection[str]) -> Iterator[PatchTarget]:
    called = last_name(call.func)
    known = [f for f in facts(values.project.tree, "replaces") if matching(f.calls, [f".{called}"])]
    if not known or _is_of_python(values.project, module, call.func) or not values.holds(module, call.args[0]):
        return
    place = module.source.place(call)
    held = call.args[0] if _is_written(call) else None
    if called == "multiple":  # which has the names as keywords
        names = {*_in_keywords(call, binds)}
    elif known[0].words or len(call.args) < 2:  # a library that is given the module to replace what it likes
        names = {*binds}
    else:
        texts = values.texts(module).of(call.args[1])
        if not values.imported(module, call.args[0]) and not _TESTING.search(module.source.text):
            texts = {text for text in texts if UNKNOWN not in text}  # any object, and any attribute of it
        names = {n for text in texts for n in _matching(text, binds)}
    yield from (PatchTarget(place, name, "", module, held=held) for name in sorted(names))


def _is_written(call: ast.Call) -> bool:
    """Does the name stand beside the module, as in ``setattr(worker, "sleep", fake)``?"""
    return len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and isinstance(call.args[1].value, str)


def _in_keywords(call: ast.Call, binds: Collection[str]) -> Iterator[str]:
    """The names that ``patch.multiple`` replaces: any where ``**values`` says which."""
    for keyword in call.keywords:
        yield from [keyword.arg] if keyword.arg else sorted(binds)


def _is_of_python(project: ProjectIndex, module: Module, function: ast.expr) -> bool:
    """``os.replace``, ``dataclasses.replace``: functions of the standard library, its mocks aside."""
    names = outside_names(project, module, function)
    roots = {name.partition(".")[0] for name in names}
    return bool(roots) and roots <= sys.stdlib_module_names - {"unittest", "builtins"}


def _by_path(
    values: ModuleValues, module: Module, call: ast.Call, dotted: str, binds: Collection[str]
) -> Iterator[PatchTarget]:
    target, place = call.args[0], module.source.place(call)
    by_keyword = isinstance(module.source.nodes.parents.get(id(target)), ast.keyword)
    written = target if isinstance(target, ast.Constant) and not by_keyword else None
    of_dict = last_name(call.func) == "dict"
    for text in sorted(values.texts(module).of(target)):
        if text == dotted:
            yield from (PatchTarget(place, name, "", module) for name in _in_keywords(call, binds))
            continue
        if of_dict and text == f"{dotted}.__dict__":
            yield from (PatchTarget(place, name, "", module) for name in _in_table(call, binds))
            continue
        for name, rest in _named(text, dotted, binds):
            if written is not None:
                said = module.source.place(written)
                yield PatchTarget(said, name, rest or (CHANGED if of_dict else ""), module, written)
            else:
                yield PatchTarget(place, name, CHANGED if of_dict else rest, module)


def _in_table(call: ast.Call, binds: Collection[str]) -> Iterator[str]:
    """The names that ``patch.dict("shop.orders.__dict__", …)`` replaces: any where it is not written which."""
    table = call.args[1] if len(call.args) > 1 else None
    keys = table.keys if isinstance(table, ast.Dict) else []
    if (table is None or isinstance(table, ast.Dict)) and all(isinstance(key, ast.Constant) for key in keys):
        yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))
        yield from _in_keywords(call, binds)
    else:
        yield from sorted(binds)


def _named(text: str, dotted: str, binds: Collection[str]) -> Iterator[tuple[str, str]]:
    """(name, what stands behind it) for each name of the module that a path may name."""
    if text.startswith((dotted + ".", dotted + ":")):
        name, _, rest = text[len(dotted) + 1 :].partition(".")
        behind = f".{rest}" if rest else ""
        yield from ((n, behind) for n in (_matching(name, binds) if UNKNOWN in name else [name]))
    elif UNKNOWN in text and text != UNKNOWN:
        last = text.rpartition(".")[2]
        said = {*re.findall(r"\w+", text.replace(UNKNOWN, " "))}
        if UNKNOWN in last and said.isdisjoint(dotted.split(".")):
            return  # it says nothing that would speak of this module
        pattern = re.compile(".*".join(map(re.escape, text.split(UNKNOWN))) + "$", re.DOTALL)
        for name in _matching(last, binds):
            if pattern.match(f"{dotted}.{name}"):
                yield name, ""


def _matching(text: str, binds: Collection[str]) -> Iterator[str]:
    """The names that a text with unknown parts may be; a text without them is itself."""
    if UNKNOWN not in text:
        yield text
        return
    pattern = re.compile(".*".join(map(re.escape, text.split(UNKNOWN))) + "$", re.DOTALL)
    yield from (name for name in sorted(binds) if pattern.match(name))


def is_patch(call: ast.Call) -> bool:
    """``patch("…")``, ``mock.patch("…")``, ``mocker.patch("…")``, ``monkeypatch.setattr("…", …)``,
    ``patch.multiple``."""
    function = call.func
    names: list[str] = []
    while isinstance(function, ast.Attribute):
        names.append(function.attr)
        function = function.value
    if isinstance(function, ast.Name):
        names.append(function.id)
    return "patch" in names or (bool(names) and names[0] in ("setattr", "delattr", "replace", "set_attr"))


def hands_to_patch(project: ProjectIndex, module: Module, node: ast.Constant, parents: dict[int, ast.Call]) -> bool:
    """Is a path an argument of a function of the tree that patches what it is given?"""
    call = parents.get(id(node))
    return call is not None and any(_patches(project, meant) for meant in calls_meant(module, call))


def _patches(project: ProjectIndex, call: ast.Call) -> bool:
    """Is a function or a class of the tree called, in whose file something patches?"""
    called = last_name(call.func)
    if not called or called not in project.defined:
        return False
    tree, defined = project.tree, re.compile(rf"\b(?:def|class) {re.escape(called)}\b".encode())
    patching = tree.code_with(["patch", "setattr", "delattr"])
    return any(defined.search(tree.peek(path)) for path in tree.code_with([called]) & patching)
