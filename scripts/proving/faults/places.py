"""Faults of the places that tests and strings name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good, Module


def _patches(good: Good) -> Iterator[tuple[Module, ast.Constant]]:
    for module in good.modules:
        for call in module.walk(ast.Call):
            assert isinstance(call, ast.Call)
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("patch", "setattr") and call.args:
                if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
                    yield module, call.args[0]


@fault
def patch_retargeted(good: Good) -> Iterator[Damaged]:
    """A patch names the other of the two modules."""
    source, destination = (Module(p, "").dotted for p in (good.move.source, good.move.destination))
    for module, node in _patches(good):
        text = str(node.value)
        for one, two in ((source, destination), (destination, source)):
            if text.startswith(one + "."):
                yield good.replaced(module, node, repr(two + text[len(one) :]))


@fault
def patch_of_another_name(good: Good) -> Iterator[Damaged]:
    """A patch names something else in the module."""
    for module, node in _patches(good):
        head, _, _ = str(node.value).rpartition(".")
        target = next((m for m in good.modules if m.dotted == head), None)
        for inner in target.body if target else ():
            if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and not str(node.value).endswith("." + inner.name):
                yield good.replaced(module, node, repr(f"{head}.{inner.name}"))


@fault
def patch_at_the_library(good: Good) -> Iterator[Damaged]:
    """A patch names the place that the name came from, which nobody looks at."""
    for module, node in _patches(good):
        name = str(node.value).rpartition(".")[2]
        if name in ("sleep", "monotonic"):
            yield good.replaced(module, node, repr(f"time.{name}"))


@fault
def dotted_string_changed(good: Good) -> Iterator[Damaged]:
    """A dotted path in a string leads to a module that is not there."""
    for module in good.modules:
        for node in module.walk(ast.Constant):
            assert isinstance(node, ast.Constant)
            if isinstance(node.value, str) and re.fullmatch(r"\w+(\.\w+)+", node.value):
                yield good.replaced(module, node, repr(node.value.replace(".", ".no.", 1)))


@fault
def assigned_to_the_other_module(good: Good) -> Iterator[Damaged]:
    """An attribute is set on the other of the two modules."""
    source, destination = (Module(p, "").dotted for p in (good.move.source, good.move.destination))
    for module in good.modules:
        for node in module.walk(ast.Attribute):
            assert isinstance(node, ast.Attribute)
            if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
                for one, two in ((source, destination), (destination, source)):
                    if node.value.id == one.rpartition(".")[2]:
                        text = Module(module.path, module.replaced(node.value, "other_")).inserted(
                            f"import {two} as other_"
                        )
                        yield good.with_(f"{module.path}:{node.lineno} on {two}", (module.path, text))


@fault
def logger_named_after_its_new_module(good: Good) -> Iterator[Damaged]:
    """A logger is got by ``__name__`` where it was got by the old name."""
    for module in good.changed:
        for node in module.walk(ast.Call):
            assert isinstance(node, ast.Call)
            if getattr(node.func, "attr", "") == "getLogger" and isinstance(node.args[0], ast.Constant):
                yield good.replaced(module, node.args[0], "__name__")


@fault
def logger_of_another_name(good: Good) -> Iterator[Damaged]:
    """A logger has another name."""
    for module in good.changed:
        for node in module.walk(ast.Call):
            assert isinstance(node, ast.Call)
            if getattr(node.func, "attr", "") == "getLogger":
                yield good.replaced(module, node.args[0], '"other"')
