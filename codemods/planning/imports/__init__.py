"""What each of the two modules imports after the move, and how the old import path lives on.

When ``selection`` has said what moves and which module imports the other, each reference that now crosses the two
modules needs an import, and the question is where it stands: at the top, inside of the function that needs it, or
under ``TYPE_CHECKING``.

    required          what moved code reads, and must find in the destination
    as_attributes     what it reads off the source, imported as a module
    star_names        what the source has by a star import
    as_written        how an import of the source is written there
    source_order      the order of the new imports
    source_imports    what the source no longer needs, and loses
    eager_reexports   which moved names the source imports from the destination, and where among its statements
    name_order        where the source imports them, if somebody lists its names in order
    lazy_reexports    names that the source only finds when somebody asks for them (PEP 562)
    self_imports      imports inside of functions that would now import a module into itself: removed
    optional_blocks   imports under a condition, which may lose the names that nobody reads

Not covered: an import under a ``try`` loses no name, though nobody may read it any more.
"""
