"""What frameworks make of the module in which a thing stands: data, not code.

A framework may call a task after its module, resolve the text of annotations while a decorator runs, scan a package for
modules, show its caller's module in a record. None of that can be seen in the code that moves; all of it is known, and
stands in ``facts.toml``, one entry a fact. The planner reads the table to keep what it can (it writes the name down
that a task had) and to refuse the rest; the prover reads the same table and compares, by itself, what the facts say of
the tree before and after. A project adds entries in ``[tool.codemods.frameworks]``; docs/frameworks.md has the fields.

Each entry is tested against the library that it speaks of (tests/frameworks).
"""

from codemods.frameworks.derived import heirs
from codemods.frameworks.entries import Fact, Pin
from codemods.frameworks.resolvers import resolves_by_itself, resolving_words, words_of_resolvers
from codemods.frameworks.table import facts, matching
from codemods.frameworks.twins import holds_of

__all__ = [
    "Fact",
    "Pin",
    "facts",
    "heirs",
    "holds_of",
    "matching",
    "resolves_by_itself",
    "resolving_words",
    "words_of_resolvers",
]
