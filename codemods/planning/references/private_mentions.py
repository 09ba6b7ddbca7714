"""A private helper that moves with what uses it, and of which somebody else may speak who knows its module.

`module._setup()` in a loop over modules, a setting that names a module and a function under two keys, a manual with
`import shop.orders as so` above `so._round(…)`: no import says the name. Offering it by the old path costs a line.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from codemods.bindings import Import, Module
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.settled import Settled
from codemods.project import Unreadable, walk
from codemods.project.told_imports import held_as

# Libraries whose pickles outlive the process.
KEEPING = frozenset({"pickle", "shelve", "joblib", "cloudpickle", "dill", "jsonpickle"})
_REDUCING = ("__reduce__", "__reduce_ex__")
_OWN = ("self", "cls")


def may_be_named(facts: Settled, name: str) -> bool:
    """Does a file that speaks of the source speak of a private name of it as well?"""
    tree = facts.project.tree
    dotted = facts.project.names.dotted(facts.move.source)
    knowing = {*facts.referrers.files, *facts.referrers.values.files} - {facts.move.source}
    if any(_reads_it_off(facts, path, name) for path in sorted(tree.code_with([name]) & knowing)):
        return True
    said = re.compile(rf"(?<![\w.]){re.escape(dotted)}(?!\w)")
    texts = (tree.peek(path).decode("utf-8", "replace") for path in sorted(tree.texts_with([name])))
    return any(said.search(text) or held_as(text, dotted) for text in texts)


def _reads_it_off(facts: Settled, path: str, name: str) -> bool:
    """Does a file read the name off something that may be a module?"""
    try:
        module = facts.project.module(path)
    except (Unreadable, OSError):
        return False
    if not any(_is_whole(facts, module, item) for item in module.imports):
        return False
    named = (node for node in module.source.nodes.of(ast.Attribute) if node.attr == name)
    return any(not _is_known(facts, module, node.value) for node in named)


def _is_whole(facts: Settled, module: Module, item: Import) -> bool:
    """Does it import the source itself, and not from it?"""
    source, target = facts.move.source, facts.project.target(module, item)
    return target == source if item.attribute is None else facts.project.submodule(module, item) == source


def _is_known(facts: Settled, module: Module, value: ast.expr) -> bool:
    """Is it an instance, or what the file imports, and that is not the source?"""
    if isinstance(value, ast.Call):
        return getattr(value.func, "id", "") == "super"
    chain = chain_of(value)
    if not chain:
        return False
    if len(chain) == 1 and chain[0] in _OWN:
        return True
    return chain[0] in module.top_imports and not facts.referrers.values.imported(module, value)


def may_be_pickled(facts: Settled, name: str) -> bool:
    """May pickles that were kept name it: as what `__reduce__` answers, or as a class where somebody keeps pickles?"""
    group = facts.groups.by_name.get(name)
    if group is not None and group.is_class:
        return any(_keeps_pickles(module) for module in facts.project.modules_mentioning(*KEEPING))
    return any(name in _named_for_pickles(s.node) for other in facts.moving for s in other.statements)


@lru_cache(maxsize=1024)
def _named_for_pickles(node: ast.stmt) -> frozenset[str]:
    """The names in methods that answer what a pickle calls; asked for each name that moves beside it."""
    methods = (n for n in walk(node) if getattr(n, "name", "") in _REDUCING)
    return frozenset(n.id for method in methods for n in walk(method) if isinstance(n, ast.Name))


def _keeps_pickles(module: Module) -> bool:
    return any(item.module.partition(".")[0] in KEEPING for item in module.imports)
