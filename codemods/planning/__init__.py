"""What goes where, and why: a Move and a tree in, a Plan out; nothing is written, nothing is run."""

from codemods.planning.plan import make_plan

__all__ = ["make_plan"]
