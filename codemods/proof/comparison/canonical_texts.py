"""Dotted paths in texts under the one map of the move: two texts are equal if they are equal in one form.

Strings and examples (`>>>`) may name a moved definition by its new path. The other checks need not know of that: they
read both trees with such texts in one form. Strings in patches are not among them: a patch does not say what a thing
is, but where it is looked up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from codemods.project import OverlayTree, Source, Tree, Unreadable, decode
from codemods.project.manuals import NO_ROLE
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Origin
from codemods.proof.snapshot.symbols import defined_names
from codemods.proof.statements.table_targets import table_targets

_EXAMPLE = re.compile(
    r"^(?P<prompt>[ \t]*>>>[ \t]+)(?P<code>(?:from[ \t]+[\w.]+[ \t]+)?import\b[^\r\n]*)", re.MULTILINE
)
_MORE = re.compile(r"\r?\n[ \t]*\.\.\.(?:[ \t](?P<code>[^\r\n]*))?(?=\r?\n|$)")
_LINE_END = re.compile(r"\r\n|\n|")
_PATCHES = ("patch", "setattr", "delattr", "object", "multiple", "dict")

# The old dotted name of the module, by the new one and the name that moved.
Olds = dict[tuple[str, str], str]


def moved_paths(comparison: Comparison) -> Olds:
    """The one map of the move, in dotted names."""

    def dotted(origin: Origin, after: bool) -> str:
        return (comparison.after if after else comparison.before).names.dotted(origin[0])

    return {(dotted(new, True), new[1]): dotted(old, False) for old, new in comparison.renamed.items()}


def canonicalized(comparison: Comparison) -> Comparison:
    """The same comparison, with the strings and examples of touched modules in one form on both sides."""
    olds = moved_paths(comparison)
    before, after = _differing(comparison, olds)
    if not after:
        return comparison
    old = OverlayTree(comparison.old, before)
    changes = {path: _raw(comparison.new, path) for path in comparison.touched}
    return replace(comparison, old=old, new=OverlayTree(old, changes | after))


def _differing(comparison: Comparison, olds: Olds) -> tuple[dict[str, bytes | None], dict[str, bytes | None]]:
    """Modules of the old and of the new tree in their one form, if any differs from what is written."""
    before: dict[str, bytes | None] = {}
    after: dict[str, bytes | None] = {}
    # Strings that name a module which is gone have to name the new one, and are looked up as they are written.
    gone = set(comparison.old_names.dotted.values())
    strings = {new: old for new, old in olds.items() if old not in gone}
    # So have those of an old path that ended: they are read in the new form.
    ended = _ended(comparison)
    strings = {(new, name): old for (new, name), old in strings.items() if (old, name) not in ended}
    new_named = False
    origins = {new: old for old, new in comparison.renamed.items()}
    for path in comparison.touched:
        if path.endswith(".py"):
            old, new = _source(comparison.old, path, olds | ended), _source(comparison.new, path, olds)
            if old is not None:
                moving = {name for at, name in comparison.renamed if at == path}
                before[path] = _module_in_one_form(old, olds, strings | ended, _Given(comparison, path, moving, None))
                new_named |= before[path] != old.raw
            if new is not None:
                moving = {name for at, name in origins if at == path}
                after[path] = _module_in_one_form(new, olds, strings, _Given(comparison, path, moving, origins))
                new_named |= after[path] != new.raw
    return (before, after) if new_named else ({}, {})


def _ended(comparison: Comparison) -> Olds:
    """The new dotted name of the module, by the old one and the name, for names that are not found there any more."""
    old, new = comparison.before.names, comparison.after.names
    return {
        (old.dotted(was[0]), was[1]): new.dotted(now[0])
        for was, now in comparison.renamed.items()
        if was[1] == now[1] and was[0] in comparison.new.paths and not comparison.after.given(was[0], was[1])
    }


@dataclass(frozen=True)
class _Given:
    """What an example of moved code finds among the names of its module, it need not import."""

    comparison: Comparison
    path: str
    moving: set[str]
    origins: dict[Origin, Origin] | None  # where moved names were; None: this is the old tree

    def spans(self, source: Source) -> list[tuple[int, int, str]]:
        """(start, end, the module where it stood before) of what moved."""
        return [
            (source.start(node), source.end(node), self.origins[self.path, name][0] if self.origins else self.path)
            for node in source.tree.body
            for name in self.moving & set(defined_names(node))
        ]

    def brings(self, home: str, module: str, attribute: str | None, name: str) -> bool:
        """Does an import in an example give what the old module has by that name?"""
        if attribute is None and module.startswith(f"{name}."):  # `import collections.abc`, as the old module has it
            return module in self.comparison.before.imports(home) and self.brings(home, name, None, name)
        before = self.comparison.before.origins(home, name)
        if self.origins is None:
            return bool(before) and self.comparison.before.imported(self.path, module, attribute) == before
        found = self.comparison.after.imported(self.path, module, attribute)
        return bool(before) and found == self.comparison.mapped(before)


def _raw(tree: Tree, path: str) -> bytes | None:
    return tree.read(path) if path in tree.paths else None


def _source(tree: Tree, path: str, olds: Olds) -> Source | None:
    """A module that may have something to bring in one form."""
    try:
        text, _ = decode(path, tree.read(path))
        named = ">>>" in text or any(module in text for module, _ in olds)
        return tree.source(path) if named else None
    except (Unreadable, OSError):
        return None


def _module_in_one_form(source: Source, olds: Olds, strings: Olds, given: _Given) -> bytes:
    moved = given.spans(source) if ">>>" in source.text else []
    patched = {id(node.args[0]) for node in source.nodes.of(ast.Call) if node.args and _called(node) in _PATCHES}
    tables = (*source.nodes.of(ast.Dict), *source.nodes.of(ast.Call)) if "target" in source.text else ()
    patched |= {id(node) for table in tables for node in table_targets(source, table)}
    pieces: list[str] = []
    at = gone = 0  # lines that the texts of the statement at hand have lost
    for start, end, example in sorted(_spans(source, patched)):
        if start >= at:
            text = source.text[start:end]
            home = next((old for first, last, old in moved if first <= start and end <= last), "")
            drop = (lambda *asked, home=home: given.brings(home, *asked)) if home else None
            between, gone = _filled_up(source, at, start, gone)
            pieces += [between, _example(text, olds, drop) if example else _renamed(text, strings)]
            gone += text.count("\n") - pieces[-1].count("\n")
            at = end
    return source.encode("".join([*pieces, _filled_up(source, at, len(source.text), gone)[0]]))


def _filled_up(source: Source, start: int, end: int, gone: int) -> tuple[str, int]:
    """The text between two strings, and how many lines are gone still. Where a statement of the module ends, as many
    empty ones take their place: what stands below is found on the lines that people see."""
    last = next((source.end(n) for n in source.tree.body if source.end(n) >= start), end) if gone else end
    line_end = source.text.find("\n", last, end)
    if line_end < 0:
        return source.text[start:end], gone
    return source.text[start:line_end] + "\n" * gone + source.text[line_end:end], 0


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _spans(source: Source, patched: set[int]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it has examples) of strings that are read in their one form."""
    for node in source.nodes.of(ast.Constant):
        if isinstance(node.value, str) and id(node) not in patched:
            if ">>>" in node.value:
                yield source.start(node), source.end(node), True
            elif re.fullmatch(r"(?:[\w.-]+\s*=\s*)?\w+(?:\.\w+)*[.:]\w+(?:\.\w+)*", node.value):
                yield source.start(node), source.end(node), False


def in_old_form(text: str, olds: Olds) -> str:
    """``text`` with each moved name under its old path, and an import in an example divided into one a name."""
    text = _renamed(text, olds)
    return _divided(text, olds) if ">>>" in text else text


def _renamed(text: str, olds: Olds) -> str:
    for (module, name), old in olds.items():
        if f"{module}." in text or f"{module}:" in text:
            text = re.sub(rf"(?<![\w.]){re.escape(module)}(?=[.:]{re.escape(name)}(?!\w))", old, text)
    return text


def _example(text: str, olds: Olds, drop: Callable[..., bool] | None) -> str:
    for (module, name), old in olds.items():
        text = shown_as(module, name).sub(lambda hit, old=old: f"{hit['before']}{old}", text)
    return _divided(text, olds, drop)


@cache
def shown_as(module: str, name: str) -> re.Pattern[str]:
    """A line that an example prints, in which a definition is shown with its module."""
    dotted, printed = f"{re.escape(module)}(?=[.]{re.escape(name)}", r"(?![ \t]*(?:>>>|[.]{3}[ \t]))"
    raised, shown = rf"[ \t]*(?={dotted}(?::|[ \t\r]*$)))", ".*?<(?:class '|function |enum ')?"
    return re.compile(rf"^{printed}(?P<before>{raised}|{shown}){dotted}\b{NO_ROLE})", re.M)


def _divided(text: str, olds: Olds, drop: Callable[..., bool] | None = None) -> str:
    """Neighbouring imports of examples on one line, sorted, one name each; ``drop``: those not needed."""
    pieces: list[str] = []
    pending: list[str] = []
    at = 0
    for start, stop, prompt, tree in _imports(text):
        node = tree.body[0]
        given = drop is not None and len(tree.body) == 1 and _all_given(node, drop)
        if not given and not (isinstance(node, ast.ImportFrom) and _concerned(node, olds)):
            continue
        if text[at:start].strip("\r\n"):
            pieces += [_on_one_line(pending), text[at:start]]
            pending = []
        rest = "; ".join(ast.unparse(other) for other in tree.body[1:])
        if isinstance(node, ast.ImportFrom) and not given:
            for alias in node.names:
                module = olds.get((node.module or "", alias.name), node.module)
                pending.append(f"{prompt}from {module} import {alias.name} as {alias.asname}; {rest}")
        at = stop + len(_LINE_END.match(text, stop)[0])  # type: ignore[index]
    return "".join([*pieces, _on_one_line(pending), text[at:]])


def _on_one_line(imports: list[str]) -> str:
    return ";".join(sorted(imports)) + "\n" * bool(imports)


def _imports(text: str) -> Iterator[tuple[int, int, str, ast.Module]]:
    """(start, end, prompt, code) of the imports of the examples in a text."""
    at = 0
    for found in _EXAMPLE.finditer(text):
        if found.start() < at:
            continue
        stop = found.end()
        code = found["code"]
        tree = _parsed(code)
        while tree is None and (more := _MORE.match(text, stop)):
            code, stop = code + "\n" + (more["code"] or ""), more.end()
            tree = _parsed(code)
        if tree is not None and isinstance(tree.body[0], (ast.Import, ast.ImportFrom)):
            yield found.start(), stop, found["prompt"], tree
            at = stop


def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return None


def _all_given(node: ast.stmt, drop: Callable[..., bool]) -> bool:
    if isinstance(node, ast.Import):
        return all(drop(a.name, None, a.asname or a.name.partition(".")[0]) for a in node.names)
    if not isinstance(node, ast.ImportFrom) or node.level:
        return False
    module = node.module or ""
    return all(drop(module, a.name, a.asname or a.name) for a in node.names)


def _concerned(node: ast.ImportFrom, olds: Olds) -> bool:
    return node.module in olds.values() or any((node.module or "", alias.name) in olds for alias in node.names)
