"""Import statements as text."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from codemods.planning.edits.model import NewImport
from codemods.project.import_style import ImportStyle


def statement(
    module: str, names: Iterable[tuple[str, str | None]], indent: str, style: ImportStyle, comment: str = ""
) -> list[str]:
    """``from module import names`` as lines, in brackets where one line would be too long."""
    named = list(names)
    parts = [name if asname is None else f"{name} as {asname}" for name, asname in named]
    explicit = [style.explicit if name == asname else "" for name, asname in named]
    one = f"{indent}from {module} import {', '.join(parts)}"
    tail = f"  {comment}" if comment else ""
    if len(one + tail) <= style.line_length or parts == ["*"]:
        return [one + (f"  {_with_code(comment, style.explicit)}" if any(explicit) else tail)]
    return [
        f"{indent}from {module} import ({tail}",
        *(f"{indent}{style.indent}{part},{mark and f'  {mark}'}" for part, mark in zip(parts, explicit, strict=True)),
        f"{indent})",
    ]


def _with_code(comment: str, noqa: str) -> str:
    """A comment that says to linters what ``noqa`` says, too."""
    code = noqa.rpartition(" ")[2]
    return comment.replace("noqa: ", f"noqa: {code}, ", 1) if "noqa: " in comment else f"{comment}  {noqa}".strip()


def place(new: NewImport, style: ImportStyle) -> tuple[Any, ...]:
    """The place of an import among others, and of its name in their statement."""
    level = len(new.module) - len(new.module.lstrip("."))
    rank = style.rank(new.module.lstrip("."), level, new.attribute is None)
    return rank, style.name_key(new.attribute or ""), new.asname or ""


def place_of(node: ast.Import | ast.ImportFrom, style: ImportStyle) -> tuple[Any, ...]:
    """The place of a standing import among others: that of its first name."""
    first = node.names[0]
    if isinstance(node, ast.Import):
        return place(NewImport(first.name, None, first.asname), style)
    return place(NewImport("." * node.level + (node.module or ""), first.name, first.asname), style)


def sections(imports: Iterable[NewImport], indent: str, style: ImportStyle) -> list[str]:
    """Imports as paragraphs: standard library, third party, the project's own, relative."""
    found: dict[int, list[NewImport]] = {}
    for new in imports:
        level = len(new.module) - len(new.module.lstrip("."))
        found.setdefault(style.rank(new.module.lstrip("."), level, new.attribute is None)[0], []).append(new)
    paragraphs = []
    for _, members in sorted(found.items()):
        if not style.within_sections:
            members.sort(key=lambda new: new.attribute is not None)
        paragraphs.append("\n".join(lines(members, indent, style)))
    return paragraphs


def shared_statement(new: NewImport, style: ImportStyle) -> tuple[str, str] | None:
    """What imports have in common that share one statement; None for one that stands alone."""
    alone = style.single_line or new.attribute in (None, "*") or (new.asname is not None and not style.combined)
    return None if alone else (new.module, new.comment)


def lines(imports: Iterable[NewImport], indent: str, style: ImportStyle) -> list[str]:
    """Imports as lines, those of one module in one statement, in the order of first mention."""
    grouped: dict[tuple[str, str] | NewImport, list[NewImport]] = {}
    for new in imports:
        grouped.setdefault(shared_statement(new, style) or new, []).append(new)
    found: list[str] = []
    for key, members in grouped.items():
        if isinstance(key, NewImport):
            found += [*_above(members, indent), *single(key, indent, style)]
        else:
            found += _above(members, indent)
            found += statement(key[0], [(str(m.attribute), m.asname) for m in members], indent, style, key[1])
    return found


def _above(members: list[NewImport], indent: str) -> list[str]:
    return [indent + line for new in members for line in new.above]


def single(new: NewImport, indent: str, style: ImportStyle) -> list[str]:
    """One import as its own statement."""
    if new.attribute is not None:
        return statement(new.module, [(new.attribute, new.asname)], indent, style, new.comment)
    tail = f"  {new.comment}" if new.comment else ""
    name = f" as {new.asname}" if new.asname else ""
    return [f"{indent}import {new.module}{name}{tail}"]
