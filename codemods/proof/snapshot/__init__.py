"""One state of the tree, read afresh: what a module binds, and what a name means through all imports.

The prover must not believe the planner, so it has its own symbol tables (``symbols``, ``symbol_tables``), its own
name resolution (``resolution``) and its own import graph (``import_graph``). A name leads to *origins*: definitions
of the tree, modules, dotted names from outside of the tree, or values that are the same object wherever they are
made, such as a logger. There may be several: ``try: import json5 as json`` / ``except ImportError: import json``
gives two.

    shop/__init__.py   from .models import *      shop.Price leads to shop/models.py:Price, through the star import,
    shop/models.py     class Price: ...           whether or not shop.models has ``__all__``

Import cycles and star imports make this recursive; a lookup stops at a name that is already being
resolved, and results found that way are not cached.

Shared with the planner are the parser, the file tree and what ``import a.b`` means (``codemods.project``): a wrong
answer there misleads both. No reasoning about scopes, groups or edits is shared; ``.importlinter`` holds that.
"""
