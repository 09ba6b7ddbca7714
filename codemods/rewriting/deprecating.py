"""The old path that warns: a module ``__getattr__`` (PEP 562), or more names for the one that stands."""

from __future__ import annotations

import ast

from codemods.bindings import Module
from codemods.bindings.references import is_type_checking
from codemods.planning.edits.model import Deprecation, NewImport, Replacement
from codemods.planning.grouping.definition_groups import is_main_guard
from codemods.project import Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render
from codemods.rewriting.inserting import insertion
from codemods.rewriting.layout import first_line, last_line
from codemods.rewriting.placing import header
from codemods.rewriting.regions import closes, comments_above

TYPING = NewImport("typing", "TYPE_CHECKING")


def deprecation_edits(deprecation: Deprecation, module: Module, style: ImportStyle) -> list[Replacement]:
    """What makes the source find moved names with a warning; type checkers see a plain import."""
    source = module.source
    imports = [NewImport(deprecation.module, name, name) for name in sorted(deprecation.names, key=style.name_key)]
    seen = render.lines(imports, "    ", style)
    function = deprecation.standing
    if function is not None:
        return [_put_into(source, function, deprecation, style), _for_type_checkers(source, function, seen)]
    lines = [
        "if TYPE_CHECKING:",
        *seen,
        "else:",
        "",
        "    def __getattr__(name):",
        '        """What has moved is still found here, with a warning."""',
        *_branch(deprecation, "name", " " * 8, style),
        '        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")',
    ]
    return [_at_the_end(module, source.newline.join(lines) + source.newline)]


def _branch(deprecation: Deprecation, name: str, indent: str, style: ImportStyle) -> list[str]:
    names = [f'"{n}"' for n in sorted(deprecation.names, key=style.name_key)]
    test = f"== {names[0]}" if len(names) == 1 else f"in ({', '.join(names)})"
    relative = deprecation.module.startswith(".")
    target = f'"{deprecation.module}", __package__' if relative else f'"{deprecation.module}"'
    prefix = deprecation.prefix
    lines = [
        f"if {name} {test}:",
        *(f"    import {n}" + (f" as {prefix}{n}" if prefix else "") for n in ("importlib", "warnings")),
        "",
        f'    {prefix}message = f"{{__name__}}.{{{name}}} is now {deprecation.dotted}.{{{name}}}"',
        f"    {prefix}warnings.warn({prefix}message, DeprecationWarning, stacklevel=2)",
        f"    return getattr({prefix}importlib.import_module({target}), {name})",
    ]
    return [indent + line if line else "" for line in lines]


def _put_into(source: Source, function: ast.FunctionDef, deprecation: Deprecation, style: ImportStyle) -> Replacement:
    """The branch as the first thing that the function does."""
    (argument,) = [*function.args.posonlyargs, *function.args.args]
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    line = last_line(first) if documented else first_line(source, first) - 1
    indent = source.line(first.lineno)[: first.col_offset]
    lines = _branch(deprecation, argument.arg, indent, style)
    at = source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    return Replacement(at, at, source.newline.join(lines) + source.newline)


def _for_type_checkers(source: Source, function: ast.FunctionDef, lines: list[str]) -> Replacement:
    """Beside the function, where it is what type checkers don't see; else in or below the head of the module."""
    head = header(source)
    beside = [
        n for n in source.tree.body if isinstance(n, ast.If) and is_type_checking(n.test) and function in n.orelse
    ]
    block = next(iter(beside), head.typing_block)
    if block is not None:
        at = source.line_starts[last_line(block.body[-1])]
        return Replacement(at, at, "".join(line + source.newline for line in lines))
    after = max([head.after, *(last_line(node) for node in head.imports)])
    return insertion(source, after, ["if TYPE_CHECKING:", *lines], True)


def _at_the_end(module: Module, text: str) -> Replacement:
    """Below everything, or above the main guard."""
    source = module.source
    guard = next((s for s in module.statements if is_main_guard(s.node)), None)
    gap = source.newline * 2
    if guard is None:
        stripped = source.text.rstrip(" \t\r\n")
        return Replacement(len(stripped), len(source.text), source.newline + gap + text if stripped else text)
    top = comments_above(source, first_line(source, guard.node), 0, closes)
    at = source.line_starts[top - 1]
    return Replacement(at, at, text + gap)
