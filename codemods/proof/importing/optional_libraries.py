"""Libraries that may be missing: what the tree imports in a guard, or only when it is needed, or calls optional."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import flat


def optional(snapshot: Snapshot, library: str) -> str | None:
    """Why a library may not be there where the tree runs; None where nothing says so."""
    firm = False
    for path in sorted(snapshot.tree.code_with([library])):
        symbols = snapshot.symbols(path) if path.endswith(".py") else None
        if symbols is None:
            continue
        guarded = {id(n) for t in symbols.source.nodes.of(ast.Try) if _catches(t) for s in t.body for n in ast.walk(s)}
        top = {id(node) for node, typing in flat(symbols.body) if not typing}
        for node in (*symbols.source.nodes.of(ast.Import), *symbols.source.nodes.of(ast.ImportFrom)):
            if library in _libraries(node):
                if id(node) in guarded:
                    return f"{path}:{node.lineno} imports it in a guard"
                firm = firm or id(node) in top
    if not firm:
        return "the tree imports it only where it is needed"
    return "pyproject.toml lists it as optional" if _is_extra(snapshot, library) else None


def _libraries(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif not node.level:
        yield (node.module or "").partition(".")[0]


def _catches(node: ast.Try) -> bool:
    """Does it go on without what can't be imported?"""
    names = {getattr(n, "id", "") for h in node.handlers for n in ast.walk(h.type or ast.Name("Exception"))}
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def _is_extra(snapshot: Snapshot, library: str) -> bool:
    try:
        project = tomllib.loads((snapshot.bytes("pyproject.toml") or b"").decode()).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
    extras = [one for group in project.get("optional-dependencies", {}).values() for one in group]
    needed = project.get("dependencies", [])
    return any(_named(one, library) for one in extras) and not any(_named(one, library) for one in needed)


def _named(requirement: object, library: str) -> bool:
    text = str(requirement).lower().replace("-", "_").strip()
    return text.startswith(library.lower()) and not text[len(library) : len(library) + 1].isidentifier()
