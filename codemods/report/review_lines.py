"""A review as people read it: what broke, what moved unchanged, what moved and was edited, what else there is."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from codemods.model import Edit, Finding, Flow, Kind, Outcome, Review
from codemods.report.causes import Cause, causes
from codemods.report.lines import Line

# How many lines a part has before the rest is counted.
_SHOWN = 20
_FLOWS = 10
_WIDE = 300

OTHERS = {
    "edited-in-place": ("definition edited in place", "definitions edited in place"),
    "renamed": ("definition renamed in place", "definitions renamed in place"),
    "added": ("new definition", "new definitions"),
    "removed": ("removed definition", "removed definitions"),
    "text": ("other file", "other files"),
    "another-object": ("name that is imported otherwise", "names that are imported otherwise"),
    "old-path-ended": ("public name that is gone", "public names that are gone"),
    "guarded-import": ("guarded import edited", "guarded imports edited"),
    "stub-differs": ("declaration in a stub", "declarations in stubs"),
    "unresolved-hint": ("annotation that is not resolved at run time", "annotations that are not resolved at run time"),
    "load-order": ("module that is no longer loaded", "modules that are no longer loaded"),
    "no-init": ("package without its __init__.py", "packages without their __init__.py"),
    "configured-path": ("path in a setting", "paths in settings"),
    "star-import": ("change of what a star import takes", "changes of what star imports take"),
}
_ENDS = {
    Outcome.PROVEN: ("proven: what moved is what it was, and nothing else changed", "good"),
    Outcome.EDITS: ("what moved is proven; there are other edits", "warning"),
    Outcome.BROKEN: ("broken", "bad"),
}


def review_lines(review: Review, every: bool = False, show_edits: bool = False) -> Iterator[Line]:
    """The four parts, then how it ends; ``every``: nothing is only counted."""
    if not review.findings and not review.flows:
        yield Line("nothing moved, and nothing else changed", "good")
        return
    yield from _broken(review, every)
    yield from _unchanged(review.flows, every)
    yield from _edited(review, every, show_edits)
    yield from _others(review, every, show_edits)
    yield from _notes(review, every)
    says, style = _ENDS[review.outcome]
    if review.outcome is Outcome.EDITS and not review.flows and not review.of(Kind.EDITED):
        says = "nothing moved; there are other changes, and nothing is broken by them"
    broken = len(causes(review.of(Kind.BROKEN)))
    yield Line(f"{says}: {counted(broken, 'cause', 'causes')}" if broken else says, style)


def _broken(review: Review, every: bool) -> Iterator[Line]:
    found = causes(review.of(Kind.BROKEN))
    if not found:
        return
    yield Line(f"BROKEN {len(found)}", "bad")
    for cause in found if every else found[:_SHOWN]:
        yield Line(f"  {_said(cause.finding)}", "bad")
        yield from _consequences(cause, every)
    yield from _more(found, every)


def _consequences(cause: Cause, every: bool) -> Iterator[Line]:
    if every:
        yield from (Line(f"      {_said(finding)}") for finding in cause.others)
    elif cause.others:
        places = counted(len(cause.others), "other place", "other places")
        yield Line(f"      the same cause in {places}, such as {cause.others[0].place}", "faint")


def _unchanged(flows: Sequence[Flow], every: bool) -> Iterator[Line]:
    if not flows:
        yield Line("nothing moved unchanged from one module to another", "faint")
        return
    if not any(flow.names or flow.statements or flow.whole for flow in flows):
        return
    number = sum(len(flow.names) for flow in flows)
    yield Line(f"moved unchanged {number}" if number else "moved unchanged", "heading")
    lines = list(flow_lines(flows))
    for line in lines if every else lines[:_FLOWS]:
        yield Line(f"  {line}")
    if not every and len(lines) > _FLOWS:
        yield Line(f"  and {len(lines) - _FLOWS} more pairs of modules (--all)", "faint")


def flow_lines(flows: Sequence[Flow]) -> Iterator[str]:
    """One a pair of modules; modules that moved together as one pair of folders."""
    folders: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        (one, file), (two, other) = (path.rpartition("/")[::2] for path in (flow.source, flow.destination))
        key = (f"{one}/", f"{two}/") if flow.whole and file == other else (flow.source, flow.destination)
        folders.setdefault(key, []).append(flow)
    for (one, two), together in folders.items():
        names = [name for flow in together for name in flow.names]
        if len(together) > 1:
            yield f"{one} -> {two} ({len(together)} modules, {counted(len(names), 'definition', 'definitions')})"
            continue
        flow = together[0]
        what = _names(names) or counted(flow.statements, "statement", "statements")
        if flow.whole:
            what = "the whole module" if names or flow.statements else "the module itself"
        yield f"{flow.source} -> {flow.destination} ({what})"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{len(names)} definitions: {', '.join(names[:5])}, …"


def _edited(review: Review, every: bool, show_edits: bool) -> Iterator[Line]:
    found = causes(review.of(Kind.EDITED))
    if not found:
        return
    yield Line(f"moved and edited, renamed, divided or copied {len(found)}", "heading")
    for cause in found if every or show_edits else found[:_SHOWN]:
        yield from _one_edit(cause.finding, review.edits, show_edits)
        yield from _consequences(cause, every)
    yield from _more(found, every or show_edits)


def _others(review: Review, every: bool, show_edits: bool) -> Iterator[Line]:
    found = review.of(Kind.OTHER)
    if not found:
        return
    yield Line(f"other changes {len(causes(found))}: {', '.join(other_counts(found))}", "heading")
    for finding in sorted(found, key=lambda one: one.place) if every or show_edits else ():
        yield from _one_edit(finding, review.edits, show_edits)


def other_counts(findings: Iterable[Finding]) -> Iterator[str]:
    counts = Counter(cause.finding.code for cause in causes(findings))
    for code, number in sorted(counts.items(), key=lambda item: [*OTHERS, item[0]].index(item[0])):
        yield counted(number, *OTHERS.get(code, (code, code)))


def _notes(review: Review, every: bool) -> Iterator[Line]:
    style, notes = review.of(Kind.STYLE), causes(review.of(Kind.NOTE))
    if style:
        yield Line(f"comments and formatting {len(style)}" + ("" if every else " (--all)"), "faint")
        yield from (Line(f"  {_said(finding)}", "faint") for finding in style if every)
    if notes:
        yield Line(f"to know {len(notes)}" + ("" if every else " (--all)"), "faint")
        for cause in notes if every else ():
            yield Line(f"  {_said(cause.finding)}", "faint")
            yield from _consequences(cause, every)


def _one_edit(finding: Finding, edits: Sequence[Edit], show: bool) -> Iterator[Line]:
    one = finding.code != "divided"
    edit = next((e for e in edits if one and e.after == finding.place and finding.before == e.before), None)
    plus, minus = _size(edit) if edit else (0, 0)
    size = f" +{plus} -{minus}" if edit else ""
    yield Line(f"  {_said(finding, size)}")
    if edit and show:
        yield from (Line(f"    {text}", style) for text, style in edit_lines(edit))


def edit_lines(edit: Edit) -> Iterator[tuple[str, str]]:
    """The diff of just this definition: (line, its style)."""
    old, new = edit.old.splitlines(), edit.new.splitlines()
    diff = difflib.unified_diff(old, new, str(edit.before), str(edit.after), lineterm="", n=2)
    for line in diff:
        heading = line.startswith(("---", "+++"))
        yield line, "heading" if heading else {"+": "added", "-": "removed", "@": "faint"}.get(line[:1], "")


def _size(edit: Edit) -> tuple[int, int]:
    lines = [line for line, style in edit_lines(edit) if style in ("added", "removed")]
    plus = sum(line.startswith("+") for line in lines)
    return plus, len(lines) - plus


def _said(finding: Finding, size: str = "") -> str:
    before = finding.before
    elsewhere = before is not None and before.path != finding.place.path
    was = f" (was {before})" if elsewhere else ""
    message = finding.message if len(finding.message) <= _WIDE else finding.message[:_WIDE] + " …"
    return f"{finding.place}: {message}{was}{size} [{finding.code}]"


def _more(found: Sequence[object], every: bool) -> Iterator[Line]:
    if not every and len(found) > _SHOWN:
        yield Line(f"  and {len(found) - _SHOWN} more (--all)", "faint")


def counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
