"""The two trees side by side: which definitions moved, and which statements could mean something else now.

A move changes few files and can change the meaning of many: whoever reads a name of a changed module: unqualified
(``Price``), qualified (``orders.Price``), or in a string. ``impact`` follows that. An unqualified name means what its
module binds, so that is asked of each module once; only statements that reach a name through a module, a string or a
deferred import are read one by one. ``canonical_texts`` writes moved dotted paths in both trees in one form, so that
the other checks compare strings as they are. ``comparison`` holds the pairs, the moves that follow from them, and the
map from places of before to places of after.
"""
