"""What the parts of the interpreter have in common, and what each asks of the others."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping

from codemods.proof.importing.abstract.calls import Calls
from codemods.proof.importing.abstract.values import Class, Code, Frame, Instance, Places, Super, Value, Values, held_at
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NOTHING: Values = frozenset()
# Statements that are run for one statement of a module, and calls that these make. Those of Django need at most 609,
# what isort reads its settings by 29,171.
STEPS = 60_000


class TooMuch(Exception):
    """A statement leads to more code than is run for it."""


class Machine(ABC):
    """The state of a run in one tree; ``listed``: the classes whose subclasses somebody asks for."""

    def __init__(self, snapshot: Snapshot, listed: Places) -> None:
        self.snapshot = snapshot
        self.listed = listed
        self.changed: set[Origin] = set()
        self.calls = Calls()
        self.making: list[Class] = []  # the innermost last
        self.running: list[ast.AST] = []  # functions, the outermost first
        self.endless: set[ast.AST] = set()
        self.steps = 0
        self._modules: dict[str, Frame] = {}

    def settled(self, once: Callable[[], object]) -> Places:
        """What it changes, run until nothing new is found, apart from whatever is being run."""
        aside = self.changed, self.calls
        self.calls = Calls()
        try:
            while True:
                self.changed = set()
                once()
                if self.calls.settled():
                    return frozenset(self.changed)
        finally:
            self.changed, self.calls = aside

    def step(self) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise TooMuch

    def module(self, path: str) -> Frame:
        return self._modules.setdefault(path, Frame(path, None))

    def change(self, values: Iterable[Value]) -> None:
        for value in values:
            self.changed |= held_at(value)

    # -- what the parts ask of one another

    @abstractmethod
    def name(self, frame: Frame, name: str) -> Values: ...

    @abstractmethod
    def defined(self, origin: Origin) -> Values:
        """What a name of a module stands for: all that its statements give it."""

    @abstractmethod
    def table(self, frame: Frame, node: ast.expr) -> Mapping[str, Values]:
        """What ``**OPTIONS`` gives by name, where a module has written it down."""

    @abstractmethod
    def entries(self, frame: Frame, node: ast.expr) -> Values:
        """What stands in a table or a list that a module has written down, by its name."""

    @abstractmethod
    def statement(self, frame: Frame, node: ast.AST, top: bool) -> None:
        """``top``: it binds names of the module, which are looked up there."""

    @abstractmethod
    def store(self, frame: Frame, target: ast.expr, values: Values, top: bool, in_place: bool) -> None: ...

    @abstractmethod
    def value(self, frame: Frame, node: ast.expr) -> Values: ...

    @abstractmethod
    def operator(self, frame: Frame, node: ast.BinOp, left: Values) -> bool:
        """Runs the operator's methods; was there one of the tree, or is it known to change nothing?"""

    @abstractmethod
    def element(self, values: Values) -> Values:
        """What may stand in a container."""

    @abstractmethod
    def attribute(self, values: Values, name: str) -> Values: ...

    @abstractmethod
    def member(self, value: Instance | Class | Super, name: str) -> Iterable[Value]: ...

    @abstractmethod
    def held(self, owner: Class, name: str) -> Iterator[tuple[Class, ast.stmt]]:
        """The statements that define a name in the body of a class, or in one above it."""

    @abstractmethod
    def sets(self, owner: Class, name: str) -> bool:
        """Do the methods of a class set an attribute of the instance?"""

    @abstractmethod
    def parts(self, frame: Frame, node: ast.AST, parts: Iterable[ast.expr]) -> Values:
        """What parts of an expression may be, each evaluated once, and with what the expression asks them."""

    @abstractmethod
    def implied(self, node: ast.AST, found: Mapping[ast.AST, Values]) -> None:
        """Runs what a node asks its parts, of which it is known what they may be."""

    @abstractmethod
    def annotations(self, frame: Frame, node: ast.stmt) -> Iterator[ast.expr]:
        """Those that call something when the statement runs."""

    @abstractmethod
    def described(self, value: Value, name: str, context: type[ast.expr_context]) -> Values:
        """Runs what an attribute has for being read, set or deleted; what that gives."""

    @abstractmethod
    def answered(self, path: str, name: str) -> None:
        """Runs what a module answers with that is asked for a name which it does not bind."""

    @abstractmethod
    def got(self, value: Instance | Class, name: str) -> Iterable[Value]:
        """What reading an attribute gives, and runs."""

    @abstractmethod
    def special(self, value: Value, name: str) -> Iterator[Value]:
        """The method that Python looks for: that of a class is one of its metaclass."""

    @abstractmethod
    def above(self, owner: Class) -> Iterator[Class]:
        """A class of the tree and those above it in the tree."""

    @abstractmethod
    def bases(self, level: Class) -> Values: ...

    @abstractmethod
    def call_of(self, frame: Frame, node: ast.Call) -> Values: ...

    @abstractmethod
    def call(self, values: Values, arguments: list[Values], keywords: dict[str | None, Values]) -> Values: ...

    @abstractmethod
    def methods(self, values: Values, name: str, arguments: list[Values]) -> bool:
        """Runs a method that the tree's classes have; has one it?"""

    @abstractmethod
    def run_code(self, code: Code, arguments: list[Values], keywords: dict[str | None, Values]) -> Values:
        """A function of the tree is called."""

    @abstractmethod
    def subclassed(self, given: Iterable[Values]) -> None:
        """A class is made by a call."""

    @abstractmethod
    def decorated(self, frame: Frame, decorators: list[ast.expr], made: Values) -> Values: ...

    @abstractmethod
    def metaclasses(self, owner: Class) -> Iterator[Value]: ...

    @abstractmethod
    def class_of(self, frame: Frame, node: ast.ClassDef, top: bool) -> Values: ...

    def body(self, frame: Frame, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.statement(frame, node, False)
