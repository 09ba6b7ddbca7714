"""Import statements as text."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.planning.edits import NewImport


def statement(module: str, names: Iterable[tuple[str, str | None]], indent: str, limit: int, comment: str = "") -> list[str]:
    """``from module import names`` as lines, in brackets where one line would be too long."""
    parts = [name if asname is None else f"{name} as {asname}" for name, asname in names]
    one = f"{indent}from {module} import {', '.join(parts)}"
    tail = f"  {comment}" if comment else ""
    if len(one) <= limit or parts == ["*"] or len(parts) == 1 and len(one + tail) <= limit + 20:
        return [one + tail]
    return [f"{indent}from {module} import ({tail}", *(f"{indent}    {part}," for part in parts), f"{indent})"]


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
