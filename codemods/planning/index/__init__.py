"""What the project has: its modules, parsed at most once, and which files can refer to a module.

A move in a tree of 30,000 files concerns ten of them. Parsing them all costs minutes, so files are chosen by their
bytes first: a file that refers to ``shop.worker`` has an import with the word ``worker``, the dotted path, an
attribute chain ``.worker.NAME``, or hands an object to ``setattr`` and the like. ``reference_prefilter`` looks for
these four with one regular expression over each file; only what it finds is parsed (``project_index``).

The filter may let too much through, never too little. That it holds is tested by planning moves with and without
it. Not covered: names that are put together from pieces (``"shop." + kind``); ``references`` looks for the
functions that take such names, and reports them.
"""
