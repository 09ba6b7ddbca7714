"""What a plan says to rewriting: edits as data, positions as nodes of the parsed source."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from codemods.bindings import Import, Module, Statement
from codemods.bindings.references import Deferring
from codemods.model import Place
from codemods.project.import_style import ImportStyle


@dataclass(frozen=True)
class NewImport:
    """An import to be written: ``module`` as it will stand, dots included; ``attribute`` None for ``import m``.

    ``comment`` stands beside it, ``above`` are the comment lines above it; a ``marked`` one is, as the moved code is,
    part of a text that a program cuts out.
    """

    module: str
    attribute: str | None = None
    asname: str | None = None
    comment: str = ""
    above: tuple[str, ...] = field(default=(), compare=False)
    marked: bool = field(default=False, compare=False)

    @property
    def binds(self) -> str:
        return self.asname or self.attribute or self.module.partition(".")[0]


@dataclass(frozen=True)
class DeferredImport:
    """An import to be written at the start of a function, or of a main guard."""

    function: Deferring
    new: NewImport


@dataclass(frozen=True)
class Replacement:
    """New text for a span of a file; ``why`` is a sentence for the plan."""

    start: int
    end: int
    text: str
    why: str = field(default="", compare=False)


@dataclass(frozen=True)
class ImportRetarget:
    """An imported name that comes from another module now; ``module`` as it will stand."""

    item: Import
    module: str = ""


@dataclass(frozen=True)
class Body:
    """Statements of the source that the destination gets, in order; ``edits`` are in offsets of the source.

    ``dropped`` are imports inside of them that they do without.
    """

    module: Module
    statements: tuple[Statement, ...]
    edits: tuple[Replacement, ...] = ()
    late: tuple[DeferredImport, ...] = ()
    dropped: tuple[Import, ...] = ()


@dataclass(frozen=True)
class Block:
    """Imports under a condition that the destination gets too, less those that it does not need."""

    node: ast.stmt
    dropped: tuple[Import, ...] = ()


@dataclass(frozen=True)
class TypingTest:
    """What an ``if`` above imports for type checkers asks; the import that it needs, and its ``place`` among others."""

    text: str = "TYPE_CHECKING"
    new: NewImport = field(default_factory=lambda: NewImport("typing", "TYPE_CHECKING"))
    place: int | None = None


@dataclass(frozen=True)
class LazyBranch:
    """A branch of a module ``__getattr__`` that answers for ``gone`` no more, and goes where no names are ``kept``."""

    node: ast.If
    gone: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class WithdrawnLazyNames:
    """Lazy names that a destination defines now; ``whole``: the ``if TYPE_CHECKING`` whose ``else`` then answers for
    nothing."""

    branches: tuple[LazyBranch, ...]
    whole: ast.If | None


@dataclass(frozen=True)
class DestinationEdits:
    """What a destination gets.

    ``typing_comment`` stands beside its ``if TYPE_CHECKING:``, ``head`` at the top of a new file."""

    path: str
    module: Module | None
    body: Body
    future: bool = False
    imports: tuple[NewImport, ...] = ()
    typing_imports: tuple[NewImport, ...] = ()
    test: TypingTest = field(default_factory=TypingTest)
    blocks: tuple[Block, ...] = ()
    dropped: tuple[Import, ...] = ()
    edits: tuple[Replacement, ...] = ()
    typing_comment: str = ""
    withdrawn: WithdrawnLazyNames | None = None
    head: tuple[str, ...] = ()


@dataclass(frozen=True)
class LazyReexport:
    """Names that the source finds when it is asked for them; ``standing`` is the ``__getattr__`` that it has already.

    ``prefix`` makes what the new branch binds in that function unlike everything that the function knows. ``warns``:
    with a DeprecationWarning. ``typing`` are names that only type checkers find.
    """

    names: tuple[str, ...]
    module: str
    dotted: str
    standing: ast.FunctionDef | None = None
    prefix: str = ""
    warns: bool = False
    typing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReexportPosition:
    """Where below its imports a source imports moved names: above the statement ``before``, or at its end."""

    before: Statement | None


@dataclass(frozen=True)
class SourceEdits:
    """What a source loses, and which moved names it imports: at ``position``, or among its imports where that is None.

    ``comments`` are the lines above imports that leave with them; ``late`` what functions that stay import when they
    run; ``executes`` the destination as a module, where it has effects, and its place.
    """

    path: str
    module: Module
    statements: tuple[Statement, ...]
    dropped: tuple[Import, ...] = ()
    promised: tuple[Import, ...] = ()
    blocks: tuple[Statement, ...] = ()
    reexports: tuple[NewImport, ...] = ()
    position: ReexportPosition | None = None
    edits: tuple[Replacement, ...] = ()
    lazy: LazyReexport | None = None
    comments: tuple[tuple[int, int], ...] = ()
    late: tuple[DeferredImport, ...] = ()
    executes: tuple[NewImport, ReexportPosition] | None = None


@dataclass(frozen=True)
class StubEdits:
    """What the stub of a source loses, and that of its destination gets."""

    departure: SourceEdits
    arrival: DestinationEdits


@dataclass(frozen=True)
class FileEdits:
    """What changes in a file that is neither source nor destination; ``module`` is None for one that is no Python.
    ``in_place``: each name is imported where it was before, though isort would have it elsewhere."""

    path: str
    module: Module | None
    rehomes: tuple[ImportRetarget, ...] = ()
    strings: tuple[Replacement, ...] = ()
    imports: tuple[NewImport, ...] = ()
    dropped: tuple[Import, ...] = ()
    in_place: bool = False


@dataclass(frozen=True)
class Kept:
    """An importer that keeps the old import path: where, the names that it imports (none: a text), and why."""

    place: Place
    names: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Edits:
    """All edits of one move."""

    departure: SourceEdits
    arrival: DestinationEdits
    others: tuple[FileEdits, ...] = ()
    new_packages: tuple[str, ...] = ()
    style: ImportStyle = field(default_factory=ImportStyle)
    kept: tuple[Kept, ...] = ()
    stubs: StubEdits | None = None


@dataclass(frozen=True)
class Rename:
    """A file that goes to another path, with edits in its own text; ``others`` name it, ``made`` are empty files."""

    old: str
    path: str
    edits: tuple[Replacement, ...] = ()
    others: tuple[FileEdits, ...] = ()
    made: tuple[str, ...] = ()
