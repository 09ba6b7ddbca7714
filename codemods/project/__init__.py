"""The tree on disk: its files, their bytes and encodings, and the dotted names of its modules."""

from codemods.project.import_scan import imports
from codemods.project.names import Names
from codemods.project.nodes import Nodes, bodies, walk
from codemods.project.source import Source, Unreadable, decode
from codemods.project.tree import DiskTree, OverlayTree, Tree

__all__ = [
    "DiskTree",
    "Names",
    "Nodes",
    "OverlayTree",
    "Source",
    "Tree",
    "Unreadable",
    "bodies",
    "decode",
    "imports",
    "walk",
]
