"""What goes where, and why: moves and a tree in, a Plan out; nothing is written, nothing is run."""

from codemods.planning.plan import make_plan
from codemods.planning.several import in_turn, together

__all__ = ["in_turn", "make_plan", "together"]
