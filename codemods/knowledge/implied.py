"""Which methods Python runs where no call is written, `table[key]`, `if queue:`, `f"{order}"`: facts of the language.

Source: the Python reference, "Data model", special method names.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

ITERATION = ("__iter__", "__next__", "__getitem__", "__aiter__", "__anext__")
TRUTH = ("__bool__", "__len__")
# Where the attribute is no plain one, and where there is none of its name.
COMPUTED = ("__getattribute__",)
MISSING = ("__getattr__",)
OF_CLASS = frozenset({"__class_getitem__", "__subclasshook__"})
# What a property, and a descriptor, has for an attribute that is read, set or deleted.
ACCESSORS: dict[type[ast.expr_context], str] = {ast.Store: "setter", ast.Del: "deleter"}
DESCRIBING: dict[type[ast.expr_context], str] = {ast.Load: "__get__", ast.Store: "__set__", ast.Del: "__delete__"}
# Builtins that read, set or delete an attribute of a name.
_BY_NAME: dict[str, ast.expr_context] = {
    **dict.fromkeys(("getattr", "hasattr"), ast.Load()), "setattr": ast.Store(), "delattr": ast.Del()
}  # fmt: skip
# What making a class that makes instances runs, beside its constructor (`enum`).
OF_MEMBERS = "_generate_next_value_"
# What a module answers with where a name is not bound in it.
OF_MODULE = "__getattr__"
_TEXT = ("__format__", "__str__", "__repr__")
_COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
_GONE_THROUGH = ("keys", "__getitem__")
OPERATORS: dict[type[ast.operator], str] = {
    ast.LShift: "lshift", ast.RShift: "rshift", ast.Add: "add", ast.Sub: "sub", ast.BitOr: "or", ast.BitAnd: "and",
    ast.Mult: "mul", ast.Div: "truediv", ast.MatMult: "matmul", ast.Mod: "mod", ast.BitXor: "xor", ast.Pow: "pow",
    ast.FloorDiv: "floordiv",
}  # fmt: skip
_UNARY = {ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__"}
# Builtins that ask their first arguments something.
_ASKING = {
    **dict.fromkeys(("str", "format"), _TEXT),
    **dict.fromkeys(("repr", "ascii"), ("__repr__",)),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "iter", "next", "any", "all", "enumerate", "zip"), ITERATION),
    **dict.fromkeys(("dict",), (*ITERATION, "keys")),
    **dict.fromkeys(("sum", "sorted", "min", "max"), (*ITERATION, "__lt__", "__gt__", "__add__", "__radd__")),
    "reversed": ("__reversed__", "__len__", "__getitem__"),
    "bool": TRUTH,
    "len": ("__len__",),
    "int": ("__int__", "__index__", "__trunc__"),
    "float": ("__float__", "__index__"),
    "hash": ("__hash__",),
    "abs": ("__abs__",),
    "round": ("__round__",),
    "bytes": ("__bytes__", *ITERATION),
    "dir": ("__dir__",),
    "divmod": ("__divmod__", "__rdivmod__"),
    "pow": ("__pow__", "__rpow__"),
    "complex": ("__complex__", "__float__", "__index__"),
    **dict.fromkeys(("bin", "hex", "oct", "chr", "range"), ("__index__",)),
    **dict.fromkeys(("isinstance", "issubclass"), ("__instancecheck__", "__subclasscheck__", "__subclasshook__")),
    "open": ("__fspath__",),
    **{name: (f"__{name}__",) for name in ("floor", "ceil", "trunc")},
    # Of the standard library, whose names nobody else uses for anything but the same.
    "closing": ("close",),
    "aclosing": ("aclose",),
    "enter_context": ("__enter__", "__exit__"),
    "enter_async_context": ("__aenter__", "__aexit__"),
    "deepcopy": ("__deepcopy__", "__reduce_ex__", "__reduce__", "__getstate__"),
    "copy": ("__copy__", "__reduce_ex__", "__reduce__", "__getstate__"),
    "fspath": ("__fspath__",),
}
# Nodes that may imply something: most do not, and are asked by the thousand.
IMPLYING = frozenset(
    {
        *(
            ast.Subscript,
            ast.Attribute,
            ast.For,
            ast.AsyncFor,
            ast.comprehension,
            ast.Starred,
            ast.YieldFrom,
            ast.Await,
        ),
        *(ast.Assign, ast.If, ast.While, ast.IfExp, ast.Assert, ast.BoolOp, ast.UnaryOp, ast.Match, ast.Compare),
        *(ast.FormattedValue, ast.BinOp, ast.Dict, ast.Set, ast.withitem, ast.Call, ast.AugAssign, ast.keyword),
    }
)


def implied(node: ast.AST) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
    """(an expression, methods of its class) that evaluating a node or running a statement runs by itself: not what is
    called, nor operators between two, nor attributes, nor what lies further down."""
    match node:
        case ast.Subscript(ctx=ast.Load()):
            yield node.value, ("__getitem__", "__missing__", "__class_getitem__")
            yield node.slice, ("__hash__", "__index__", "__eq__")
        case ast.Subscript(ctx=ctx):
            yield node.value, ("__setitem__" if isinstance(ctx, ast.Store) else "__delitem__",)
        case ast.Attribute(value=ast.Name(id="self")):
            return  # an object that sets itself up
        case ast.Attribute(ctx=ast.Store() | ast.Del()):
            yield node.value, ("__setattr__" if isinstance(node.ctx, ast.Store) else "__delattr__",)
        case ast.For() | ast.AsyncFor() | ast.comprehension():
            yield node.iter, ITERATION
            yield from ((test, TRUTH) for test in getattr(node, "ifs", ()))
        case ast.Starred(ctx=ast.Load()) | ast.YieldFrom():
            yield node.value, (*ITERATION, "keys")
        case ast.Await():
            yield node.value, ("__await__",)
        case ast.Assign() if any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets):
            yield node.value, ITERATION
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            yield node.test, TRUTH
        case ast.BoolOp():
            yield from ((value, TRUTH) for value in node.values[:-1])
        case ast.UnaryOp():
            yield node.operand, TRUTH if isinstance(node.op, ast.Not) else (_UNARY[type(node.op)],)
        case ast.Match():
            yield node.subject, ("__eq__", "__len__", "__getitem__")
        case ast.Compare():
            for left, op, right in zip((node.left, *node.comparators), node.ops, node.comparators, strict=False):
                if isinstance(op, (ast.In, ast.NotIn)):
                    yield right, ("__contains__", *ITERATION)
                elif type(op) in _COMPARED:
                    first, second = _COMPARED[type(op)]
                    yield left, (first,)
                    yield right, (second,)
        case ast.FormattedValue():
            yield node.value, _TEXT
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()):
            shown = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            yield from ((part, (*_TEXT, "__getitem__")) for part in shown)
        case ast.Dict() | ast.Set():
            keys = node.keys if isinstance(node, ast.Dict) else node.elts
            yield from ((key, ("__hash__", "__eq__")) for key in keys if key is not None)
            pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
            yield from ((value, _GONE_THROUGH) for key, value in pairs if key is None)
        case ast.keyword(arg=None):
            yield node.value, _GONE_THROUGH
        case ast.AugAssign():
            name = OPERATORS.get(type(node.op), "")
            yield node.target, (f"__i{name}__", f"__{name}__")
        case ast.withitem():
            yield node.context_expr, ("__enter__", "__exit__", "__aenter__", "__aexit__")
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _ASKING:
            yield from ((given, _ASKING[name]) for given in node.args)
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="join" | "format" as name)):
            yield from ((given, ITERATION if name == "join" else _TEXT) for given in node.args)
        case _:
            return


def by_name(node: ast.AST) -> ast.Attribute | None:
    """``getattr(order, "total")`` as ``order.total``, where the name is written."""
    match node:
        case ast.Call(func=ast.Name(id=called), args=[owner, ast.Constant(value=str(name)), *_]) if called in _BY_NAME:
            return ast.copy_location(ast.Attribute(owner, name, _BY_NAME[called]), node)
        case _:
            return None


def is_computed(function: ast.AST) -> bool:
    """Does reading a function of a class as an attribute run it? By convention the decorator's name tells."""
    names = (ast.unparse(decorator).rpartition(".")[2] for decorator in getattr(function, "decorator_list", ()))
    return any(name.endswith("property") or name == "reify" for name in names)


def evaluated(node: ast.stmt, postponed: bool) -> Iterator[ast.expr]:
    """The annotations of a definition or an assignment that run something when they are evaluated."""
    if postponed:
        return
    if isinstance(node, ast.AnnAssign):
        found = [node.annotation]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        a = node.args
        every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
        found = [*(x.annotation for x in every if x.annotation is not None), *([node.returns] if node.returns else [])]
    else:
        return
    kinds = (ast.Call, ast.Subscript, ast.Attribute)
    yield from (one for one in found if any(isinstance(inner, kinds) for inner in ast.walk(one)))


def members(body: list[ast.stmt]) -> bool:
    """Does the body of a class give names a value, each of which ``enum`` makes an instance for?"""
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if getattr(node, "value", None) and any(not getattr(t, "id", "_").startswith("_") for t in targets):
            return True
    return False


def asked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """The function as it runs whenever it is asked, without what it keeps for the next time, and what it does the first
    time only: ``if self._wrapped is empty: self._setup()``. Whoever asks first starts that; nobody sees who it was."""
    first = [a.arg for a in (*function.args.posonlyargs, *function.args.args)][:1]
    if not first or not any(isinstance(node, (ast.If, ast.Try, ast.Assign)) for node in ast.walk(function)):
        return function
    return _Asked(first[0]).visit(copy.deepcopy(function))


# They import what a text names.
IMPORTING = frozenset({"builtins.__import__", "importlib.import_module"})


def imported_by_text(call: ast.Call) -> str:
    """The module that ``__import__("twisted")`` imports, as the statement would, if its name stands there in full."""
    if getattr(call.func, "id", getattr(call.func, "attr", "")) not in ("import_module", "__import__") or not call.args:
        return ""
    name = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    return name if isinstance(name, str) and not name.startswith(".") else ""


def asked_of_module(function: ast.FunctionDef) -> ast.FunctionDef:
    """``__getattr__`` of a module, without what it keeps under the name for the next time, and without loading
    modules: ``globals()[name] = import_module(…)``. Whoever asks first starts that; nobody sees who it was."""
    first = next((a.arg for a in (*function.args.posonlyargs, *function.args.args)), "")
    return _AskedOfModule(first).visit(copy.deepcopy(function))


class _AskedOfModule(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        named = [t for t in node.targets if getattr(getattr(t, "slice", None), "id", "") != self.name]
        kept = ast.Assign(named, node.value) if named else ast.Expr(node.value)
        return self.generic_visit(ast.copy_location(kept, node))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in ("import_module", "__import__"):
            return ast.copy_location(ast.Constant(None), node)
        return self.generic_visit(node)


class _Asked(ast.NodeTransformer):
    def __init__(self, first: str) -> None:
        self.first = first

    def visit_If(self, node: ast.If) -> ast.AST:
        tests = (ast.Is, ast.IsNot, ast.In, ast.NotIn, ast.Not)
        if (
            any(isinstance(n, tests) for n in ast.walk(node.test))
            and self._is_of_object(node.test)
            and self._keeps(node)
        ):
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """``self.__dict__[name] = found``: it keeps what it found."""
        owners = [getattr(target, "value", None) for target in node.targets]
        owners = [owner.value if getattr(owner, "attr", "") == "__dict__" else owner for owner in owners]  # type: ignore
        return ast.Expr(node.value) if all(getattr(o, "id", "") == self.first for o in owners) else node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        if self._keeps(node):
            node.body = [ast.Pass()]
        return self.generic_visit(node)

    def _is_of_object(self, node: ast.AST) -> bool:
        return any(isinstance(n, ast.Name) and n.id == self.first for n in ast.walk(node))

    def _keeps(self, node: ast.If | ast.ExceptHandler) -> bool:
        """Does it set something of the object, or have one of its methods do so?"""
        inner = [n for statement in node.body for n in ast.walk(statement)]
        kept = [n for n in inner if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store)]
        kept += [n.func for n in inner if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        return any(getattr(n.value, "id", "") == self.first for n in kept)
