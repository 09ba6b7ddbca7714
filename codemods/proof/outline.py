"""What a module binds at its top level, and what it imports, in order: read fast.

Most modules that a proof looks at are only passed through on the way to a definition. For those the bodies of
top-level functions and classes are cut out before parsing, which makes the parser five to ten times faster. Where
cutting leaves something that does not parse (a string with code at the margin), the whole file is parsed.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.project import Source

_HEAD = re.compile(r"(?:async[ \t]+)?(def|class)[ \t]+(\w+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CONTINUES = frozenset(" \t#)]}\n\r")


@dataclass(frozen=True)
class Site:
    """A statement at the top level of a module (maybe inside ``if`` or ``try``) that binds a name."""

    name: str
    kind: str  # import, from, def, class, assign, declare, delete, other
    node: ast.stmt
    top: ast.stmt
    alias: ast.alias | None = None
    typing: bool = False
    handled: bool = False

    @property
    def imports(self) -> bool:
        return self.alias is not None


@dataclass(frozen=True)
class Step:
    """One statement that runs at import time, in order: an import, or bindings, or an expression."""

    node: ast.stmt
    top: ast.stmt
    typing: bool = False
    handled: bool = False  # a failing import is caught around it
    alternative: bool = False  # in a branch, or an except: may never run


@dataclass
class _Around:
    typing: bool = False
    handled: bool = False
    alternative: bool = False


@dataclass
class Outline:
    """The top level of one module; ``source`` is parsed when something is asked."""

    source: Source
    whole: bool = False
    _sites: dict[str, list[Site]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def tree(self) -> ast.Module:
        if self.whole or "tree" in self.source.__dict__:
            return self.source.tree
        text = _skeleton(self.source.text)
        if text is not None:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                pass
        return self.source.tree

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for stmt in self.tree.body for step in _steps(stmt, stmt, _Around()))

    @cached_property
    def sites(self) -> dict[str, list[Site]]:
        found: dict[str, list[Site]] = {}
        for step in self.steps:
            for site in _sites(step):
                found.setdefault(site.name, []).append(site)
        return found

    @cached_property
    def stars(self) -> tuple[Site, ...]:
        return tuple(self.sites.get("*", ()))

    @cached_property
    def future(self) -> bool:
        """Are annotations never evaluated?"""
        return any(
            isinstance(stmt, ast.ImportFrom)
            and stmt.module == "__future__"
            and any(alias.name == "annotations" for alias in stmt.names)
            for stmt in self.tree.body
        )

    @cached_property
    def exported(self) -> tuple[str, ...] | None:
        """The names of ``__all__``, as far as they are literal; None where there is none or it is computed."""
        names: list[str] = []
        known = False
        for step in self.steps:
            node = step.node
            value = _all_value(node)
            if value is None:
                continue
            found = _strings(value)
            if found is None:
                return None
            known = True
            if isinstance(node, ast.Assign | ast.AnnAssign):
                names = list(found)
            else:
                names += found
        return tuple(names) if known else None

    @property
    def has_all(self) -> bool:
        return "__all__" in self.sites

    def may_rebind(self, name: str) -> bool:
        """Could a function of this module rebind its global ``name``? (By text: false means no.)"""
        return re.search(rf"^\s+global\b[^\n]*\b{re.escape(name)}\b", self.source.text, re.MULTILINE) is not None


def is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def catches_import(handler: ast.ExceptHandler) -> bool:
    """Does an ``except`` catch a failing import?"""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return any(
        kind is None
        or (isinstance(kind, ast.Name) and kind.id in caught)
        or (isinstance(kind, ast.Attribute) and kind.attr in caught)
        for kind in kinds
    )


def bound_names(node: ast.stmt | ast.expr) -> Iterator[str]:
    """The names that one simple statement stores or deletes in the scope it stands in."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if type(node).__name__ == "TypeAlias":
        yield node.name.id  # type: ignore[attr-defined]
        return
    yield from _stored(node)


def _stored(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
                yield inner.target.id
    else:
        if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest
        for child in ast.iter_child_nodes(node):
            yield from _stored(child)


def _steps(node: ast.stmt, top: ast.stmt, around: _Around) -> Iterator[Step]:
    if isinstance(node, ast.If):
        yield _step(node, top, around)
        typing = is_type_checking(node.test)
        unless = (
            isinstance(node.test, ast.UnaryOp)
            and isinstance(node.test.op, ast.Not)
            and is_type_checking(node.test.operand)
        )
        yield from _block(node.body, top, _Around(around.typing or typing, around.handled, True))
        yield from _block(
            node.orelse, top, _Around(around.typing or unless, around.handled, not typing or around.alternative)
        )
    elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
        handled = around.handled or any(catches_import(handler) for handler in node.handlers)  # type: ignore[attr-defined]
        yield from _block(node.body, top, _Around(around.typing, handled, around.alternative))  # type: ignore[attr-defined]
        for handler in node.handlers:  # type: ignore[attr-defined]
            yield from _block(handler.body, top, _Around(around.typing, around.handled, True))
        yield from _block(node.orelse, top, _Around(around.typing, around.handled, handled or around.alternative))  # type: ignore[attr-defined]
        yield from _block(node.finalbody, top, around)  # type: ignore[attr-defined]
    elif isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith):
        yield _step(node, top, around)
        yield from _block(node.body, top, around)
        yield from _block(getattr(node, "orelse", []), top, around)
    elif isinstance(node, ast.Match):
        yield _step(node, top, around)
        for case in node.cases:
            yield from _block(case.body, top, _Around(around.typing, around.handled, True))
    else:
        yield _step(node, top, around)


def _block(body: list[ast.stmt], top: ast.stmt, around: _Around) -> Iterator[Step]:
    for stmt in body:
        yield from _steps(stmt, top, around)


def _step(node: ast.stmt, top: ast.stmt, around: _Around) -> Step:
    return Step(node, top, around.typing, around.handled, around.alternative)


def header(node: ast.stmt) -> list[ast.AST]:
    """The parts of a compound statement that run before its blocks."""
    if isinstance(node, ast.If | ast.While):
        return [node.test]
    if isinstance(node, ast.For | ast.AsyncFor):
        return [node.iter, node.target]
    if isinstance(node, ast.With | ast.AsyncWith):
        return list(node.items)
    if isinstance(node, ast.Match):
        return [node.subject, *(part for case in node.cases for part in (case.pattern, case.guard) if part)]
    return [node]


def _sites(step: Step) -> Iterator[Site]:
    node, top = step.node, step.top
    if isinstance(node, ast.Import | ast.ImportFrom):
        kind = "import" if isinstance(node, ast.Import) else "from"
        for alias in node.names:
            name = alias.asname or (alias.name.partition(".")[0] if kind == "import" else alias.name)
            yield Site(name, kind, node, top, alias, step.typing, step.handled)
        return
    kind = {"FunctionDef": "def", "AsyncFunctionDef": "def", "ClassDef": "class", "Delete": "delete"}.get(
        type(node).__name__
    )
    if kind is None:
        kind = "assign" if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) else "other"
    if isinstance(node, ast.AnnAssign) and node.value is None:
        kind = "declare"
    for part in header(node):
        for name in dict.fromkeys(bound_names(part)):  # type: ignore[arg-type]
            yield Site(name, kind, node, top, None, step.typing, step.handled)


def _all_value(node: ast.stmt) -> ast.expr | None:
    """What a statement gives or adds to ``__all__``."""
    if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
        return node.value
    if (
        isinstance(node, ast.AnnAssign | ast.AugAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == "__all__"
    ):
        return node.value
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        function = node.value.func
        if isinstance(function.value, ast.Name) and function.value.id == "__all__" and node.value.args:
            given = node.value.args[0]
            return (
                given
                if function.attr == "extend"
                else ast.List([given], ast.Load())
                if function.attr == "append"
                else None
            )
    return None


def _strings(value: ast.expr) -> list[str] | None:
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        out: list[str] = []
        for item in value.elts:
            if isinstance(item, ast.Starred):
                inner = _strings(item.value)
                if inner is None:
                    return None
                out += inner
            elif isinstance(item, ast.Constant) and isinstance(item.value, str):
                out.append(item.value)
            else:
                return None
        return out
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        left, right = _strings(value.left), _strings(value.right)
        return None if left is None or right is None else left + right
    return None


def _skeleton(text: str) -> str | None:
    """``text`` with the bodies of top-level functions and classes cut out, on the same lines; None where unsure."""
    if "\f" in text or "\r" in text.replace("\r\n", ""):
        return None
    out: list[str] = []
    cutting = False
    for match in _LINE.finditer(text):
        line = match.group()
        if line[0] in _CONTINUES:
            out.append("\n" if cutting else line)
            continue
        head = _HEAD.match(line)
        if head:
            out.append(f"{head[1]} {head[2]}{'()' if head[1] == 'def' else ''}: pass\n")
            cutting = True
        elif line[0] == "@":
            out.append("\n")
            cutting = True
        else:
            out.append(line)
            cutting = False
    return "".join(out)
