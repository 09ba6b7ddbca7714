"""Where import lines belong, by the project's settings for isort or ruff."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from codemods.project import Tree
from codemods.project.settings import ini, toml

_SECTIONS = ("future", "standard-library", "third-party", "first-party", "local-folder")
_ISORT_SECTIONS: dict[str, str] = dict(
    zip(("FUTURE", "STDLIB", "THIRDPARTY", "FIRSTPARTY", "LOCALFOLDER"), _SECTIONS, strict=True)
)
_INI_SECTIONS = (
    (".isort.cfg", "settings"),
    (".isort.cfg", "isort"),
    ("setup.cfg", "isort"),
    ("tox.ini", "isort"),
)

Rank = tuple[int, int, int, tuple[Any, ...]]


@dataclass(frozen=True)
class ImportStyle:
    """isort's order of sections, modules and names, with a project's settings; lengths in characters."""

    line_length: int = 88
    first_party: frozenset[str] = frozenset()
    third_party: frozenset[str] = frozenset()
    order: tuple[str, ...] = _SECTIONS
    within_sections: bool = False  # `import a` and `from b import c` are sorted as one
    single_line: bool = False
    combined: bool = False  # `from a import b, c as d` in one statement
    by_type: bool = True
    indent: str = "    "
    asked: bool = False  # does the project say how its imports are to be sorted?
    kept: str = "# noqa: F401  re-exported"  # beside imports that nothing in the file reads; ``reexport-comment``
    explicit: str = ""  # beside ``import X as X``, where the project's linter finds fault with that

    def seen_from(self, top: str) -> ImportStyle:
        """The style for a file of the top-level package ``top``, which is its own first party."""
        return replace(self, first_party=self.first_party | {top}) if top else self

    def rank(self, module: str, level: int, plain: bool) -> Rank:
        """The place of an import among others; its first item is the section."""
        section = self.order.index(self._section(module, level))
        return section, 0 if plain or self.within_sections else 1, -level, natural(module.lower())

    def name_key(self, name: str) -> tuple[Any, ...]:
        """The place of a name in its statement: constants, classes, the rest."""
        kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
        return kind if self.by_type else 0, natural(name.lower()), name

    def _section(self, module: str, level: int) -> str:
        if level:
            return "local-folder"
        parts = module.split(".")
        above = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        if module == "__future__":
            return "future"
        if above & self.third_party:
            return "third-party"
        if above & self.first_party and parts[0] not in sys.stdlib_module_names:
            return "first-party"
        return "standard-library" if parts[0] in sys.stdlib_module_names else "third-party"


def natural(text: str) -> tuple[Any, ...]:
    """A key that puts ``m10`` after ``m9``."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part)


def import_style(tree: Tree) -> ImportStyle:
    """The style that a project's pyproject.toml, ruff.toml or isort settings ask for; isort's own where they are
    silent."""
    tool = toml(tree, "pyproject.toml").get("tool", {})
    ruff = next((found for name in (".ruff.toml", "ruff.toml") if (found := toml(tree, name))), tool.get("ruff", {}))
    black, isort = tool.get("black", {}), tool.get("isort", {}) or _isort(tree)
    lint = ruff.get("lint", {}) if isinstance(ruff.get("lint"), dict) else {}
    sorting = {**ruff.get("isort", {}), **lint.get("isort", {})} or {k.replace("_", "-"): v for k, v in isort.items()}
    google = sorting.get("profile") == "google"
    lengths = (ruff.get("line-length"), black.get("line-length"), isort.get("line_length"))
    sections = _words(sorting.get("section-order", sorting.get("sections")))
    order = tuple(_ISORT_SECTIONS.get(name, name) for name in sections)
    folders = _words(ruff.get("src", isort.get("src_paths"))) or (".", "src")
    return ImportStyle(
        next((int(str(length)) for length in lengths if str(length).isdigit()), 88),
        frozenset(_words(sorting.get("known-first-party"))) | _top_names(tree, folders),
        frozenset(_words(sorting.get("known-third-party"))),
        order if sorted(order) == sorted(_SECTIONS) else _SECTIONS,
        _true(sorting.get("force-sort-within-sections", google)),
        _true(sorting.get("force-single-line", google)),
        _true(sorting.get("combine-as-imports", sorting.get("profile") == "django")),
        _true(sorting.get("order-by-type", True)),
        asked=bool(sorting),
        kept=_comment(tool.get("codemods", {})) or ImportStyle.kept,
        explicit="# noqa: PLC0414" if ruff and _checks(ruff, lint, "PLC0414") else "",
    )


def _checks(ruff: Mapping[str, Any], lint: Mapping[str, Any], code: str) -> bool:
    """Does a project that is configured for ruff have it check a rule? Those that it checks by itself (since 0.17,
    ``import X as X`` is one) unless others are selected; the longest prefix decides."""
    chosen: dict[str, bool] = {}
    given = {name: {**ruff, **lint}.get(name) for name in ("select", "extend-select", "ignore", "extend-ignore")}
    for name, words in given.items():
        chosen |= dict.fromkeys(_words(words), "select" in name)
    fitting = [word for word in chosen if code.startswith(word)] or [word for word in chosen if word == "ALL"]
    return chosen[max(fitting, key=len)] if fitting else given["select"] is None


def _comment(settings: object) -> str:
    """``reexport-comment`` in [tool.codemods]: the project's words beside a re-export, for its linters."""
    found = settings.get("reexport-comment") if isinstance(settings, dict) else None
    return found if isinstance(found, str) and re.fullmatch(r"#[^\r\n]*", found) else ""


def _top_names(tree: Tree, folders: Iterable[str]) -> frozenset[str]:
    """Modules and packages at the top of the folders that imports start from."""
    found = set()
    for folder in folders:
        start = "" if folder in (".", "") else folder.strip("./") + "/"
        for path in tree.paths:
            if path.startswith(start) and path.endswith(".py"):
                found.add(path[len(start) :].partition("/")[0].removesuffix(".py"))
    return frozenset(found)


def _isort(tree: Tree) -> Mapping[str, Any]:
    """isort's settings outside of pyproject.toml; its own file may call the section otherwise."""
    for path, section in _INI_SECTIONS:
        found = ini(tree, path, section)
        if found is not None:
            return found
    return {}


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word.strip() for word in re.split(r"[,\n]", value) if word.strip())
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def _true(value: object) -> bool:
    return value is True or str(value).lower() in ("true", "1", "yes", "on")
