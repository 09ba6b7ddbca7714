"""What the names in a statement mean, before and after, and how much it weighs if that is not the same.

In a statement that says what it said each name is compared with its own partner. In one that was edited, a name is
compared with those of the same text; and whatever is new in it, or stands in a new statement, has to be bound.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from codemods.model import Finding, Kind, Place
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import BUILTINS, Origin, Origins
from codemods.proof.statements.name_resolution import Occurrence
from codemods.proof.statements.pairing import Pair, Statement

# Bound by the compiler in a class or function, by other versions of Python, or by other programs that run the code.
_GIVEN = frozenset(
    [
        "__class__",
        "__module__",
        "__qualname__",
        "__builtins__",
        "__annotations__",
        "__dict__",
        "WindowsError",
        "reveal_type",
        "ExceptionGroup",
        "BaseExceptionGroup",
        "EncodingWarning",
        "PythonFinalizationError",
        "unicode",
        "basestring",
        "long",
        "xrange",
        "unichr",
        "raw_input",
        "reduce",
        "file",
        "cmp",
        "execfile",
        "reload",
        "buffer",
        "apply",
        "intern",
        "coerce",
    ]
)
# What puts names into the namespace of its module.
_MAKES_NAMES = re.compile(rb"\b(?:globals|vars|locals)\(\)|\bexec\(|\bsetattr\(|\bglobal_enum\b|\._convert_\(")


def compared(comparison: Comparison, pair: Pair) -> Iterator[Finding]:
    """Names of a pair of statements that mean something else."""
    old, new = pair.old.reading.occurrences, pair.new.reading.occurrences
    if pair.edited:
        yield from _edited(comparison, pair)
        return
    if len(old) != len(new):
        message = f"{pair.new.said}: it names other things than before"
        yield Finding(pair.new.place, message, "edited", Kind.EDITED, pair.old.place)
        return
    for before, after in zip(old, new, strict=True):
        if pair.moved and not before.meaning and not after.meaning and _may_be_made(comparison, pair, before):
            cause = f"made in {pair.old.path}"
            message = f"{pair.new.said} reads {after.text}, which no statement binds: {pair.old.path} may make it"
            place = Place(pair.new.path, after.line)
            yield Finding(place, message, "unbound-name", Kind.EDITED, Place(pair.old.path, before.line), cause)
        if before.own or _same(comparison, before, after) or not (before.meaning or pair.moved):
            continue
        kind = _weight(comparison, pair, before, after)
        if after.moment == "typing" and after.meaning and kind is Kind.BROKEN:
            kind = Kind.EDITED
        yield _finding(comparison, pair, before, after, kind)


def _may_be_made(comparison: Comparison, pair: Pair, before: Occurrence) -> bool:
    """Is it read in a module that puts names into its own namespace?"""
    name = before.text.partition(".")[0]
    if before.own or before.moment not in ("import", "call") or not _counts(before) or name.startswith("__"):
        return False
    symbols = comparison.before.symbols(pair.old.path)
    unbound = symbols is not None and not symbols.stars and name not in symbols.binds and name not in BUILTINS
    return unbound and _MAKES_NAMES.search(comparison.before.bytes(pair.old.path) or b"") is not None


def _edited(comparison: Comparison, pair: Pair) -> Iterator[Finding]:
    """Of a statement that was edited: names that are bound nowhere, or by which it finds something else."""
    known: defaultdict[str, list[Occurrence]] = defaultdict(list)
    for occurrence in pair.old.reading.occurrences:
        known[occurrence.text].append(occurrence)
    for after in pair.new.reading.occurrences:
        was = known.get(after.text, [])
        if after.own or any(_same(comparison, before, after) for before in was):
            continue
        if not after.meaning:
            if (
                _counts(after)
                and all(before.meaning for before in was)
                and not _set_from_outside(comparison.after, after)
            ):
                yield (_finding(comparison, pair, was[0], after, Kind.BROKEN) if was else _unbound(pair.new, after))
        elif was and was[0].meaning:
            yield _finding(comparison, pair, was[0], after, Kind.EDITED if pair.moved else Kind.OTHER)


def _same(comparison: Comparison, before: Occurrence, after: Occurrence) -> bool:
    """``typing_extensions`` has names of ``typing`` for older Pythons: to type checkers they are the same."""
    if comparison.same(before.meaning, after.meaning):
        return True
    known = {(where, re.sub(r"^typing_extensions\.", "typing.", name)) for where, name in before.meaning}
    return after.moment == "typing" and known == after.meaning


def new_statements(comparison: Comparison) -> Iterator[Statement]:
    """Statements that are new or copied."""
    yield from comparison.pairing.come
    yield from (pair.new for pair in comparison.pairing.copies)


def unbound(comparison: Comparison, statement: Statement) -> Iterator[Finding]:
    """Names in a new statement that are bound nowhere."""
    missing = comparison.unbound_before
    for after in statement.reading.occurrences:
        if not after.own and not after.meaning and _counts(after) and after.text not in missing:
            if not _set_from_outside(comparison.after, after):
                yield _unbound(statement, after)


def _counts(after: Occurrence) -> bool:
    """Is this a name that has to be there: none that is written, none in a string that nobody follows?"""
    plain = after.text.isidentifier() or after.text.replace(".", "").isidentifier()
    return plain and after.writes is None and after.text not in _GIVEN


def _set_from_outside(snapshot: Snapshot, after: Occurrence) -> bool:
    """Is it an attribute of a module that others set: one that the module only annotates, or that is assigned to?"""
    name = after.text.rpartition(".")[2]
    assigned = re.compile(rf"\b{re.escape(after.text)}\s*=[^=]".encode())
    for where, attribute in after.cells if "." in after.text else ():
        symbols = snapshot.symbols(where) if attribute == name else None
        if symbols is not None and any(_annotates(node, name) for node in symbols.body):
            return True
        if any(assigned.search(snapshot.bytes(path) or b"") for path in snapshot.tree.code_with([name])):
            return True
    return False


def _annotates(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == name


def _unbound(statement: Statement, after: Occurrence) -> Finding:
    where = Place(statement.path, after.line)
    message = f"{statement.said} reads {after.text}, which is bound nowhere"
    return Finding(where, message, "unbound-name", Kind.BROKEN, None, f"{statement.path} {after.text}")


def _finding(comparison: Comparison, pair: Pair, before: Occurrence, after: Occurrence, kind: Kind) -> Finding:
    what = "writes" if before.writes and not before.cells else "reads"
    when = " for type checkers" if after.moment == "typing" else ""
    was, now = said(before.meaning), said(after.meaning)
    missing = _missing_module(comparison, pair.new.path, after.meaning)
    unreadable = [path for path, _ in comparison.mapped(before.meaning) if path in comparison.unreadable]
    if unreadable:
        code, cause = "unbound-name", f"unreadable {unreadable[0]}"
    elif missing:
        code, cause, kind = "unbound-name", f"module {missing}", Kind.BROKEN
    elif not after.meaning:
        code, cause = "unbound-name", f"unbound {was}"
    else:
        code, cause = "another-object", f"{was} {now}"
    message = f"{pair.new.said} {what} {after.text}: it was {was}, and is {now}{when}"
    return Finding(Place(pair.new.path, after.line), message, code, kind, Place(pair.old.path, before.line), cause)


def _missing_module(comparison: Comparison, path: str, found: Origins) -> str:
    """The module of the tree that should have what is read, and is not there."""
    for where, name in found:
        module = name.rpartition(".")[0]
        if where or not module:
            continue
        top = comparison.after.find(module.partition(".")[0], path)
        was = comparison.before.find(module, path)
        if comparison.after.find(module, path) is None and (was or (top and "." in module)):
            return module
    return ""


def _weight(comparison: Comparison, pair: Pair, was: Occurrence, after: Occurrence) -> Kind:
    """How much it weighs that an unedited statement finds another thing by a name."""
    before, text = was.meaning, was.text
    if not after.meaning:
        return Kind.BROKEN
    if _own_facts(before):
        return Kind.EDITED if all(where == "=" for where, _ in before) else Kind.BROKEN
    if _last(text) != _last(after.text) or _is_replaced(comparison, before, after.meaning):
        return Kind.EDITED if pair.moved else Kind.OTHER
    if not pair.moved and _rebound_here(comparison, pair.new.path, after.text.partition(".")[0]):
        return Kind.OTHER
    stands = all(_stands(comparison.after, origin) for origin in comparison.mapped(before))
    in_tree = any(where not in ("", "=") for where, _ in after.meaning)
    if stands and in_tree:
        return Kind.BROKEN
    return Kind.EDITED if pair.moved else Kind.OTHER


def _own_facts(origins: Origins) -> bool:
    """``__name__``, ``__file__``, ``globals()``: what a module says of itself."""
    return any(where == "=" or name.startswith("__") or name.endswith("()") for where, name in origins)


def _last(text: str) -> str:
    return text.rpartition(".")[2]


def _is_replaced(comparison: Comparison, before: Origins, after: Origins) -> bool:
    """Did the author of the change write what is found now: anew where it was, or beside what reads it?"""
    new = {(statement.path, name) for statement in comparison.pairing.come for name in statement.names}
    return after <= new and not any(not where and name.startswith("builtins.") for where, name in before)


def _rebound_here(comparison: Comparison, path: str, name: str) -> bool:
    """Was the import or definition by which a statement that stayed finds something edited in its own file?"""
    one, two = comparison.before.symbols(path), comparison.after.symbols(path)
    return one is None or two is None or one.binds.get(name) != two.binds.get(name)


def _stands(snapshot: Snapshot, origin: Origin) -> bool:
    where, name = origin
    if where == "":
        return True
    symbols = snapshot.symbols(where)
    return symbols is not None and (not name or any(bound.defined for bound in symbols.binds.get(name, ())))


def said(origins: Origins) -> str:
    """For messages."""
    parts = []
    for where, name in sorted(origins):
        if where == "=":
            parts.append(name)
        else:
            parts.append(f"{where}:{name}" if where and name else where or name)
    return " or ".join(parts) or "bound nowhere"
