"""What frameworks know a moved definition by is what it was: the names of tasks, the labels of models.

Which frameworks take a name from the module is the table of codemods.frameworks; what a definition is called by it,
before and after, is worked out here from the two trees alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from codemods.frameworks import Fact, Pin, facts, heirs, holds_of, matching
from codemods.frameworks.django_apps import app_label
from codemods.model import Check, Finding, Place
from codemods.project import OverlayTree, Source
from codemods.proof.checks.scanned_modules import passed_over
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.outside import dotted_bases, dotted_names
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin

SAYS = "frameworks know what moved by the names by which they knew it"
ACCEPTED = "named-by-module"  # the hazard of that name, by --accept
SCANNED = "package-scanned"
_CODE = "another-identity"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
# What is written where: the statement or keyword, and the node around it.
Written = tuple[ast.Assign | ast.AnnAssign, ast.ClassDef] | tuple[ast.keyword, ast.Call]


def check(comparison: Comparison) -> Check:
    """``comparison`` is of the trees as they are written."""
    failures: list[Finding] = []
    places = 0
    accepted = any(ACCEPTED in move.accept for move in comparison.moves)
    for old, new in sorted(comparison.renamed.items()):
        for fact, holder in _known(comparison.before, old):
            places += 1
            node = _definition(comparison.after, new)
            failures += _compare(comparison, fact, holder, old, new) if node is not None and not accepted else []
        for fact, place in _given(comparison, old, new):
            places += 1
            if not accepted:
                failures.append(Finding(place, f"what gets {old[1]} here names it by its module: {fact.why}", _CODE))
        for _, found in passed_over(comparison, old, new):
            places += 1
            failures += found if not any(SCANNED in move.accept for move in comparison.moves) else []
        for fact, _ in _known(comparison.before, old, "listed"):
            places += 1
            home = comparison.home(old[0])
            if home in comparison.new.paths and not comparison.after.bound_origins(home, old[1]):
                message = f"{old[1]} is no name of this module any more, or one that is only found when asked for"
                failures.append(Finding(Place(home), f"{message}: {fact.why}", _CODE))
    return Check("identities", SAYS, places, tuple(failures))


def _compare(
    comparison: Comparison, fact: Fact, holder: ast.expr | Definition, old: Origin, new: Origin
) -> Iterator[Finding]:
    symbols = comparison.after.symbols(new[0])
    after = next((h for f, h in _known(comparison.after, new) if f == fact), None)
    assert symbols is not None
    if after is None:
        yield Finding(
            symbols.source.place(symbols.source.tree), f"{new[1]} is no longer known to {fact.framework}", _CODE
        )
        return
    place = symbols.source.place(after)
    if fact.pin is None:
        yield Finding(place, f"{new[1]} moved to another module: {fact.why}", _CODE)
        return
    was, now = (
        _value(s, fact.pin, h, o) for s, h, o in ((comparison.before, holder, old), (comparison.after, after, new))
    )
    if was != now:
        message = f"{new[1]} is known to {fact.framework} as {now}, and was known as {was}: {fact.why}"
        yield Finding(place, message, _CODE)
    elif fact.pin.place == "attribute" and _written(fact.pin, holder) is None:
        inherit = heirs(comparison.new, new[1], fact.pin.name) if _written(fact.pin, after) is not None else []
        if inherit:
            message = f"{inherit[0]} inherits `{fact.pin.name}`, which is written into {new[1]}: {fact.why}"
            yield Finding(place, message, _CODE)


def _known(snapshot: Snapshot, origin: Origin, *kinds: str) -> Iterator[tuple[Fact, ast.expr | Definition]]:
    """The facts that hold of a definition, each with the decorator, or the class, that it holds of."""
    node = _definition(snapshot, origin)
    if node is None:
        return
    for fact in (fact for kind in kinds or ("identity", "binds") for fact in facts(snapshot.tree, kind)):
        body = node.body if fact.methods and isinstance(node, ast.ClassDef) else []
        methods = (inner for inner in body if isinstance(inner, FUNCTIONS))
        for decorator in [d for one in (node, *methods) for d in one.decorator_list] if fact.decorators else ():
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if matching(fact.decorators, dotted_names(snapshot, origin[0], called)):
                yield fact, decorator
        if (
            fact.bases
            and isinstance(node, ast.ClassDef)
            and matching(fact.bases, dotted_bases(snapshot, origin[0], node))
        ):
            if holds_of(snapshot.tree, fact, *origin):
                yield fact, node


def _given(comparison: Comparison, old: Origin, new: Origin) -> Iterator[tuple[Fact, Place]]:
    """Calls that are given a function and take its module for a name: ``app.task(mail)``, ``register_task(mail)``."""
    snapshot, table = comparison.before, facts(comparison.old, "identity")
    if not isinstance(_definition(snapshot, old), FUNCTIONS):
        return
    modules = [snapshot.names.dotted(origin[0]) for origin in (old, new)]
    words = sorted({name.rpartition(".")[2] for fact in table for name in (*fact.decorators, *fact.calls)})
    files = comparison.old
    for path in sorted(files.code_with(words) & files.code_with([o[1] for o in comparison.renamed])):
        symbols = snapshot.symbols(path)
        for call in symbols.source.nodes.of(ast.Call) if symbols is not None else ():
            if not call.args or getattr(call.args[0], "id", getattr(call.args[0], "attr", "")) != old[1]:
                continue
            if old not in snapshot.meaning(path, call.args[0]):
                continue
            made = call.func if isinstance(call.func, ast.Call) else call
            names = dotted_names(snapshot, path, made.func)
            for fact in (fact for fact in table if matching((*fact.decorators, *fact.calls), names)):
                pin = fact.pin
                said = {pin.default(dotted, old[1], "") for dotted in modules} if pin is not None else ()
                if pin is None or (len(said) > 1 and _written(pin, made) is None):
                    yield fact, Place(path, call.lineno)


def _definition(snapshot: Snapshot, origin: Origin) -> Definition | None:
    symbols = snapshot.symbols(origin[0])
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = [n for n in (symbols.source.tree.body if symbols else []) if isinstance(n, kinds) and n.name == origin[1]]
    return found[-1] if found else None


def _value(snapshot: Snapshot, pin: Pin, holder: ast.expr | Definition, origin: Origin) -> str:
    written = _written(pin, holder)
    if written is not None:
        return ast.unparse(written[0].value) if written[0].value is not None else ""
    if pin.place == "meta" and isinstance(holder, ast.ClassDef) and _is_abstract(holder):
        return "abstract"
    return repr(pin.default(snapshot.names.dotted(origin[0]), origin[1], app_label(snapshot.tree, origin[0])))


def _written(pin: Pin, holder: ast.expr | Definition) -> Written | None:
    if pin.place == "keyword":
        keywords = holder.keywords if isinstance(holder, ast.Call) else []
        found = next((k for k in keywords if k.arg == pin.name), None)
        return (found, holder) if found is not None and isinstance(holder, ast.Call) else None
    owner = _meta(holder) if pin.place == "meta" else holder
    for node in owner.body if isinstance(owner, ast.ClassDef) else ():
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(t, ast.Name) and t.id == pin.name for t in targets):
            assert isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(owner, ast.ClassDef)
            return node, owner
    return None


def _meta(holder: ast.expr | Definition) -> ast.ClassDef | None:
    body = holder.body if isinstance(holder, ast.ClassDef) else []
    return next((n for n in body if isinstance(n, ast.ClassDef) and n.name == "Meta"), None)


def _is_abstract(holder: ast.ClassDef) -> bool:
    meta = _meta(holder)
    return meta is not None and any("abstract" in ast.unparse(node) for node in meta.body)


# -- what the other checks see


def without_pins(comparison: Comparison) -> Comparison:
    """The same comparison, the new tree without identities that are written down because of the move."""
    cuts: dict[str, list[tuple[int, int]]] = {}
    for old, new in comparison.renamed.items():
        for fact, holder in _known(comparison.before, old):
            after = next((h for f, h in _known(comparison.after, new) if f == fact), None)
            if fact.pin is None or after is None or _written(fact.pin, holder) is not None:
                continue
            written, symbols = _written(fact.pin, after), comparison.after.symbols(new[0])
            if written is None or symbols is None:
                continue
            if _value(comparison.before, fact.pin, holder, old) == _value(comparison.after, fact.pin, after, new):
                called = isinstance(holder, ast.Call)
                cuts.setdefault(new[0], []).append(_cut(symbols.source, written, called, _meta(holder) is not None))
    if not cuts:
        return comparison
    changes = {p: comparison.new.read(p) if p in comparison.new.paths else None for p in comparison.touched}
    for path, spans in cuts.items():
        source = comparison.new.source(path)
        text = source.text
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + text[end:]
        changes[path] = source.encode(text)
    return replace(comparison, new=OverlayTree(comparison.old, changes))


def _cut(source: Source, written: Written, called: bool, meta: bool) -> tuple[int, int]:
    """The span of the text that writes an identity down, with what came along: a comma, brackets, a line, ``Meta``."""
    owner = written[1]
    if isinstance(owner, ast.Call):
        return (
            _cut_keyword(source, cast("ast.keyword", written[0]), owner)
            if called
            else (source.end(owner.func), source.end(owner))
        )
    whole = owner if owner.name == "Meta" and not meta and len(owner.body) == 1 else cast("ast.stmt", written[0])
    last = whole.end_lineno or whole.lineno
    end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return source.line_starts[whole.lineno - 1], end


def _cut_keyword(source: Source, keyword: ast.keyword, call: ast.Call) -> tuple[int, int]:
    """A keyword that stands last, with the comma above it that the call did not have."""
    others = [node for node in (*call.args, *(k.value for k in call.keywords)) if node is not keyword.value]
    start, end = source.text.rindex(keyword.arg or "", 0, source.start(keyword.value)), source.end(keyword.value)
    before = max((source.end(node) for node in others), default=start)
    return (before, end) if source.text[before:start].strip() == "," else (start, end)
