"""How should this module be split? The symbol graph, cut where few names cross, as moves that are planned and proven.

What is hard: every cut can be argued for, and most of them can't be made. A module is rarely a chain of layers: a base
class that all others are made of, a class at the top that uses all others, helpers that everybody calls. Clustering
alone puts all of it into one lump around these.

So parts are classified first (`roles.py`): *bases* and *drivers* say nothing about which of the others belong together
and are set aside; one of the two kinds is what stays. The remaining *themes* are joined by what they use of one
another, what they need in common, and their names, as long as no import cycle comes of it (`grouping.py`). *Helpers*
then go where their users are. `naming.py` calls the new modules something, and `proposal.py` has each proposal planned
and proven together with the others, and leaves out what the tool itself would refuse.

Example: of a module with `Field`, `CharField(Field)`, `EmailField(CharField)`, `IntegerField(Field)` and
`FloatField(IntegerField)`, `Field` is the base and stays; `chars.py` and `integers.py` are proposed, which import it.

Not covered: a class is never divided; what a name means to people is only guessed from its words; nothing is known of
how often modules change together, or of who owns them.
"""

from codemods.suggest.proposal import Left, NewModule, Suggestion, suggest

__all__ = ["Left", "NewModule", "Suggestion", "suggest"]
