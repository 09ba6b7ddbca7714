"""What an editor rewrites beside the file that it renames: `workspace/willRenameFiles`.

The editor moves the file itself, after it has made the edit. So the edit has what changes in all others, and in the
module under its old path. Where the rename is refused there is none: the file is moved all the same, and the message
says what then names nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer

from codemods.model import Move, Reexport, Refused
from codemods.project import DiskTree, Unreadable
from codemods.project.request import check_request
from codemods.serving.lsp_documents import place, said, unsaved, warn
from codemods.serving.lsp_edits import rename_edit


def _filter(glob: str, kind: lsp.FileOperationPatternKind) -> lsp.FileOperationFilter:
    return lsp.FileOperationFilter(lsp.FileOperationPattern(glob, kind), "file")


_KIND = lsp.FileOperationPatternKind
RENAMES = lsp.FileOperationRegistrationOptions([_filter("**/*.py", _KIND.File), _filter("**", _KIND.Folder)])


def edit_for_renames(server: LanguageServer, files: Sequence[lsp.FileRename]) -> lsp.WorkspaceEdit | None:
    """The edit that an editor makes before it renames these; None where there is nothing to do, or it is refused."""
    try:
        return _edit(server, files)
    except (Refused, Unreadable, OSError) as error:
        warn(server, f"codemods rewrites nobody who names the renamed module\n{said(error)}")
        return None


def _edit(server: LanguageServer, files: Sequence[lsp.FileRename]) -> lsp.WorkspaceEdit | None:
    folders = [file for file in files if Path(uris.to_fs_path(file.old_uri) or "").is_dir()]
    for folder in folders:
        if any(Path(uris.to_fs_path(folder.old_uri) or "").rglob("*.py")):
            warn(server, "codemods rewrites nobody who names the modules of a folder: it renames one module at a time")
            return None
    modules = [file for file in files if file not in folders and file.old_uri.endswith(".py")]
    if not modules:
        return None
    workspace, _ = place(modules[0].old_uri)
    tree = workspace.tree(unsaved(server, workspace))
    moves = []
    for file in modules:
        # The editor renames what stands in the folder, which may be a symlink: that is refused.
        paths = (Path(uris.to_fs_path(uri) or "") for uri in (file.old_uri, file.new_uri))
        old, new = (path.parent.resolve() / path.name for path in paths)
        asked = Move(f"{old}", (), f"{new}", reexport=Reexport.NONE, whole=True)
        moves.append(check_request(asked, workspace.root, DiskTree(workspace.root)))
    solution = workspace.solve(moves, tree)
    return rename_edit(solution, workspace.root, {move.source: move.destination for move in moves})
