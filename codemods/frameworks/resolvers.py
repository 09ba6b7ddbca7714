"""Who makes objects of annotations that are text: frameworks, by their names, and code that does it by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from codemods.frameworks.table import facts
from codemods.project import Tree

# Of these words code has one that reads annotations, and one that looks names up.
_READS = ("__annotations__", "get_annotations", "signature", "annotationlib")


def _read(name: str) -> str:
    """An attribute that is read, in every spelling; its name in a list of names is none."""
    return rf"(?<![\w\"']){name}|(?:getattr\(.*|getter\(|(?:get|pop)\(|\[)[\"']{name}"


# `signature()` tells more than annotations, which are read off it.
_READS_ONE = re.compile(
    rf"{_read('__annotations__')}|(?<!def )\bget_annotations(?!\(\s*\))|annotationlib"
    r"|signature\((?s:.*)\.(return_)?annotation\b"
)
_LOOKS_UP = re.compile(rf"{_read('__globals__')}|\beval\(|f_globals|eval_str|get_type_hints|_eval_type|ForwardRef")
# These look up all kinds of names; those of annotations in the module that `__module__` names.
_MAY_LOOK_UP = re.compile(r"sys\.modules|vars\(|import_module\(|getattr\(\w*module")
_TEXTS = re.compile(r"""(\"{3}|'{3})(?s:.*?)\1""")
_TOP_LEVEL = re.compile(r"^(?=(?:@|def |class |async def ))", re.M)
# Called with what is asked; a tree's own method of that name may be called without.
_GENERIC = re.compile(
    r"(?<!def )\b(?:get_type_hints|get_annotations|resolve_types|evaluate_forward_ref)\((?!\s*\))|eval_str\s*="
)


_DOTTED = re.compile(r"[\w.:]+")


def words_of_resolvers(tree: Tree, code: str, module: ast.Module) -> set[str]:
    """The words of frameworks that ``code`` has, which is that of ``module``: not those of its texts and comments. A
    method of the tree that is called like one is called without anything."""
    empty = {id(n.func) for n in ast.walk(module) if isinstance(n, ast.Call) and not n.args and not n.keywords}
    said = {word for node in ast.walk(module) if id(node) not in empty for word in _said(node)}
    return set(resolving_words(tree, code)) & said


def _said(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Constant(value=str(text)) if _DOTTED.fullmatch(text):  # `import_module("pydantic")`
            yield from re.split(r"\W", text)
        case ast.ImportFrom(module=name):
            yield from (name or "").split(".")
            yield from (alias.name for alias in node.names)
        case ast.Import():
            yield from (part for alias in node.names for part in alias.name.split("."))


def resolving_words(tree: Tree, code: str) -> Iterator[str]:
    """Words by which code is known that leaves it to a framework, which may read annotations of ``code``."""
    for fact in facts(tree, "hints"):
        if not fact.only_decorated or any(f".{name.rpartition('.')[2]}" in code for name in fact.decorators):
            yield from fact.words


def resolves_by_itself(
    tree: Tree, text: Callable[[str], str], among: Callable[[str], bool] = lambda path: True
) -> bool:
    """Is there code in the tree that resolves annotations of whatever it is given? ``text`` gives that of a file."""
    words = (*_READS, "get_type_hints", "resolve_types", "evaluate_forward_ref", "eval_str")
    for path in sorted(tree.code_with(words)):
        if path.endswith(".py") and among(path):
            code = _TEXTS.sub("", text(path))
            if _GENERIC.search(code) or (_READS_ONE.search(code) and _looks_up(code)):
                return True
    return False


def _looks_up(code: str) -> bool:
    definitions = _TOP_LEVEL.split(code)
    return bool(_LOOKS_UP.search(code)) or any("__module__" in d and _MAY_LOOK_UP.search(d) for d in definitions)
