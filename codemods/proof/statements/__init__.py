"""One statement: its fingerprint, which does not change when it moves, and every name in it, with what the name
means.

Moved code is spelled differently: ``Status`` becomes ``status.Status``, an import moves into a function. So two
statements are compared in two parts (``fingerprint``). The *fingerprint* is the syntax tree with a placeholder
wherever a global name, an attribute of a module or an imported local stands. The *occurrences* are what stood
there, in order, each with what it resolves to. Equal fingerprints and equal meanings: the statement says the same
as before.

    Status(1)            both:  Call(_, 1)      with the occurrence shop/status.py:Status
    status.Status(1)

Which scope a name belongs to is asked of the compiler (``symtable``, in ``name_resolution``), where the planner
decides it from the syntax tree: two independent witnesses. ``strings_and_annotations`` reads names out of quoted
annotations, doctests and dotted strings. ``pairing`` finds for each statement of before its partner of after.
"""
