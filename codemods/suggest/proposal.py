"""The groups of a module as moves: each planned, all proven as one change, and what can't be moved left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from codemods import face
from codemods.model import Disposition, Move, Plan, Refused
from codemods.planning.grouping.definition_groups import DefinitionGroup, DefinitionGroups
from codemods.planning.index.project_index import ProjectIndex
from codemods.project import Tree
from codemods.suggest.graph import Edge, SymbolGraph
from codemods.suggest.grouping import Grouping
from codemods.suggest.naming import module_names
from codemods.suggest.roles import inherits

Group = tuple[DefinitionGroup, ...]
# Of a refusal that a smaller group may not meet.
_ORDER = "import-order"


@dataclass(frozen=True)
class NewModule:
    """A group of definitions that becomes a module: `key` is the name of its table in pyproject.toml.

    ``heads`` are the definitions that it is about, ``names`` all of them; ``crossing`` says which names it needs of
    other modules of the split, and ``why`` what keeps it together.
    """

    key: str
    path: str
    names: tuple[str, ...]
    heads: tuple[str, ...]
    lines: int
    why: tuple[str, ...]
    crossing: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def move(self, source: str) -> Move:
        return Move(source, self.names, self.path, keep=self.keep)


@dataclass(frozen=True)
class Left:
    """A group that stays although it could stand alone, and why."""

    names: tuple[str, ...]
    reason: str
    code: str = ""


@dataclass(frozen=True)
class Suggestion:
    """How a module may be split; ``solution`` is the proven change, None where nothing is proposed.

    ``edges`` are (user, used, at import time) for every two definitions, for who draws it.
    """

    source: str
    lines: int
    modules: tuple[NewModule, ...]
    stays: tuple[str, ...]
    stays_lines: int
    why_stays: tuple[str, ...]
    left: tuple[Left, ...]
    edges: tuple[tuple[str, str, bool], ...]
    solution: face.Solution | None

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(module.move(self.source) for module in self.modules)


def suggest(tree: Tree, source: str, into: int | None = None) -> Suggestion:
    """How the module at ``source`` may be split, ``into`` at most so many with itself. Raises Unreadable, OSError."""
    project = ProjectIndex(tree)
    graph = SymbolGraph(DefinitionGroups(project.module(source)))
    grouping = Grouping(graph, into)
    possible, left = _each_alone(grouping, graph, source, tree)
    modules, left, solution = _carried(possible, left, source, tree)
    modules = _crossed(modules, graph, source)
    gone = {name for module in modules for name in module.names}
    stays = [node for node in graph.nodes if not gone & set(node.names)]
    return Suggestion(
        source,
        graph.lines_of(graph.nodes),
        tuple(modules),
        tuple(name for node in stays for name in node.names),
        graph.lines_of(stays),
        tuple(_why_stays(grouping)),
        tuple(left),
        tuple((edge.user.label, edge.used.label, edge.at_import) for edge in graph.edges if edge.at_run_time),
        solution,
    )


def _named(
    groups: Sequence[Group], themes: Iterable[DefinitionGroup], graph: SymbolGraph, source: str, tree: Tree
) -> list[NewModule]:
    heads = [_heads(group, set(themes), graph) for group in groups]
    folder = PurePosixPath(source).parent
    stem = PurePosixPath(source).stem
    taken = {PurePosixPath(path).stem for path in tree.paths if PurePosixPath(path).parent == folder}
    taken |= {path.split("/")[len(folder.parts)] for path in tree.paths if _below(path, folder)}
    named = [[*head, *(n for u in group for n in u.names)] for head, group in zip(heads, groups, strict=True)]
    keys = module_names(named, stem, taken)
    return [
        NewModule(
            key.strip("_"),
            (folder / f"{key}.py").as_posix(),
            tuple(name for node in group for name in node.names),
            tuple(head),
            graph.lines_of(group),
            tuple(_why(group, head, graph)),
        )
        for key, group, head in zip(keys, groups, heads, strict=True)
    ]


def _crossed(modules: Sequence[NewModule], graph: SymbolGraph, source: str) -> list[NewModule]:
    """With what each needs of the others: what was left out stays in the source."""
    groups = {module: [node for node in graph.nodes if set(node.names) <= {*module.names}] for module in modules}
    home = {node: PurePosixPath(module.path).stem for module, group in groups.items() for node in group}
    stem = PurePosixPath(source).stem
    return [replace(module, crossing=tuple(_crossing(group, home, stem, graph))) for module, group in groups.items()]


def _below(path: str, folder: PurePosixPath) -> bool:
    parts = PurePosixPath(path).parts
    return len(parts) > len(folder.parts) + 1 and parts[: len(folder.parts)] == folder.parts


def _heads(group: Sequence[DefinitionGroup], themes: set[DefinitionGroup], graph: SymbolGraph) -> list[str]:
    """What a group is about: those first that most others in it use, then the longest."""
    inside = set(group)
    found = [node for node in group if node in themes] or list(group)

    def rank(node: DefinitionGroup) -> tuple[int, int, int]:
        users = sum(edge.user in inside and edge.at_import for edge in graph.users_of(node))
        return -users, -graph.lines(node), node.index

    return [node.label for node in sorted(found, key=rank)]


def _why(group: Sequence[DefinitionGroup], heads: Sequence[str], graph: SymbolGraph) -> Iterator[str]:
    inside = set(group)
    for base in group:
        made = [edge.user.label for edge in graph.users_of(base) if edge.user in inside and inherits(edge.user, base)]
        if made:
            yield f"{_some(made)} inherit{'s' if len(made) == 1 else ''} from {base.label}"
    own = [
        node.label
        for node in group
        if node.label not in heads and graph.users_of(node) and all(e.user in inside for e in graph.users_of(node))
    ]
    if own:
        yield f"only they use {_some(own)}"
    helpers = (node for node in group if node.label not in heads)
    shared = [node.label for node in helpers if any(edge.user not in inside for edge in graph.users_of(node))]
    if shared:
        yield f"{_some(shared)} {'is' if len(shared) == 1 else 'are'} shared with modules that import this one anyway"


def _crossing(
    group: Sequence[DefinitionGroup], home: dict[DefinitionGroup, str], stem: str, graph: SymbolGraph
) -> Iterator[str]:
    """Which names the group needs of each other module, and when."""
    needed: dict[tuple[str, str], list[str]] = {}
    for edge in graph.edges:
        if edge.user in group and edge.used not in group:
            names = needed.setdefault((home.get(edge.used, stem), _moment(edge)), [])
            if edge.used.label not in names:
                names.append(edge.used.label)
    for (module, moment), names in sorted(needed.items()):
        yield f"{_some(names)} of {module} ({moment})"


def _moment(edge: Edge) -> str:
    return "at import time" if edge.at_import else "when called" if edge.at_run_time else "for type checkers"


def _why_stays(grouping: Grouping) -> Iterator[str]:
    roles = grouping.roles
    for nodes, one, many in (
        (roles.bases, "is needed by most others", "are needed by most others"),
        (roles.drivers, "uses most others", "use most others"),
    ):
        labels = [node.label for node in sorted(nodes, key=lambda u: u.index)]
        if labels:
            yield f"{_some(labels)} {one if len(labels) == 1 else many}"


def _some(names: Sequence[str], most: int = 4) -> str:
    return ", ".join(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"


def _each_alone(grouping: Grouping, graph: SymbolGraph, source: str, tree: Tree) -> tuple[list[NewModule], list[Left]]:
    """The groups that can leave, each for itself; and those that can't.

    Where the order of side effects would change, since the group lies scattered among what stays, the longest part of
    it that stands together may leave.
    """
    groups = grouping.new
    tried: dict[NewModule, NewModule | Left] = {}
    for _ in range(2):
        modules = _named(groups, grouping.roles.themes, graph, source, tree)
        tried = {module: tried.get(module) or _alone(module, source, tree) for module in modules}
        groups = [
            _together(group, grouping) if isinstance(one, Left) and one.code == _ORDER else group
            for group, one in zip(groups, tried.values(), strict=True)
        ]
    found = tried.values()
    return [one for one in found if isinstance(one, NewModule)], [one for one in found if isinstance(one, Left)]


def _together(group: Group, grouping: Grouping) -> Group:
    """The longest part of a group that stands together; all of it where that is too small for a module."""
    longest = grouping.graph.longest_run(group)
    return longest if grouping.graph.lines_of(longest) >= grouping.least else group


def _carried(
    possible: list[NewModule], left: list[Left], source: str, tree: Tree
) -> tuple[list[NewModule], list[Left], face.Solution | None]:
    """The modules that can be made, all at once, with the proof; and why the others can't."""
    while possible:
        try:
            possible, solution = proven(possible, source, tree)
            return possible, left, solution
        except Refused as refused:
            culprit, reason = _culprit(possible, source, tree) or (possible[-1], refused)
            left.append(Left(culprit.names, _reason(reason)))
            possible.remove(culprit)
    return [], left, None


def proven(modules: list[NewModule], source: str, tree: Tree) -> tuple[list[NewModule], face.Solution]:
    """The proven change, keeping back what only all of them together would take along."""
    solution = face.solve([module.move(source) for module in modules], tree)
    more = _taken(solution.plan) - {name for module in modules for name in module.names}
    if not more:
        return modules, solution
    kept = [replace(module, keep=tuple(sorted({*module.keep, *more}))) for module in modules]
    try:
        return kept, face.solve([module.move(source) for module in kept], tree)
    except Refused:
        return modules, solution


def _alone(module: NewModule, source: str, tree: Tree) -> NewModule | Left:
    """The module as its move can be planned alone, keeping back what would move with it though it was to stay."""
    try:
        for _ in range(2):
            more = _taken(face.plan(module.move(source), tree)) - set(module.names)
            if not more:
                return module
            module = replace(module, keep=tuple(sorted(more)))
    except Refused as refused:
        return Left(module.names, _reason(refused), refused.hazards[0].code)
    return Left(module.names, f"{_some(module.keep)} would have to move with it")


def _taken(plan: Plan) -> set[str]:
    goes = (Disposition.MOVES, Disposition.GOES_ALONG)
    return {name for group in plan.groups if group.disposition in goes for name in group.names}


def _culprit(modules: Sequence[NewModule], source: str, tree: Tree) -> tuple[NewModule, Refused] | None:
    """The first module that can't be made once those before it are, and why; None: only all together can't."""
    for count in range(1, len(modules)):
        try:
            face.solve([module.move(source) for module in modules[:count]], tree)
        except Refused as refused:
            return modules[count - 1], refused
    return None


def _reason(refused: Refused) -> str:
    first, *more = refused.hazards
    return f"{first}{f' (and {len(more)} more)' if more else ''}"


def table(suggestion: Suggestion) -> str:
    """The proposals as tables of pyproject.toml, which `codemods run` carries out."""
    return "\n".join(_table(suggestion.source, module) for module in suggestion.modules)


def _table(source: str, module: NewModule) -> str:
    names = "".join(f'    "{name}",\n' for name in module.names)
    kept = ", ".join(f'"{name}"' for name in module.keep)
    head = f'[tool.codemods.moves.{module.key}]\nsource = "{source}"\ndestination = "{module.path}"\n'
    return f"{head}names = [\n{names}]\n" + (f"keep = [{kept}]\n" if kept else "")
