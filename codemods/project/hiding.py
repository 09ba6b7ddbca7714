"""Which module of the tree, of the standard library or from outside a new file would hide, or be hidden by.

Python looks for a name folder by folder: a package with an ``__init__.py`` comes before a module of its name, and a
module before a folder without one (https://docs.python.org/3/reference/import.html#path-entry-finders).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from codemods.project.import_scan import imports
from codemods.project.source import Unreadable
from codemods.project.tree import Tree


@dataclass(frozen=True)
class Hidden:
    """``hider`` is found where ``hidden`` was asked for; both are paths of the tree, or say what else it is.

    ``module`` is set where ``hidden`` is a module of the tree that could become the package instead.
    """

    hider: str
    hidden: str
    dotted: str
    module: str = ""
    line: int = 0
    importer: str = ""


def hides(tree: Tree, new: str) -> Hidden | None:
    """What the new file ``new`` hides, or what hides it; None where every module can be found."""
    if new in tree.paths:
        return None
    return next(chain(_above(tree, new), _beside(tree, new), _outside(tree, new)), None)


def _above(tree: Tree, new: str) -> Iterator[Hidden]:
    """A module with the name of a folder that the file stands in."""
    folder = new.rpartition("/")[0]
    while folder and not tree.names.is_package(folder):
        module = folder + ".py"
        if module in tree.paths:
            yield Hidden(folder + "/", module, tree.names.dotted(module), module)
        folder = folder.rpartition("/")[0]


def _beside(tree: Tree, new: str) -> Iterator[Hidden]:
    """A package, or a folder with modules, that has the name of the file; a module that has that of the package."""
    folder, _, file = new.rpartition("/")
    if file == "__init__.py":
        if folder + ".py" in tree.paths:
            yield Hidden(folder + "/", folder + ".py", tree.names.dotted(folder + ".py"), folder + ".py")
        return
    own = new.removesuffix(".py")
    dotted = tree.names.dotted(new)
    if tree.names.is_package(own):
        yield Hidden(own + "/", new, dotted)
        return
    for path in sorted(tree.paths):
        if path.startswith(own + "/") and path.endswith(".py") and tree.names.dotted(path).startswith(dotted + "."):
            yield Hidden(new, path, tree.names.dotted(path))
            return


def _outside(tree: Tree, new: str) -> Iterator[Hidden]:
    """A module of the standard library, or one from outside that the tree imports, where the file is found first."""
    for root in tree.names.roots_of(new):
        top = tree.names.dotted(new, root).partition(".")[0]
        if not top or tree.names.stands(top, root):
            continue
        if top in sys.stdlib_module_names:
            yield Hidden(new, f"the module `{top}` of the standard library", top)
        for path in sorted(tree.code_with([top])):
            if path.endswith(".py") and (line := _imported_from_outside(tree, path, top)):
                yield Hidden(new, f"the module `{top}`", top, line=line, importer=path)


def _imported_from_outside(tree: Tree, path: str, top: str) -> int:
    """The line at which a file imports a top-level module that is none of the tree's; 0 where it does not."""
    if not any(found.module.partition(".")[0] == top for found in imports(tree.peek(path))):
        return 0
    try:
        statements = list(tree.source(path).nodes.imports)
    except Unreadable:
        return 0
    for node in statements:
        named = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        absolute = isinstance(node, ast.Import) or not node.level
        if absolute and any(n.partition(".")[0] == top for n in named) and tree.names.find(top, path) is None:
            return node.lineno
    return 0
