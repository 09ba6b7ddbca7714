"""Faults of names: covered, overwritten, deleted, no longer global."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good


@fault
def builtin_covered(good: Good) -> Iterator[Damaged]:
    """The module has a function by the name of a builtin that it reads."""
    for module in good.changed:
        names = {n.id for n in module.walk(ast.Name) if isinstance(n, ast.Name)} & set(dir(builtins))
        for name in sorted(names)[:2]:
            text = module.inserted(f"\n\ndef {name}(*given, **named):\n    return None\n")
            yield good.with_(f"{module.path} covers {name}", (module.path, text))


@fault
def builtin_covered_by_an_import(good: Good) -> Iterator[Damaged]:
    """The module imports something by the name of a builtin that it reads."""
    for module in good.changed:
        names = {n.id for n in module.walk(ast.Name) if isinstance(n, ast.Name)} & set(dir(builtins))
        for name in sorted(names)[:2]:
            yield good.with_(
                f"{module.path} covers {name}", (module.path, module.inserted(f"from operator import not_ as {name}"))
            )


@fault
def name_overwritten(good: Good) -> Iterator[Damaged]:
    """The name is bound to something else at the end of the module."""
    for module in good.changed:
        if module.path in (good.move.source, good.move.destination):
            for name in good.move.names:
                yield good.with_(f"{module.path} {name}", (module.path, module.text + f"\n{name} = None\n"))


@fault
def name_deleted(good: Good) -> Iterator[Damaged]:
    """The name is deleted at the end of the module."""
    for module in good.changed:
        for node in module.imports():
            name = node.names[0].asname or node.names[0].name
            if "." not in name:
                yield good.with_(f"{module.path} del {name}", (module.path, module.text + f"\ndel {name}\n"))


@fault
def definition_renamed(good: Good) -> Iterator[Damaged]:
    """What moved has another name."""
    for module, node in good.moved():
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            text = module.segment(node).replace(f" {node.name}", f" {node.name}_", 1)
            yield good.replaced(module, node, text, f"{node.name}_")


@fault
def global_dropped(good: Good) -> Iterator[Damaged]:
    """A ``global`` statement is missing."""
    for module in good.changed:
        for node in module.walk(ast.Global):
            yield good.replaced(module, node, "pass")


@fault
def nonlocal_or_local_made_global(good: Good) -> Iterator[Damaged]:
    """A local is declared global."""
    for module, node in good.moved():
        for function in ast.walk(node):
            if isinstance(function, ast.FunctionDef):
                stored = [
                    n.id
                    for s in function.body
                    for n in ast.walk(s)
                    if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                ]
                given = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
                for name in sorted(set(stored) - given)[:1]:
                    first = function.body[0]
                    if not isinstance(first, ast.Global):
                        text = f"global {name}; {module.segment(first)}"
                        yield good.replaced(module, first, text, f"global {name}")


@fault
def module_name_covers_a_library(good: Good) -> Iterator[Damaged]:
    """A new module beside the package has the name of one that is imported."""
    names = {a.name for m in good.modules for n in m.imports() if isinstance(n, ast.Import) for a in n.names}
    prefix = "src/" if good.move.source.startswith("src/") else ""
    for name in sorted(n for n in names if n.isidentifier()):
        if f"{prefix}{name}.py" not in good.after and f"{prefix}{name}/__init__.py" not in good.after:
            yield good.with_(name, (f"{prefix}{name}.py", "dumps = loads = getLogger = None\n"))
