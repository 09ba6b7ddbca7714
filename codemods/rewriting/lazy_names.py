"""Lazy names: a module ``__getattr__`` (PEP 562), or more names for the one that stands; a plain import for
checkers."""

from __future__ import annotations

import ast
from collections.abc import Collection

from codemods.bindings import Import, Module
from codemods.bindings.guards import is_main_guard, is_type_checking
from codemods.planning.edits.model import LazyBranch, LazyReexport, NewImport, Replacement, WithdrawnLazyNames
from codemods.project import Source
from codemods.project.import_style import ImportStyle
from codemods.rewriting import render
from codemods.rewriting.inserting import insertion
from codemods.rewriting.layout import first_line, last_line
from codemods.rewriting.placing import header
from codemods.rewriting.regions import closes, comments_above

TYPE_CHECKING = "TYPE_CHECKING"
TYPING = NewImport("typing", TYPE_CHECKING)
_SAYS = {
    True: "Deprecated aliases of names that moved to other modules.",
    False: "Names that moved to other modules are found when asked for.",
}


def typing_test(module: Module, left: Collection[str]) -> str | None:
    """What asks for type checkers by a name that the module goes on having (``left``): ``t.TYPE_CHECKING``, too."""
    for name, items in module.top_imports.items():
        plain = len(items) == 1 and not (items[0].guarded or items[0].typing_only or items[0].attribute)
        if plain and items[0].module == "typing" and name in left and TYPE_CHECKING not in left:
            return f"{name}.{TYPE_CHECKING}"
    return TYPE_CHECKING if TYPE_CHECKING in left else None


def lazy_edits(lazy: LazyReexport, module: Module, style: ImportStyle, test: str) -> list[Replacement]:
    """What makes the source find moved names when it is asked for them; type checkers, for which ``test`` asks, see a
    plain import."""
    source = module.source
    imports = [NewImport(lazy.module, name, name) for name in lazy.names]
    imports += [NewImport(lazy.module, name) for name in lazy.typing]
    seen = render.lines(sorted(imports, key=lambda new: style.name_key(new.attribute or "")), style.indent, style)
    function = lazy.standing
    if not lazy.names:
        return [_below_imports(source, seen, test)]
    if function is not None:
        return [_put_into(source, function, lazy, style), _for_type_checkers(source, function, seen, test)]
    one = style.indent
    lines = [
        f"if {test}:",
        *seen,
        "else:",
        "",
        f"{one}def __getattr__(name):",
        f'{one * 2}"""{_SAYS[lazy.warns]}"""',
        *_branch(lazy, "name", one * 2, style),
        one * 2 + 'raise AttributeError(f"module {__name__!r} has no attribute {name!r}")',
    ]
    return [_at_the_end(module, source.newline.join(lines) + source.newline)]


def withdrawn_edits(
    source: Source, gone: WithdrawnLazyNames, dropped: tuple[Import, ...]
) -> tuple[list[Replacement], list[tuple[int, int]], tuple[Import, ...]]:
    """What leaves a module ``__getattr__`` whose names the module defines now: (edits, lines that go whole, and what is
    dropped beside them)."""
    if gone.whole is None:
        lines = [(branch.node.lineno, last_line(branch.node)) for branch in gone.branches if not branch.kept]
        edits = [_answers_less(source, branch) for branch in gone.branches if branch.kept]
        return edits + _cut(source, lines), [], dropped
    seen = {(node, index) for node in gone.whole.body for index in range(len(getattr(node, "names", "x")))}
    if seen <= {(item.node, item.index) for item in dropped}:
        left = tuple(item for item in dropped if item.node not in gone.whole.body)
        return [], [(gone.whole.lineno, last_line(gone.whole))], left
    return _cut(source, [(last_line(gone.whole.body[-1]) + 1, last_line(gone.whole))]), [], dropped


def _cut(source: Source, lines: list[tuple[int, int]]) -> list[Replacement]:
    starts = [*source.line_starts, len(source.text)]
    return [Replacement(starts[top - 1], starts[min(bottom, len(starts) - 1)], "") for top, bottom in lines]


def _answers_less(source: Source, branch: LazyBranch) -> Replacement:
    assert isinstance(branch.node.test, ast.Compare)
    start, end = source.end(branch.node.test.left), source.end(branch.node.test)
    return Replacement(start, end, " " + _asks_for([f'"{name}"' for name in branch.kept]))


def _asks_for(names: list[str]) -> str:
    return f"== {names[0]}" if len(names) == 1 else f"in ({', '.join(names)})"


def _branch(lazy: LazyReexport, name: str, indent: str, style: ImportStyle) -> list[str]:
    names = [f'"{n}"' for n in sorted(lazy.names, key=style.name_key)]
    relative = lazy.module.startswith(".")
    target = f'"{lazy.module}", __package__' if relative else f'"{lazy.module}"'
    prefix = lazy.prefix
    modules = ("importlib", "warnings") if lazy.warns else ("importlib",)
    asks = [f"if {name} {_asks_for(names)}:"]
    if len(names) > 1 and len(indent + asks[0]) > style.line_length:
        asks = [f"if {name} in (", *(f"{style.indent}{one}," for one in names), "):"]
    lines = [
        *asks,
        *(f"{style.indent}import {n}" + (f" as {prefix}{n}" if prefix else "") for n in modules),
        "",
    ]
    if lazy.warns:
        lines += [
            f'{style.indent}{prefix}message = f"{{__name__}}.{{{name}}} is now {lazy.dotted}.{{{name}}}"',
            f"{style.indent}{prefix}warnings.warn({prefix}message, DeprecationWarning, stacklevel=2)",
        ]
    lines.append(f"{style.indent}return getattr({prefix}importlib.import_module({target}), {name})")
    return [indent + line if line else "" for line in lines]


def _put_into(source: Source, function: ast.FunctionDef, lazy: LazyReexport, style: ImportStyle) -> Replacement:
    """The branch as the first thing that the function does."""
    (argument,) = [*function.args.posonlyargs, *function.args.args]
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    line = last_line(first) if documented else first_line(source, first) - 1
    indent = source.line(first.lineno)[: first.col_offset]
    lines = _branch(lazy, argument.arg, indent, style)
    at = source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    return Replacement(at, at, source.newline.join(lines) + source.newline)


def has_a_block(lazy: LazyReexport, source: Source) -> bool:
    """Is there a block for type checkers that takes the names? A new ``__getattr__`` stands beside one of its own."""
    return lazy.standing is not None and _block(source, lazy.standing) is not None


def _block(source: Source, function: ast.FunctionDef) -> ast.If | None:
    """Beside the function, where it is what type checkers don't see; else in the head of the module."""
    beside = [
        n for n in source.tree.body if isinstance(n, ast.If) and is_type_checking(n.test) and function in n.orelse
    ]
    return next(iter(beside), header(source).typing_block)


def _for_type_checkers(source: Source, function: ast.FunctionDef, lines: list[str], test: str) -> Replacement:
    block = _block(source, function)
    return _at_its_end(source, block, lines) if block is not None else _below_imports(source, lines, test)


def _at_its_end(source: Source, block: ast.If, lines: list[str]) -> Replacement:
    at = source.line_starts[last_line(block.body[-1])]
    return Replacement(at, at, "".join(line + source.newline for line in lines))


def _below_imports(source: Source, lines: list[str], test: str) -> Replacement:
    """In the block for type checkers, or a new one."""
    head = header(source)
    if head.typing_block is not None:
        return _at_its_end(source, head.typing_block, lines)
    after = max([head.after, *(last_line(node) for node in head.imports)])
    return insertion(source, after, [f"if {test}:", *lines], True)


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
