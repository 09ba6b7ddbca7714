"""Which statements belong together, and who needs whom.

A definition is seldom one statement. Overloads and redefinitions bind one name several times; ``X.append(1)`` below
``X = []`` is part of what X is; ``global X`` in a function makes the function and X one thing; statements joined by
semicolons share a line. Such statements form a group (``definition_groups``), and everything that follows speaks of
groups: they move whole.

    TABLE = {}              one group: TABLE is not complete before the loop has run
    for row in ROWS:
        TABLE[row.key] = row

``mutations`` finds who reads a value before a later statement changes it, ``loggers`` the loggers that both modules
can have (the same name gives the same object), ``type_variables`` those that each module may make for itself, since
no code compares them. ``second_execution`` asks what a script and the module of its name do not share.
``reference_graph`` says which group needs which, and when; ``dotted_names`` which definition of
the tree a dotted name means.

Not covered: a value that is changed through an alias (``t = TABLE; t[1] = 2``) in another module is seen as a side
effect of that module, not as part of the group.
"""
