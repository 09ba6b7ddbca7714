"""Top-level statements of the two trees, paired: which statement of before is which one of after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.fingerprint import StatementAnalyzer
from codemods.proof.statements.likeness import copies, likely, parts
from codemods.proof.statements.statement import Pair, Statement


@dataclass(frozen=True)
class Pairing:
    """Each statement of before with what it is now; what has no partner, or more than one.

    ``copies``: (a statement of before, another one that says the same now). ``parts``: (a statement of before or after,
    what is a part of it in the other tree), such as a method that became a function.
    """

    pairs: tuple[Pair, ...]
    gone: tuple[Statement, ...]
    come: tuple[Statement, ...]
    copies: tuple[Pair, ...] = ()
    parts: tuple[Pair, ...] = ()


def statements(snapshot: Snapshot, path: str) -> list[Statement]:
    """All of a module, imports included; none where there is no such module, or it can't be read."""
    symbols = snapshot.symbols(path)
    if symbols is None or not symbols.body:
        return []
    reader = StatementAnalyzer(snapshot, path)
    return [Statement(snapshot, path, node, index, reader) for index, node in enumerate(symbols.body)]


def pair(old: dict[str, list[Statement]], new: dict[str, list[Statement]], hints: dict[str, str]) -> Pairing:
    """Pair the statements of changed modules that are no imports: first what says the same, where it stood and then
    wherever it went; then what is likely the same, edited or under another name.

    ``hints``: where a name is said to have gone, by name.
    """
    pairs: list[Pair] = []
    gone: list[Statement] = []
    come: list[Statement] = []
    for path in {**old, **new}:
        left, right = _conserved(old.get(path, ())), _conserved(new.get(path, ()))
        # Letter by letter first: most of a file stays as it is, and then needs no closer reading.
        left, right = _match(left, right, pairs, lambda s: s.text + s.reader.symbols.source.encoding)
        left, right = _match(left, right, pairs, lambda s: s.key)
        gone += left
        come += right
    for name, path in hints.items():
        mine, theirs = [s for s in gone if name in s.names], [s for s in come if name in s.names and s.path == path]
        _match(mine, theirs, pairs, lambda s: s.key)
        gone, come = _without(gone, pairs), _without(come, pairs)
    gone, come = _match_elsewhere(gone, come, pairs)
    twice = copies(come, old)
    come = _without(come, twice)
    pairs += likely(gone, come, pairs, hints)
    gone, come = _without(gone, pairs), _without(come, pairs)
    divided = parts(gone, come, pairs)
    return Pairing(tuple(pairs), tuple(gone), tuple(come), tuple(twice), tuple(divided))


def _conserved(found: Iterable[Statement]) -> list[Statement]:
    return [s for s in found if not (s.importing or s.docstring or s.exports)]


def _without(found: list[Statement], pairs: Iterable[Pair]) -> list[Statement]:
    done = {id(s) for p in pairs for s in (p.old, p.new)}
    return [s for s in found if id(s) not in done]


def _match_elsewhere(
    gone: list[Statement], come: list[Statement], pairs: list[Pair]
) -> tuple[list[Statement], list[Statement]]:
    """What says the same in another file; of several that do, the one in the file that most others went to."""
    waiting: dict[str, list[Statement]] = {}
    for statement in come:
        waiting.setdefault(statement.key, []).append(statement)
    clear = [s for s in gone if len(waiting.get(s.key, ())) == 1]
    gone = [s for s in gone if len(waiting.get(s.key, ())) != 1]
    rest, _ = _match(clear, come, pairs, lambda s: s.key)
    flows = Counter((p.old.path, p.new.path) for p in pairs)
    for statement in gone:
        found = [s for s in waiting.get(statement.key, ()) if s.key == statement.key]
        if found:
            best = max(found, key=lambda s: flows[statement.path, s.path])
            waiting[statement.key].remove(best)
            pairs.append(Pair(statement, best))
        else:
            rest.append(statement)
    return rest, _without(come, pairs)


def _match(
    left: list[Statement], right: list[Statement], pairs: list[Pair], key: Callable[[Statement], str]
) -> tuple[list[Statement], list[Statement]]:
    """Pair what has equal keys, in order; (what is left over on the one side, on the other)."""
    waiting: dict[str, list[Statement]] = {}
    for statement in right:
        waiting.setdefault(key(statement), []).append(statement)
    rest = []
    for statement in left:
        if found := waiting.get(key(statement)):
            pairs.append(Pair(statement, found.pop(0)))
        else:
            rest.append(statement)
    return rest, [s for found in waiting.values() for s in found]
