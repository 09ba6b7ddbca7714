"""Moves Python definitions between modules, rewrites who refers to them, and proves that nothing else changed.

from codemods import DiskTree, Move, solve, apply

tree = DiskTree(Path("."))
solution = solve(Move("shop/worker.py", ("Status",), "shop/status.py"), tree)
apply(solution.changes, tree.root)
"""

import sys
from importlib import import_module

# Under `python -m codemods...` the current folder, a tree that nobody vouches for, is the first in which modules are
# looked for. It leaves the path before anything is imported that Python has not loaded by itself; a future import
# would be one.
if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    _word = sys.orig_argv[-len(sys.argv)]
    if (_word.partition("m")[2] if _word[0] == "-" else _word).partition(".")[0] == "codemods":
        del sys.path[0]

# Not taken from typing, which takes as long to import as all of a command line besides.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codemods.applying import apply
    from codemods.face import Solution, plan, prove, review, rewrite, solve
    from codemods.model import ChangeSet, Hazard, Move, Plan, Proof, Refused, Review
    from codemods.project import DiskTree, OverlayTree
    from codemods.trying import ColdImports, Guard

# Imported when asked for: `codemods --help` loads no parser and no LibCST.
_WHERE = {
    "apply": "codemods.applying",
    **dict.fromkeys(("Solution", "plan", "prove", "review", "rewrite", "solve"), "codemods.face"),
    **dict.fromkeys(("ChangeSet", "Hazard", "Move", "Plan", "Proof", "Refused", "Review"), "codemods.model"),
    **dict.fromkeys(("DiskTree", "OverlayTree"), "codemods.project"),
    **dict.fromkeys(("ColdImports", "Guard"), "codemods.trying"),
}

__all__ = [
    "ChangeSet", "ColdImports", "DiskTree", "Guard", "Hazard", "Move", "OverlayTree", "Plan", "Proof", "Refused",
    "Review", "Solution", "apply", "plan", "prove", "review", "rewrite", "solve",
]  # fmt: skip


def __getattr__(name: str) -> "Any":
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'codemods' has no attribute {name!r}")
