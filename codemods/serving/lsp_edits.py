"""A proven change as the edit of a workspace: line by line, with an annotation that says what it is and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from codemods.face import Solution
from codemods.project import decode
from codemods.report.lines import counted, verdict_line

_ANNOTATION = "codemods"
# Lines as editors count them.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def workspace_edit(solution: Solution, root: Path, label: str) -> lsp.WorkspaceEdit:
    """The edit, to be confirmed by whoever asked for it."""
    files = counted(len(solution.changes.paths), "file")
    annotation = lsp.ChangeAnnotation(label, True, f"{files}. {verdict_line(solution.proof).text}")
    changes: list[lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile] = []
    for path in solution.changes.paths:
        uri = uris.from_fs_path(str(root / path)) or ""
        before, after = solution.changes.before.get(path), solution.changes.after[path]
        if after is None:
            changes.append(lsp.DeleteFile(uri, annotation_id=_ANNOTATION))
            continue
        if before is None:
            changes.append(lsp.CreateFile(uri, annotation_id=_ANNOTATION))
        edits = list(_text_edits(_lines(before or b"", path), _lines(after, path)))
        if edits:
            document = lsp.OptionalVersionedTextDocumentIdentifier(uri)
            changes.append(lsp.TextDocumentEdit(document, edits))
    return lsp.WorkspaceEdit(document_changes=changes, change_annotations={_ANNOTATION: annotation})


def _text_edits(old: Sequence[str], new: Sequence[str]) -> Iterator[lsp.AnnotatedTextEdit]:
    for kind, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            where = lsp.Range(_position(old, start), _position(old, end))
            yield lsp.AnnotatedTextEdit(_ANNOTATION, where, "".join(new[first:last]))


def _position(lines: Sequence[str], number: int) -> lsp.Position:
    """The beginning of a line; behind a last line that has no end, its end, counted as editors count (UTF-16)."""
    if number == len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
        return lsp.Position(number - 1, len(lines[-1].encode("utf-16-le")) // 2)
    return lsp.Position(number, 0)


def _lines(data: bytes, path: str) -> list[str]:
    text = decode(path, data)[0] if path.endswith((".py", ".pyi")) else data.decode("utf-8", "surrogateescape")
    return _LINE.findall(text)
