"""How far up a project's linter lets a relative import go."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codemods.project.files import Files

_SETTINGS = (".ruff.toml", "ruff.toml", "pyproject.toml")
_RULE = "TID252"
_ANY = 1000


def allowed_dots(tree: Files) -> int:
    """With how many dots a relative import may begin: with none, with one, or with as many as it needs."""
    path = next((path for path in _SETTINGS if path in tree.paths), "")
    return _allowed(tree.read(path), path == "pyproject.toml") if path else _ANY


@lru_cache(maxsize=8)
def _allowed(settings: bytes, of_project: bool) -> int:
    try:
        ruff = tomllib.loads(settings.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return _ANY
    if of_project:
        ruff = _table(_table(ruff, "tool"), "ruff")
    lint = _table(ruff, "lint")
    chosen = {key: [*_list(ruff, key), *_list(lint, key)] for key in ("select", "extend-select", "ignore")}
    if any(_RULE.startswith(str(code)) for code in chosen["ignore"]):
        return _ANY
    tidy = {**_table(ruff, "flake8-tidy-imports"), **_table(lint, "flake8-tidy-imports")}
    if tidy.get("ban-relative-imports") == "all":
        return 0
    selected = [*chosen["select"], *chosen["extend-select"]]
    return 1 if any(code == "ALL" or _RULE.startswith(str(code)) for code in selected) else _ANY


def _table(settings: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = settings.get(key)
    return found if isinstance(found, dict) else {}


def _list(settings: Mapping[str, Any], key: str) -> list[Any]:
    found = settings.get(key)
    return found if isinstance(found, list) else []
