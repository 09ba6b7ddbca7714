"""A review as GitHub's workflow commands: each cause is an annotation at its line of the pull request."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.model import Finding, Kind, Review
from codemods.report.causes import Cause, causes
from codemods.report.review_lines import review_lines

# GitHub shows ten of each level; the lines below them have the rest.
_SHOWN = 10
_LEVELS = {Kind.BROKEN: "error", Kind.EDITED: "warning"}


def review_text(review: Review) -> str:
    return "\n".join([*_annotations(review), *(line.text for line in review_lines(review))])


def _annotations(review: Review) -> Iterator[str]:
    for kind, level in _LEVELS.items():
        for cause in causes(review.of(kind))[:_SHOWN]:
            yield _annotation(level, cause)


def _annotation(level: str, cause: Cause) -> str:
    finding = cause.finding
    more = f"\nThe same cause in {len(cause.others)} other places." if cause.others else ""
    where = [f"file={_property(finding.place.path)}"]
    where += [f"line={finding.place.line}"] if finding.place.line else []
    title = _property(f"codemods: {finding.code}")
    return f"::{level} {','.join([*where, f'title={title}'])}::{_data(_message(finding) + more)}"


def _message(finding: Finding) -> str:
    was = f" (was {finding.before})" if finding.before and finding.before.path != finding.place.path else ""
    return f"{finding.message}{was}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
