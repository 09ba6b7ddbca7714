"""What running a statement changes besides the names that it binds: side effects at import time.

The hard part is that Python registers things in so many ways: a decorator, a base class, a metaclass, ``__set_name__``,
a bound method under another name, an operator. So registrations are not recognized one by one: a statement
counts as having an effect unless everything that it evaluates is known to be quiet (without side effects), by the table
of known names (``codemods.knowledge``) for what stands outside of the tree, by reading it for the tree's own.

An effect has a *target*: the object that is changed. A module that only changes what it has made itself is quiet:
only its importers see the change. ``names`` says what a dotted name means, ``classes`` what making an instance runs,
``roots`` whose object an expression stands for, ``resolving`` what a call may run, ``walking`` what one piece of code
does by itself, ``statements`` adds up what it calls, bottom-up over the call graph. ``programs`` has the steps that
each start executes, before and after a move, ``steps`` what each of them changes; ``load_order`` compares them.

What Python calls though nobody wrote a call counts as well (``walking``, ``knowledge/implied.py``): properties,
operators, iteration, comparisons, texts. Not covered: what an object does that only running the code makes.
"""
