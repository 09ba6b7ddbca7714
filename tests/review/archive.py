"""Changes that somebody made, as readable archives: prose, what the review says, the files before and after.

Why this case is there.

outcome: broken
broken: unbound-name msg.py:7       (a line a finding: its kind, its code, its place; in the order of the kinds)
moved: client.py -> msg.py Msg

--- both pkg/__init__.py            (the same before and after)
--- before client.py
...
--- after client.py
...
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from codemods.model import Kind, Review

_PART = re.compile(r"^--- (before|after|both) (\S+)\n", re.MULTILINE)
_LINE = re.compile(r"^(?:outcome|moved|broken|edited|other|style): .+$", re.MULTILINE)


@dataclass
class Case:
    """One archive."""

    text: str
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)

    @property
    def head(self) -> str:
        return self.text[: _PART.search(self.text).start()]  # type: ignore[union-attr]

    @property
    def says(self) -> list[str]:
        return _LINE.findall(self.head)

    def saying(self, lines: list[str]) -> str:
        """The archive with other lines."""
        prose = _LINE.sub("", self.head).strip()
        return f"{prose}\n\n" + "\n".join(lines) + "\n\n" + self.text[len(self.head) :]


def load(path: Path) -> Case:
    case = Case(path.read_text())
    found = list(_PART.finditer(case.text))
    for part, following in zip(found, [*found[1:], None], strict=True):
        body = case.text[part.end() : following.start() if following else len(case.text)].encode()
        for when in ("before", "after"):
            if part[1] in (when, "both"):
                getattr(case, when)[part[2]] = body
    return case


def said(review: Review) -> list[str]:
    """A review as the lines of a case."""
    lines = [f"outcome: {review.outcome.value}"]
    for flow in review.flows:
        what = "(the module)" if flow.whole else " ".join(flow.names)
        lines.append(f"moved: {flow.source} -> {flow.destination} {what}")
    for kind in (Kind.BROKEN, Kind.EDITED, Kind.OTHER, Kind.STYLE):
        lines += sorted(f"{kind.value}: {finding.code} {finding.place}" for finding in review.of(kind))
    return lines
