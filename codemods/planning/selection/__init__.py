"""What moves, and which of the two modules imports the other: views of the reference graph.

The hard part is that each answers the other. Which helpers move along depends on who imports whom, and who imports
whom depends on what moved code still needs. So the order of the rules is fixed (`choosing.py` tries the choices,
`settling.py` repeats until nothing changes):

1. What was asked for moves; what `--with` names; the fixtures that only moved tests ask for. `--keep`, and names that
   must be looked up in the source (replaced from outside, rebound there), hold back.
2. Helpers and constants that only moved code uses move along though nobody asked (`with_own` in `what_moves.py`); the
   plan says so. So do definitions that read a moved value before a later statement changes it. Then the direction of
   the import is decided (`direction.py`).
3. Where staying code uses what moves, the source imports the destination. So what both need may move along too
   (`with_shared`): private helpers whose other users use what moves; data (an enum, constant, alias, exception,
   dataclass), and functions that only this module uses, with at least half of their users among what moves. Only if
   moved code then needs nothing of the source at import time. What a package re-exports without what was asked for
   stays, and so does an exception that it re-exports at all.
4. Otherwise what moves is what rule 2 says, with whichever direction `direction.py` allows.
5. Where both need the other at import time, private definitions that moved code needs move along; or the source imports
   the destination in the middle, where what moves stood, if a package around both always imports the source first
   (`in_place.py`); or else other names for what moves (`Bool = Boolean`) move along.
6. Where that is not enough, the move is refused: a public definition that others use moves only if somebody says so.
   The ways that do work are planned, tried, and printed with the refusal (`codemods/face.py`); `--with-needed` takes
   along what moved code needs at import time.

A move that is refused is planned again where all stays that nobody asked for (`left`), and where a global that moved
functions rebind stays (`planning/plan.py`).

Which patches follow their readers, and so which names are held back, depends on what moves; `settling.py` asks again
until neither changes.

The reasons that `--plan -v` prints, and their rules:

    asked for; asked for with --with; only moved tests ask for this fixture                1  requested
    used only by code that moves, directly or through other helpers                        2  with_own
    it uses X before line N changes that                                                   2  _take_early_users
    used by code that moves (X) and by code that stays (Y), which imports it               3  with_shared
    it is another name for what moves                                                      5  with_aliases
    X needs it while the module is imported (that of an edge in grouping/reference_graph)  5  with_needed

What stays although moved code needs it has one of these reasons (`_why_it_stays` in `planning/descriptions.py`); the
destination, or moved functions when they run, import it:

    it is kept by --keep; it may be looked up, replaced or rebound in SOURCE               1  Request.held
    X stays and uses it; FILE uses it too                                                  3  not taken by with_shared
    taking it along was refused, and nobody asked for it                                   -  planned again without it
    it was not asked for                                                                   2  not taken by with_own
    what stays changes it while the module is imported                                     -  planned with it there
    only annotations of moved code name it                                                 -  imported for type checkers
"""
