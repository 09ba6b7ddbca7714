"""Faults inside of definitions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from proving.faults.registry import fault
from proving.faults.trees import Damaged, Good


@fault
def decorator_lost(good: Good) -> Iterator[Damaged]:
    """A definition lost a decorator."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef):
            for decorator in node.decorator_list:  # type: ignore[attr-defined]
                start, end = module.span(decorator)
                at = module.text.rindex("@", 0, start)
                text = module.text[:at] + module.text[end:].lstrip()
                yield good.with_(f"{module.path}:{decorator.lineno}", (module.path, text))


@fault
def decorators_swapped(good: Good) -> Iterator[Damaged]:
    """Two decorators changed places."""
    for module in good.modules:
        for node in module.walk(ast.FunctionDef, ast.ClassDef):
            found = node.decorator_list  # type: ignore[attr-defined]
            if len(found) > 1:
                (a, b), (c, d) = module.span(found[0]), module.span(found[1])
                text = module.text[:a] + module.text[c:d] + module.text[b:c] + module.text[a:b] + module.text[d:]
                yield good.with_(f"{module.path}:{found[0].lineno}", (module.path, text))


@fault
def comment_lost(good: Good) -> Iterator[Damaged]:
    """A comment is missing."""
    for module in good.changed:
        for found in re.finditer(r"(?m)^[ \t]*#(?! noqa|.*coding).*\n", module.text):
            text = module.text[: found.start()] + module.text[found.end() :]
            yield good.with_(f"{module.path} {found.group().strip()}", (module.path, text))


@fault
def docstring_lost(good: Good) -> Iterator[Damaged]:
    """A docstring is missing."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef, ast.ClassDef, ast.Module):
            if ast.get_docstring(node):  # type: ignore[arg-type]
                yield good.replaced(module, node.body[0], "pass", "docstring")  # type: ignore[attr-defined]


@fault
def constant_changed(good: Good) -> Iterator[Damaged]:
    """One byte of a literal is another."""
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
                if isinstance(node.value, int):
                    yield good.replaced(module, node, str(node.value + 1))
                elif isinstance(node.value, str) and node.value and module.segment(node)[:1] in "\"'":
                    yield good.replaced(module, node, repr(node.value[:-1] + chr(ord(node.value[-1]) ^ 1)))


@fault
def quotes_changed(good: Good) -> Iterator[Damaged]:
    """A string has other quotes, and is the same string."""
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and module.segment(node)[:1] == '"':
                yield good.replaced(module, node, repr(node.value))


@fault
def operator_changed(good: Good) -> Iterator[Damaged]:
    """An operator is another."""
    swaps = {
        "+": "-",
        "*": "+",
        "-": "+",
        ">": "<",
        ">=": ">",
        "<": ">",
        "<=": "<",
        "==": "!=",
        "is not": "is",
        "/": "*",
    }
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, (ast.BinOp, ast.Compare)):
                left, right = (
                    (node.left, node.right) if isinstance(node, ast.BinOp) else (node.left, node.comparators[0])
                )
                a, b = module.span(left)[1], module.span(right)[0]
                word = module.text[a:b].strip()
                if word in swaps:
                    text = module.text[:a] + f" {swaps[word]} " + module.text[b:]
                    yield good.with_(f"{module.path}:{node.lineno} {word}", (module.path, text))


@fault
def body_statement_lost(good: Good) -> Iterator[Damaged]:
    """A statement inside of what moved is missing."""
    for module, top in good.moved():
        for node in ast.walk(top):
            for inner in getattr(node, "body", []) if not isinstance(node, (ast.Lambda, ast.IfExp)) else ():
                if isinstance(inner, (ast.Assign, ast.Return, ast.AugAssign, ast.Expr)):
                    yield good.replaced(module, inner, "pass", "lost")


@fault
def default_changed(good: Good) -> Iterator[Damaged]:
    """A default argument is another."""
    for module, top in good.moved():
        for node in ast.walk(top):
            for default in (
                [*node.args.defaults, *filter(None, node.args.kw_defaults)] if isinstance(node, ast.FunctionDef) else ()
            ):
                yield good.replaced(module, default, "None")


@fault
def argument_renamed(good: Good) -> Iterator[Damaged]:
    """An argument has another name, inside of the function too."""
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, ast.FunctionDef) and node.args.args:
                name = node.args.args[-1].arg
                text = re.sub(rf"\b{name}\b", f"{name}_", module.segment(node))
                yield good.replaced(module, node, text, f"{name}_")


@fault
def base_lost(good: Good) -> Iterator[Damaged]:
    """A class lost its bases."""
    for module in good.changed:
        for node in module.walk(ast.ClassDef):
            assert isinstance(node, ast.ClassDef)
            if node.bases:
                text = re.sub(r"\([^)]*\):", ":", module.segment(node), count=1)
                yield good.replaced(module, node, text, f"{node.name} without bases")


@fault
def annotation_changed(good: Good) -> Iterator[Damaged]:
    """What a function says it returns is another."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef):
            assert isinstance(node, ast.FunctionDef)
            if node.returns:
                yield good.replaced(module, node.returns, "int")


@fault
def annotation_quoted(good: Good) -> Iterator[Damaged]:
    """An annotation is text."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef):
            assert isinstance(node, ast.FunctionDef)
            if node.returns and not isinstance(node.returns, ast.Constant):
                yield good.replaced(module, node.returns, repr(ast.unparse(node.returns)))


@fault
def async_lost(good: Good) -> Iterator[Damaged]:
    """A coroutine has an await less."""
    for module in good.changed:
        for node in module.walk(ast.Await):
            assert isinstance(node, ast.Await)
            yield good.replaced(module, node, module.segment(node.value))


@fault
def method_out_of_its_class(good: Good) -> Iterator[Damaged]:
    """The last method of a class stands beside the class."""
    for module, top in good.moved():
        if isinstance(top, ast.ClassDef) and len(top.body) > 1 and isinstance(top.body[-1], ast.FunctionDef):
            start, end = module.span(top.body[-1])
            text = module.text[:start].rstrip() + "\n\n\n" + ast.unparse(top.body[-1]) + module.text[end:]
            yield good.with_(f"{module.path}:{top.body[-1].lineno}", (module.path, text))


@fault
def line_ends_mixed(good: Good) -> Iterator[Damaged]:
    """Some lines end in another way."""
    for module in good.changed:
        if module.text.count("\n") > 2 and module.path in good.before:
            yield good.with_(module.path, (module.path, module.text.replace("\n", "\r\n", 2)))


@fault
def import_moved_below_its_use(good: Good) -> Iterator[Damaged]:
    """What brings back the moved name stands one statement later."""
    if (module := good.source) is not None:
        for one, two in zip(module.body, module.body[1:], strict=False):
            if isinstance(one, ast.ImportFrom) and any(a.name in good.move.names for a in one.names):
                (a, b), (c, d) = module.span(one), module.span(two)
                text = module.text[:a] + module.text[c:d] + module.text[b:c] + module.text[a:b] + module.text[d:]
                yield good.with_(f"{module.path}:{one.lineno}", (module.path, text))
