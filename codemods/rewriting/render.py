"""Import statements as text."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.planning.edits import NewImport
from codemods.rewriting.placing import rank


def statement(
    module: str, names: Iterable[tuple[str, str | None]], indent: str, limit: int, comment: str = ""
) -> list[str]:
    """``from module import names`` as lines, in brackets where one line would be too long."""
    parts = [name if asname is None else f"{name} as {asname}" for name, asname in names]
    one = f"{indent}from {module} import {', '.join(parts)}"
    tail = f"  {comment}" if comment else ""
    if len(one) <= limit or parts == ["*"] or (len(parts) == 1 and len(one + tail) <= limit + 20):
        return [one + tail]
    return [f"{indent}from {module} import ({tail}", *(f"{indent}    {part}," for part in parts), f"{indent})"]


def isort_key(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest: the order of names that isort and ruff make."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def sections(imports: Iterable[NewImport], indent: str, limit: int, own_top: str) -> list[str]:
    """Imports as paragraphs: standard library, third party, the project's own, relative."""
    found: dict[int, list[NewImport]] = {}
    for new in imports:
        level = len(new.module) - len(new.module.lstrip("."))
        found.setdefault(rank(new.module.lstrip("."), level, new.attribute is None, own_top)[0], []).append(new)
    paragraphs = []
    for _, members in sorted(found.items()):
        plain = [new for new in members if new.attribute is None]
        named = [new for new in members if new.attribute is not None]
        paragraphs.append("\n".join([*lines(plain, indent, limit), *lines(named, indent, limit)]))
    return paragraphs


def lines(imports: Iterable[NewImport], indent: str, limit: int) -> list[str]:
    """Imports as lines, those of one module in one statement, in the order of first mention."""
    grouped: dict[tuple[str, str, bool], list[NewImport]] = {}
    for new in imports:
        alone = new.attribute is None or new.asname is not None or new.attribute == "*"
        key = (new.module, new.comment, alone)
        grouped.setdefault((*key[:2], True) if alone else key, []).append(new)
    found: list[str] = []
    for (module, comment, alone), members in grouped.items():
        if not alone:
            found += statement(module, [(str(m.attribute), None) for m in members], indent, limit, comment)
            continue
        for new in members:
            found += single(new, indent, limit)
    return found


def single(new: NewImport, indent: str, limit: int) -> list[str]:
    """One import as its own statement."""
    if new.attribute is not None:
        return statement(new.module, [(new.attribute, new.asname)], indent, limit, new.comment)
    tail = f"  {new.comment}" if new.comment else ""
    name = f" as {new.asname}" if new.asname else ""
    return [f"{indent}import {new.module}{name}{tail}"]
