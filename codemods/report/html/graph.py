"""Definitions and their uses as a picture: a box for each module, laid out by Graphviz if that is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_TIMEOUT = 20.0
# More than this is no picture that anybody reads.
_MOST_NODES = 150


@dataclass(frozen=True)
class Graph:
    """Modules with their definitions, (user, used, at import time) between definitions, and what moved."""

    modules: Mapping[str, Sequence[str]]
    edges: Sequence[tuple[str, str, bool]]
    moved: frozenset[str]

    @property
    def small_enough(self) -> bool:
        return sum(map(len, self.modules.values())) <= _MOST_NODES


def svg(graph: Graph, title: str) -> str:
    """The picture as an SVG element that names itself; empty where it can't be made."""
    program = shutil.which("dot")
    if program is None or not graph.small_enough:
        return ""
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=dot(graph), capture_output=True, text=True, encoding="utf-8", timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    start = done.stdout.find("<svg")
    if done.returncode or start < 0:
        return ""
    # Titles would be read out, and shown, for every line; width and height are for the page to say.
    text = re.sub(r"<title>.*?</title>", "", done.stdout[start:], flags=re.DOTALL)
    text = re.sub(r'<svg width="(\d+)pt" height="\d+pt"', r'<svg style="max-width:\1pt"', text, count=1)
    return text.replace("<svg ", f'<svg role="img" aria-label={_quoted(title)} ', 1)


def dot(graph: Graph) -> str:
    """The graph in Graphviz' language; colours are left to the page."""
    lines = ["digraph {", "rankdir=LR; bgcolor=transparent; compound=true; fontname=sans; nodesep=0.12;"]
    lines.append("node [shape=box, fontname=sans, fontsize=11, height=0.25, margin=0.08];")
    for number, (module, names) in enumerate(graph.modules.items()):
        lines.append(f"subgraph cluster_{number} {{ label={_quoted(module)}; class=module; fontname=sans; fontsize=12;")
        for name in names:
            kind = "moved" if name in graph.moved else "stays"
            lines.append(f"{_quoted(name)} [class={kind}];")
        lines.append("}")
    known = {name for names in graph.modules.values() for name in names}
    home = {name: module for module, names in graph.modules.items() for name in names}
    for user, used, at_import in graph.edges:
        if user in known and used in known:
            kind = "crosses" if home[user] != home[used] else "inside"
            style = "solid" if at_import else "dashed"
            lines.append(f"{_quoted(user)} -> {_quoted(used)} [style={style}, class={kind}];")
    return "\n".join([*lines, "}"])


def crossing(graph: Graph) -> Iterable[tuple[str, str, bool]]:
    """The uses between modules: what a picture would show as arrows, as (user, used, at import time)."""
    home = {name: module for module, names in graph.modules.items() for name in names}
    for user, used, at_import in graph.edges:
        if user in home and used in home and home[user] != home[used]:
            yield f"{home[user]}: {user}", f"{home[used]}: {used}", at_import


def _quoted(text: str) -> str:
    """A string of Graphviz' language, which is HTML's too where no character of either is left."""
    return '"' + re.sub(r"[^\w./ :-]", lambda found: f"&#{ord(found[0])};", text) + '"'
