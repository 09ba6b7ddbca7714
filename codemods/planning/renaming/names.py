"""The module that is renamed, by its two paths and names, and what it is called from another file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.bindings import Module
from codemods.model import Place
from codemods.planning.edits.model import Replacement
from codemods.planning.edits.module_references import reference_to
from codemods.planning.index.project_index import ProjectIndex


@dataclass(frozen=True)
class Renamed:
    """``old`` and ``new`` are the paths of the module, before and after."""

    project: ProjectIndex
    old: str
    new: str

    @cached_property
    def old_dotted(self) -> str:
        return self.project.names.dotted(self.old)

    @cached_property
    def new_dotted(self) -> str:
        return self.project.names.dotted(self.new)

    @cached_property
    def divided(self) -> re.Pattern[str]:
        """``from shop import models`` as a text: an import of the module that does not name it as a whole."""
        parent, _, last = self.old_dotted.rpartition(".")
        start = (
            rf"from[ \t]+{re.escape(parent)}[ \t]+c?import\b[^\n;]*" if parent else r"^[ \t>]*(?:from|c?import)[ \t]+"
        )
        return re.compile(rf"{start}\b{re.escape(last)}\b", re.MULTILINE)

    @property
    def last(self) -> str:
        return self.old_dotted.rpartition(".")[2]

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """The dotted name as a whole; of a top-level module, which is called like a word, with what it binds."""
        old = re.escape(self.old_dotted)
        if "." in self.old_dotted:
            return re.compile(rf"(?<![\w.]){old}(?!\w)")
        binds = sorted(self.project.module(self.old).binds)
        return re.compile(rf"(?<![\w.]){old}(?=[.:](?:{'|'.join(map(re.escape, binds))})(?!\w))" if binds else r"(?!)")

    def is_old(self, dotted: str | None, importer: str) -> bool:
        """Does this name mean the module, seen from a file?"""
        return bool(dotted) and self.project.names.find(str(dotted), importer) == self.old

    def package_of(self, importer: str) -> str:
        """The file from whose place relative imports are written: of the module's own, where it goes."""
        return self.new if importer == self.old else importer

    def spelled(self, importer: str, relative: bool, written: str = "") -> str:
        """What a file calls the module now; ``written`` is the absolute name by which it called it before."""
        beside = (written, self.old) if written and not relative else None
        return reference_to(self.new, self.package_of(importer), relative, self.project.names, beside)


@dataclass
class Found:
    """What is found in one file: the edits, the places that can't be edited, with the reason, and what people read."""

    edits: list[Replacement] = field(default_factory=list)
    against: list[tuple[Place, str]] = field(default_factory=list)
    noted: list[tuple[Place, str]] = field(default_factory=list)


def parted(target: str) -> tuple[str, str]:
    """``..sub.models`` as (``..sub``, ``models``); a module without a package has no first part."""
    dots = target[: len(target) - len(target.lstrip("."))]
    parent, _, last = target[len(dots) :].rpartition(".")
    return dots + parent, last


def alias_span(module: Module, alias: ast.alias) -> tuple[int, int]:
    return module.source.start(alias), module.source.end(alias)


def spoken(module: Module) -> Iterator[str]:
    """Every name that a file binds anywhere: variables, parameters, definitions, what is caught or declared."""
    nodes = module.source.nodes
    yield from (node.id for node in nodes.of(ast.Name) if not isinstance(node.ctx, ast.Load))
    yield from (node.arg for node in nodes.of(ast.arg))
    for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        yield from (node.name for node in nodes.of(kind))
    for caught in (ast.ExceptHandler, ast.MatchAs, ast.MatchStar):
        yield from (node.name for node in nodes.of(caught) if node.name)
    for declared in (ast.Global, ast.Nonlocal):
        yield from (name for node in nodes.of(declared) for name in node.names)
