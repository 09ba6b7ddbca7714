"""What moves, and which of the two modules imports the other: views of the reference graph.

The hard part is that each answers the other. Which helpers move along depends on who imports whom, and who imports whom
depends on what moved code still needs. So the order of the rules is fixed, and is written down here and nowhere else:

1. What was asked for moves; what `--with` names; the fixtures that only moved tests ask for. `--keep`, and names that
   must be looked up in the source (replaced from outside, rebound there), hold back.
2. Helpers and constants that only moved code uses move along without a word (`what_moves.py`). Then the direction of
   the import is decided (`direction.py`).
3. Where staying code uses what moves, the source stands above the destination. So private helpers that both need, and
   data that belongs to what moves, move along too: if moved code then needs nothing of the source at import time.
4. Otherwise what moves is what rule 2 says, and the destination imports the source.
5. Where both need the other at import time, private definitions that moved code needs move along; or the source imports
   the destination in the middle, where what moves stood, if a package around both always imports the source first
   (`in_place.py`); or else other names for what moves (`Bool = Boolean`) move along.
6. Where that is not enough, the move is refused: a public definition that others use moves only if somebody says so.
   The ways that do work are planned, tried, and printed with the refusal (`codemods/face.py`); `--with-needed` takes
   along what moved code needs at import time.

Which patches follow their readers, and so which names are held back, depends on what moves; `plan.py` asks again
until neither changes.
"""
