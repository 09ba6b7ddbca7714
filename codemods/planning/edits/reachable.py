"""Whether the imports that a plan writes find their modules, under each name by which the file is used."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Hazard, Place
from codemods.planning.edits.model import Edits, NewImport
from codemods.planning.facts import Facts
from codemods.planning.references.used_names import Use


def unreachable(facts: Facts, edits: Edits) -> Iterator[Hazard]:
    """A refusal for each file in which an import would fail under one of the names of the file."""
    move = facts.move
    named = facts.source_uses
    arriving = [*edits.arrival.imports, *(late.new for late in edits.arrival.body.late)]
    departure = edits.departure
    staying = [new.module for new in (*departure.reexports, *(late.new for late in departure.late))]
    staying += [departure.lazy.module] if departure.lazy is not None else []
    staying += [_whole(departure.executes[0])] if departure.executes is not None else []
    # Who imports the source, under whatever name, imports the destination through it.
    for path, modules in (
        (move.source, staying),
        (move.destination, [new.module for new in arriving] + [_whole(new) for new in arriving if new.attribute]),
    ):
        for module in dict.fromkeys(modules):
            hazard = next((h for use in named if (h := _fails(facts, path, module, use))), None)
            hazard = hazard or _in_its_own_folder(facts, path, module)
            if hazard is not None:
                yield hazard
                break


def _in_its_own_folder(facts: Facts, path: str, module: str) -> Hazard | None:
    """A module of a folder that is on ``sys.path`` only where its own files run, tests or scripts: a module elsewhere
    finds it there, and nowhere else."""
    names, target = facts.project.names, _target(facts, path, module)
    root = names.prefix(module, target) if target is not None and not module.startswith(".") else ""
    if target is None or not root or root in names.configured or not names.flat(root):
        return None
    if root in names.roots_of(path) or _already(facts, root):
        return None
    where = f"{target} is imported as `{module}`, and only where {root}/ is on `sys.path`"
    beside = path.rpartition("/")[0]
    remedies = (f"choose a destination in {beside}/" if beside else "choose a destination in the root",)
    return Hazard("unreachable-module", Place(target), f"{where}: {path} could not import it elsewhere", remedies)


def _whole(new: NewImport) -> str:
    """The module that ``from . import status`` may mean."""
    return f"{new.module}{'' if new.module.endswith('.') else '.'}{new.attribute}" if new.attribute else new.module


def _fails(facts: Facts, path: str, module: str, use: Use) -> Hazard | None:
    """Why ``from <module> import`` in ``path`` finds nothing where the file is used so; None where it does."""
    names = facts.project.names
    target = _target(facts, path, module)
    if use.place is None or target is None or not path.startswith(f"{use.root}/" if use.root else ""):
        return None
    here, level = names.dotted(path, use.root), len(module) - len(module.lstrip("."))
    if level:
        package = here if path.endswith("/__init__.py") else here.rpartition(".")[0]
        if level <= len(package.split(".")) * bool(package) or _already(facts, None):
            return None
        why = f"{use.place} uses {path} without a package"
        if use.by:
            why = f"{use.by} executes {path} in no package"
            remedy = "choose a destination in a package that its settings can import"
            return Hazard("unreachable-module", use.place, f"{why}: `from {module} import ...` would fail", (remedy,))
    else:
        root = names.prefix(module, target)
        if use.loaded or root == use.root or _already(facts, root):
            return None
        why = f"{use.place} uses {path} as `{here}`, and finds {target} by another name, if at all"
    own = names.dotted(path)
    remedy = f"use {path} as `{own}` everywhere, and start it by `python -m {own}`"
    if use.loaded:
        remedy = f"import it there as `{own}` instead of executing its file"
    return Hazard("unreachable-module", use.place, f"{why}: there, `from {module} import ...` would fail", (remedy,))


def _target(facts: Facts, path: str, module: str) -> str | None:
    """The file that an import in ``path`` means: the new one is there already for this question."""
    names, move = facts.project.names, facts.move
    absolute = names.written(path, module) or ""
    if absolute in {names.dotted(move.destination, root) for root in (names.root_of(move.destination), *names.roots)}:
        return move.destination
    return names.find(absolute, path)


def _already(facts: Facts, root: str | None) -> bool:
    """Does the source import from this root whenever it is imported, None: by dots?"""
    names = facts.project.names
    for item in facts.source.imports:
        if (
            item.guarded
            or item.function is not None
            or item.typing_only
            or item.script
            or (item.level > 0) != (root is None)
        ):
            continue
        target = facts.project.target(facts.source, item)
        if root is None or (target is not None and names.prefix(item.module, target) == root):
            return True
    return False
