"""Code that asks a class or function which module it was made in, in every spelling."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.bindings import Module
from codemods.bindings.scopes import FUNCTIONS
from codemods.planning.references.introspection import parents_of
from codemods.planning.references.messages import is_a_sentence, is_raised
from codemods.planning.references.module_questions import is_another_class, is_answered_alike
from codemods.planning.references.module_values import last_name
from codemods.project import walk

# Functions that return the module, or its file, of their argument.
TELLING = frozenset({"getmodule", "getfile", "getsourcefile", "getabsfile", "findsource", "getsourcelines"})
_ATTRIBUTES = frozenset({"__module__", "co_filename", "co_firstlineno"})
_GETTING = frozenset({"getattr", "getattr_static"})
_ASKING = frozenset({"attrgetter", "methodcaller", "__getattribute__"})  # which are given the name of an attribute
_CLASSES = frozenset({"cls", "klass"})
_SHOWING = frozenset({"str", "repr", "format", "ascii"})
_PRINTING = frozenset({"print", "echo", "secho", "debug", "info", "warning", "error", "exception", "critical", "log"})
_MAKING_DATA = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "len", "list", "range", "re.compile", "set", "str", "tuple"}
)
# What a format asks for: `{page.__module__}`, `{0.__class__.__module__}`.
_FIELD = re.compile(r"\{(\w*)([\w.]*)\.__module__\b")
# The last line of a traceback, which names the class of the exception and no line.
_LAST_LINE = "format_exception_only"
WORDS = (*sorted(_ATTRIBUTES), *sorted(TELLING), "__globals__", _LAST_LINE)


def knows_its_module(node: ast.stmt) -> bool:
    """Does it make something that has a module? Texts, numbers and containers of them say nothing of one."""
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    return value is None or any(
        isinstance(inner, ast.Lambda) or (isinstance(inner, ast.Call) and not _makes_data(inner))
        for inner in ast.walk(value)
    )


def _makes_data(call: ast.Call) -> bool:
    return ast.unparse(call.func) in _MAKING_DATA or (ast.unparse(call.func) == "type" and len(call.args) == 1)


def reads_of_module(
    root: ast.AST, old: str, new: str, around: dict[int, ast.AST] | None = None
) -> Iterator[tuple[ast.expr, str]]:
    """(place, spelling) for each expression below ``root`` whose value has the module of some definition in it, and
    that makes something else of the module's old name than of its new one; ``around``: the parents in its module."""
    parents = around if around is not None else parents_of(root)
    for node in walk(root):
        spelled = _spelling(node, parents)
        if spelled and isinstance(node, ast.expr):
            name = _module_name(node, parents)
            alike = is_answered_alike(name, parents, old, new) if name is not None else False
            in_one_package = old.rpartition(".")[0] == new.rpartition(".")[0]
            alike = alike or (in_one_package and _asked_of_it(node, parents) == "__package__")
            if not alike and not is_another_class(node, parents, old, new):
                yield node, spelled


def shown_in_text(root: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(place, what is shown) for each text that is made of something by ``repr``, ``str`` or a format, and that no
    person is to read."""
    parents = parents_of(root)
    for node in walk(root):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[shown, *_]) if name in _SHOWING:
                found = [shown]
            case ast.FormattedValue(value=shown):
                found = [shown]
            case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=shown):
                found = shown.elts if isinstance(shown, ast.Tuple) else [shown]
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format"), args=found):
                pass
            case _:
                continue
        if not _is_shown(node, parents):
            yield from ((node, shown) for shown in found)


def _module_name(node: ast.expr, parents: dict[int, ast.AST]) -> ast.expr | None:
    """The expression that is a module's name and nothing else; a file, or how a class is shown, is not."""
    match node:
        case ast.Attribute(attr="__module__") | ast.Subscript(slice=ast.Constant(value="__module__" | "__name__")):
            return node
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[ast.Constant(value="__module__"), *_]):
            return node
        case ast.Call(func=function, args=[_, ast.Constant(value="__module__"), *_]) if last_name(function) in _GETTING:
            return node
        case _:
            return None


def _spelling(node: ast.AST, parents: dict[int, ast.AST]) -> str:
    match node:
        case ast.Attribute(value=ast.Attribute(attr="f_code")):
            return ""  # of a frame: who looks at its caller's is asked elsewhere, and a traceback is for people
        case ast.Attribute(attr=attribute, ctx=ast.Load()) if attribute in _ATTRIBUTES:
            return "" if _is_copied(node, parents) or _finds_module(node, parents) else f".{attribute}"
        case ast.Constant(value="__module__"):
            above = parents.get(id(node))
            asks = isinstance(above, ast.Call) and last_name(above.func) in _ASKING
            listed = isinstance(above, (ast.Tuple, ast.List, ast.Set)) and _asks_for_any(node, parents)
            return "'__module__'" if (asks or listed) and not _is_copied(node, parents) else ""
        case ast.Constant(value=str()) if _is_in_a_pattern(node, parents):
            return "__module__ in a pattern"
        case ast.Constant(value=str(text)) if _FIELD.search(text) and _is_filled_in(node, parents):
            return "__module__ in a text that is filled in"
        case ast.Subscript(value=ast.Attribute(attr="__globals__"), slice=ast.Constant(value="__name__" | "__file__")):
            return "" if _is_copied(node, parents) or _finds_module(node, parents) else ".__globals__['__name__']"
        case ast.Subscript(slice=ast.Constant(value="__module__"), ctx=ast.Load()):
            return "" if _is_copied(node, parents) or _finds_module(node, parents) else "['__module__']"
        case ast.Call(func=ast.Attribute(attr="get" | "pop"), args=[ast.Constant(value="__module__"), *_]):
            return "" if _is_copied(node, parents) or _finds_module(node, parents) else "'__module__'"
        case ast.Call(func=function, args=[_, ast.Constant(value="__module__"), *_]) if last_name(function) in _GETTING:
            return "" if _is_copied(node, parents) or _finds_module(node, parents) else "'__module__'"
        case ast.Call(func=function, args=[_, *_]) if last_name(function) in TELLING:
            return f"{last_name(function)}()"
        case ast.Call(func=function) if last_name(function) == _LAST_LINE:
            return "" if _is_shown(node, parents) or _is_printed(node, parents) else f"{_LAST_LINE}()"
        case ast.Call() | ast.FormattedValue() | ast.BinOp():
            shown = _shown(node)
            return "" if not shown or _is_shown(node, parents) else shown
        case _:
            return ""


def _is_in_a_pattern(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """``case type(__module__="shop.orders")``"""
    value = parents.get(id(node))
    above = parents.get(id(value)) if isinstance(value, ast.MatchValue) else None
    named = dict(zip(above.kwd_attrs, above.kwd_patterns, strict=True)) if isinstance(above, ast.MatchClass) else {}
    return value is not None and named.get("__module__") is value


def _is_filled_in(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    above = parents.get(id(node))
    return isinstance(above, ast.Attribute) and above.attr.startswith("format")


def asked_by_field(node: ast.expr, parents: dict[int, ast.AST]) -> ast.expr | None:
    """What a format asks for its module: ``List`` of ``"{List.__module__}".format(**globals())``; what it is given."""
    text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    found, call = _FIELD.search(text), parents.get(id(parents.get(id(node))))
    if found is None or not isinstance(call, ast.Call):
        return None
    given: dict[str | None, ast.expr] = {str(index): value for index, value in enumerate(call.args)}
    given |= {keyword.arg: keyword.value for keyword in call.keywords}
    asked = given.get(found[1] or "0") or ast.copy_location(ast.Name(found[1], ast.Load()), node)
    for attribute in filter(None, found[2].split(".")):
        asked = ast.copy_location(ast.Attribute(asked, attribute, ast.Load()), node)
    return asked


def _shown(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[shown, *_]) if name in _SHOWING and _is_class(shown):
            return f"{name}() of a class"
        case ast.FormattedValue(value=shown) if _is_class(shown):
            return "a class in an f-string"
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod(), right=shown):
            values = shown.elts if isinstance(shown, ast.Tuple) else [shown]
            return "a class in a formatted text" if any(map(_is_class, values)) else ""
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format"), args=values):
            return "a class in a formatted text" if any(map(_is_class, values)) else ""
        case _:
            return ""


def _is_shown(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is it for people to read?"""
    return is_raised(node, parents) or is_a_sentence(node, parents)


def _is_printed(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Does it go to a terminal or a log right here?"""
    while (above := parents.get(id(node))) is not None and not isinstance(node, ast.stmt):
        if isinstance(above, ast.Call) and node is not above.func and last_name(above.func) in _PRINTING:
            return True
        node = above
    return False


def _asks_for_any(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """Is an attribute asked for by a name in a variable, in the statement in which a name of one is listed?"""
    while (above := parents.get(id(node))) is not None and not isinstance(node, ast.stmt):
        node = above
    asked = (n for n in ast.walk(node) if isinstance(n, ast.Call) and last_name(n.func) == "getattr")
    return any(len(call.args) > 1 and not isinstance(call.args[1], ast.Constant) for call in asked)


def _is_class(node: ast.expr) -> bool:
    """``type(self)``, ``self.__class__``, ``cls``"""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1
    return (isinstance(node, ast.Attribute) and node.attr == "__class__") or (
        isinstance(node, ast.Name) and node.id in _CLASSES
    )


def is_a_text(module: Module, node: ast.expr) -> bool:
    """Is what is shown as a class, ``f"{cls}"``, a local name of a text: ``cls = token.said()``?"""
    parents = module.source.nodes.parents
    above: ast.AST | None = node
    while above is not None and not isinstance(above, FUNCTIONS):
        above = parents.get(id(above))
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in _CLASSES}
    if above is None or not names or names & {a.arg for a in ast.walk(above.args) if isinstance(a, ast.arg)}:
        return False
    stored = [n for n in ast.walk(above) if isinstance(n, ast.Name) and n.id in names and isinstance(n.ctx, ast.Store)]
    values = [above.value for n in stored if isinstance(above := parents.get(id(n)), ast.Assign)]
    return bool(stored) and len(values) == len(stored) and all(_gives_text(module, value) for value in values)


def _gives_text(module: Module, value: ast.expr, called: bool = False) -> bool:
    """What a text was made of is asked where it is made: ``str(cls)``."""
    match value:
        case ast.Attribute(attr="__name__" | "__qualname__") | ast.JoinedStr() | ast.Constant(value=str()):
            return True
        case ast.Subscript(value=inner):
            return _gives_text(module, inner, called)
        case ast.Call(func=ast.Name(id=name)) if name in _SHOWING:
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if hasattr(str, name):
            return _gives_text(module, inner, called)
        case ast.Call(func=function) if not called:
            named = (f for kind in FUNCTIONS for f in module.source.nodes.of(kind) if f.name == last_name(function))
            returned = [n.value for f in named for n in ast.walk(f) if isinstance(n, ast.Return)]
            return bool(returned) and all(v is not None and _gives_text(module, v, True) for v in returned)
        case _:
            return False


def _finds_module(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """``vars(sys.modules[f.__module__])``: the module is found by the name, to look something up in it."""
    above = parents.get(id(node))
    by_key = isinstance(above, ast.Subscript) and above.slice is node and last_name(above.value) == "modules"
    function = above.func if isinstance(above, ast.Call) and node in above.args[:1] else None
    by_call = function is not None and (
        last_name(function) == "import_module"
        or (isinstance(function, ast.Attribute) and function.attr == "get" and last_name(function.value) == "modules")
    )
    return (
        (by_key or by_call) and not isinstance(parents.get(id(above)), ast.Compare) and not _asked_of_it(node, parents)
    )


def _asked_of_it(node: ast.AST, parents: dict[int, ast.AST]) -> str:
    """``sys.modules[f.__module__].__package__``: what a found module says of itself, and not of what stands in it."""
    found = parents.get(id(node))
    above = parents.get(id(found)) if isinstance(found, (ast.Subscript, ast.Call)) else None
    asked = above.attr if isinstance(above, ast.Attribute) else ""
    return asked if asked in ("__package__", "__file__", "__name__", "__spec__", "__path__") else ""


def _is_copied(node: ast.AST, parents: dict[int, ast.AST]) -> bool:
    """``wrapper.__module__ = function.__module__``, ``type(name, (cls,), {"__module__": cls.__module__})``: nobody
    reads it there."""
    above = parents.get(id(node))
    while isinstance(above, (ast.Call, ast.Attribute)):
        node, above = above, parents.get(id(above))
    if isinstance(above, ast.keyword):
        return above.arg == "__module__"
    if isinstance(above, ast.Dict):
        keys = (key for key, value in zip(above.keys, above.values, strict=True) if value is node)
        return any(isinstance(key, ast.Constant) and key.value == "__module__" for key in keys)
    return isinstance(above, ast.Assign) and any(
        last_name(target) == "__module__" for target in above.targets if isinstance(target, (ast.Attribute, ast.Name))
    )


def compared_with_module(module: Module, node: ast.expr) -> list[ast.AST]:
    """The comparison in which a read of a module stands: ``f.__module__ == __name__``, ``getmodule(f) is handlers``,
    a pattern; none where it stands in no comparison."""
    parents = module.source.nodes.parents
    if isinstance(node, ast.Constant) and _is_in_a_pattern(node, parents):
        return [node]
    above: ast.AST | None = parents.get(id(node))
    while above is not None and not isinstance(above, (*FUNCTIONS, ast.stmt)):
        if isinstance(above, ast.Compare):
            return list(ast.walk(above))
        above = parents.get(id(above))
    patterns = [case.pattern for case in above.cases] if isinstance(above, ast.Match) else []
    return [inner for pattern in patterns for inner in ast.walk(pattern)]
