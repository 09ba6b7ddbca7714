"""What happens while modules are imported: in which order they execute, which names are bound by then, which side
effects run.

The difficulty: inside of an import cycle one module sees another one partially initialized, and how far that has come
depends on which of them was imported first. So each touched module is imported first in a simulation
(``simulation``), statement by statement, as Python does it; a module whose imports and names do not depend on who
started is simulated once for all starts, the modules that a process may import first (``traces``). ``eager`` says
what a statement certainly reads and calls at that instant, ``reading`` follows that into functions that are called;
``order`` compares both snapshots and asks whether a name
is read before it is bound; ``bound_below`` looks at what may read it, too.

    shop/a.py   from .b import B         imported first: executes b, which asks a for A, not bound yet: fails
                class A: ...             b imported first: executes a, which asks b for B, not bound yet: fails
    shop/b.py   from .a import A
                class B(A): ...

``fallbacks`` finds what fails now and is caught, ``deferred_imports`` which statements may run an import that a move
put into a function. Whether a statement has
a side effect is found by running it on abstract values (``abstract``, ``side_effects``), and
``optional_libraries`` says which libraries may be missing.

Not covered: what code from outside of the tree does while it is imported, beyond the table of known names
(``codemods.knowledge``), and modules that are loaded by computed names.
"""
