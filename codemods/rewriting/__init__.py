"""New bytes from a plan. Import statements that change are rewritten as LibCST trees; every other byte is copied."""

from codemods.rewriting.rewrite import rewrite_plan

__all__ = ["rewrite_plan"]
