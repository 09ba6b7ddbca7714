"""Names taken out of an import statement, or put into one; its comments and layout stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from codemods.project.import_style import ImportStyle


def without(
    text: str,
    indices: frozenset[int],
    promised: frozenset[int] = frozenset(),
    between: str = "\n",
    comment: str = ImportStyle.kept,
) -> str | None:
    """The statement less the aliases at ``indices``, those at ``promised`` as ``X as X``, or marked where they have
    another name; None where nothing is left. As isort has it, each ``X as X`` is a statement, with ``between`` them."""
    if promised and "#" not in text and (several := _apart(text, indices, promised)):
        return between.join(several)
    line = cst.parse_statement(text)
    small = _import(line)
    assert not isinstance(small.names, cst.ImportStar)
    if any(not _plain(alias) for index, alias in enumerate(small.names) if index in promised):
        line = _marked(line, comment)
        small = _import(line)
        assert not isinstance(small.names, cst.ImportStar)
    names = [_promise(a) if i in promised else a for i, a in enumerate(small.names)]
    kept = [alias for index, alias in enumerate(names) if index not in indices]
    if not kept:
        return None
    bracketed = isinstance(small, cst.ImportFrom) and small.lpar is not None
    last = kept[-1]
    if not bracketed or not isinstance(names[-1].comma, cst.Comma):
        # What stood last had no comma; what stands last now has none either.
        if not (bracketed and isinstance(last.comma, cst.Comma) and _comment(last.comma)):
            kept[-1] = last.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    elif last is not names[-1]:
        kept[-1] = _with_closing_space(last, names[-1])
    return _code(line, small.with_changes(names=tuple(kept)), text)


def _apart(text: str, indices: frozenset[int], promised: frozenset[int]) -> list[str]:
    """The statement less ``indices``, and one for each ``X as X``, in order; none where one has an ``as`` already."""
    small = _import(cst.parse_statement(text))
    if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar):
        return []
    if not all(_plain(alias) for alias in small.names):
        return []
    names = [str(alias.name.value) for alias in small.names]
    rest = without(text, indices | promised)
    first = [name for index, name in enumerate(names) if index not in indices | promised][:1]
    head = re.split(r"\bimport\b", text, maxsplit=1)[0].rstrip()
    found = [
        (name, f"{head} import {name} as {name}") for index, name in enumerate(names) if index in promised - indices
    ]
    found += [(first[0], rest)] if rest is not None else []
    return [line for _, line in sorted(found, key=lambda one: ImportStyle().name_key(one[0]))]


def _promise(alias: cst.ImportAlias) -> cst.ImportAlias:
    """``X as X``: what type checkers and linters read as a name passed on."""
    if not _plain(alias):
        return alias
    return alias.with_changes(asname=cst.AsName(cst.Name(str(alias.name.value))))


def _plain(alias: cst.ImportAlias) -> bool:
    return alias.asname is None and isinstance(alias.name, cst.Name)


def _marked(line: cst.SimpleStatementLine | cst.BaseCompoundStatement, comment: str) -> cst.SimpleStatementLine:
    """The statement with a mark at the end of its first line, unless a comment stands there."""
    assert isinstance(line, cst.SimpleStatementLine)
    small = _import(line)
    space, mark = cst.SimpleWhitespace("  "), cst.Comment(comment)
    inner = small.lpar.whitespace_after if isinstance(small, cst.ImportFrom) and small.lpar is not None else None
    if isinstance(inner, cst.ParenthesizedWhitespace):
        if inner.first_line.comment is not None:
            return line
        inner = inner.with_changes(first_line=inner.first_line.with_changes(whitespace=space, comment=mark))
        assert isinstance(small, cst.ImportFrom) and small.lpar is not None
        return line.with_changes(body=[small.with_changes(lpar=small.lpar.with_changes(whitespace_after=inner))])
    trailing = line.trailing_whitespace
    if trailing.comment is not None:
        return line
    return line.with_changes(trailing_whitespace=trailing.with_changes(whitespace=space, comment=mark))


def with_name(text: str, name: str, style: ImportStyle, asname: str | None = None) -> str:
    """The ``from`` statement with one more name, where the order that stands there puts it."""
    line = cst.parse_statement(text)
    small = _import(line)
    assert isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar)
    names = list(small.names)
    written = [cst.Module([]).code_for_node(alias.name) for alias in names]
    place = _position(written, name, style)
    if place < len(names):
        comma = _plain_comma(names[place]) if place < len(names) - 1 else _between(names)
        new = cst.ImportAlias(cst.Name(name), _as(asname), comma)
        names.insert(place, new)
    else:
        last = names[-1]
        new = cst.ImportAlias(cst.Name(name), _as(asname), last.comma)
        names[-1] = last.with_changes(comma=_between(names))
        names.append(new)
    return _code(line, small.with_changes(names=tuple(names)), text)


def _as(asname: str | None) -> cst.AsName | None:
    return cst.AsName(cst.Name(asname)) if asname is not None else None


def _position(written: list[str], name: str, style: ImportStyle) -> int:
    """Where a name belongs in a list that is in some order; at the end of one that is in none."""
    orders: tuple[Callable[[str], Any], ...] = (style.name_key, str.lower, str)
    for key in orders:
        keys = [key(w) for w in written]
        if keys == sorted(keys):
            return sum(k <= key(name) for k in keys)  # type: ignore[operator]
    return len(written)


def _between(names: list[cst.ImportAlias]) -> cst.Comma:
    for alias in names[:-1]:
        if isinstance(alias.comma, cst.Comma):
            return _bare(alias.comma)
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _plain_comma(alias: cst.ImportAlias) -> cst.Comma:
    if isinstance(alias.comma, cst.Comma):
        return _bare(alias.comma)
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _bare(comma: cst.Comma) -> cst.Comma:
    """A comma with the same line break and no comment."""
    after = comma.whitespace_after
    if isinstance(after, cst.ParenthesizedWhitespace):
        first = after.first_line.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
        after = after.with_changes(first_line=first, empty_lines=())
    return comma.with_changes(whitespace_after=after)


def _comment(comma: cst.Comma) -> bool:
    after = comma.whitespace_after
    return isinstance(after, cst.ParenthesizedWhitespace) and after.first_line.comment is not None


def _with_closing_space(alias: cst.ImportAlias, old_last: cst.ImportAlias) -> cst.ImportAlias:
    """The new last name closes as the old one did, and keeps its own comment."""
    assert isinstance(old_last.comma, cst.Comma)
    if isinstance(alias.comma, cst.Comma) and isinstance(alias.comma.whitespace_after, cst.ParenthesizedWhitespace):
        closing = old_last.comma.whitespace_after
        if isinstance(closing, cst.ParenthesizedWhitespace):
            own = alias.comma.whitespace_after
            return alias.with_changes(
                comma=alias.comma.with_changes(
                    whitespace_after=own.with_changes(
                        indent=closing.indent, last_line=closing.last_line, empty_lines=()
                    )
                )
            )
        return alias
    return alias.with_changes(comma=old_last.comma)


def _import(line: object) -> cst.Import | cst.ImportFrom:
    assert isinstance(line, cst.SimpleStatementLine)
    small = line.body[0]
    assert isinstance(small, (cst.Import, cst.ImportFrom))
    return small


def _code(line: object, small: cst.BaseSmallStatement, text: str) -> str:
    assert isinstance(line, cst.SimpleStatementLine)
    newline = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    module = cst.Module([line.with_changes(body=[small])], default_newline=newline)
    return module.code.rstrip("\r\n")
