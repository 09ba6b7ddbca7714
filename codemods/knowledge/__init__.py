"""What is known of names from outside of a tree: facts that planner and prover both read, as data beside this file."""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections import deque
from collections.abc import Iterable
from enum import Enum
from importlib import resources
from re import Pattern

__all__ = [
    "CALLED_AT_ONCE",
    "CALLED_BY_FIELDS",
    "CALLED_WHEN_MADE",
    "CALLING",
    "CLASS_CALLS",
    "CLASS_MAKERS",
    "MAKING",
    "READING",
    "Call",
    "call",
    "calls_its_first",
    "gives_back",
    "hushes_itself",
    "instantiates",
    "makes_a_decorator",
    "makes_a_property",
    "writes_files",
]


_EXCEPTIONS = ("Error", "Exception", "Warning")
_WRITING = re.compile(r"[rbt]*[wax+][rbt+]*")
# Methods that change a list or a table.
_OF_TABLES = frozenset({"append", "appendleft", "clear", "extend", "insert", "remove", "setdefault", "update"})
# Verbs with which a function is named that changes what its library keeps for all, prints, or starts something.
_ACTING = re.compile(
    r"(?:set|register|unregister|add|disable|enable|install|uninstall|activate|deactivate|print|clear|patch|monkey_patch"
    r"|wrap_function|reset|start|shutdown|run_until|load_profile)(?:_[a-z]\w*|[A-Z]\w*)"
)
_ACCESSORS = ("setter", "getter", "deleter")  # of a property


class Call(Enum):
    """What calling a name, deriving from it or decorating with it does."""

    QUIET = "quiet"  # makes a value and changes nothing
    SHARED = "shared"  # gives something that others hold as well, or that acts by itself: its methods have effects
    MUTATES = "mutates"  # changes its first argument
    CALLS = "calls"  # calls the functions that it is given, and is quiet otherwise
    EFFECT = "effect"  # changes something that outlives the call


def call(dotted: str) -> Call | None:
    """What is known of calling ``typing.NewType``; None where nothing is. The longest entry decides."""
    table = _table()
    if dotted.endswith(_EXCEPTIONS) and dotted not in table:
        return Call.QUIET  # by convention a class that is raised
    if dotted not in table and dotted.count(".") > 1 and dotted.rpartition(".")[2] in _OF_TABLES:
        return Call.EFFECT  # ``urllib.parse.uses_netloc.append``: what the module is known for does not speak of that
    owner, _, asked = dotted.rpartition(".")
    if asked in READING and owner.endswith((".__version__", ".__name__", ".__doc__", ".__file__")):
        return Call.QUIET  # of a text: ``setuptools.__version__.split(".")``
    while dotted:
        if dotted in table:
            known = table[dotted]
            of_library = known is Call.QUIET and _ACTING.fullmatch(asked) and not dotted.endswith(asked)
            return Call.EFFECT if of_library else known
        dotted = dotted.rpartition(".")[0]
    return None


def makes_a_decorator(dotted: str) -> bool:
    """Does a call with options make a decorator, which is as quiet as itself? An entry speaks for all names below."""
    return any(dotted == name or dotted.startswith(f"{name}.") for name in _data()["decorators"]["makers"])


def calls_its_first(dotted: str) -> bool:
    """``map(TABLE.append, …)``, ``stack.callback(TABLE.append, …)``: is its first argument called, whatever it is?"""
    return dotted in _data()["calls"]["first"] or ("." in dotted and dotted.rpartition(".")[2] in CALLING)


def gives_back(dotted: str) -> bool:
    """Does it give back the function that it gets, or one that calls it?"""
    return dotted in _data()["decorators"]["wrapping"]


def names_after(dotted: str) -> bool:
    """Does it make a decorator that calls what it gets by the name of another function, as ``functools.wraps`` does?"""
    return dotted in _data()["decorators"]["naming"]


def instantiates(dotted: str) -> bool:
    """Does a class that derives from it make an instance for each name in its body, as ``enum.Enum`` does?"""
    return any(dotted == name or dotted.startswith(f"{name}.") for name in _data()["classes"]["instantiating"])


def makes_a_property(decorator: ast.expr, name: str) -> bool:
    """Is it ``@Page.content.setter`` of a method ``content``? A new property is made, and that of the class stays."""
    of = decorator.value if isinstance(decorator, ast.Attribute) else None
    return getattr(of, "attr", "") == name and getattr(decorator, "attr", "") in _ACCESSORS


def hushes_itself(call: ast.Call, body: Iterable[ast.stmt]) -> bool:
    """``LOG.addHandler(logging.NullHandler())``, LOG being the logger that is called like the module of ``body``: it,
    and those below it, speak when code of the module runs, and that has executed this before."""
    match call:
        case ast.Call(ast.Attribute(logger, "addHandler"), [ast.Call(handler, [], [])], []):
            bound = (s.value for s in body if isinstance(s, ast.Assign) for t in s.targets if _same(t, logger))
            made = next(bound, None) if isinstance(logger, ast.Name) else logger
            return _last(handler) == "NullHandler" and _is_own_logger(made)
        case _:
            return False


def _is_own_logger(node: ast.expr | None) -> bool:
    match node:
        case ast.Call(function, [ast.Name("__name__")], []):
            return _last(function) == "getLogger"
        case _:
            return False


def _same(one: ast.expr, other: ast.expr) -> bool:
    return isinstance(one, ast.Name) and one.id == getattr(other, "id", "")


def _last(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def writes_files(call: ast.Call) -> bool:
    """``LOGS.mkdir()``, ``open(path, "w")``: a call that changes files, whatever it is called on."""
    function = call.func
    if _last(function) == "open":
        modes = [*(call.args[:2] if isinstance(function, ast.Attribute) else call.args[1:2])]
        modes += [k.value for k in call.keywords if k.arg == "mode"]
        texts = [n.value for n in modes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        return any(_WRITING.fullmatch(text) for text in texts)
    return isinstance(function, ast.Attribute) and function.attr in _data()["methods"]["writing"]


@functools.cache
def _table() -> dict[str, Call]:
    return {name: kind for kind in Call for name in _data()["calls"][kind.value]}


@functools.cache
def _data() -> dict[str, dict[str, list[str]]]:
    text = resources.files(__name__).joinpath("quiet.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


READING = frozenset(_data()["methods"]["reading"])
CALLED_AT_ONCE = frozenset(_data()["decorators"]["calling"])
CALLED_BY_FIELDS = frozenset(_data()["decorators"]["making"])
CALLED_WHEN_MADE = tuple(_data()["decorators"]["made"])
CALLING = frozenset(_data()["methods"]["calling"])
CLASS_MAKERS = frozenset(_data()["classes"]["makers"])
CLASS_CALLS = frozenset(_data()["classes"]["calling"])
# Methods of texts and patterns, less those that others have too: what they return is new, and no part of what has them.
MAKING = frozenset({*dir(str), *dir(Pattern)}) - {*dir(dict), *dir(list), *dir(set), *dir(deque)}
MAKING -= {"join", "replace", "format", "find", "translate", "title", "sub", "groups", "scanner", "pattern", "flags"}
