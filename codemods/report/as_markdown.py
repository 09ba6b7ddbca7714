"""A review as the comment for a pull request: short enough to be read, the lists folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from codemods.model import Finding, Kind, Outcome, Review
from codemods.report.causes import Cause, causes
from codemods.report.review_lines import counted, flow_lines, other_counts

_SHOWN = 10
_TITLES = {
    Outcome.PROVEN: "✅ Proven: what moved is what it was, and nothing else changed",
    Outcome.EDITS: "☑️ What moved is proven; there are other edits",
    Outcome.BROKEN: "❌ Broken",
}
_NOTHING = "✅ Nothing moved, and nothing else changed"


def review_text(review: Review) -> str:
    return "\n".join(_lines(review))


def _lines(review: Review) -> Iterator[str]:
    broken, edited = causes(review.of(Kind.BROKEN)), causes(review.of(Kind.EDITED))
    others = review.of(Kind.OTHER)
    nothing = not review.findings and not review.flows
    yield f"### {_NOTHING if nothing else _TITLES[review.outcome]}"
    yield ""
    yield from _items(broken)
    names = sum(len(flow.names) for flow in review.flows)
    if review.flows:
        title = f"{counted(names, 'definition', 'definitions')} moved unchanged"
        yield from _folded(title, (f"- {_code(line)}" for line in flow_lines(review.flows)))
    if edited:
        title = f"{len(edited)} moved and edited, renamed, divided or copied"
        yield from _folded(title, _items(edited))
    if others:
        yield f"Other changes: {', '.join(other_counts(others))}."


def _items(found: Sequence[Cause]) -> Iterator[str]:
    for cause in found[:_SHOWN]:
        more = f" And so in {len(cause.others)} other places." if cause.others else ""
        yield f"- {_said(cause.finding)}{more}"
    if len(found) > _SHOWN:
        yield f"- and {len(found) - _SHOWN} more"
    if found:
        yield ""


def _folded(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>\n"
    yield from lines
    yield "\n</details>\n"


def _said(finding: Finding) -> str:
    was = f" (was {_code(str(finding.before))})" if finding.before and finding.before.path != finding.place.path else ""
    return f"{_code(str(finding.place))} {_plain(finding.message)}{was} \\[{finding.code}\\]"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _plain(text: str) -> str:
    """The text as it is, though Markdown and HTML have signs for it; people by that name are not called."""
    return re.sub(r"([\\`*_{}\[\]<>|~#@])", r"\\\1", text)
