"""Which steps a start executes, in their order, in the program before a move and in the one after it.

Modules are executed depth first, each once; so the effects of a start are a sequence. Modules that the move does not
touch count as one step each, the source and the destination statement by statement.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from codemods.bindings import Import, Module
from codemods.planning.edits.model import DestinationEdits, NewImport, SourceEdits
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Unreadable
from codemods.project.import_style import ImportStyle, Rank, import_style

# The effects of a module, or of a statement of the source or the destination: (path, index).
Token = str | tuple[str, int]
# A module that is imported, or a token: (path, True) or (token, False).
Step = tuple[Token, bool]
_NOTHING: Mapping[str, Sequence[Step]] = {}


class Programs:
    """Both programs, ready to be loaded from any start."""

    def __init__(self, project: ProjectIndex, departure: SourceEdits, arrival: DestinationEdits) -> None:
        self.project = project
        self.departure, self.arrival = departure, arrival
        self.source, self.destination = departure.path, arrival.path
        self._plain: dict[str, tuple[Step, ...]] = {}

    def before(self, start: str, then: str = "") -> list[Token]:
        """The tokens that importing ``start``, and ``then`` another module, executes before the move."""
        return self._run(start, self._steps_before, then)

    def after(self, start: str, then: str = "", changed: Mapping[str, Sequence[Step]] = _NOTHING) -> list[Token]:
        """The same after the move; ``changed``: the steps of importers that are rewritten."""
        return self._run(start, {**self._steps_after, **changed}, then)

    def _run(self, start: str, special: Mapping[str, Sequence[Step]], then: str) -> list[Token]:
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
                self._plain[path] = (*self.imports(module), (path, False))
            except (Unreadable, OSError):
                self._plain[path] = ((path, False),)
        return self._plain[path]

    def imports(self, module: Module, rehomed: frozenset[int] = frozenset()) -> Iterator[Step]:
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
    def moving(self) -> frozenset[int]:
        return frozenset(s.index for s in self.departure.statements)

    @cached_property
    def moved(self) -> frozenset[str]:
        return frozenset(name for s in self.departure.statements for name in s.binds)

    @cached_property
    def _steps_before(self) -> dict[str, list[Step]]:
        found = {self.source: list(self._statements(self.departure.module, lambda _: True, frozenset()))}
        if self.arrival.module is not None:
            found[self.destination] = list(self._statements(self.arrival.module, lambda _: True, frozenset()))
        return found

    @cached_property
    def _steps_after(self) -> dict[str, list[Step]]:
        departure, arrival = self.departure, self.arrival
        gone = self.moving | {s.index for s in departure.blocks}
        dropped = frozenset((id(item.node), item.index) for item in departure.dropped)
        left = list(self._statements(departure.module, lambda index: index not in gone, dropped))
        if departure.reexports or departure.executes:
            left = self._with_reexport(left)
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

    def _with_reexport(self, steps: list[Step]) -> list[Step]:
        """The source imports the destination where the plan says, or behind the imports at its top."""
        executes = self.departure.executes
        position = executes[1] if executes else self.departure.position
        statements = self.departure.module.statements
        if position is not None:
            index = position.before.index if position.before is not None else len(statements)
        else:
            index = self._among_imports()
        below = position is not None or (index < len(statements) and statements[index].is_import)
        own = ((n, token[1]) for n, (token, go) in enumerate(steps) if not go and not isinstance(token, str))
        at = next((n for n, statement in own if statement >= index), len(steps) - 1)
        while at and steps[at - 1][1] and below:
            at -= 1  # the imports that stand in that statement come after it
        return [*steps[:at], *self._package(self.destination), (self.destination, True), *steps[at:]]

    def _among_imports(self) -> int:
        """Before which statement the order of imports puts the one of the destination: the first other statement, where
        none of those above comes after it."""
        statements = self.departure.module.statements
        end = next((s.index for s in statements if not s.is_import and not _is_text(s.node)), len(statements))
        text = self.departure.reexports[0].module
        style = import_style(self.project.tree).seen_from(self.project.names.dotted(self.source).partition(".")[0])
        mine = style.rank(text.lstrip("."), len(text) - len(text.lstrip(".")), plain=False)
        ranks = [(_rank(s.node, style), s.index) for s in statements[:end]]
        found = [(rank, index) for rank, index in ranks if rank is not None and rank[0] == mine[0]]
        if found != sorted(found):
            return end
        return next((index for rank, index in found if rank > mine), end)

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


def _rank(node: ast.stmt, style: ImportStyle) -> Rank | None:
    match node:
        case ast.Import():
            return style.rank(node.names[0].name, 0, plain=True)
        case ast.ImportFrom():
            return style.rank(node.module or "", node.level, plain=False)
        case _:
            return None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
