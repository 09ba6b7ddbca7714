"""Python in texts, in notebooks, templates, Cython, strings that are run, imports nothing by a path that ended."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from codemods.model import Finding, Kind, Place
from codemods.project import Unreadable
from codemods.project.told_imports import held_as, imported_from, named_through
from codemods.proof.comparison.comparison import Comparison

# A path from the package of the file that has it, ``config.add_view(".views.home")``.
_RELATIVE = re.compile(r"(?P<dots>\.+)(?P<way>[\w.]+)[.:](?P<name>\w+)")
# What people read; nobody runs it, but for examples.
_SETTINGS = (".toml", ".cfg", ".ini")
_READ = (".md", ".rst", ".txt", ".html", ".adoc")


def ended(comparison: Comparison) -> Iterator[Finding]:
    """Each text that takes a moved name from a module which no longer offers it."""
    names = comparison.after.names
    for path, name in sorted(comparison.renamed):
        if comparison.after.given(path, name) or path not in comparison.new.paths:
            continue
        dotted = names.dotted(path)
        for where in sorted(comparison.new.texts_with([name])):
            text = (comparison.after.bytes(where) or b"").decode("utf-8", "replace")
            # The factory of a service, `shop.web:make_app`; entry points in settings are names that are resolved.
            factory = re.finditer(rf"(?<![\w.]){re.escape(dotted)}:{name}(?!\w)", text)
            named = (found.start() for found in factory if not where.endswith(_SETTINGS))
            for at in (*_taken(text, dotted, name), *named):
                example = text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith((">>>", "..."))
                if example or not where.endswith(_READ):
                    yield _finding(Place(where, text.count("\n", 0, at) + 1), dotted, name)
        for where in sorted(comparison.new.code_with([name]) & comparison.new.code_with([dotted.rpartition(".")[2]])):
            try:
                nodes = comparison.new.source(where).nodes.of(ast.Constant) if where.endswith(".py") else ()
            except OSError:
                continue
            except Unreadable:  # in the syntax of a newer Python
                text = (comparison.after.bytes(where) or b"").decode("utf-8", "replace")
                for at in _taken(text, dotted, name):
                    yield _finding(Place(where, text.count("\n", 0, at) + 1), dotted, name)
                continue
            yield from _by_two_texts(where, nodes, dotted, name)
            strings = [n for n in nodes if isinstance(n.value, str) and ">>>" not in n.value]
            held = {by for node in strings if "import" in str(node.value) for by in held_as(str(node.value), dotted)}
            for node in strings:
                told = _RELATIVE.fullmatch(str(node.value))
                if told and told["name"] == name and names.absolute(where, told["way"], len(told["dots"])) == dotted:
                    yield _finding(Place(where, node.lineno), dotted, name)
                elif any(True for _ in _taken(str(node.value), dotted, name, held)):
                    yield _finding(Place(where, node.lineno), dotted, name)


def _by_two_texts(where: str, nodes: Iterable[ast.Constant], dotted: str, name: str) -> Iterator[Finding]:
    """``LAZY = {"Status": "shop.worker"}``, or a pair of them: the module and the name stand side by side."""
    near: dict[object, int] = {}
    for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset)):
        if node.value in (dotted, name):
            near[node.value] = node.lineno
            if len(near) == 2 and len(set(near.values())) == 1:
                yield _finding(Place(where, node.lineno), dotted, name)
                return


def _taken(text: str, dotted: str, name: str, held: Collection[str] = ()) -> Iterator[int]:
    yield from (at for at, _ in imported_from(text, dotted, [name]))
    yield from (at for at, _ in named_through(text, dotted, [name], held))


def _finding(place: Place, dotted: str, name: str) -> Finding:
    return Finding(place, f"this takes {name} from {dotted}, which no longer has it", "missing-name", Kind.BROKEN)
