"""The parts put together: the one door to them."""

from __future__ import annotations

import ast

from codemods.proof.importing.abstract.calling import Calling
from codemods.proof.importing.abstract.classes import Classes
from codemods.proof.importing.abstract.describing import Describing
from codemods.proof.importing.abstract.expressions import Expressions
from codemods.proof.importing.abstract.implying import Implying
from codemods.proof.importing.abstract.machine import TooMuch
from codemods.proof.importing.abstract.members import Members
from codemods.proof.importing.abstract.names import Names
from codemods.proof.importing.abstract.statements import Statements
from codemods.proof.importing.abstract.values import UNKNOWN, Places


class AbstractInterpreter(Statements, Expressions, Calling, Classes, Implying, Describing, Members, Names):
    """Runs code of one tree."""

    def run(self, path: str, node: ast.AST) -> Places:
        """What a statement of a module changes."""
        self.steps = 0
        try:
            return self.settled(lambda: self.statement(self.module(path), node, True))
        except (TooMuch, RecursionError):
            self.endless.update(self.running[:1])
            self.running, self.making = [], []
            return frozenset({UNKNOWN})
