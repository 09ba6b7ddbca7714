"""A module goes to another path as a whole: `shop/models.py` to `shop/pricing.py`, and nothing is left at the old one.

What is hard: every text that means the module has to say the new name, for the old path ends. An import says it in one
of five forms, an attribute chain by what some other import bound, a string by luck; and the name is also *in* the
module, as `__name__`, in `__module__`, in pickles, in the names that frameworks give.

So there are two questions, each with its own answer:

    who names it        names.py     what is asked, and how it is spelled from another file
                        imports.py   imports, and attribute chains that reach the module
                        texts.py     strings, documents, settings: the dotted name, and the path of the file
    what depends on it  against.py   the hazards that `extract` has, of all definitions; the module's own name, file

What is left over is found by making the change to everybody but the module, and asking the tree that comes of it who
still refers to the old path (left_over.py): with the means by which `extract` finds who refers to a source.
A place that is left refuses the rename. In which order modules are executed then, the proof asks; no line is moved.

Not covered: a package (its modules would go with it), a module that a framework finds by the name of its file,
comments, which may say the old name afterwards, and prose that has the name of a top-level module, a word like any.
"""

from codemods.planning.renaming.plan import rename_plan

__all__ = ["rename_plan"]
