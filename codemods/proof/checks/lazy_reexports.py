"""Old paths that warn: a module ``__getattr__`` (PEP 562) that answers for moved names.

The branch that answers is known by its form, letter for letter. The other checks read it as the import that it makes
when somebody asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from codemods.model import Check, Finding
from codemods.project import OverlayTree, Source
from codemods.proof.checks.names import all_bound
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.side_effects import Effects
from codemods.proof.snapshot.symbols import Outline, is_typing

SAYS = "old paths that warn give the moved objects, and type checkers see them"

# What a branch does for a moved name; TARGET is the module that the name moved to.
_FORM = """
import importlib{importlib}
import warnings{warnings}
{p}message = f"{{__name__}}.{{{name}}} is now {new}.{{{name}}}"
{p}warnings.warn({p}message, DeprecationWarning, stacklevel=2)
return getattr({p}importlib.import_module({target}), {name})
"""


@dataclass(frozen=True)
class _Answer:
    """A branch of a ``__getattr__`` that gives moved names; ``binds``: the function's names that it makes local."""

    names: tuple[str, ...]
    module: str
    node: ast.If
    binds: frozenset[str]


@dataclass(frozen=True)
class _Answers:
    """The branches with which a ``__getattr__`` begins; ``whole``: the statement that has nothing else in it."""

    path: str
    outline: Outline
    branches: tuple[_Answer, ...]
    whole: ast.If | None


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    declared: list[Finding] = []
    for found in _answers(comparison):
        dotted = comparison.after.names.dotted(found.path)
        for answer in found.branches:
            place = found.outline.source.place(answer.node)
            for name in answer.names:
                bounds = found.outline.binds.get(name, ())
                if not any(bound.typing for bound in bounds):
                    failures.append(Finding(place, f"type checkers don't see {name} here"))
                if any(not bound.typing for bound in bounds):
                    failures.append(Finding(place, f"{name} is bound here, so that this branch is never asked for it"))
                declared.append(Finding(place, f"{dotted}.{name} gives a DeprecationWarning now"))
        failures += _not_happening(comparison, found)
        failures += _misread(comparison, found)
    return Check("old paths", SAYS, len(declared), tuple(failures), tuple(declared))


def with_warnings_as_imports(comparison: Comparison) -> Comparison:
    """The same comparison, in which what is found with a warning is imported."""
    changes: dict[str, bytes | None] = {}
    for found in _answers(comparison):
        changes[found.path] = _as_imports(found)
    if not changes:
        return comparison
    written = {p: comparison.new.read(p) if p in comparison.new.paths else None for p in comparison.touched}
    return replace(comparison, new=OverlayTree(comparison.old, written | changes))


def _as_imports(found: _Answers) -> bytes:
    source = found.outline.source
    imports = "".join(
        f"from {answer.module} import {', '.join(f'{n} as {n}' for n in answer.names)}{source.newline}"
        for answer in found.branches
    )
    if found.whole is not None:
        start, end = _lines_of(source, found.whole)
        seen = ast.unparse(ast.If(found.whole.test, found.whole.body, []))
        imports = source.newline.join([*seen.split("\n"), imports])
        return source.encode(source.text[:start] + imports + source.text[end:])
    text = source.text
    for answer in reversed(found.branches):
        start, end = _lines_of(source, answer.node)
        text = text[:start] + text[end:]
    return source.encode(text + ("" if text.endswith(("\n", "\r")) else source.newline) + imports)


def _lines_of(source: Source, node: ast.stmt) -> tuple[int, int]:
    last = node.end_lineno or node.lineno
    end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return source.line_starts[node.lineno - 1], end


def _misread(comparison: Comparison, found: _Answers) -> Iterator[Finding]:
    """Names that the form takes for granted, and that mean something else in the module, or nothing."""
    place = found.outline.source.place(found.branches[0].node)
    for name in ("AttributeError", "DeprecationWarning", "getattr"):
        if comparison.after.origins(found.path, name) != {("", f"builtins.{name}")}:
            yield Finding(place, f"{name} is not Python's own here")
    if found.whole is not None and not all_bound(comparison.after, found.path, found.whole.test):
        yield Finding(place, f"{ast.unparse(found.whole.test)} is bound nowhere")


def _not_happening(comparison: Comparison, found: _Answers) -> Iterator[Finding]:
    """What took effect when the module was imported, and waits now until somebody asks."""
    effects = Effects(comparison.before)
    imported = {b.module for bounds in found.outline.binds.values() for b in bounds if not (b.typing or b.defined)}
    waiting = {answer.module for answer in found.branches} - imported
    for pair in comparison.pairing.pairs if waiting else ():
        if pair.old.path == found.path and comparison.after.names.dotted(pair.new.path) in waiting:
            if effects.writes(pair.old.path, pair.old.node):
                message = f"{pair.new.said} no longer happens when {found.path} is imported"
                yield Finding(pair.new.place, message)


def _answers(comparison: Comparison) -> Iterator[_Answers]:
    """What each module that something moved out of answers for it."""
    for path in comparison.changed:
        gone = {name: new for (old, name), (new, _) in comparison.renamed.items() if old == path}
        outline = comparison.after.outline(path)
        if not gone or outline is None:
            continue
        for function, around in _functions(outline.body):
            found = _answers_in(comparison, outline, function, around, gone)
            if found is not None:
                yield found


def _functions(body: list[ast.stmt], around: ast.If | None = None) -> Iterator[tuple[ast.FunctionDef, ast.If | None]]:
    """Every ``__getattr__`` of the module, with the ``if TYPE_CHECKING`` whose other half it is."""
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            yield node, around
        elif isinstance(node, ast.If):
            yield from _functions(node.body)
            yield from _functions(node.orelse, node if is_typing(node.test) and len(node.orelse) == 1 else None)


def _answers_in(
    comparison: Comparison, outline: Outline, function: ast.FunctionDef, around: ast.If | None, gone: dict[str, str]
) -> _Answers | None:
    documented = isinstance(function.body[0], ast.Expr) and isinstance(function.body[0].value, ast.Constant)
    rest = function.body[1:] if documented else function.body
    arguments = [*function.args.posonlyargs, *function.args.args]
    branches: list[_Answer] = []
    while len(arguments) == 1 and rest:
        answer = _answer(comparison, outline.source.path, rest[0], arguments[0].arg, gone)
        if answer is None:
            break
        branches.append(answer)
        rest = rest[1:]
    # What a branch binds is local in the whole function.
    known = {getattr(n, "id", getattr(n, "name", "")) for other in rest for n in ast.walk(other)}
    if not branches or any(answer.binds & known for answer in branches):
        return None
    names = {name for answer in branches for name in answer.names}
    alone = around is not None and len(rest) == 1 and _fails(rest[0]) and _only_brings(around.body, names)
    return _Answers(outline.source.path, outline, tuple(branches), around if alone else None)


def _answer(comparison: Comparison, path: str, branch: ast.stmt, argument: str, gone: dict[str, str]) -> _Answer | None:
    if not isinstance(branch, ast.If) or branch.orelse or not isinstance(branch.body[0], ast.Import):
        return None
    names = _asked_for(branch.test, argument)
    targets = {gone.get(name, "") for name in names}
    if len(targets) != 1 or "" in targets:
        return None
    dotted = comparison.after.names.dotted(targets.pop())
    bound = branch.body[0].names[0].asname or "importlib"
    prefix = bound.removesuffix("importlib")
    renamed = {n: f" as {prefix}{n}" if prefix else "" for n in ("importlib", "warnings")}
    for written in _spellings(comparison, path, dotted):
        form = _FORM.format(name=argument, new=dotted, target=written, p=prefix, **renamed)
        if [ast.dump(n) for n in branch.body] == [ast.dump(n) for n in ast.parse(form).body]:
            binds = frozenset(prefix + n for n in ("importlib", "warnings", "message"))
            return _Answer(names, dotted, branch, binds)
    return None


def _asked_for(test: ast.expr, argument: str) -> tuple[str, ...]:
    """The names of ``name == "A"`` or ``name in ("A", "B")``."""
    if not (isinstance(test, ast.Compare) and getattr(test.left, "id", "") == argument and len(test.ops) == 1):
        return ()
    (right,) = test.comparators
    members = right.elts if isinstance(test.ops[0], ast.In) and isinstance(right, ast.Tuple) else [right]
    if not isinstance(test.ops[0], (ast.In if isinstance(right, ast.Tuple) else ast.Eq)):
        return ()
    return tuple(str(m.value) for m in members if isinstance(m, ast.Constant))


def _spellings(comparison: Comparison, path: str, dotted: str) -> Iterator[str]:
    """How ``path`` can name a module to importlib: by its full name, or relative to its package."""
    yield repr(dotted)
    package = comparison.after.names.package(path).split(".")
    parts = dotted.split(".")
    for level in range(1, len(package) + 1):
        base = package[: len(package) - level + 1]
        if parts[: len(base)] == base and len(parts) > len(base):
            yield f"{'.' * level + '.'.join(parts[len(base) :])!r}, __package__"


def _only_brings(body: list[ast.stmt], names: set[str]) -> bool:
    brought = [alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return all(isinstance(node, ast.ImportFrom) for node in body) and set(brought) == names


def _fails(node: ast.stmt) -> bool:
    """Is it ``raise AttributeError``?"""
    call = node.exc if isinstance(node, ast.Raise) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "AttributeError"
