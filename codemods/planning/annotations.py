"""Who reads annotations at run time."""

from __future__ import annotations

from codemods.planning.world import World

_RESOLVERS = ("get_type_hints", "pydantic", "fastapi", "typer", "msgspec", "cattrs", "resolve_types")
_READERS = (*_RESOLVERS, "__annotations__", "get_annotations", "fields", "getfullargspec", "signature")


def resolves_hints(world: World) -> bool:
    """Does some module of the tree turn the text of annotations into objects?"""
    return any(path.endswith(".py") for path in world.mentions(*_RESOLVERS))


def reads_annotations(world: World) -> bool:
    """Does some module of the tree look at annotations at all?"""
    return any(path.endswith(".py") for path in world.mentions(*_READERS))
