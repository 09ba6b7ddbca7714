"""Does every start run the same effects in the same order, before a move and after it?

``programs`` has the steps that a start executes. Two sequences are the same if they have the same steps, and the steps
that change one object come in the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.bindings import Import, Module, Moment
from codemods.planning.edits.model import DestinationEdits, ReexportPosition, SourceEdits
from codemods.planning.effects.presence import asked, seen
from codemods.planning.effects.programs import Programs, Step, Token
from codemods.planning.effects.statements import Effect
from codemods.planning.effects.steps import StepEffects, effect_object
from codemods.planning.effects.targets import Target
from codemods.planning.facts import Facts

_NO_OTHERS: Mapping[str, Sequence[Step]] = {}


@dataclass(frozen=True)
class Difference:
    """What a start would no longer run, run in addition, or run in another order; ``effects``: what that does."""

    kind: str
    token: Token
    effects: tuple[Effect, ...]


class LoadOrder:
    """Compares the two programs, whichever module is started."""

    def __init__(self, facts: Facts, departure: SourceEdits, arrival: DestinationEdits) -> None:
        self.facts = facts
        self.project = facts.project
        self.departure, self.arrival = departure, arrival
        self.programs = Programs(facts.project, departure, arrival)
        self.source, self.destination = departure.path, arrival.path
        self.effects = StepEffects(facts.project, facts.effects, self.programs)
        self._presence: dict[str, str] = {}  # where code counts on a module having been loaded

    # -- what is compared

    def of_source(self) -> Difference | None:
        """Whoever imports the source, and whoever asks it for a moved name or calls what needs one."""
        old = self.programs.before(self.source)
        found = self.difference(old, self.programs.after(self.source))
        if found is None and (self.departure.lazy or self.departure.late):
            found = self.difference(old, self.programs.after(self.source, self.destination))
        return found

    def of_source_as_asked(self) -> Difference | None:
        """The same; for a careful move any other order is a difference."""
        found = self.of_source()
        if found is None and self.facts.move.careful:
            return self._any_order(self.programs.before(self.source), self.programs.after(self.source))
        return found

    def of_destination(self) -> Difference | None:
        """A destination that stands already."""
        if self.arrival.module is None:
            return None
        return self.difference(self.programs.before(self.destination), self.programs.after(self.destination))

    def of_destination_alone(self) -> Difference | None:
        """The destination, imported by itself: moved code reads what the source has set in the environment."""
        old, alone = self.programs.before(self.source), set(self.programs.after(self.destination))
        moved = {token for token in alone if not isinstance(token, str) and token[0] == self.source}
        lost: list[Token] = []
        for token in old:
            for other in lost if token in moved else ():
                if self.effects.prepares(other, token):
                    return Difference("does not run", other, self.effects.every(other))
            if token not in alone:
                lost.append(token)
        return None

    @cached_property
    def _either(self) -> bool:
        """Is it the same which of the two is imported, whoever of the importers is rewritten?"""
        items: dict[str, tuple[Module, list[Import]]] = {}
        for module, item in self.facts.referrers.imports:
            if item.attribute in self.facts.moved_names and module.path != self.destination:
                items.setdefault(module.path, (module, []))[1].append(item)
        changed = {path: self.steps(*found) for path, found in items.items()}
        old, new = self.programs.before(self.source), self.programs.after(self.destination, changed=changed)
        return self.difference(old, new) is None

    def steps(self, module: Module, items: Collection[Import]) -> tuple[Step, ...]:
        """What an importer executes whose imports come from the destination."""
        top = frozenset(id(item) for item in items if item.function is None and not item.typing_only)
        return (*self.programs.imports(module, top), (module.path, False))

    def of_importer(
        self, module: Module, items: Collection[Import], others: Mapping[str, Sequence[Step]] = _NO_OTHERS
    ) -> Difference | None:
        """An importer whose imports come from the destination: those at module level, then each function's;
        ``others``: the steps of importers that are rewritten anyway."""
        if self._either and not self.facts.move.careful:
            return None
        top = [item for item in items if item.function is None and not item.typing_only]
        late = [item for item in items if item.function is not None]
        changed = {**others, module.path: self.steps(module, items)}
        found = None
        if top:
            old, new = self.programs.before(module.path), self.programs.after(module.path, changed=changed)
            found = None if self._either else self.difference(old, new)
            if found is None and self.facts.move.careful:
                found = self._any_order(old, new)
        if found is None and late and not self._either:
            # Its function runs when the module is complete, so whatever that loads is loaded.
            old = self.programs.before(module.path, self.source)
            found = self.difference(old, self.programs.after(module.path, self.destination, changed))
        return found

    def of_text(self, path: str) -> Difference | None:
        """A text that names moved code by its module: who reads it imports that, after the module that it stands in."""
        first = path if path.endswith(".py") else self.source
        old = self.programs.before(first, self.source)
        new = self.programs.after(path if path.endswith(".py") else self.destination, self.destination)
        return None if self._either else self.difference(old, new)

    def said(self, found: Difference) -> str:
        """``no longer runs shop/models.py:7 (Base.__init_subclass__), and 2 more``"""
        what = found.token if isinstance(found.token, str) else found.token[0]
        if found.effects:
            effect, more = found.effects[0], len(found.effects) - 1
            what = f"{what}:{effect.line} ({effect.label}){f', and {more} more' if more else ''}"
        verb, _, how = found.kind.partition(" ")
        return f"{verb} {what} {how}" if verb == "runs" else f"{found.kind} {what}"

    # -- sequences

    def difference(self, old: Sequence[Token], new: Sequence[Token]) -> Difference | None:
        if old == new:
            return None
        now, then = set(new), set(old)
        lost = [token for token in old if token not in now]
        for kind, tokens in (("no longer runs", lost), ("also runs", [t for t in new if t not in then])):
            for token in tokens:
                if self.effects.of(token):
                    return Difference(kind, token, self.effects.of(token))
        for token in (t for t in new if t not in then):
            changed = sorted({effect_object(e) for other in new for e in self.effects.every(other)})
            if any(self.effects.looks(token, target) for target in changed):
                return Difference("runs earlier", token, ())
        for path, place in self._seen([token for token in lost if isinstance(token, str)]):
            return Difference("no longer loads", path, (Effect(f"which {place} counts on", ("", path), 1),))
        for path, place in asked(self.project, [t for t in new if t not in then and isinstance(t, str)]):
            return Difference("loads", path, (Effect(f"for which {place} asks", ("", path), 1),))
        kept, left = [t for t in old if t in now], [t for t in new if t in then]
        return self._reordered(kept, left) or self._passed(kept, left)

    def _seen(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        new = [path for path in paths if path not in self._presence]
        self._presence |= dict.fromkeys(new, "") | dict(seen(self.project, new))
        yield from ((path, self._presence[path]) for path in paths if self._presence[path])

    def _reordered(self, old: list[Token], new: list[Token]) -> Difference | None:
        """Steps that change one object, or look at it, and change places with one that changes it."""
        old, new = _between(old, new)
        for target in sorted({effect_object(effect) for token in old for effect in self.effects.every(token)}):
            before, after = self._turns(old, target), self._turns(new, target)
            for token, turn in before.items():
                if after[token] != turn:
                    return Difference("runs in another order", token, self.effects.every(token))
        return None

    def _passed(self, old: Sequence[Token], new: Sequence[Token]) -> Difference | None:
        """A statement of the source that changes something outside of the tree, and comes after a module now that the
        source imports below it. Who reads what it changes is not known, and the import may stand there for that."""
        places = {token: place for place, token in enumerate(new)}
        ends = [n for n, token in enumerate(old) if not isinstance(token, str) and token[0] == self.source]
        last: Token | None = None
        for token in old[: ends[-1]] if ends else ():
            if isinstance(token, str):
                if last is not None and places[token] < places[last]:
                    return Difference("runs in another order", last, self.effects.every(last))
            elif token[0] == self.source and any(not effect.target[0] for effect in self.effects.every(token)):
                last = token if last is None or places[last] < places[token] else last
        return None

    def _any_order(self, old: Sequence[Token], new: Sequence[Token]) -> Difference | None:
        """Two steps that change places at all, whatever they are known to do."""
        now, then = set(new), set(old)
        before, _ = _between([t for t in old if t in now], [t for t in new if t in then])
        return Difference("runs in another order", before[0], self.effects.every(before[0])) if before else None

    def _turns(self, tokens: Sequence[Token], target: Target) -> dict[Token, int]:
        """The steps that change an object or look at it, each with how many have changed it before."""
        found: dict[Token, int] = {}
        changed = 0
        for token in tokens:
            if any(effect_object(effect) == target for effect in self.effects.every(token)):
                found[token] = changed
                changed += 1
            elif self.effects.looks(token, target):
                found[token] = changed
        return found


def _between(old: list[Token], new: list[Token]) -> tuple[list[Token], list[Token]]:
    """Two orders of the same steps, without those at both ends that are the same."""
    start, end = 0, len(old)
    while start < end and old[start] == new[start]:
        start += 1
    while end > start and old[end - 1] == new[end - 1]:
        end -= 1
    return old[start:end], new[start:end]


def in_old_order(facts: Facts, departure: SourceEdits, arrival: DestinationEdits) -> tuple[SourceEdits, LoadOrder]:
    """The source imports the destination further down, where among its imports that would change an order."""
    order = LoadOrder(facts, departure, arrival)
    found = order.of_source_as_asked()
    if found is None or found.kind != "runs in another order" or departure.position or not departure.reexports:
        return departure, order
    gone = {statement.index for statement in (*departure.statements, *departure.blocks)}
    for statement in departure.module.statements[1:]:
        if statement.index not in gone:
            later = replace(departure, position=ReexportPosition(statement))
            again = LoadOrder(facts, later, arrival)
            if again.of_source_as_asked() is None:
                return later, again
            if any(r.name in facts.moved_names and r.moment is Moment.IMPORT for r in statement.references):
                break
    return departure, order
