"""How a project names its modules in imports: relative or absolute."""

from __future__ import annotations

from codemods.bindings import Module
from codemods.project import Names
from codemods.project.relative_imports import allowed_dots


def relative_style(module: Module, names: Names) -> bool:
    """Does this module name its neighbours relatively?

    A module of a package that imports none of them does, unless it runs as a script: a script has no package; or the
    project's linter forbids it.
    """
    if not names.package(module.path) or not allowed_dots(names.tree):
        return False
    top = names.dotted(module.path).partition(".")[0]
    if any(item.level for item in module.imports):
        return True
    if module.runnable:
        return False
    return not any(item.module.partition(".")[0] == top for item in module.imports if not item.level)


def reference_to(
    target: str, importer: str, relative: bool, names: Names, beside: tuple[str, str] | None = None
) -> str:
    """The module text by which ``importer`` names the file ``target`` in a ``from`` import.

    ``beside``: an absolute name by which it imports another module, and that module's file: what stands below the same
    import root is found there as well.
    """
    root = names.root_of(target)
    if beside is not None:
        other = names.prefix(*beside)
        root = other if target.startswith(f"{other}/" if other else "") else root
    dotted = names.dotted(target, root)
    package = names.package(importer)
    if not relative or not package or beside is not None or names.root_of(importer) != root:
        return dotted
    here, there = package.split("."), dotted.split(".")
    if here[0] != there[0]:
        return dotted
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    dots = len(here) - common + 1
    return "." * dots + ".".join(there[common:]) if dots <= allowed_dots(names.tree) else dotted
