"""The files that an editor has open, as files of a project, and what is said to whoever edits them."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer

from codemods.model import Refused
from codemods.project.root import marked_root
from codemods.report.refusals import refusal_lines
from codemods.serving.workspace import Workspace


def place(uri: str) -> tuple[Workspace, str]:
    """The project of a file, and its path there."""
    file = Path(uris.to_fs_path(uri) or "").resolve()
    root = marked_root(file.parent) or file.parent
    return Workspace(root), file.relative_to(root).as_posix()


def unsaved(server: LanguageServer, workspace: Workspace) -> dict[str, bytes | None]:
    """What the editor holds and the disk has not."""
    found: dict[str, bytes | None] = {}
    for document in server.workspace.text_documents.values():
        file = Path(document.path).resolve()
        if file.is_relative_to(workspace.root):
            data = document.source.encode("utf-8", "surrogateescape")
            if not file.is_file() or file.read_bytes() != data:
                found[file.relative_to(workspace.root).as_posix()] = data
    return found


def said(error: Exception) -> str:
    """A refusal, or an error of the system, as the text of a message."""
    return "\n".join(line.text for line in refusal_lines(error.hazards)) if isinstance(error, Refused) else f"{error}"


def warn(server: LanguageServer, text: str) -> None:
    server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, text))
