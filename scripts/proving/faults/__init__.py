"""Ways to damage a good move, each a small function that is found by its decorator.

A fault takes the new tree of a move that is right, and yields trees in which one thing is wrong, each with where.
Whether a fault changes what the program does depends on the program: the oracle of ``observing`` says so.
"""

from proving.faults import bodies, imports, names, places, promises, silent, statements  # noqa: F401  (they register themselves)
from proving.faults.registry import faults
from proving.faults.trees import Damaged, Good

__all__ = ["Damaged", "Good", "faults"]
