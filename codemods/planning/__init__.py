"""What moves, and what has to change for it: moves and a tree in, a Plan out. Nothing is written or executed.

The rooms, in the order in which a move goes through them; each imports only those above it:

    index       the modules of the project, parsed once, and which files can refer to a module at all
    grouping    which statements belong together, and what they do when they are imported
    references  who refers to the source module, in every form: imports, attributes, strings, patch targets, stubs
    selection   which definitions move, and why
    imports     what each of the two modules imports afterwards, and how the old import path lives on
    hazards     what stands against the move: one file a hazard, found by itself
    edits       the edits as data, which ``codemods.rewriting`` turns into text

``plan.py`` leads a move through these rooms, ``several.py`` orders several moves and joins their plans,
``request.py`` checks what was asked for. ``facts.py`` is what has been found out about one move; hazards and edits
read it.
"""

from codemods.planning.packages import package_moves, package_plan
from codemods.planning.plan import make_plan
from codemods.planning.several import in_turn, together
from codemods.planning.users_lines import UsersLines

__all__ = ["UsersLines", "in_turn", "make_plan", "package_moves", "package_plan", "together"]
