"""Texts that name moved definitions by their old path: strings, examples, entry points, documents, notebooks.

What is certain to be resolved by import is rewritten; for the rest the old path keeps working, and it is listed.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.bindings import Module, Statement
from codemods.model import Place
from codemods.planning.edits.model import Replacement
from codemods.planning.references.doctest_names import missing_names
from codemods.planning.references.doctests import example_imports
from codemods.planning.references.import_strings import entry_points, in_setup_script, resolved_constants
from codemods.planning.references.shown_modules import Shown, shown_names
from codemods.project import Unreadable
from codemods.project.manuals import is_history
from codemods.project.told_imports import held_as, imported_from, named_through

if TYPE_CHECKING:
    from codemods.planning.settled import Settled

# Files that people read. What else names a path may be acted upon by a program.
_PROSE = (".md", ".rst", ".txt", ".html", ".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".mako")
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".mako")
_EXAMPLES = (".md", ".rst")
_IMPORTS_BY_NAME = re.compile(r"\b(?:import_module|__import__|lazy\w*)\b")


@dataclass(frozen=True)
class Mention:
    """One place that names a moved definition by its old path; ``edit`` where that is rewritten."""

    place: Place
    name: str
    acted_upon: bool
    edit: Replacement | None = None


def find_mentions(facts: Settled) -> tuple[Mention, ...]:
    """Every mention in the tree, imports and patches aside, in the order of the files."""
    return tuple(_Search(facts).run())


def rewritten(mentions: Iterable[Mention]) -> dict[str, tuple[Replacement, ...]]:
    """The edits that mentions ask for, by file."""
    found: dict[str, list[Replacement]] = defaultdict(list)
    for mention in mentions:
        if mention.edit is not None:
            found[mention.place.path].append(mention.edit)
    return {path: tuple(edits) for path, edits in found.items()}


def inside(
    facts: Settled, edits: tuple[Replacement, ...], statements: tuple[Statement, ...]
) -> tuple[Replacement, ...]:
    """Those of a source's edits that stand in the given statements."""
    source = facts.source.source
    spans = [(source.start(s.node), source.end(s.node)) for s in statements]
    return tuple(edit for edit in edits if any(start <= edit.start and edit.end <= end for start, end in spans))


class _Search:
    def __init__(self, facts: Settled) -> None:
        self.facts = facts
        self.names = facts.project.names
        self.old = self.names.dotted(facts.move.source)
        self.new = self.names.dotted(facts.move.destination)
        self.moved = facts.moved_names
        some = "|".join(map(re.escape, sorted(self.moved, key=len, reverse=True)))
        old = re.escape(self.old)
        self.whole = re.compile(rf"{old}[.:]({some})(?![A-Za-z0-9_])")
        self.anywhere = re.compile(rf"(?<![\w.]){old}(?:[.:]|\s+import\s+[\w, ()]*?\b)({some})(?![A-Za-z0-9_])")
        self.from_here = re.compile(rf"(?P<dots>\.+)(?P<way>[\w.]+)[.:](?P<name>{some})")
        self.anyhow = re.compile(rf"(?<!\w)({some})(?![A-Za-z0-9_])")
        self.module = re.compile(rf"(?<![\w.]){old}(?![\w.:])")
        self.shown = Shown(self.old, shown_names(facts.moving))

    def run(self) -> Iterator[Mention]:
        if not self.moved or not self.old:
            return
        modules: list[Module] = []
        for path in self.facts.referrers.files:
            if self.names.find(self.old, path) != self.facts.move.source:
                continue  # a copy of the project inside of it, say, speaks of its own modules
            if path.endswith(".py"):
                module = self._module(path)
                if module is not None:
                    modules.append(module)
                    text, newline = module.source.text, module.source.newline
                    examples = list(self._examples(path, text, newline, _docstrings(module)))
                    yield from examples
                    yield from self._prose(module, {m.edit.start for m in examples if m.edit is not None})
            elif not path.endswith(".pyi"):
                yield from self._document(path)
        yield from self._strings(modules)
        for text, name, edit in missing_names(self.facts):
            if edit is not None:
                yield Mention(self.facts.source.source.place(text), name, False, edit)

    def _module(self, path: str) -> Module | None:
        try:
            return self.facts.project.module(path)
        except (Unreadable, OSError):
            return None

    # -- Python

    def _strings(self, modules: list[Module]) -> Iterator[Mention]:
        """Whole strings; one that also stands where nobody imports by it is a name in its own right, everywhere."""
        patches = {id(patch.text) for patch in self.facts.referrers.patch_targets if patch.text is not None}
        found: list[tuple[Module, ast.Constant, str, bool]] = []
        for module in modules:
            certain = resolved_constants(self.facts.project, module)
            for node in module.source.nodes.of(ast.Constant):
                if not isinstance(node.value, str) or id(node) in patches:
                    continue
                point = in_setup_script(module.path, node.value)
                hit = self.whole.match(point or node.value)
                if hit is not None:
                    found.append((module, node, hit[1], bool(point) or id(node) in certain))
                elif (
                    dynamic := self._looked_up(module, node) or self._relative(module, node) or self._run(module, node)
                ):
                    found.append((module, node, dynamic, False))
        names = {node.value for _, node, _, certain in found if not certain}
        for module, node, name, _ in found:
            edit = None if node.value in names else self._in_literal(module, node, name)
            yield Mention(module.source.place(node), name, True, edit)

    def _looked_up(self, module: Module, node: ast.Constant) -> str | None:
        """``import_module("pkg.old")``, a table of lazy names: a moved name that the same module speaks of."""
        if not isinstance(node.value, str):
            return None
        path, _, last = node.value.rpartition(".")
        if path and last in self.moved and "attrgetter" in module.source.text and self.old.endswith(f".{path}"):
            return last  # attrgetter("orders.Price")(shop)
        if not self._is_module(module, node.value):
            return None
        hit = self.anyhow.search(module.source.text)
        return hit[1] if hit else None

    def _relative(self, module: Module, node: ast.Constant) -> str | None:
        """``config.add_view(".views.home")``: a path from the package of the file."""
        hit = self.from_here.fullmatch(str(node.value))
        if hit is None:
            return None
        found = self.names.absolute(module.path, hit["way"], len(hit["dots"]))
        return hit["name"] if found == self.old else None

    def _run(self, module: Module, node: ast.Constant) -> str | None:
        """Code in a string, for `python -c` or timeit: a moved name that it imports, or reads off the module."""
        text = str(node.value)
        if self.old.rpartition(".")[2] not in module.source.text or not self.anyhow.search(text):
            return None
        hits = [*imported_from(text, self.old, self.moved), *named_through(text, self.old, self.moved)]
        if not hits and "." in text:
            strings = (n.value for n in module.source.nodes.of(ast.Constant) if isinstance(n.value, str))
            held = {name for said in strings if "import" in said for name in held_as(said, self.old)}
            hits += named_through(text, self.old, self.moved, held)
            hits += [(0, m[1]) for m in self.anywhere.finditer(text) if re.search(r"\bimport\s", text)]
        return next((name for _, name in hits), None)

    def _is_module(self, module: Module, text: str) -> bool:
        """The old module's name: in full; relative or its last part only, where modules are imported by name."""
        name = text.lstrip(".")
        if text == self.old and "." not in text:
            # A word like another, unless modules are imported by name here.
            return _IMPORTS_BY_NAME.search(module.source.text) is not None
        if text == self.old or not name or not self.old.endswith(name):
            return text == self.old
        if not name.replace(".", "").isidentifier() or not _IMPORTS_BY_NAME.search(module.source.text):
            return False
        if text.startswith(".") and any(
            n.value == self.old.removesuffix(text) for n in module.source.nodes.of(ast.Constant)
        ):
            return True  # import_module(".orders", "shop")
        return self.names.absolute(module.path, name, max(1, len(text) - len(name))) == self.old

    def _in_literal(self, module: Module, node: ast.Constant, name: str) -> Replacement | None:
        source = module.source
        start, end = source.start(node), source.end(node)
        written = source.text[start:end]
        at = written.find(self.old)
        if self.whole.match(written, at) is None:
            return None
        return Replacement(start + at, start + at + len(self.old), self.new, f"a string names {self.new}.{name}")

    def _examples(self, path: str, text: str, newline: str, spans: list[tuple[int, int]]) -> Iterator[Mention]:
        for start, end in spans:
            for example in example_imports(text, start, end):
                hit = next((name for name, _ in example.aliases if name in self.moved), "")
                if example.module == self.old and hit:
                    imported = example.rewritten(self.moved, self.new, newline)
                    yield Mention(_place(path, text, example.start), hit, True, imported)
            for hit in self.shown.printed(text, start, end) if self.shown.names else ():
                why = f"an example shows {self.new}.{hit['name']}"
                edit = Replacement(hit.start("module"), hit.end("module"), self.new, why)
                yield Mention(_place(path, text, edit.start), hit["name"], True, edit)

    def _prose(self, module: Module, edited: Collection[int]) -> Iterator[Mention]:
        """What docstrings say of moved names, examples aside; ``edited``: where those are rewritten."""
        source = module.source
        for node in (n.value for n in source.nodes.of(ast.Expr) if isinstance(n.value, ast.Constant)):
            if not isinstance(node.value, str) or self.old not in node.value:
                continue
            start = source.start(node)
            for hit in self.anywhere.finditer(source.text, start, source.end(node)):
                line = source.text[source.text.rfind("\n", 0, hit.start()) + 1 : hit.start()]
                if ">>>" not in line and "..." not in line and hit.start() not in edited:
                    yield Mention(_place(module.path, source.text, hit.start()), hit[1], False)

    def _in_prose(self, path: str, hit: re.Match[str]) -> Replacement | None:
        """Documentation names the new path where the old one ends."""
        dotted = hit[0] == f"{self.old}.{hit[1]}"
        if self.facts.move.goes_on or not dotted or is_history(path):
            return None
        return Replacement(hit.start(), hit.start() + len(self.old), self.new, f"names {self.new}.{hit[1]}")

    def _of_unittest(self, text: str, hit: re.Match[str]) -> Replacement | None:
        """``python -m unittest tests.test_shop.CartTest`` selects a test where it stands."""
        before = text[text.rfind("\n", 0, hit.start()) + 1 : hit.start()]
        if hit[0] != f"{self.old}.{hit[1]}" or not re.search(r"-m[\"', ]+unittest\b[^;&|]*$", before):
            return None
        return Replacement(hit.start(), hit.start() + len(self.old), self.new, f"selects tests in {self.new}")

    # -- other texts

    def _document(self, path: str) -> Iterator[Mention]:
        try:
            text = self.facts.project.tree.read(path).decode()
        except (UnicodeDecodeError, OSError):
            return
        found: list[Mention] = []
        if path.endswith(_EXAMPLES):
            newline = "\r\n" if "\r\n" in text else "\n"
            found += self._examples(path, text, newline, [(0, len(text))])
        for at, value in entry_points(path, text):
            if hit := self.whole.fullmatch(value):
                edit = Replacement(at, at + len(self.old), self.new, f"an entry point names {self.new}:{hit[1]}")
                found.append(Mention(_place(path, text, at), hit[1], True, edit))
        spans = [(m.edit.start, m.edit.end) for m in found if m.edit is not None]
        lines = {m.place.line for m in found}
        for hit in self.anywhere.finditer(text):
            place = _place(path, text, hit.start())
            if place.line not in lines and not any(start <= hit.start() < end for start, end in spans):
                imports = path.endswith(_TEMPLATES) and "import" in hit[0]
                acted_upon = imports or not path.endswith(_PROSE)
                edit = self._in_prose(path, hit) if not acted_upon else self._of_unittest(text, hit)
                found.append(Mention(place, hit[1], acted_upon, edit))
        for at, name in named_through(text, self.old, self.moved):
            place = _place(path, text, at)
            if place.line not in lines | {m.place.line for m in found}:
                line = text[text.rfind("\n", 0, at) + 1 : at].lstrip()
                told = path.endswith(_PROSE) and not path.endswith(_TEMPLATES) and not line.startswith((">>>", "..."))
                found.append(Mention(place, name, not told))
        if not found and (module := self.module.search(text)) and (word := self.anyhow.search(text)):
            found.append(Mention(_place(path, text, module.start()), word[1], not path.endswith(_PROSE)))
        yield from found


def _place(path: str, text: str, at: int) -> Place:
    return Place(path, text.count("\n", 0, at) + 1)


def _docstrings(module: Module) -> list[tuple[int, int]]:
    """The spans of strings that stand alone and have examples in them."""
    source = module.source
    if ">>>" not in source.text:
        return []
    return [
        (source.start(node.value), source.end(node.value))
        for node in source.nodes.of(ast.Expr)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) and ">>>" in node.value.value
    ]
