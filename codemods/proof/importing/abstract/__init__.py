"""Code run on abstract values, for what it changes: every branch, every function of the tree that is called.

What a statement changes depends on what its names stand for, and that on calls that lie far away: a decorator that
another function returned, a hook of a base class three modules up, a method of whatever a table holds. So the code is
run, with values that say only who holds a thing: nobody yet (``NEW``), a name of a module, a library (``values``).

    bus = Bus()                     an instance of Bus, held by shop/bus.py:bus
    @bus.on("paid")                 runs Bus.on, which returns ``add``; runs ``add``
    def paid(): ...                 ``self.table[name] = function`` changes what bus holds: an effect

``machine`` is the state of a run, and what the parts ask of one another: ``names``, ``members`` (of classes, modules,
containers), ``statements``, ``expressions``, ``calling``, ``classes``, ``implying`` (what runs though nobody calls it).
A call is run once for each function and what it is given; a recursive one is run again until nothing new is found, so
the answer does not hang on who asked first, nor on how deep a call lies. It ends for every program, for what can be
found is finite (``calls``, ``widening``). What takes too many steps is not followed to its end, and changes something
``UNKNOWN``.

Not covered: which branch is taken, and what values are equal. Whatever could be changed is said to be.
"""
