"""Who refers to the source module, in every form that a move has to follow or must not break.

An import is the least of it. Tests replace names by strings (``mock.patch("shop.worker.send")``), settings name
classes, documents and docstrings have examples, stubs repeat signatures, a decorator fills ``__all__``, code looks
names up in ``globals()``, and a module is handed to a function that may read any name in it. Each form has a file
here, which finds places and says what is known of them; what becomes of them is decided later (``imports``,
``edits``, ``hazards``).

``referrers`` collects imports, attribute reads and writes through the module, and patch targets, over all files
that ``index`` lets through. ``dynamic_names`` knows which builtins look into a module's namespace. ``patches``
divides patch targets into those that can follow the moved code and those that pin a name to the source: if any test
replaces ``shop.worker.send`` and both modules read it, moved code reads it through the source, at each call.

Not covered: names that are known only when the program runs. Where such a name may be one of the moved ones, that is
reported with its place.
"""
