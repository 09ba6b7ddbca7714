"""Names of the module, and of what it defines, that are no import path: its name in the package around it, which is an
attribute of that, and the names by which a framework knows what it defines."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Hazard, Place
from codemods.planning.facts import Facts
from codemods.planning.grouping.definition_groups import DefinitionGroups
from codemods.planning.index.project_index import ProjectIndex
from codemods.planning.references.dynamic_names import WAYS, Look, looks, looks_elsewhere
from codemods.planning.references.identities import identities
from codemods.planning.references.module_values import ModuleValues, last_name
from codemods.planning.renaming.names import Renamed

# What a module never is: callable, a class, a function, an instance of a class (but of ModuleType).
_OF_OTHERS = frozenset({"isinstance", "issubclass", "callable", "isclass", "isfunction", "isroutine", "ismethod"})
_LOOKED_UP, _KNOWN = "namespace-read", "named-by-module"


def looked_up(facts: Facts, asked: Renamed) -> Iterator[Hazard]:
    """Code that looks into the namespace of the package: ``getattr(shop, name)``, ``vars(shop)``."""
    for dotted in (asked.old_dotted, asked.new_dotted):
        package, _, last = dotted.rpartition(".")
        init = asked.project.names.find(package, asked.old) if package else None
        if init is None or init not in asked.project.tree.paths or _LOOKED_UP in facts.move.accept:
            continue
        for look in _looks(asked.project, init, package):
            if look.finds(last) and not _passes_over(asked, look):
                reason = f"`{look.called}` may find `{last}` in {package}: a module is an attribute of its package"
                remedies = ("name the module there first", f"accept the difference: --accept {_LOOKED_UP}")
                yield Hazard(_LOOKED_UP, look.place, reason, remedies)


def _looks(project: ProjectIndex, init: str, package: str) -> Iterator[Look]:
    tree = project.tree
    knowing = tree.code_with([package.rpartition(".")[2]]) & tree.code_with([*WAYS, "__dict__", "attrgetter"])
    values = ModuleValues(project, init, [init, *sorted(path for path in knowing if path.endswith(".py"))])
    module = project.module(init)
    yield from looks_elsewhere(values)
    yield from looks(values, module, DefinitionGroups(module).all)


def _passes_over(asked: Renamed, look: Look) -> bool:
    """``{v for v in vars(shop).values() if isinstance(v, type)}``: are modules passed over, or private names?"""
    source = asked.project.module(look.place.path).source
    lasts = [name.rpartition(".")[2] for name in (asked.old_dotted, asked.new_dotted)]
    private = all(last.startswith("_") and last not in source.text for last in lasts)
    nodes = source.nodes
    for kind in (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp):
        for generator in (g for node in nodes.of(kind) for g in node.generators):
            tests = [n for test in generator.ifs for n in _conjoined(test)]
            passed = any(isinstance(n, ast.Call) and last_name(n.func) in _OF_OTHERS for n in tests)
            passed = passed or (private and any(_is_public(n) for n in tests))
            lines = {getattr(n, "lineno", 0) for n in ast.walk(generator.iter)}
            if passed and look.place.line in lines and not any("odule" in ast.unparse(n) for n in tests):
                return True
    return False


def _is_public(test: ast.expr) -> bool:
    """``not name.startswith("_")``, and maybe ``or name in LISTED``"""
    match test:
        case ast.BoolOp(op=ast.Or(), values=values):
            listed = [isinstance(v, ast.Compare) and isinstance(v.ops[0], ast.In) for v in values]
            return all(one or _is_public(v) for one, v in zip(listed, values, strict=True))
        case ast.UnaryOp(
            op=ast.Not(), operand=ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value="_")])
        ):
            return True
        case _:
            return False


def _conjoined(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def known_by_text(facts: Facts) -> Iterator[Hazard]:
    """A name that a framework took from the module is written down; a text that is that name means it, or the path."""
    tree = facts.project.tree
    for identity in identities(facts):
        if identity.edit is None or not identity.value:
            continue
        for path in sorted(tree.code_with([identity.name]) | tree.texts_with([identity.name])):
            raw, value = tree.peek(path), identity.value.encode()
            if value in raw:
                place = Place(path, raw.count(b"\n", 0, raw.index(value)) + 1)
                reason = f"{identity.value} may be the name by which {identity.fact.framework} knows {identity.name}"
                remedies = (f"write that name down at {identity.name} first, and rename afterwards",)
                yield Hazard(_KNOWN, place, reason, remedies)
