"""A lambda that would have to import something when it is called."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.model import Hazard
from codemods.planning.facts import Facts

CODE = "late-need"
TITLE = "a moved lambda reads a name that stays, and can't import it"
MEANING = """What moved functions need of the source when they are called they import when they are called. A lambda
can hold no import. Where such a name has to stay, because it is replaced from outside or was to be kept, a lambda that
reads it is not moved. Nor is a function that hands all of its local names on, by `locals()`: an import in it makes one
more."""
EXAMPLE = """
-- shop/worker.py --
from time import sleep
beat = lambda: sleep(1)
def work():
    sleep(2)
-- tests/test_work.py --
from unittest import mock
@mock.patch("shop.worker.sleep")
def test_work(sleep): ...
-- move --
shop/worker.py shop/beats.py beat
"""


def find(facts: Facts) -> Iterator[Hazard]:
    elsewhere = facts.read_through_source - facts.moved_names
    for group in facts.moving:
        for r in group.references:
            if r.moment is Moment.CALL and r.function is None and r.name in elsewhere:
                yield Hazard(
                    CODE,
                    facts.source.source.place(r.node),
                    f"`{r.name}` stays in {facts.move.source} and is read here by a lambda, or a text that is filled "
                    "in, which can import nothing",
                    (f"move `{r.name}` too: --with {r.name}", "make the lambda a function"),
                )
