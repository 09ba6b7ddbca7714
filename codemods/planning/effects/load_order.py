"""The order in which modules with effects are executed, whoever is started: before a move, and after it.

Modules are executed depth first, each once; so the effects of a start are a sequence. Modules that the move does not
touch count as one step each, the source and the destination statement by statement. Two sequences are the same if they
have the same steps, and the steps that change one object come in the same order.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.bindings import Import, Module, Moment
from codemods.planning.edits.model import DestinationEdits, NewImport, ReexportPosition, SourceEdits
from codemods.planning.effects.presence import seen
from codemods.planning.effects.statements import Effect, Effects, owned
from codemods.planning.effects.targets import Target, is_unknown
from codemods.planning.facts import Facts
from codemods.project import Unreadable

# What modules read of the process, as words.
_READ = {"os": "environ|environb|getenv|getcwd", "sys": "path|argv|modules|platform|flags|stdout|stderr"}
_BUILTINS = frozenset(dir(builtins))
# The effects of a module, or of a statement of the source or the destination: (path, index).
Token = str | tuple[str, int]
# A module that is imported, or a token: (path, True) or (token, False).
Step = tuple[Token, bool]


@dataclass(frozen=True)
class Difference:
    """What a start would no longer run, run in addition, or run in another order; ``effects``: what that does."""

    kind: str
    token: Token
    effects: tuple[Effect, ...]


class LoadOrder:
    """Both programs, ready to be loaded from any start."""

    def __init__(self, facts: Facts, departure: SourceEdits, arrival: DestinationEdits) -> None:
        self.facts = facts
        self.project = facts.project
        self.effects: Effects = facts.effects
        self.departure, self.arrival = departure, arrival
        self.source, self.destination = departure.path, arrival.path
        self._plain: dict[str, tuple[Step, ...]] = {}
        self._of: dict[Token, tuple[Effect, ...]] = {}
        self._reads: dict[Token, frozenset[str]] = {}
        self._readers: dict[Target, str] = {}
        self._presence: dict[str, str] = {}  # where code counts on a module having been loaded

    # -- what is compared

    def of_source(self) -> Difference | None:
        """Whoever imports the source, and whoever asks it for a moved name or calls what needs one."""
        old = self._run(self.source, self._before)
        found = self.difference(old, self._run(self.source, self._after))
        if found is None and (self.departure.lazy or self.departure.late):
            found = self.difference(old, self._run(self.source, self._after, self.destination))
        return found

    def of_destination(self) -> Difference | None:
        """A destination that stands already."""
        if self.arrival.module is None:
            return None
        return self.difference(self._run(self.destination, self._before), self._run(self.destination, self._after))

    @cached_property
    def _either(self) -> bool:
        """Is it the same which of the two is imported?"""
        old, new = self._run(self.source, self._before), self._run(self.destination, self._after)
        return self.difference(old, new) is None

    def of_importer(self, module: Module, items: Collection[Import]) -> Difference | None:
        """An importer whose imports come from the destination: those at module level, then each function's."""
        top = [item for item in items if item.function is None and not item.typing_only]
        late = [item for item in items if item.function is not None]
        steps = (*self._imports(module, frozenset(map(id, top))), (module.path, False))
        changed = {**self._after, module.path: steps}
        found = None
        if top:
            old, new = self._run(module.path, self._before), self._run(module.path, changed)
            found = (None if self._either else self.difference(old, new)) or self._past_unknown(old, new)
        if found is None and late and not self._either:
            # Its function runs when the module is complete, so whatever that loads is loaded.
            old = self._run(module.path, self._before, self.source)
            found = self.difference(old, self._run(module.path, changed, self.destination))
        return found

    def of_text(self, path: str) -> Difference | None:
        """A text that names moved code by its module: who reads it imports that, after the module that it stands in."""
        first = path if path.endswith(".py") else self.source
        old = self._run(first, self._before, self.source)
        new = self._run(path if path.endswith(".py") else self.destination, self._after, self.destination)
        return None if self._either else self.difference(old, new)

    def _words(self, target: Target) -> str:
        """By which names a text looks at an object: its own, and those of functions of its module that read it."""
        if not target[0].endswith(".py"):
            return _READ.get(target[1], "") if not target[0] else target[1]
        if target not in self._readers:
            module, words = self.project.module(target[0]), {target[1]}
            reads = {name: {r.name for s in found for r in s.references} for name, found in module.definitions.items()}
            while more := {name for name, read in reads.items() if read & words} - words:
                words |= more
            self._readers[target] = "|".join(sorted(words))
        return self._readers[target]

    def said(self, found: Difference) -> str:
        """``no longer runs shop/models.py:7 (Base.__init_subclass__), and 2 more``"""
        if not found.effects:
            return f"{found.kind} {found.token if isinstance(found.token, str) else found.token[0]}"
        effect, count = found.effects[0], len(found.effects) - 1
        path = found.token if isinstance(found.token, str) else found.token[0]
        return f"{found.kind} {path}:{effect.line} ({effect.label}){f', and {count} more' if count else ''}"

    # -- sequences

    def difference(self, old: Sequence[Token], new: Sequence[Token]) -> Difference | None:
        if old == new:
            return None
        now, then = set(new), set(old)
        lost = [token for token in old if token not in now]
        for kind, tokens in (("no longer runs", lost), ("also runs", [t for t in new if t not in then])):
            for token in tokens:
                if self.of(token):
                    return Difference(kind, token, self.of(token))
        for token in (t for t in new if t not in then):
            changed = sorted({effect_object(e) for other in new for e in self._every(other)})
            if any(self._looks(token, target) for target in changed):
                return Difference("runs earlier", token, ())
        for path, place in self._seen([token for token in lost if isinstance(token, str)]):
            return Difference("no longer loads", path, (Effect(f"which {place} counts on", ("", path), 1),))
        return self._reordered([t for t in old if t in now], [t for t in new if t in then])

    def _seen(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        new = [path for path in paths if path not in self._presence]
        self._presence |= dict.fromkeys(new, "") | dict(seen(self.project, new))
        yield from ((path, self._presence[path]) for path in paths if self._presence[path])

    def _reordered(self, old: list[Token], new: list[Token]) -> Difference | None:
        """Steps that change one object, or look at it, and change places with one that changes it."""
        old, new = _between(old, new)
        for target in sorted({effect_object(effect) for token in old for effect in self._every(token)}):
            before, after = self._turns(old, target), self._turns(new, target)
            for token, turn in before.items():
                if after[token] != turn:
                    return Difference("runs in another order", token, self._every(token))
        return None

    def _past_unknown(self, old: Sequence[Token], new: Sequence[Token]) -> Difference | None:
        """A step that came before one whose effect is unknown, and comes after it now, or the other way round."""
        now, then = set(new), set(old)
        old, new = _between([t for t in old if t in now], [t for t in new if t in then])
        for token in old:
            passing = {*old[: old.index(token)]} ^ {*new[: new.index(token)]}
            if passing and any(is_unknown(effect.target) for effect in self._every(token)):
                if any(self._read(other) - _BUILTINS for other in passing):
                    return Difference("runs in another order", token, self._every(token))
        return None

    def _turns(self, tokens: Sequence[Token], target: Target) -> dict[Token, int]:
        """The steps that change an object or look at it, each with how many have changed it before."""
        found: dict[Token, int] = {}
        changed = 0
        for token in tokens:
            if any(effect_object(effect) == target for effect in self._every(token)):
                found[token] = changed
                changed += 1
            elif self._looks(token, target):
                found[token] = changed
        return found

    def _looks(self, token: Token, target: Target) -> bool:
        """Does a step name an object, as far as its text shows? Of the outside, what modules read of the process."""
        word = self._words(target)
        if not word:
            return False
        return not self._read(token).isdisjoint(word.split("|"))

    def _read(self, token: Token) -> frozenset[str]:
        """The names and attributes that a step reads while it is imported."""
        if token not in self._reads:
            try:
                module = self.project.module(token if isinstance(token, str) else token[0])
                statements = module.statements if isinstance(token, str) else module.statements[token[1] : token[1] + 1]
                references = (r for s in statements for r in s.references if r.moment is Moment.IMPORT)
                self._reads[token] = frozenset(word for r in references for word in (r.name, *r.chain))
            except (Unreadable, OSError):
                self._reads[token] = frozenset()
        return self._reads[token]

    def of(self, token: Token) -> tuple[Effect, ...]:
        """What a step changes that others can see."""
        if token not in self._of:
            if token in (self.source, self.destination):
                self._of[token] = ()  # its statements are tokens of their own
            else:
                self._of[token] = (
                    self.effects.of_module(token) if isinstance(token, str) else self._of_statement(*token)
                )
        return self._of[token]

    def _every(self, token: Token) -> tuple[Effect, ...]:
        """What a step changes at all."""
        if isinstance(token, str):
            return self.of(token)
        module = self.project.module(token[0])
        return self.effects.of(module, module.statements[token[1]])

    def _of_statement(self, path: str, index: int) -> tuple[Effect, ...]:
        module = self.project.module(path)
        moves = path == self.source and index in self._moving
        found = self._every((path, index))
        return tuple(e for e in found if not (owned(module, e.target) and (e.target[1] in self._moved) == moves))

    # -- what a module does, in order

    def _run(self, start: str, special: Mapping[str, Sequence[Step]], then: str = "") -> list[Token]:
        """The tokens in the order in which they are executed; ``then``: another module that is imported afterwards."""
        seen: set[str] = set()
        found: list[Token] = []
        stack: list[Iterator[Step]] = [iter([*self._package(start), (start, True), *([(then, True)] if then else [])])]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
            elif not step[1]:
                found.append(step[0])
            elif step[0] not in seen:
                path = str(step[0])
                seen.add(path)
                stack.append(iter(special[path] if path in special else self._steps(path)))
        return found

    def _package(self, path: str) -> list[Step]:
        """The packages above a module are executed before it."""
        parts = self.project.names.dotted(path).split(".")
        found = (self.project.names.find(".".join(parts[:count]), path) for count in range(1, len(parts)))
        return [(target, True) for target in found if target is not None and target != path]

    def _steps(self, path: str) -> tuple[Step, ...]:
        if path not in self._plain:
            try:
                module = self.project.module(path)
                self._plain[path] = (*self._imports(module), (path, False))
            except (Unreadable, OSError):
                self._plain[path] = ((path, False),)
        return self._plain[path]

    def _imports(self, module: Module, rehomed: frozenset[int] = frozenset()) -> Iterator[Step]:
        """The imports of a module at its top level; ``rehomed`` ones, by their ids, come from the destination."""
        for item in module.imports:
            if item.function is None and not item.typing_only and not item.script:
                if id(item) in rehomed:
                    yield from [*self._package(self.destination), (self.destination, True)]
                else:
                    yield from self._loaded(module, item)

    def _loaded(self, module: Module, item: Import) -> Iterator[Step]:
        base = self.project.names.absolute(module.path, item.module or None, item.level) or ""
        yield from self._dotted(module.path, base, item.attribute)

    def _dotted(self, importer: str, base: str, attribute: str | None) -> Iterator[Step]:
        parts = base.split(".") if base else []
        if attribute not in (None, "*"):
            parts.append(str(attribute))
        for count in range(1, len(parts) + 1):
            target = self.project.names.find(".".join(parts[:count]), importer)
            if target is not None and target != importer:
                yield target, True

    # -- the two modules of the move

    @cached_property
    def _moving(self) -> frozenset[int]:
        return frozenset(s.index for s in self.departure.statements)

    @cached_property
    def _moved(self) -> frozenset[str]:
        return frozenset(name for s in self.departure.statements for name in s.binds)

    @cached_property
    def _before(self) -> dict[str, list[Step]]:
        found = {self.source: list(self._statements(self.departure.module, lambda _: True, frozenset()))}
        if self.arrival.module is not None:
            found[self.destination] = list(self._statements(self.arrival.module, lambda _: True, frozenset()))
        return found

    @cached_property
    def _after(self) -> dict[str, list[Step]]:
        departure, arrival = self.departure, self.arrival
        gone = self._moving | {s.index for s in departure.blocks}
        dropped = frozenset((id(item.node), item.index) for item in departure.dropped)
        left = list(self._statements(departure.module, lambda index: index not in gone, dropped))
        if departure.reexports or departure.executes:
            left = self._with_import_back(left)
        took = list(self._brought())
        if arrival.module is not None:
            dropped = frozenset((id(item.node), item.index) for item in arrival.dropped)
            took += self._statements(arrival.module, lambda _: True, dropped)
        took += [((self.source, s.index), False) for s in departure.statements]
        return {self.source: left, self.destination: took}

    def _statements(
        self, module: Module, stays: Callable[[int], bool], dropped: frozenset[tuple[int, int]]
    ) -> Iterator[Step]:
        """The imports of a module, and its other statements, in their order."""
        items: dict[int, list[Import]] = defaultdict(list)
        for item in module.imports:
            if item.function is None and not item.typing_only and not item.script:
                items[item.node.lineno].append(item)
        for statement in module.statements:
            if stays(statement.index):
                last = statement.node.end_lineno or statement.node.lineno
                for line in range(statement.node.lineno, last + 1) if items else ():
                    for item in items.get(line, ()):
                        if (id(item.node), item.index) not in dropped:
                            yield from self._loaded(module, item)
                yield (module.path, statement.index), False
        yield module.path, False

    def _with_import_back(self, steps: list[Step]) -> list[Step]:
        """The source imports the destination where the plan says, or behind the imports at its top."""
        executes = self.departure.executes
        position = executes[1] if executes else self.departure.position
        statements = self.departure.module.statements
        if position is not None:
            index = position.before.index if position.before is not None else len(statements)
        else:
            plain = (s.index for s in statements if not s.is_import and not _is_text(s.node))
            index = next(plain, len(statements))
        own = ((n, token[1]) for n, (token, go) in enumerate(steps) if not go and not isinstance(token, str))
        at = next((n for n, statement in own if statement >= index), len(steps) - 1)
        while at and steps[at - 1][1] and position is not None:
            at -= 1  # the imports that stand in that statement come after it
        return [*steps[:at], *self._package(self.destination), (self.destination, True), *steps[at:]]

    def _brought(self) -> Iterator[Step]:
        """The imports that moved code gets."""
        for new in self.arrival.imports:
            yield from self._new(new)
        blocks = [block.node for block in self.arrival.blocks]
        for item in self.departure.module.imports:
            runs = item.function is None and not item.typing_only
            if runs and any(b.lineno <= item.node.lineno <= (b.end_lineno or b.lineno) for b in blocks):
                yield from self._loaded(self.departure.module, item)

    def _new(self, new: NewImport) -> Iterator[Step]:
        base = self.project.names.written(self.destination, new.module) or ""
        yield from self._dotted(self.destination, base, new.attribute)


def _between(old: list[Token], new: list[Token]) -> tuple[list[Token], list[Token]]:
    """Two orders of the same steps, without those at both ends that are the same."""
    start, end = 0, len(old)
    while start < end and old[start] == new[start]:
        start += 1
    while end > start and old[end - 1] == new[end - 1]:
        end -= 1
    return old[start:end], new[start:end]


def effect_object(effect: Effect) -> Target:
    """Of what stands outside of the tree, the library: who shares what with whom in it is not known."""
    path, name = effect.target
    return effect.target if path else ("", name.partition(".")[0])


def in_old_order(facts: Facts, departure: SourceEdits, arrival: DestinationEdits) -> tuple[SourceEdits, LoadOrder]:
    """The source imports the destination further down, where among its imports that would change an order."""
    order = LoadOrder(facts, departure, arrival)
    found = order.of_source()
    if found is None or found.kind != "runs in another order" or departure.position or not departure.reexports:
        return departure, order
    gone = {statement.index for statement in (*departure.statements, *departure.blocks)}
    for statement in departure.module.statements[1:]:
        if statement.index not in gone:
            later = replace(departure, position=ReexportPosition(statement))
            again = LoadOrder(facts, later, arrival)
            if again.of_source() is None:
                return later, again
            if any(r.name in facts.moved_names and r.moment is Moment.IMPORT for r in statement.references):
                break
    return departure, order


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
