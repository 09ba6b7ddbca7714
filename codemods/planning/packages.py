"""A module becomes a package: `shop/models.py` goes to `shop/models/__init__.py`, and its dotted name stays.

What depends on the place of the file follows: relative imports, `__file__`, its stub, settings and texts that name its
path. Whatever else asks where the file is, or whether it is a package, is a reason not to do it.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from codemods.bindings.guards import is_main_guard
from codemods.model import FilePlan, Hazard, Move, Place, Plan, Refused, Severity
from codemods.planning.edits.model import FileEdits, Rename, Replacement
from codemods.planning.edits.own_folder import one_folder_up
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.packaging_lists import entry_in
from codemods.project import Source, Tree, Unreadable, walk
from codemods.project.file_lists import lists_around, settings_text
from codemods.project.pytest_rules import pytest_rules
from codemods.project.scripts import started

_CODE = "module-to-package"


def own_package(module: str) -> str:
    """The file that the module at a path becomes."""
    return module.removesuffix(".py") + "/__init__.py"


def package_moves(moves: Sequence[Move], tree: Tree) -> tuple[tuple[str, ...], tuple[Move, ...]]:
    """(modules that become packages, the moves as they are then): those asked for, and those whose code is to go into
    a module of the package that they are not yet."""
    if all(not move.names and move.source == move.destination for move in moves):
        return (), ()
    modules = {
        move.source
        for move in moves
        if move.source in tree.paths
        and not move.whole
        and (not move.names or _into_itself(move))
        and not move.source.endswith("/__init__.py")
    }
    renamed = {module: own_package(module) for module in modules}
    left = tuple(
        replace(
            move,
            source=renamed.get(move.source, move.source),
            destination=renamed.get(move.destination, move.destination),
            was_module=move.source in renamed,
        )
        for move in moves
        if move.names
    )
    return tuple(sorted(modules)), left


def _into_itself(move: Move) -> bool:
    folder = move.source.removesuffix(".py") + "/"
    return move.destination.startswith(folder) and move.destination != folder + "__init__.py"


def package_plan(module: str, tree: Tree) -> Plan:
    """The plan by which a module becomes a package. Raises Refused."""
    project = ProjectIndex(tree)
    try:
        source = tree.source(module)
    except (Unreadable, OSError) as error:
        raise Refused(Hazard("unreadable", Place(module), f"the module can't be read: {error}")) from error
    found = [*_against(project, source), *asked_elsewhere(project, module, _CODE), *_listed(project, module)]
    if found:
        raise Refused(*(replace(h, remedies=h.remedies or ("change that first, or do it by hand",)) for h in found))
    stub = module + "i"
    renames = [
        Rename(
            module,
            own_package(module),
            (*_deeper(source), *(edit for _, edits in one_folder_up(source) for edit in edits)),
        )
    ]
    if stub in tree.paths:
        renames.append(Rename(stub, own_package(module) + "i", tuple(_deeper(tree.source(stub)))))
    others = tuple(_named_elsewhere(project, module))
    renames[0] = replace(renames[0], others=others)
    files = [FilePlan(r.path, (f"is {r.old}, one folder deeper",)) for r in renames]
    files += [FilePlan(file.path, tuple(dict.fromkeys(s.why for s in file.strings))) for file in others]
    handled = Hazard(_CODE, Place(module), f"`{tree.names.dotted(module)}` is a package now", (), Severity.HANDLED)
    return Plan((Move(module, (), own_package(module)),), (), tuple(files), (handled,), False, tuple(renames))


def _refused(place: Place, reason: str, *remedies: str) -> Hazard:
    return Hazard(_CODE, place, reason, remedies)


# -- the module itself

# Where it stands and what it is: a package answers otherwise.
_OWN = frozenset({"__package__", "__path__", "__spec__", "__loader__", "__cached__"})
# Calls that take a package, or a module, for the folder of its data.
_DATA = frozenset({"files", "path", "open_text", "open_binary", "read_text", "read_binary", "get_data"})
_DATA |= {"resource_filename", "resource_string", "resource_stream", "PackageLoader", "contents", "is_resource"}
# What these look for beside the module whose name they get, without being told.
_UNTOLD = {"Flask": ("templates", "static"), "Quart": ("templates", "static")}


def _against(project: ProjectIndex, source: Source) -> Iterator[Hazard]:
    module, tree = source.path, project.tree
    folder, _, name = module.rpartition("/")
    if name in ("__init__.py", "__main__.py", "conftest.py", "setup.py", "manage.py") or pytest_rules(tree).reads(
        module
    ):
        yield _refused(Place(module), f"Python and tools look for a file called {name}")
    if own_package(module) in tree.paths:
        yield _refused(Place(own_package(module)), f"this hides {module} already")
    inside = module.removesuffix(".py") + "/"
    for path in sorted(p for p in tree.paths if p.startswith(inside) and p.endswith(".py"))[:1]:
        yield _refused(Place(path), f"this would become a module of the package `{project.names.dotted(module)}`")
    by = started(tree, module)
    guard = next(filter(is_main_guard, source.tree.body), None)
    place = Place(by.by, by.line) if by is not None else source.place(guard) if guard is not None else None
    if place is not None:
        yield _refused(place, f"{module} runs as a script, and a package runs its `__main__.py`")
    for node in walk(source.tree):
        if isinstance(node, ast.Name) and node.id in _OWN and isinstance(node.ctx, ast.Load):
            yield _refused(source.place(node), f"it reads `{node.id}`, which is another one in a package")
        elif isinstance(node, ast.Call) and _takes_data(node, "__name__"):
            yield _refused(source.place(node), "it looks for data beside itself, by its name")
        elif isinstance(node, ast.Call) and (beside := _named_beside(tree, folder, node)):
            yield _refused(source.place(node), f"by its name, `{beside}` is looked for beside it")
    for file, edits in one_folder_up(source):
        if not edits:
            yield _refused(source.place(file), "it reads `__file__`, and not only the folder of it")
    for path in sorted(
        p for p in tree.code_with(["glob", "listdir", "iterdir", "scandir"]) if p.rpartition("/")[0] == folder
    ):
        if path.endswith(".py") and b"*.py" in tree.peek(path):
            yield _refused(Place(path), f"it lists the `*.py` of this folder, and {name} is not among them any more")


def _takes_data(call: ast.Call, anchor: str) -> bool:
    """``files(__name__)``, ``get_data("shop.models", …)``"""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    first = call.args[0] if call.args else None
    return name in _DATA and anchor in (getattr(first, "id", None), getattr(first, "value", None))


def _named_beside(tree: Tree, folder: str, call: ast.Call) -> str | None:
    """What stands beside the module that a call gets, and that the call names or looks for without being told:
    ``Blueprint("shop", __name__, template_folder="pages")``."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not any(isinstance(value, ast.Name) and value.id == "__name__" for value in given):
        return None
    told = [str(value.value) for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    prefix = f"{folder}/" if folder else ""
    stands = {path.removeprefix(prefix).partition("/")[0] for path in tree.paths if path.startswith(prefix)}
    untold = _UNTOLD.get(getattr(call.func, "attr", getattr(call.func, "id", "")), ())
    return next((name for name in (*told, *untold) if name.partition("/")[0] in stands), None)


def _deeper(source: Source) -> Iterator[Replacement]:
    """Relative imports start one package further up."""
    for node in walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            at = source.text.index(".", source.start(node))
            yield Replacement(at, at, ".", "relative imports start one package further up")


# -- others


def asked_elsewhere(project: ProjectIndex, module: str, code: str) -> Iterator[Hazard]:
    """Code elsewhere that asks for the file of the module, or takes it for the folder of its data."""
    dotted, base = project.names.dotted(module), module.rpartition("/")[2]
    last, stands = dotted.rpartition(".")[2], {module, own_package(module)}
    chain = re.compile(rf"(?<!\w){re.escape(last)}\s*\.\s*__(?:file|path|spec|package)__")
    alone = sum(path.rpartition("/")[2] == base for path in project.tree.paths) == 1
    for other in project.modules_mentioning(last):
        if other.path in stands:
            continue
        source = other.source
        found = chain.search(source.text)
        if found is not None:
            line = source.text.count("\n", 0, found.start()) + 1
            yield Hazard(code, Place(other.path, line), f"it asks where {module} is")
        for node in source.nodes.of(ast.Call):
            if _takes_data(node, dotted):
                yield Hazard(code, source.place(node), f"it looks for data beside `{dotted}`, by its name")
        for node in source.nodes.of(ast.Constant):
            if node.value == base and alone and "/" in module:
                yield Hazard(code, source.place(node), f"it names the file, {base}")


def _listed(project: ProjectIndex, module: str) -> Iterator[Hazard]:
    """A list of modules in which a package can't stand."""
    dotted = project.names.dotted(module)
    for listed in lists_around(project.tree, module):
        if listed.names(project.tree, module) and listed.key[-1] in ("py-modules", "py_modules"):
            reason = f"`{dotted}` is listed under {listed.key[-1]}, and a package is not a module there"
            yield _refused(Place(listed.path), reason, "list it under packages first, or let setuptools find it")


def _named_elsewhere(project: ProjectIndex, module: str) -> Iterator[FileEdits]:
    """Texts and strings that name the file by its path, and lists of packages."""
    new = own_package(module)
    edits: dict[str, list[Replacement]] = {}
    base = module.rpartition("/")[2].removesuffix(".py")
    for path in sorted(project.tree.texts_with([base]) | project.tree.code_with([base])):
        if path not in (module, module + "i"):
            edits[path] = list(_paths_in(project.tree, path, module, new))
    for listed in lists_around(project.tree, module):
        dotted = project.names.dotted(module)
        if listed.of_packages and dotted.rpartition(".")[0] in listed.entries and dotted not in listed.entries:
            text = settings_text(project.tree, listed.path)
            edit = entry_in(listed, text, dotted.rpartition(".")[0], dotted)
            if edit is not None:
                edits.setdefault(listed.path, []).append(edit)
    for path, found in edits.items():
        if found:
            yield FileEdits(path, project.module(path) if path.endswith(".py") else None, (), tuple(found))


def _paths_in(tree: Tree, path: str, module: str, new: str) -> Iterator[Replacement]:
    try:
        text = tree.source(path).text if path.endswith((".py", ".pyi")) else tree.read(path).decode()
    except (Unreadable, OSError, UnicodeDecodeError):
        return
    folder = posixpath.dirname(path)
    spelled = {module: new}
    if folder and module.startswith(folder + "/"):
        spelled[module[len(folder) + 1 :]] = new[len(folder) + 1 :]
    for old, then in spelled.items():
        if "/" in old or not path.endswith((".py", ".pyi")):
            for found in re.finditer(rf"(?<![\w/-])(?<!\w\.)(?:\./)?({re.escape(old)})(?![\w/-])", text):
                yield Replacement(found.start(1), found.end(1), then, f"names {then}")
