"""What moves, and what has to change for it: moves and a tree in, a Plan out. Nothing is written or executed.

The sub-packages, in the order in which a move goes through them:

    index       the modules of the project, parsed once, and which files can refer to a module at all
    grouping    which statements belong together, and who needs whom
    effects     side effects at import time, and in which order each entry module runs them
    references  who refers to the source module, in every form: imports, attributes, strings, patch targets, stubs
    selection   which definitions move, and why
    imports     what each of the two modules imports afterwards, and how the old import path lives on
    hazards     what stands against the move: one file a hazard, found by itself
    edits       the edits as data, which ``codemods.rewriting`` turns into text
    renaming    a module that goes to another path as a whole

``plan.py`` leads a move through these, ``descriptions.py`` says what it found, ``several.py`` orders several moves
and joins their plans, ``request_checks.py`` checks what was asked for, ``packages.py`` makes a module a package.
``settled.py`` has the fixed inputs of one move, ``facts.py`` adds what is computed from them; references, imports,
hazards and edits read it. ``edits.model`` and ``edits.module_references`` are vocabulary that all of them use. No two
files import one another in a cycle.
"""

from codemods.planning.packages import package_moves, package_plan
from codemods.planning.plan import make_plan
from codemods.planning.renaming import rename_plan
from codemods.planning.several import in_turn, together
from codemods.planning.users_lines import UsersLines

__all__ = ["UsersLines", "in_turn", "make_plan", "package_moves", "package_plan", "rename_plan", "together"]
