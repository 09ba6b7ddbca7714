"""Which statements are likely the same though they do not say the same: edited, renamed, divided, or copied."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from codemods.proof.statements.statement import Pair, Statement

# How much of its words a statement shares with what is likely the same one.
_SAME_NAME, _OTHER_NAME, _PART = 0.25, 0.6, 0.6
# A statement with fewer words says too little to be known by what it says.
_TELLING = 6
# More comparisons than this, of things that left with things that came, are not made.
_MANY = 40_000

Rule = Callable[[Statement, Statement], float]


def likely(gone: list[Statement], come: list[Statement], pairs: Iterable[Pair], hints: dict[str, str]) -> list[Pair]:
    """What left with what came: the same name first, then the same text under another name, then what is much alike."""
    flows = Counter((p.old.path, p.new.path) for p in pairs)
    rules: tuple[Rule, ...] = (
        lambda old, new: _stayed(old, new) and _same_name(old, new),
        lambda old, new: float(any(hints.get(name) == new.path for name in old.names & new.names)),
        lambda old, new: (likeness(old, new) >= _SAME_NAME) and _same_name(old, new),
        lambda old, new: _renamed(old, new),
        lambda old, new: _stayed(old, new) and _alike(old, new),
        _alike,
    )
    found: list[Pair] = []
    for rule in rules:
        if len(gone) * len(come) > _MANY:
            break
        ranked = [(rule(old, new), flows[old.path, new.path], old, new) for old in gone for new in come]
        ranked = [one for one in ranked if one[0]]
        for _, _, old, new in sorted(ranked, key=lambda one: one[:2], reverse=True):
            if old in gone and new in come:
                found.append(Pair(old, new, edited=True))
                gone = [s for s in gone if s is not old]
                come = [s for s in come if s is not new]
    return found


def likeness(old: Statement, new: Statement) -> float:
    """0 to 1: how many of the words of both they share."""
    total = old.bag.total() + new.bag.total()
    return 2 * (old.bag & new.bag).total() / total if total else 1.0


def copies(come: Iterable[Statement], old: dict[str, list[Statement]]) -> list[Pair]:
    """What came, and says what a statement says that has its partner already: (that statement, the new one)."""
    known: dict[frozenset[str], list[Statement]] = {}
    for several in old.values():
        for statement in several:
            if statement.names and not statement.importing:
                known.setdefault(statement.names, []).append(statement)
    found = []
    for statement in come:
        same = [s for s in known.get(statement.names, ()) if s.text == statement.text or s.key == statement.key]
        found += [Pair(same[0], statement)] if same else []
    return found


def parts(gone: list[Statement], come: list[Statement], pairs: Iterable[Pair]) -> list[Pair]:
    """What has no partner and is a part of something in the other tree: a class that was divided, a method that became
    a function, functions that became methods; (old, new)."""
    edited = [pair for pair in pairs if pair.edited and isinstance(pair.old.node, ast.ClassDef)]
    left = [*((one, one.bag) for one in gone), *((pair.old, pair.old.bag - pair.new.bag) for pair in edited)]
    won = [*((one, one.bag) for one in come), *((pair.new, pair.new.bag - pair.old.bag) for pair in edited)]
    found = [Pair(whole, one, edited=True) for one in come if (whole := _whole_of(one, left))]
    taken = {id(pair.old) for pair in found}
    return found + [
        Pair(one, whole, edited=True) for one in gone if id(one) not in taken and (whole := _whole_of(one, won))
    ]


def _whole_of(part: Statement, wholes: Iterable[tuple[Statement, Counter[str]]]) -> Statement | None:
    """What a statement was, or is, the most of; each with the words that it does not have on both sides."""
    best: tuple[float, Statement] | None = None
    for whole, words in wholes:
        share = (part.bag & words).total() / part.bag.total() if _may_be_part(part.node, whole.node) else 0.0
        if share >= _PART and (best is None or share > best[0]):
            best = share, whole
    return best[1] if best else None


def _may_be_part(part: ast.stmt, whole: ast.stmt) -> bool:
    """A function by the name of a method, or a class that has methods of the other."""
    if not isinstance(whole, ast.ClassDef):
        return False
    if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return part.name in set(methods(whole))
    return isinstance(part, ast.ClassDef) and not set(methods(part)).isdisjoint(methods(whole))


def methods(node: ast.ClassDef) -> Iterator[str]:
    return (n.name for n in node.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _stayed(old: Statement, new: Statement) -> float:
    return float(old.path == new.path)


def _same_name(old: Statement, new: Statement) -> float:
    return 1 + likeness(old, new) if old.names & new.names else 0.0


def _renamed(old: Statement, new: Statement) -> float:
    """Equal but for the name; a short text says too little, unless the names are alike."""
    if not old.names or len(old.names) != len(new.names) or old.shape != new.shape:
        return 0.0
    telling = old.bag.total() > _TELLING or _bare(old) == _bare(new)
    return 1 + (_bare(old) == _bare(new)) if telling else 0.0


def _bare(statement: Statement) -> str:
    return min(statement.names).strip("_").lower()


def _alike(old: Statement, new: Statement) -> float:
    fewer, more = sorted((old.bag.total(), new.bag.total()))
    if type(old.node) is not type(new.node) or fewer <= _TELLING or fewer < more * _OTHER_NAME / 2:
        return 0.0
    found = likeness(old, new)
    return found if found >= _OTHER_NAME else 0.0
