"""The edits of a move as data: what the source loses and imports, what the destination gets, what changes
elsewhere.

Planning decides, rewriting writes: the edits stand between them (``model``). They name places by nodes of the parsed
source, not by offsets, so that the text can be changed in one pass and comments and layout around an edit stay as
they are. ``importers`` says which files import from the new module, and which keep the old path, ``moved_code`` what
changes inside of moved statements (a deferred import, a name that is read through the source), ``stubs`` the same for
``.pyi`` files, ``module_references`` how a module is named from another: relative where its neighbours are, absolute
elsewhere; ``ignored_rules`` what ruff and flake8 ignore in the source and so in the new module.
"""
