"""Moved names of a package under which it has a submodule too: importing that binds the name anew."""

from __future__ import annotations

from codemods.planning.facts import Facts


def named_like_submodules(facts: Facts) -> dict[str, str]:
    """Moved names that are submodules' names as well, with their paths."""
    source, destination, names = facts.move.source, facts.move.destination, facts.project.names
    if not source.endswith("__init__.py"):
        return {}
    found: dict[str, str] = {}
    for name in facts.moved_names:
        dotted = f"{names.dotted(source)}.{name}"
        path = destination if dotted == names.dotted(destination) else names.find(dotted, source)
        if path is not None:
            found[name] = path
    return found
