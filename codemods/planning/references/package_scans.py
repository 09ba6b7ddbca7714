"""Code that imports the modules of a package one after the other, as plugin systems and command lines do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.references.built_texts import UNKNOWN, BuiltTexts
from codemods.planning.references.module_values import last_name
from codemods.planning.settled import Settled
from codemods.project import Tree
from codemods.project.call_scan import calling, computing
from codemods.project.manuals import DOCUMENTING
from codemods.project.nodes import parents_of

_IMPORTING = frozenset(
    {"import_module", "__import__", "spec_from_file_location", "load_module", "run_path", "SourceFileLoader"}
)
_LOCATING = frozenset({"spec_from_file_location"})  # its second argument is the place
_FINDING = frozenset(
    {"iter_modules", "walk_packages", "find_modules", "glob", "rglob", "iterdir", "listdir", "scandir", "walk"}
)
_SHALLOW = frozenset({"iter_modules", "glob", "iterdir", "listdir", "scandir"})  # what lies directly in a folder
_OF_EXAMPLES = frozenset({"DocTestSuite", "testmod"})  # they run the examples of whatever modules there are
_LISTING = frozenset({"vars", "dir", "getmembers", "__dict__"})
_OWN = frozenset({"__path__", "__file__", "__name__", "__package__", "__spec__"})
WORDS = tuple(sorted(_IMPORTING))


@dataclass(frozen=True)
class Scan:
    """A function, or a module's own code, that imports modules by names that it finds.

    ``scope``: the dotted names that it may import, as a pattern. ``finds``: code of the file, or of one that names the
    function, lists what packages and folders have; else it imports the names that it is given. ``uses``: it does
    something with what it imported; ``lists``: it goes through the names of each module.
    """

    module: Module
    node: ast.AST
    scope: re.Pattern[str]
    finds: bool
    uses: bool
    lists: bool
    classes: bool = False  # and takes nothing but classes

    def reaches(self, dotted: str) -> bool:
        return self.scope.fullmatch(dotted) is not None


def scans(facts: Settled) -> Iterator[Scan]:
    """Those that may import the source or the destination."""
    names = facts.project.names
    wanted = [names.dotted(facts.move.source), names.dotted(facts.move.destination)]
    for module in facts.project.modules_at(_scanning(facts.project.tree)):
        texts = facts.referrers.values.texts(module)
        for call in module.source.nodes.of(ast.Call):
            if last_name(call.func) in _IMPORTING and call.args and not _of_the_tree(facts, module, call.func):
                scope = _scope(facts, module, texts, call)
                if scope is not None and any(scope.fullmatch(dotted) for dotted in wanted):
                    yield _scan(facts, module, call, scope)


def _scanning(tree: Tree) -> Iterator[str]:
    """The files that may import a module whose name is computed."""
    computed, located = computing(_IMPORTING - _LOCATING), calling(*_LOCATING)
    for path in sorted(tree.code_with(WORDS)):
        if path.endswith(".py") and (computed(raw := tree.peek(path)) or located(raw)):
            yield path


def _of_the_tree(facts: Settled, module: Module, function: ast.expr) -> bool:
    """A function of the tree that is called like one of Python's."""
    chain = chain_of(function)
    dotted = facts.referrers.values.dotted_of(module, chain) if chain else ()
    return any(facts.project.names.find(one.rpartition(".")[0], module.path) for one in dotted if "." in one)


def _scope(facts: Settled, module: Module, texts: BuiltTexts, call: ast.Call) -> re.Pattern[str] | None:
    """What an import by a name in a variable may import: what its text says, or the packages that the file walks."""
    argument = call.args[1] if last_name(call.func) in _LOCATING and len(call.args) > 1 else call.args[0]
    found = texts.of(argument)
    if all(UNKNOWN not in text for text in found):
        return None
    package = facts.project.names.package(module.path) or ""
    known = {(package if text.startswith(".") else "") + text for text in found if UNKNOWN in text and "." in text}
    known = {text for text in known if text.strip(UNKNOWN + ".")}
    around = _function(module, call)
    part = r"\w*" if _stays_in_the_folder(around) else r"[\w.]*"
    parts = [part.join(map(re.escape, text.split(UNKNOWN))) for text in known]
    if not parts and _walks(ast.walk(around)):
        packages = {*([package] if _speaks_of_its_own(module) else ()), *_named_packages(facts, module, around)} - {""}
        parts = [rf"{re.escape(name)}\.[\w.]+" for name in sorted(packages)]
    return re.compile("|".join(parts)) if parts else None


def _stays_in_the_folder(around: ast.AST) -> bool:
    """Does code find its names in a folder, and not in those below it? Then no name has a dot in it."""
    found = {last_name(node.func) for node in ast.walk(around) if isinstance(node, ast.Call)}
    texts = [n.value for n in ast.walk(around) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    deep = (_FINDING - _SHALLOW) | {getattr(around, "name", "")}
    below = any("**" in text or "*/" in text or text == "/" for text in texts)
    return not found.isdisjoint(_SHALLOW) and found.isdisjoint(deep) and not below


def _speaks_of_its_own(module: Module) -> bool:
    """Does the file say where it stands, and so may walk its own package: ``__path__``, ``Path(__file__)``? A logger's
    name and a main guard say nothing of that."""
    parents = module.source.nodes.parents
    for node in module.source.nodes.of(ast.Name):
        above = parents.get(id(node)) if node.id in _OWN else None
        logger = isinstance(above, ast.Call) and "logger" in last_name(above.func).lower()
        if above is not None and not logger and not isinstance(above, ast.Compare):
            return True
    return False


def _named_packages(facts: Settled, module: Module, around: ast.AST) -> Iterator[str]:
    """Packages of the tree that code speaks of: ``commands.__path__``, ``"shop.commands"``."""
    names, values = facts.project.names, facts.referrers.values
    parents = parents_of(around)
    for node in ast.walk(around):
        if isinstance(node, (ast.Name, ast.Attribute)):
            above = parents.get(id(node))
            held = isinstance(above, ast.Attribute) and above.attr not in ("__path__", "__file__", "__name__")
            chain = chain_of(node) if not held else ()
            for dotted in values.dotted_of(module, chain) if chain else ():
                if (names.find(dotted, module.path) or "").endswith("/__init__.py"):
                    yield dotted
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and names.find(node.value):
            yield node.value


def _function(module: Module, call: ast.Call) -> ast.AST:
    """The outermost function around a place, a method of a class too, or the module."""
    found: ast.AST = module.source.tree
    while True:
        for node in found.body:  # type: ignore[attr-defined]
            if node.lineno <= call.lineno <= (node.end_lineno or 0) and isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                found = node
                break
        else:
            return found
        if isinstance(found, FUNCTIONS):
            return found


def _scan(facts: Settled, module: Module, call: ast.Call, scope: re.Pattern[str]) -> Scan:
    around = _function(module, call)
    name = getattr(around, "name", "")
    words = {last_name(n.func) for n in ast.walk(around) if isinstance(n, ast.Call)}
    if name.startswith("__"):  # Python calls it: a module's `__getattr__` gets the names that code says
        finds = _walks(ast.walk(around))
    else:
        others = facts.project.modules_mentioning(name) if name else ()
        finds = _goes_through_folders(around, name, [unit for m in (module, *others) for unit in _units(m)])
    uses = not isinstance(parents_of(around).get(id(call)), ast.Expr)
    uses = uses and words.isdisjoint(_OF_EXAMPLES) and DOCUMENTING not in module.source.text
    words |= {n.attr for n in ast.walk(around) if isinstance(n, ast.Attribute)}
    lists = uses and not words.isdisjoint(_LISTING)
    return Scan(module, around, scope, finds, uses, lists, lists and _takes_classes(around))


def _units(module: Module) -> Iterator[list[ast.AST]]:
    """The nodes of each function and class of a module; and the module, with the nodes of all its other code."""
    tree = module.source.tree
    defined = [node for node in tree.body if isinstance(node, (*FUNCTIONS, ast.ClassDef))]
    yield from (list(ast.walk(node)) for node in defined)
    yield [tree, *(inner for node in tree.body if node not in defined for inner in ast.walk(node))]


def _goes_through_folders(around: ast.AST, name: str, units: Iterable[list[ast.AST]]) -> bool:
    """Does code, or who names it, go through what a folder has, or name code that does?"""
    walking = [(unit, _walks(unit)) for unit in units]
    bound = {word for unit, walks in walking if walks for word in _bound(unit)}
    for unit, walks in walking:
        said = {n.id if isinstance(n, ast.Name) else n.attr for n in unit if isinstance(n, (ast.Name, ast.Attribute))}
        if (around in unit or name in said) and (walks or not bound.isdisjoint(said)):
            return True
    return False


def _bound(unit: list[ast.AST]) -> Iterator[str]:
    """The name of a function or a class, or what other code binds."""
    first = unit[0]
    if isinstance(first, (*FUNCTIONS, ast.ClassDef)):
        yield first.name
    else:
        yield from (n.id for n in unit if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _takes_classes(around: ast.AST) -> bool:
    """Does each loop over the names of a module pass over all that is no class?"""
    found = []
    for node in ast.walk(around):
        if isinstance(node, (ast.For, ast.comprehension)) and _listed(node.iter):
            members = node.iter.args[1:] if isinstance(node.iter, ast.Call) else []
            found.append(any(last_name(given) == "isclass" for given in members) or any(map(_asks_class, _tests(node))))
    return bool(found) and all(found)


def _listed(node: ast.expr) -> bool:
    return any(last_name(n) in _LISTING for n in ast.walk(node) if isinstance(n, (ast.Name, ast.Attribute)))


def _tests(node: ast.For | ast.comprehension) -> list[ast.expr]:
    """What is asked before anything is done with a value: conditions that all have to hold."""
    if isinstance(node, ast.comprehension):
        return node.ifs
    last = node.body[-1]
    plain = all(isinstance(statement, ast.Assign) for statement in node.body[:-1])
    return [last.test] if plain and isinstance(last, ast.If) and not last.orelse else []


def _asks_class(test: ast.expr) -> bool:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(map(_asks_class, test.values))
    if not isinstance(test, ast.Call):
        return False
    name = last_name(test.func)
    return name == "isclass" or (name == "isinstance" and len(test.args) == 2 and last_name(test.args[1]) == "type")


def _walks(nodes: Iterable[ast.AST]) -> bool:
    """Does code go through what a folder or a package has? ``name in os.listdir(folder)`` asks for one thing."""
    nodes = list(nodes)
    asked = {id(value) for node in nodes if isinstance(node, ast.Compare) for value in node.comparators}
    calls = (node for node in nodes if isinstance(node, ast.Call) and id(node) not in asked)
    return any(last_name(call.func) in _FINDING for call in calls)
