"""Which packages the settings of a project ship by patterns: what goes to another one is not installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from codemods.project.settings import ini, toml

if TYPE_CHECKING:
    from codemods.project.files import Files


def left_out(tree: Files, source: str, destination: str) -> Iterator[tuple[str, int]]:
    """(settings, line) of each list of patterns that ships the source, and not the destination."""
    for path in sorted(p for p in tree.paths if p.rpartition("/")[2] in ("pyproject.toml", "setup.cfg")):
        folder = path[: -len(path.rpartition("/")[2])]
        if not (source.startswith(folder) and destination.startswith(folder)):
            continue
        for patterns, one, other in _lists(tree, path, source[len(folder) :], destination[len(folder) :]):
            if _matches(one, patterns) and not _matches(other, patterns):
                text = tree.peek(path).decode("utf-8", "replace")
                before = text.partition(next(p for p in patterns if p in text))[0] if any(patterns) else ""
                yield path, before.count("\n") + 1


def _lists(tree: Files, path: str, source: str, destination: str) -> Iterator[tuple[list[str], str, str]]:
    """Each list of patterns, with what they are asked about the two files."""
    if path.endswith(".cfg"):
        found = ini(tree, path, "options.packages.find") or {}
        settings: Mapping[str, Any] = {key: str(found.get(key) or "").split() for key in ("include", "where")}
        yield from _found(settings, source, destination)
        return
    tool = toml(tree, path).get("tool", {})
    packages = _table(_table(tool, "setuptools"), "packages")
    yield from _found(_table(packages, "find"), source, destination)
    poetry = _table(tool, "poetry").get("packages")
    entries = [e for e in poetry if isinstance(e, dict)] if isinstance(poetry, list) else []
    said = [f"{e.get('from', '')}/{e.get('include', '')}".strip("/") for e in entries]
    yield said, source, destination
    targets = _table(_table(_table(tool, "hatch"), "build"), "targets")
    for key in ("packages", "only-include"):
        yield _texts(_table(targets, "wheel").get(key)), source, destination


def _found(settings: Mapping[str, Any], source: str, destination: str) -> Iterator[tuple[list[str], str, str]]:
    """What setuptools looks for, by the dotted names of packages below a folder."""
    include = _texts(settings.get("include"))
    for where in _texts(settings.get("where")) or ["."]:
        root = "" if where == "." else where.strip("./") + "/"
        one, other = ((p[len(root) :] if p.startswith(root) else "") for p in (source, destination))
        yield include, one.rpartition("/")[0].replace("/", "."), other.rpartition("/")[0].replace("/", ".")


def _matches(name: str, patterns: list[str]) -> bool:
    """A package by its dotted name, or a file by the folder that is shipped."""
    return any(p and (fnmatchcase(name, p) or name.startswith(f"{p.rstrip('/')}/")) for p in patterns)


def _table(settings: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = settings.get(key)
    return found if isinstance(found, dict) else {}


def _texts(found: Any) -> list[str]:
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []
