"""Moved code that tells others where it stands by running there: what it calls looks at its caller's module, or it asks
whether it runs as a script."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.project import walk
from codemods.proof.checks.kept_texts import KeptText
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.meant import definitions_meant
from codemods.proof.snapshot.symbols import is_main_guard
from codemods.proof.statements.name_resolution import last_name
from codemods.proof.statements.pairing import Pair

# Hazards, by --accept.
_FRAMES, _SCRIPTS = "caller-frame", "main-check"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OF_MODULES = frozenset({"__name__", "__file__", "__package__", "__spec__"})


def told_by_running(comparison: Comparison) -> Iterator[Finding]:
    """Each call of moved code that is answered by its module, and each question for the script."""
    accepted = {code for move in comparison.moves for code in move.accept}
    for pair in comparison.pairing.pairs:
        dotted = comparison.before.names.dotted(pair.old.path), comparison.after.names.dotted(pair.new.path)
        if not pair.moved or dotted[0] == dotted[1]:
            continue
        if _FRAMES not in accepted:
            for place, name in _looked_at(comparison, pair, *dotted):
                message = f"{name} looks at the module that calls it here, which is {pair.new.path} now"
                yield Finding(place, message, "module-attribute", Kind.BROKEN, pair.old.place)
        asks = not is_main_guard(pair.old.node) and any(map(_asks_for_the_script, walk(pair.old.node)))
        if asks and _SCRIPTS not in accepted:
            message = f"{pair.new.said} asks whether it runs as a script, and stands in another module now"
            yield Finding(pair.new.place, message, "module-attribute", Kind.BROKEN, pair.old.place)


def _looked_at(comparison: Comparison, pair: Pair, old: str, new: str) -> Iterator[tuple[Place, str]]:
    symbols = comparison.after.symbols(pair.new.path)
    for call in walk(pair.new.node) if symbols is not None else ():
        functions = [call.func] if isinstance(call, ast.Call) else []
        functions += [d for d in getattr(call, "decorator_list", ()) if not isinstance(d, ast.Call)]
        for function in functions:
            for _, meant in definitions_meant(comparison.after, pair.new.path, function):
                if isinstance(meant, _FUNCTIONS) and _keeps_its_caller(meant, old, new):
                    assert symbols is not None
                    yield symbols.source.place(function), meant.name


def _keeps_its_caller(function: ast.FunctionDef | ast.AsyncFunctionDef, old: str, new: str) -> bool:
    kept = KeptText(function)
    frames = {name for node in walk(function) for name in _named(node)}
    for node in walk(function):
        texts = (old, new) if _is_name(node) else (None, None)
        asked = _asked(node)
        if asked is not None and _is_caller(asked, frames) and kept.shows(node, *texts):
            return True
    return False


def _named(node: ast.AST) -> Iterator[str]:
    """The names that a function gives to the frame of its caller."""
    if isinstance(node, ast.Assign) and _is_caller(node.value, set()):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_caller(node: ast.expr, names: set[str]) -> bool:
    """``sys._getframe(1)``, ``inspect.currentframe().f_back``, ``inspect.stack()[1]``, or a name for that."""
    match node:
        case ast.Name(id=name):
            return name in names
        case ast.Call(func=function, args=[ast.Constant(value=1)]):
            return last_name(function) in ("_getframe", "_getframemodulename")
        case ast.Attribute(value=ast.Call(func=function), attr="f_back"):
            return last_name(function) in ("currentframe", "_getframe")
        case ast.Subscript(value=ast.Call(func=function), slice=ast.Constant(value=1)):
            return last_name(function) == "stack"
        case ast.Attribute(value=value, attr="frame") | ast.Subscript(value=value, slice=ast.Constant(value=0)):
            return _is_caller(value, names)
        case _:
            return False


def _asked(node: ast.AST) -> ast.expr | None:
    """The frame whose module is asked for: ``frame.f_globals["__name__"]``, ``getmodule(frame)``."""
    match node:
        case ast.Subscript(value=ast.Attribute(value=frame, attr="f_globals"), slice=ast.Constant(value=name)):
            return frame if name in _OF_MODULES else None
        case ast.Call(
            func=ast.Attribute(value=ast.Attribute(value=frame, attr="f_globals"), attr="get" | "pop"),
            args=[ast.Constant(value=name), *_],
        ):
            return frame if name in _OF_MODULES else None
        case ast.Attribute(value=ast.Attribute(value=frame, attr="f_code"), attr="co_filename"):
            return frame
        case ast.Attribute(value=frame, attr="filename"):
            return frame
        case ast.Call(func=function, args=[frame]) if last_name(function) == "getmodule":
            return frame
        case ast.Call(func=function) if last_name(function) == "_getframemodulename":
            return node
        case _:
            return None


def _is_name(node: ast.AST) -> bool:
    """Is it the module's name that is asked for, which is known?"""
    return any(isinstance(n, ast.Constant) and n.value == "__name__" for n in ast.iter_child_nodes(node))


def _asks_for_the_script(node: ast.AST) -> bool:
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    names = {getattr(side, "id", getattr(side, "value", None)) for side in sides if not isinstance(side, ast.Attribute)}
    return len(sides) == 2 and names == {"__name__", "__main__"}
