"""Faults of imports: lost, made early or late, leading elsewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good, Module, path_of, written


@fault
def import_dropped(good: Good) -> Iterator[Damaged]:
    """An import at module level is missing."""
    for module in good.changed:
        for node in module.imports():
            for alias in node.names:
                rest = [a for a in node.names if a is not alias]
                yield good.replaced(module, node, written(node, rest), f"without {alias.name}")


@fault
def late_import_dropped(good: Good) -> Iterator[Damaged]:
    """An import inside of a function is missing."""
    for module in good.changed:
        for node in module.late_imports():
            yield good.replaced(module, node, "pass")


@fault
def late_import_made_early(good: Good) -> Iterator[Damaged]:
    """An import inside of a function stands at module level."""
    for module in good.changed:
        for node in module.late_imports():
            text = Module(module.path, module.replaced(node, "pass")).inserted(module.segment(node))
            yield good.with_(f"{module.path}:{node.lineno}", (module.path, text))


@fault
def early_import_made_late(good: Good) -> Iterator[Damaged]:
    """An import at module level stands at the end of the module."""
    for module in good.changed:
        for node in module.imports():
            text = module.replaced(node, "").rstrip("\n") + "\n\n" + module.segment(node) + "\n"
            yield good.with_(f"{module.path}:{node.lineno}", (module.path, text))


@fault
def import_for_typing_only(good: Good) -> Iterator[Damaged]:
    """An import at module level is seen by type checkers only."""
    for module in good.changed:
        for node in module.imports():
            text = "import typing\nif typing.TYPE_CHECKING:\n    " + ast.unparse(node)
            yield good.replaced(module, node, text, "under TYPE_CHECKING")


@fault
def typing_import_made_real(good: Good) -> Iterator[Damaged]:
    """An import for type checkers runs."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield good.replaced(module, node, "\n".join(map(ast.unparse, node.body)), "unwrapped")


@fault
def import_never_runs(good: Good) -> Iterator[Damaged]:
    """An import stands under a condition that does not hold."""
    for module in good.changed:
        for node in module.imports():
            yield good.replaced(module, node, "if not __name__:\n    " + ast.unparse(node), "under a condition")


@fault
def relative_level_up(good: Good) -> Iterator[Damaged]:
    """A relative import starts one package higher."""
    for module in good.changed:
        for node in module.walk(ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            if node.level:
                yield good.replaced(module, node, ast.unparse(ast.ImportFrom(node.module, node.names, node.level + 1)))


@fault
def relative_made_absolute(good: Good) -> Iterator[Damaged]:
    """A relative import lost its dots."""
    for module in good.changed:
        for node in module.walk(ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            if node.level and node.module:
                yield good.replaced(module, node, ast.unparse(ast.ImportFrom(node.module, node.names, 0)))


@fault
def star_import_made(good: Good) -> Iterator[Damaged]:
    """Names are taken by a star instead of one by one."""
    for module in good.changed:
        for node in module.imports():
            if isinstance(node, ast.ImportFrom):
                yield good.replaced(module, node, written(node, [ast.alias("*")]))


@fault
def imported_from_a_module_that_is_not_there(good: Good) -> Iterator[Damaged]:
    """The module of an import is misspelt."""
    for module in good.changed:
        for node in module.imports():
            if isinstance(node, ast.ImportFrom) and node.module:
                yield good.replaced(
                    module, node, ast.unparse(ast.ImportFrom(node.module + "s", node.names, node.level))
                )


@fault
def another_name_imported(good: Good) -> Iterator[Damaged]:
    """An import binds the name to something else that the module has."""
    for module in good.changed:
        for node in module.imports():
            target = good.module(path_of(module, node, good)) if isinstance(node, ast.ImportFrom) else None
            for alias in node.names if target else ():
                others = [getattr(n, "name", "") for n in target.body if getattr(n, "name", alias.name) != alias.name]  # type: ignore[union-attr]
                if others:
                    new = [ast.alias(others[0], alias.asname or alias.name) if a is alias else a for a in node.names]
                    yield good.replaced(module, node, written(node, new))


@fault
def aliases_swapped(good: Good) -> Iterator[Damaged]:
    """Two names of one import are each other."""
    for module in good.modules:
        for node in module.imports():
            if len(node.names) > 1 and isinstance(node, ast.ImportFrom):
                one, two, *rest = node.names
                new = [ast.alias(one.name, two.asname or two.name), ast.alias(two.name, one.asname or one.name), *rest]
                yield good.replaced(module, node, written(node, new))


@fault
def imported_from_a_twin(good: Good) -> Iterator[Damaged]:
    """An import leads to a new module with the same text as the destination."""
    destination = good.destination
    for module in good.changed:
        for node in module.imports():
            if destination and isinstance(node, ast.ImportFrom) and path_of(module, node, good) == destination.path:
                twin = destination.path.replace(".py", "_twin.py")
                text = ast.unparse(ast.ImportFrom(destination.dotted + "_twin", node.names, 0))
                yield good.with_(
                    f"{module.path}:{node.lineno}", (module.path, module.replaced(node, text)), (twin, destination.text)
                )


@fault
def reexport_lost(good: Good) -> Iterator[Damaged]:
    """The old path no longer has what moved."""
    if (module := good.source) is not None:
        for node in module.imports():
            names = [a for a in node.names if a.name not in good.move.names]
            if len(names) < len(node.names):
                yield good.replaced(module, node, written(node, names), "without the moved names")


@fault
def reexport_is_a_copy(good: Good) -> Iterator[Damaged]:
    """The old path has a definition of its own again."""
    if (module := good.source) is None:
        return
    for _, moved in good.moved():
        if isinstance(moved, (ast.FunctionDef, ast.ClassDef)):
            copy = ast.unparse(moved)
            yield good.with_(f"{module.path} defines {moved.name}", (module.path, module.text + "\n\n" + copy + "\n"))


@fault
def value_copied(good: Good) -> Iterator[Damaged]:
    """A definition is copied into a module instead of imported."""
    for module in good.changed:
        for node in module.imports():
            target = good.module(path_of(module, node, good)) if isinstance(node, ast.ImportFrom) else None
            for alias in node.names if target else ():
                for inner in target.body:  # type: ignore[union-attr]
                    bound = getattr(inner, "name", None) or (
                        ast.unparse(inner.targets[0]) if isinstance(inner, ast.Assign) else ""
                    )
                    if bound == alias.name and not alias.asname:
                        rest = written(node, [a for a in node.names if a is not alias])
                        yield good.replaced(module, node, rest + "\n" + ast.unparse(inner), f"{alias.name} copied")


@fault
def module_attribute_frozen(good: Good) -> Iterator[Damaged]:
    """What was read through a module is imported once, early."""
    for module in good.modules:
        for node in module.walk(ast.Attribute):
            assert isinstance(node, ast.Attribute)
            chain = ast.unparse(node.value)
            target = next((m for m in good.modules if m.dotted.rpartition(".")[2] == chain.rpartition(".")[2]), None)
            if (
                target
                and isinstance(node.ctx, ast.Load)
                and re.search(rf"^(def |class |){node.attr}\b", target.text, re.M)
            ):
                text = Module(module.path, module.replaced(node, node.attr)).inserted(
                    f"from {target.dotted} import {node.attr}"
                )
                yield good.with_(f"{module.path}:{node.lineno} {chain}.{node.attr}", (module.path, text))


@fault
def guard_lost(good: Good) -> Iterator[Damaged]:
    """An import lost its guard."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, ast.Try) and all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in node.body):
                yield good.replaced(module, node, "\n".join(map(ast.unparse, node.body)), "without try")


@fault
def guard_gives_another_value(good: Good) -> Iterator[Damaged]:
    """What stands in for a missing module is another constant."""
    for module in good.changed:
        for node in module.body:
            for handler in node.handlers if isinstance(node, ast.Try) else ():
                for inner in handler.body:
                    if isinstance(inner, ast.Assign):
                        yield good.replaced(module, inner.value, "0")


@fault
def circle_closed(good: Good) -> Iterator[Damaged]:
    """The destination imports the source while it is imported."""
    destination, source = good.destination, good.source
    if destination and source:
        for node in source.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                text = destination.inserted(f"from {source.dotted} import {node.name} as again_")
                yield good.with_(f"{destination.path} imports {node.name}", (destination.path, text))


@fault
def future_lost(good: Good) -> Iterator[Damaged]:
    """``from __future__ import annotations`` is missing."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                yield good.replaced(module, node, "", "lost")


@fault
def future_gained(good: Good) -> Iterator[Damaged]:
    """``from __future__ import annotations`` is new."""
    for module in good.changed:
        if "__future__" not in module.text and "->" in module.text and not ast.get_docstring(module.tree):
            yield good.with_(module.path, (module.path, "from __future__ import annotations\n" + module.text))
