"""The entries of the table: what is known of a framework."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "identity",
    "binds",
    "registry",
    "hints",
    "caller",
    "scan",
    "imports",
    "replaces",
    "folder",
    "file",
    "listed",
    "keeps",
)


@dataclass(frozen=True)
class Pin:
    """Where an identity is written down, as a ``keyword`` of the decorator, an ``attribute`` of the class, or in its
    ``meta`` class; and what it is where nothing is written: ``{module}``, ``{name}``, ``{app}`` (Django's label)."""

    place: str
    name: str
    value: str

    def default(self, module: str, name: str, app: str) -> str:
        """What the framework takes where nothing is written."""
        return self.value.format(module=module, name=name, app=app)


@dataclass(frozen=True)
class Fact:
    """One entry. The names are dotted, with ``*`` for any part and ``()`` behind what is called to make an object."""

    framework: str
    kind: str
    why: str
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    pin: Pin | None = None
    words: tuple[str, ...] = ()
    at_import: bool = False
    only_decorated: bool = False
    twins: bool = False
    package: bool = False
    methods: bool = False
    unless: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
