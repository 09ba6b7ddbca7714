"""A proven change as the edit of a workspace: line by line, with an annotation that says what it is and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from codemods.face import Solution
from codemods.project import decode
from codemods.report.lines import counted, verdict_line

_ANNOTATION = "codemods"
_Change = lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile
# Lines as editors count them.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def workspace_edit(solution: Solution, root: Path, label: str) -> lsp.WorkspaceEdit:
    """The edit, to be confirmed by whoever asked for it."""
    files = counted(len(solution.changes.paths), "file")
    annotation = lsp.ChangeAnnotation(label, True, f"{files}. {verdict_line(solution.proof).text}")
    changes = [change for path in solution.changes.paths for change in _of_file(solution, root, path)]
    return lsp.WorkspaceEdit(document_changes=changes, change_annotations={_ANNOTATION: annotation})


def rename_edit(solution: Solution, root: Path, moved: Mapping[str, str]) -> lsp.WorkspaceEdit:
    """What is left to an editor that moves files itself, afterwards (old path to new path); stubs are in it."""
    before, after = solution.changes.before, solution.changes.after
    stubs = {f"{old}i": f"{new}i" for old, new in moved.items() if before.get(f"{old}i") is not None}
    both = {**moved, **stubs}
    changes: list[_Change] = []
    for old, new in both.items():
        edits = list(_text_edits(_lines(before.get(old) or b"", old), _lines(after.get(new) or b"", new)))
        if edits:
            changes.append(lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(_uri(root, old)), edits))
    changes += [
        lsp.RenameFile(_uri(root, old), _uri(root, new), annotation_id=_ANNOTATION) for old, new in stubs.items()
    ]
    others = [path for path in solution.changes.paths if path not in both and path not in both.values()]
    changes += [change for path in others for change in _of_file(solution, root, path)]
    said = f"{counted(len(others), 'other file')}. {verdict_line(solution.proof).text}"
    annotation = lsp.ChangeAnnotation("Rewrite who names the module", False, said)
    return lsp.WorkspaceEdit(document_changes=changes, change_annotations={_ANNOTATION: annotation})


def _of_file(solution: Solution, root: Path, path: str) -> Iterator[_Change]:
    before, after = solution.changes.before.get(path), solution.changes.after[path]
    if after is None:
        yield lsp.DeleteFile(_uri(root, path), annotation_id=_ANNOTATION)
        return
    if before is None:
        yield lsp.CreateFile(_uri(root, path), annotation_id=_ANNOTATION)
    edits = list(_text_edits(_lines(before or b"", path), _lines(after, path)))
    if edits:
        yield lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(_uri(root, path)), edits)


def _uri(root: Path, path: str) -> str:
    return uris.from_fs_path(str(root / path)) or ""


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
