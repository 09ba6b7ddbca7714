"""Who still refers to the old path once everybody else is rewritten: a tree in which the module still stands where it
stood, and all others say its new name, is asked by the means by which `extract` finds who refers to a source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.references.built_texts import UNKNOWN
from codemods.planning.references.module_values import last_name
from codemods.planning.references.referrers import Referrers
from codemods.planning.renaming.texts import acts
from codemods.project.scripts import started, started_as_module

_IMPORTING = frozenset(
    {"import_module", "__import__", "importorskip", "import_string", "resolve_name", "patch", "locate"}
)
_SOME = "some_name_that_nobody_knows"


def left_over(referrers: Referrers) -> Iterator[tuple[Place, str]]:
    """(place, reason) of each reference that is left; ``referrers`` are of the tree that is described above."""
    old, dotted = referrers.path, referrers.project.names.dotted(referrers.path)
    for module, item in referrers.imports:
        yield module.source.place(item.node), f"this imports {item.attribute} from {old}"
    for module in referrers.stars:
        yield Place(module.path, 1), f"this imports everything from {old}"
    for places in (*referrers.chained.values(), *referrers.assigned.values()):
        yield from ((place, f"this reaches {dotted} in a way that codemods does not rewrite") for place in places)
    for place, name in referrers.strings:
        if place.path != old and acts(place.path):
            yield place, f"this names {dotted}.{name} in a form that codemods does not rewrite"
    for patch in referrers.patch_targets:
        if patch.place.path != old:
            yield patch.place, f"this replaces {dotted}.{patch.name} by a name that codemods does not rewrite"
    for module in referrers.values.files.values():
        if module.path != old:
            yield from _by_built_names(referrers, module, dotted)
    yield from _of_the_package(referrers, dotted)
    for one in (started(referrers.project.tree, old), started_as_module(referrers.project.tree, dotted)):
        if one is not None:
            yield Place(one.by, one.line), f"this starts {old} in a form that codemods does not rewrite"


def _of_the_package(referrers: Referrers, dotted: str) -> Iterator[tuple[Place, str]]:
    """``import_module("shop." + name)``, ``import_module(f".{kind}s", __package__)``: any module of the package."""
    tree, names, package = referrers.project.tree, referrers.project.names, dotted.rpartition(".")[0]
    folder = f"{referrers.path.rpartition('/')[0]}/"
    asking = tree.code_with(["import_module", "__import__"]) if package else frozenset()
    inside = {path for path in asking if path.startswith(folder)}
    for module in referrers.project.modules_at(sorted(inside | asking & tree.code_with([package.rpartition(".")[2]]))):
        for node in _asked(module):
            for text in referrers.values.texts(module).of(node) if module.path != referrers.path else ():
                name, level = text.lstrip(".").replace(UNKNOWN, _SOME), len(text) - len(text.lstrip("."))
                whole = (names.absolute(module.path, name, level) or "") if level else name
                known = whole.partition(_SOME)
                means = re.escape(whole).replace(_SOME, r"\w+")
                if known[1] and known[0].startswith(f"{package}.") and re.fullmatch(means, dotted):
                    yield (
                        module.source.place(node),
                        f"this may import {dotted} by a name that is put together at run time",
                    )


def _asked(module: Module) -> list[ast.expr]:
    """What somebody imports by name, or looks up among the modules."""
    nodes = module.source.nodes
    asked = [c.args[0] for c in nodes.of(ast.Call) if c.args and last_name(c.func) in _IMPORTING]
    return asked + [s.slice for s in nodes.of(ast.Subscript) if last_name(s.value) == "modules"]


def _by_built_names(referrers: Referrers, module: Module, dotted: str) -> Iterator[tuple[Place, str]]:
    """``import_module(f"{app}.models")``, ``sys.modules[PACKAGE + ".models"]``"""
    texts = referrers.values.texts(module)
    last = re.escape(dotted.rpartition(".")[2])
    means = re.compile(rf"{re.escape(dotted)}(?:[.:].*)?|{UNKNOWN}\.{last}(?:[.:].*)?", re.DOTALL)
    for node in _asked(module):
        if any(means.fullmatch(text) for text in texts.of(node)):
            yield module.source.place(node), f"this may find {dotted} by a name that is put together"
