"""The vocabulary of the project as frozen dataclasses; it imports no other package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Reexport(Enum):
    """How the old import path goes on: bound in the source, found there when asked for (PEP 562), or not at all."""

    AUTO = "auto"
    EAGER = "eager"
    LAZY = "lazy"
    NONE = "none"


@dataclass(frozen=True)
class Move:
    """A request: which top-level names go from one module to another.

    ``source`` and ``destination`` are posix paths relative to the root of the tree.
    ``along`` names what the user wants to go too, ``keep`` what must stay in the source; with ``needed`` everything
    moves along that moved code needs at import time. ``reexport`` says how the old import path goes on; with
    ``deprecate`` it is lazy, and warns. ``accept`` are the codes of hazards that the user takes upon himself.
    ``whole``: the module itself goes, without names, and nothing is left at its old path. ``careful``: an importer
    keeps the old path wherever anything would be executed in another order, be it known to change nothing.
    ``offered``: what earlier moves took out of the source, which goes on offering it. ``was_module``: the source is
    the ``__init__`` of a package that this very request made of a module.
    """

    source: str
    names: tuple[str, ...]
    destination: str
    along: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    reexport: Reexport = Reexport.AUTO
    deprecate: bool = False
    accept: tuple[str, ...] = ()
    needed: bool = False
    whole: bool = False
    careful: bool = False
    offered: tuple[str, ...] = ()
    was_module: bool = False

    @property
    def goes_on(self) -> bool:
        """Is the old path still there after the move?"""
        return self.reexport is not Reexport.NONE


@dataclass(frozen=True, order=True)
class Place:
    """A position in a file of the tree; lines count from 1, columns from 0."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Severity(Enum):
    """What a hazard does to the move."""

    REFUSES = "refuses"  # the move is not made, unless the user accepts the difference
    ASSUMED = "assumed"  # nobody is known to observe it; the reason says what was looked for
    DECLARED = "declared"  # reported: a difference that was accepted, or that changes nothing that works
    HANDLED = "handled"  # the plan keeps it right


@dataclass(frozen=True)
class Hazard:
    """One thing that could change behaviour: a code, where, why, and remedies."""

    code: str
    place: Place
    reason: str
    remedies: tuple[str, ...] = ()
    severity: Severity = Severity.REFUSES

    def __str__(self) -> str:
        return f"{self.place}: [{self.code}] {self.reason}"


@dataclass(frozen=True)
class Cycle:
    """Each of two modules would need the other while it is imported.

    ``needed``: public names of the source that moved code needs then; ``users``: names of the source that need moved
    code.
    """

    move: Move
    needed: tuple[str, ...]
    users: tuple[str, ...]


class Refused(Exception):
    """The move is not made; nothing was written. Says what, where, and the remedies."""

    def __init__(self, *hazards: Hazard, cycle: Cycle | None = None) -> None:
        super().__init__("\n".join(map(str, hazards)))
        self.hazards = hazards
        self.cycle = cycle


class WrongUsage(Refused):
    """The request itself can't be understood or carried out: a file or a name that is not there, a wrong option."""


class Disposition(Enum):
    """Where a group of the source goes."""

    MOVES = "moves"
    GOES_ALONG = "moves with it"
    COPIED = "is copied"
    STAYS = "stays"


@dataclass(frozen=True)
class GroupPlan:
    """Where one group goes, and why."""

    names: tuple[str, ...]
    place: Place
    disposition: Disposition
    reason: str


@dataclass(frozen=True)
class FilePlan:
    """What happens to one file, in sentences; ``kept`` says which of its imports stay as they are, and why."""

    path: str
    actions: tuple[str, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that moves will do, before a byte is made; ``details`` is what rewriting reads, a move each."""

    moves: tuple[Move, ...]
    groups: tuple[GroupPlan, ...] = ()
    files: tuple[FilePlan, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    done: bool = False
    details: tuple[Any, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class ChangeSet:
    """The new bytes of every touched file, and the old ones that they were made from (None: no file)."""

    before: Mapping[str, bytes | None]
    after: Mapping[str, bytes | None]

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(p for p, new in self.after.items() if new != self.before.get(p)))


class Kind(Enum):
    """What a finding means to who reviews a change; the move of codemods itself allows none but notes."""

    BROKEN = "broken"  # something that worked fails now, or is lost
    EDITED = "edited"  # what moved is not what it was: edited, renamed, split, copied
    OTHER = "other"  # what is not the business of the move: new, gone, edited in place, texts
    STYLE = "style"  # comments, docstrings, formatting
    NOTE = "note"  # true, and as it has to be; or it was so before


@dataclass(frozen=True)
class Finding:
    """One place at which a check failed, or a difference that it declares.

    ``before`` is the place in the old tree, where there is one. Findings of one ``cause`` are reported as one.
    """

    place: Place
    message: str
    code: str = ""
    kind: Kind = Kind.BROKEN
    before: Place | None = None
    cause: str = ""


@dataclass(frozen=True)
class Check:
    """The result of one check of the proof: what it says, how many places it looked at, what it found wrong."""

    name: str
    says: str
    examined: int = 0
    failures: tuple[Finding, ...] = ()
    declared: tuple[Finding, ...] = ()
    assumptions: tuple[Finding, ...] = ()  # what it takes for granted, and the evidence that was looked for

    @property
    def held(self) -> bool:
        return not self.failures


@dataclass(frozen=True)
class Proof:
    """The evidence, check by check, that a change set keeps behaviour; and what the prover saw move."""

    checks: tuple[Check, ...]
    moves: tuple[Move, ...] = ()

    @property
    def held(self) -> bool:
        return all(check.held for check in self.checks)


@dataclass(frozen=True)
class Flow:
    """What went unchanged from one module to another; ``whole``: the module itself is there now."""

    source: str
    destination: str
    names: tuple[str, ...]
    statements: int = 0
    whole: bool = False


@dataclass(frozen=True)
class Edit:
    """A statement that is not what it was: its places and texts before and after."""

    before: Place
    after: Place
    old: str
    new: str


class Outcome(Enum):
    """How a review ends."""

    PROVEN = "proven"
    EDITS = "proven, with other edits"
    BROKEN = "broken"


@dataclass(frozen=True)
class Review:
    """A change that somebody made, for who reviews it: what broke, what moved, what was edited, what else there is."""

    findings: tuple[Finding, ...]
    flows: tuple[Flow, ...] = ()
    edits: tuple[Edit, ...] = ()
    moves: tuple[Move, ...] = ()
    checks: tuple[Check, ...] = ()

    def of(self, *kinds: Kind) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.kind in kinds)

    @property
    def outcome(self) -> Outcome:
        if self.of(Kind.BROKEN):
            return Outcome.BROKEN
        return Outcome.EDITS if self.of(Kind.EDITED, Kind.OTHER) else Outcome.PROVEN
