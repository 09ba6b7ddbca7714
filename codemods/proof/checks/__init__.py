"""What the proof looks at: one file a check, each with what it says when it holds (``SAYS``) and
``check(comparison)``.

A check reports how many places it looked at; one that found nothing to look at gives no tick. A finding names the
place, what was and what is. Nothing here relies on a plan: the checks judge the change of any tool, and those of
people.

Where a counterpart of a hazard is needed: a hazard refuses what planning cannot do safely; a check finds what went
wrong all the same. A hazard about behaviour that the two trees show (a name, an import, an order) needs its check
here; one about what no tree shows (a log format that prints module names) needs none.
"""
