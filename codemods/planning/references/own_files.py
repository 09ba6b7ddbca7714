"""Who asks for the file or the name of the source as a module: `shop.demo.__file__`, and what running code is compared
with, ``frame.f_globals["__name__"] == "shop.demo"``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.planning.references.introspection import only_folder
from codemods.planning.references.module_values import last_name

# Calls that read the file of a module which they are given, or its name, or say where it is.
_OF_MODULES = frozenset(
    {
        *("getsource", "getsourcelines", "getsourcefile", "getfile", "get_source", "find_spec", "spec_from_loader"),
        *("readmodule", "readmodule_ex", "get_loader", "find_loader", "resolve_filename", "import_hook"),
    }
)
# What a module says of its own file.
_OWN = frozenset({"__file__", "__loader__", "__spec__"})
_OF_FRAMES = frozenset({"f_globals", "co_filename", "filename", "pathname"})
# Of a record that code of the module logged, as `caplog` keeps them; of the last entry of pytest's tracebacks.
_OF_RECORDS = frozenset({"records", "traceback"})


def reads_of_file(facts: Facts) -> Iterator[tuple[Module, ast.expr]]:
    """``demo.__file__``, but for its folder, ``inspect.getsource(demo)``, ``readmodule("shop.demo")`` elsewhere."""
    values = facts.referrers.values
    for module in values.files.values():
        if module.path != facts.move.source and any(word in module.source.text for word in _OWN | _OF_MODULES):
            nodes, parents = module.source.nodes, module.source.nodes.parents
            for node in nodes.of(ast.Attribute):
                if node.attr in _OWN and values.holds(module, node.value) and not only_folder(node, parents):
                    yield module, node
            for call in nodes.of(ast.Call):
                if last_name(call.func) in _OF_MODULES and call.args:
                    if values.holds(module, call.args[0]) or values.is_named(module, call.args[0]):
                        yield module, call


def frames_compared(facts: Facts) -> Iterator[Place]:
    """Where the module, or the file, of running code is compared with the source."""
    values = facts.referrers.values
    for module in values.files.values():
        words = _OF_FRAMES | _OF_RECORDS
        if module.path == facts.move.source or not any(word in module.source.text for word in words):
            continue  # its own frames are left out of a traceback for people
        for compare in module.source.nodes.of(ast.Compare):
            sides = [compare.left, *compare.comparators]
            running = [side for side in sides if _is_of_a_frame(side)]
            whole = any(getattr(n, "value", "") == "__name__" for side in running for n in ast.walk(side))
            if running and any(_means_source(facts, module, side, whole) for side in sides if side not in running):
                yield module.source.place(compare)
        for call in module.source.nodes.of(ast.Call):
            match call:
                case ast.Call(func=ast.Attribute(value=side, attr="endswith"), args=[ended]) if _is_of_a_frame(side):
                    if _means_source(facts, module, ended):
                        yield module.source.place(call)


def _is_of_a_frame(node: ast.expr) -> bool:
    """What running code says of its file; what records and tracebacks that somebody keeps say of it."""
    read = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    kept = not read.isdisjoint(_OF_RECORDS) and not read.isdisjoint({"module", "path", "pathname", "filename"})
    return kept or not read.isdisjoint(_OF_FRAMES)


def _means_source(facts: Facts, module: Module, side: ast.expr, whole: bool = False) -> bool:
    """``demo.__file__``, ``demo.__name__``, ``"shop.demo"``, ``"demo.py"``, or several of such; ``whole``: a name of a
    module is asked for, which is no part of another one."""
    values, source = facts.referrers.values, facts.move.source
    for node in ast.walk(side):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("__file__", "__name__")
            and values.holds(module, node.value)
        ):
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            said = node.value.lstrip("/")
            file = f"/{source}".endswith(f"/{said}") or f"/{source}".endswith(f"/{said}.py")
            if (file and not whole) or values.is_named(module, node):
                return True
    return False
