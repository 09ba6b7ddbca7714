"""The page for a change that is proven, for a proposal, and for a review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from codemods.face import Solution
from codemods.model import ChangeSet, Proof, Review
from codemods.report.diff import unified_diff
from codemods.report.html.graph import Graph, crossing, svg
from codemods.report.lines import Line, assumptions, names_text, plan_lines, verdict_line
from codemods.report.review_lines import review_lines
from codemods.report.suggestions import suggestion_lines
from codemods.suggest import Suggestion
from codemods.suggest.proposal import table

_STYLES = {"+": "added", "-": "removed", "@": "faint"}
# Lines of one file's diff; of what is longer, the beginning stands in the page.
_DIFF_LINES = 3000


def solution_page(
    solution: Solution, edges: Sequence[tuple[str, str, bool]], definitions: Mapping[str, Sequence[str]]
) -> str:
    """The page of a change. ``definitions`` are those of each source before, ``edges`` who used whom in them."""
    moves = solution.plan.moves
    title = "; ".join(f"{names_text(move.names, 4)} from {move.source} to {move.destination}" for move in moves)
    gone = {name: move.destination for move in moves for name in _moving(solution, move.names)}
    graphs = _graphs(definitions, gone, edges)
    lines = list(plan_lines(solution.plan))
    return _rendered(title, lines, graphs, verdict_line(solution.proof), solution.proof, solution.changes)


def suggestion_page(suggestion: Suggestion) -> str:
    """The page of a proposal."""
    moved = {name: module.path for module in suggestion.modules for name in module.names}
    before = {suggestion.source: [*suggestion.stays, *moved]}
    graphs = _graphs(before, moved, suggestion.edges)
    lines = list(suggestion_lines(suggestion, verbose=True))
    cut = next((n for n, line in enumerate(lines) if line.text.startswith("[tool.codemods")), len(lines))
    title = f"How {suggestion.source} may be split"
    solution = suggestion.solution
    verdict = verdict_line(solution.proof) if solution else Line("Nothing is proposed", "warning")
    proof, changes = (solution.proof, solution.changes) if solution else (None, None)
    return _rendered(title, lines[:cut], graphs, verdict, proof, changes, table(suggestion))


def review_page(
    title: str,
    review: Review,
    changes: ChangeSet,
    edges: Sequence[tuple[str, str, bool]],
    definitions: Mapping[str, Sequence[str]],
) -> str:
    """The page of a change that somebody made. ``definitions`` and ``edges`` are those before; none: no graphs."""
    gone = {name: flow.destination for flow in review.flows for name in flow.names}
    graphs = _graphs(definitions, gone, edges) if definitions else []
    *lines, verdict = review_lines(review, every=True)
    return _rendered(title, lines, graphs, verdict, Proof(review.checks), changes)


def _moving(solution: Solution, names: Iterable[str]) -> Iterator[str]:
    from codemods.model import Disposition

    yield from names
    if len(solution.plan.moves) == 1:
        for group in solution.plan.groups:
            if group.disposition is Disposition.GOES_ALONG:
                yield from group.names


def _after(before: Mapping[str, Sequence[str]], gone: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for module, names in before.items():
        for name in names:
            found.setdefault(gone.get(name, module), []).append(name)
    return found


def _graphs(
    before: Mapping[str, Sequence[str]], gone: Mapping[str, str], edges: Sequence[tuple[str, str, bool]]
) -> list[dict[str, Any]]:
    """The definitions where they were, and where they are."""
    return [
        _graph("Before", Graph(before, edges, frozenset(gone))),
        _graph("After", Graph(_after(before, gone), edges, frozenset(gone))),
    ]


def _graph(title: str, graph: Graph) -> dict[str, Any]:
    return {
        "title": title,
        "svg": Markup(svg(graph, f"{title}: definitions and who uses them")),
        "modules": graph.modules,
        "crossing": list(crossing(graph)),
    }


def _rendered(
    title: str,
    lines: Sequence[Line],
    graphs: Sequence[Any],
    verdict: Line,
    proof: Proof | None = None,
    changes: ChangeSet | None = None,
    toml: str = "",
) -> str:
    environment = Environment(loader=PackageLoader("codemods.report.html", "."), autoescape=True)
    return environment.get_template("page.html").render(
        title=title,
        lines=lines,
        verdict=verdict,
        graphs=graphs,
        toml=toml,
        proof=proof.checks if proof else (),
        assumed=assumptions(proof) if proof else (),
        diffs=list(_diffs(changes)) if changes else (),
    )


def _diffs(changes: ChangeSet) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for path in changes.paths:
        one = ChangeSet({path: changes.before.get(path)}, {path: changes.after[path]})
        text = b"".join(unified_diff(one)).decode("utf-8", "replace").splitlines()
        shown = [(line or " ", _STYLES.get(line[:1], "")) for line in text[:_DIFF_LINES]]
        yield path, shown
