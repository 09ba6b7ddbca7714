"""Modules that moved as a whole: a file renamed, a package renamed, `app/` put below `src/`, a module made a package.

The evidence: the old path is gone, and either another path has the same dotted name now, or most of what stood in the
module stands in one module that is new. A package goes where its modules went.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.statements.pairing import Pair


def moved_modules(before: Snapshot, after: Snapshot, pairs: Iterable[Pair]) -> dict[str, str]:
    """Old path to new path."""
    old = {path for path in before.tree.paths - after.tree.paths if path.endswith(".py")}
    new = {path for path in after.tree.paths - before.tree.paths if path.endswith(".py")}
    if not old or not new:
        return {}
    found = _same_name(before, after, old, new)
    for source, goals in (_same_bytes(before, after, old, new) | _most_of_it(pairs, old, new)).items():
        if goals not in found.values():
            found.setdefault(source, goals)
    return found | {one: two for one, two in _packages(found, old, new).items() if one not in found}


def _same_name(before: Snapshot, after: Snapshot, old: set[str], new: set[str]) -> dict[str, str]:
    named = {after.names.dotted(path): path for path in sorted(new)}
    pairs = {path: named.get(before.names.dotted(path)) for path in old}
    return {one: two for one, two in pairs.items() if two is not None}


def _same_bytes(before: Snapshot, after: Snapshot, old: set[str], new: set[str]) -> dict[str, str]:
    """The same text, which identifies a module where no other file has it."""
    texts: defaultdict[bytes, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for index, (snapshot, paths) in enumerate(((before, old), (after, new))):
        for path in sorted(paths):
            if text := (snapshot.bytes(path) or b"").strip():
                texts[text][index].append(path)
    return {one[0]: two[0] for one, two in texts.values() if len(one) == len(two) == 1}


def _most_of_it(pairs: Iterable[Pair], old: set[str], new: set[str]) -> dict[str, str]:
    left: defaultdict[str, Counter[str]] = defaultdict(Counter)
    came: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        left[pair.old.path][pair.new.path] += 1
        came[pair.new.path][pair.old.path] += 1
    found = {}
    for source in sorted(old & left.keys()):
        goal, count = left[source].most_common(1)[0]
        most = count * 2 > left[source].total() and came[goal].most_common(1)[0][0] == source
        if goal in new and most:
            found[source] = goal
    return found


def _packages(found: dict[str, str], old: set[str], new: set[str]) -> dict[str, str]:
    """An ``__init__`` that is empty, or was rewritten, stands where the modules beside it went."""
    folders: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for source, goal in found.items():
        one, two = source.split("/")[:-1], goal.split("/")[:-1]
        while one and two:
            folders["/".join(one)]["/".join(two)] += 1
            if one[-1] != two[-1]:
                break
            one, two = one[:-1], two[:-1]
    inits = {}
    for path in old:
        folder, _, file = path.rpartition("/")
        if file == "__init__.py" and folder in folders:
            goal = f"{folders[folder].most_common(1)[0][0]}/__init__.py"
            if goal in new:
                inits[path] = goal
    return inits
