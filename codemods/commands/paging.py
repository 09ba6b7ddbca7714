"""`--html FILE`: the page of a change, a proposal or a review, written to a file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence

from codemods.commands.shell import refuse_usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from codemods.face import Solution
    from codemods.model import Review
    from codemods.project import Tree
    from codemods.suggest import Suggestion

_DRAWN = 6  # modules in one graph


def add_html(parser: ArgumentParser) -> None:
    parser.add_argument("--html", metavar="FILE", help="also write a page with graphs, diffs and the proof to FILE")


def write_solution(file: str, solution: Solution, tree: Tree) -> None:
    """The page of a change that is proven; ``tree`` is the one before."""
    edges, definitions = _before(tree, dict.fromkeys(move.source for move in solution.plan.moves))
    try:
        from codemods.report.html.page import solution_page
    except ImportError as error:
        _missing(error)
    _write(file, solution_page(solution, edges, definitions))


def write_suggestion(file: str, suggestion: Suggestion) -> None:
    try:
        from codemods.report.html.page import suggestion_page
    except ImportError as error:
        _missing(error)
    _write(file, suggestion_page(suggestion))


def write_review(file: str, title: str, review: Review, before: Tree, after: Tree) -> None:
    """The page of a change that somebody made; modules are drawn where they are few."""
    from codemods.model import ChangeSet
    from codemods.proof.comparison.comparison import Comparison

    paths = Comparison(before, after, ()).touched
    old, new = ({path: tree.read(path) if path in tree.paths else None for path in paths} for tree in (before, after))
    sources = dict.fromkeys(flow.source for flow in review.flows if flow.names and not flow.whole)
    edges, definitions = _before(before, sources) if len(sources) <= _DRAWN else ([], {})
    try:
        from codemods.report.html.page import review_page
    except ImportError as error:
        _missing(error)
    _write(file, review_page(title, review, ChangeSet(old, new), edges, definitions))


def _before(tree: Tree, sources: Iterable[str]) -> tuple[list[tuple[str, str, bool]], dict[str, Sequence[str]]]:
    """Who uses whom in each module, and its definitions."""
    from codemods.planning.grouping.definition_groups import DefinitionGroups
    from codemods.planning.index.project_index import ProjectIndex
    from codemods.suggest.graph import SymbolGraph

    project = ProjectIndex(tree)
    definitions: dict[str, Sequence[str]] = {}
    edges: list[tuple[str, str, bool]] = []
    for source in sources:
        graph = SymbolGraph(DefinitionGroups(project.module(source)))
        definitions[source] = [group.label for group in graph.nodes]
        edges += [(e.user.label, e.used.label, e.at_import) for e in graph.edges if e.at_run_time]
    return edges, definitions


def _missing(error: ImportError) -> NoReturn:
    refuse_usage("--html", f"it needs {error.name}, which is not installed", "pip install 'codemods[html]'")


def _write(file: str, text: str) -> None:
    from pathlib import Path

    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        refuse_usage("--html", f"{file} can't be written ({error.strerror})", "name a file in a folder that is there")
