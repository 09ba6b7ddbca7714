"""A decorator lists moved definitions in the `__all__` of the module that they are made in."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings import Moment
from codemods.model import Hazard, Severity
from codemods.planning.facts import Facts
from codemods.planning.references.all_decorators import listing_decorators

CODE = "listed-by-decorator"
TITLE = "a decorator puts the name into `__all__` of the module, which is another one after the move"
MEANING = """A decorator like `@public` or `@export` looks the module of what it is given up, and puts the name into the
`__all__` there. After the move the destination lists the name, and the source no longer does: it can still be
imported from there by name, but a star import does not take it. Where the source goes on having an `__all__`, or a file
of the tree star-imports one of the two or reads such an `__all__`, the move is refused; else this is reported."""
ACCEPTS = True
EXAMPLE = """
-- shop/public.py --
def public(function):
    function.__globals__.setdefault("__all__", []).append(function.__name__)
    return function
-- shop/prices.py --
from shop.public import public
@public
def price(net):
    return net
-- move --
shop/prices.py shop/pricing.py price
"""

_REMEDIES = ("import by name there first", "leave it where it is")


def find(facts: Facts) -> Iterator[Hazard]:
    decorated = [
        (decorator, group.label)
        for group in facts.moving
        for statement in group.statements
        for decorator in listing_decorators(facts, statement.node)
    ]
    if not decorated:
        return
    names = facts.project.names
    old, new = names.dotted(facts.move.source), names.dotted(facts.move.destination)
    labels = ", ".join(sorted(f"`{label}`" for _, label in decorated))
    place = facts.source.source.place(decorated[0][0])
    for reader in _readers(facts):
        reason = f"{reader}, and after the move this decorator adds {labels} to `__all__` of {new}"
        yield Hazard(CODE, place, reason, _REMEDIES)
        return
    reason = f"the decorator adds {labels} to `__all__` of {new}, so `from {old} import *` no longer gives it"
    yield Hazard(CODE, place, reason, (), Severity.DECLARED)


def _readers(facts: Facts) -> Iterator[str]:
    """Who sees what is listed in one of the two modules."""
    for module in facts.referrers.stars:
        yield f"{module.path} star-imports the source by its `__all__`"
    if "__all__" in facts.referrers.used:
        yield "another file reads __all__ of the source"
    for group in facts.staying:
        if "__all__" in group.binds or any(
            any(True for _ in listing_decorators(facts, s.node)) for s in group.statements
        ):
            if not facts.moved_names <= frozenset(facts.source.exported or ()):
                yield f"`{group.label}` stays in the `__all__` of the source"
        if any(r.name == "__all__" and r.moment is Moment.CALL and not r.writes for r in group.references):
            yield f"`{group.label}` reads `__all__`"
    if facts.destination is not None:
        last = facts.project.names.dotted(facts.move.destination).rpartition(".")[2]
        for module in facts.project.star_importers(last):
            if any(facts.project.target(module, star) == facts.move.destination for star in module.stars):
                yield f"{module.path} star-imports the destination by its `__all__`"
