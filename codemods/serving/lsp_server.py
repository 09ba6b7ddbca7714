"""`codemods lsp`: code actions that move definitions and split modules, what is rewritten where the editor renames a
file, and what pyproject.toml has still to be done.

An action is offered at once and computed when it is chosen. The edit comes with a change annotation, so that the editor
shows it before it is applied; a refusal is a message, and no edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from codemods.bindings import Module
from codemods.commands.configured import configured_moves, move_of
from codemods.model import Refused
from codemods.project import Tree, Unreadable
from codemods.project.request import snake
from codemods.serving.lsp_documents import place, said, unsaved, warn
from codemods.serving.lsp_edits import workspace_edit
from codemods.serving.lsp_renames import RENAMES, edit_for_renames

MOVE = lsp.CodeActionKind("refactor.move")
_SPLIT = "split"
# So many modules of the folder are offered as destinations: first those that speak of what moves.
_NEIGHBOURS = 40


def server() -> LanguageServer:
    made = LanguageServer("codemods", version("codemods"))
    options = lsp.CodeActionOptions(code_action_kinds=[MOVE], resolve_provider=True)

    @made.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)
    def actions(server: LanguageServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        only = params.context.only
        if only and not any(MOVE.value.startswith(str(getattr(kind, "value", kind))) for kind in only):
            return []
        return list(_offered(server, params))

    @made.feature(lsp.CODE_ACTION_RESOLVE)
    def resolve(server: LanguageServer, action: lsp.CodeAction) -> lsp.CodeAction:
        try:
            _resolve(server, action)
        except (Refused, Unreadable, OSError) as error:
            warn(server, said(error))
        return action

    @made.feature(lsp.WORKSPACE_WILL_RENAME_FILES, RENAMES)
    def will_rename(server: LanguageServer, params: lsp.RenameFilesParams) -> lsp.WorkspaceEdit | None:
        return edit_for_renames(server, params.files)

    @made.feature(lsp.WORKSPACE_DID_RENAME_FILES, RENAMES)
    def renamed(server: LanguageServer, params: lsp.RenameFilesParams) -> None:
        for document in list(server.workspace.text_documents.values()):
            if document.uri.endswith("/pyproject.toml"):
                _diagnose(server, document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(server: LanguageServer, params: lsp.DidOpenTextDocumentParams) -> None:
        _diagnose(server, params.text_document.uri)

    @made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(server: LanguageServer, params: lsp.DidSaveTextDocumentParams) -> None:
        _diagnose(server, params.text_document.uri)

    return made


def _offered(server: LanguageServer, params: lsp.CodeActionParams) -> Iterator[lsp.CodeAction]:
    uri = params.text_document.uri
    workspace, path = place(uri)
    if not path.endswith(".py"):
        return
    tree = workspace.tree(unsaved(server, workspace))
    try:
        module = Module(tree.source(path))
    except (Unreadable, OSError):
        return
    names = _selected(module, params.range)
    if names:
        what = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
        new = _new_module(path, names[0])
        if new not in tree.paths:
            yield _action(f"Move {what} to new module {PurePosixPath(new).name}", uri, names, new)
        for beside in _neighbours(tree, path, names):
            yield _action(f"Move {what} to {PurePosixPath(beside).name}", uri, names, beside)
    if len(module.definitions) > 3:
        yield _action("Split this module…", uri, [], _SPLIT)


def _new_module(source: str, name: str) -> str:
    """The module beside the source that is offered for a definition: private where the source is."""
    file = PurePosixPath(source)
    private = "_" if file.stem.startswith("_") and file.stem != "__init__" else ""
    return file.with_name(f"{private}{snake(name.strip('_'))}.py").as_posix()


def _action(title: str, uri: str, names: list[str], destination: str) -> lsp.CodeAction:
    return lsp.CodeAction(title, MOVE, data={"uri": uri, "names": names, "destination": destination})


def _selected(module: Module, where: lsp.Range) -> list[str]:
    """The top-level definitions in which the selection lies, or that lie in it."""
    first, last = where.start.line + 1, where.end.line + 1
    found: dict[str, None] = {}
    for name, statements in module.definitions.items():
        for statement in statements:
            node = statement.node
            start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            if start <= last and (node.end_lineno or node.lineno) >= first and name != "__all__":
                found[name] = None
    return list(found)


def _neighbours(tree: Tree, path: str, names: list[str]) -> list[str]:
    """The modules of the folder: those first that speak of what moves, then by name."""
    folder = PurePosixPath(path).parent
    near = [p for p in tree.paths if p.endswith(".py") and PurePosixPath(p).parent == folder and p != path]
    word = re.compile(rb"\b(%s)\b" % b"|".join(re.escape(name.encode()) for name in names))
    modules = [p for p in near if not p.endswith("__.py")]
    return sorted(modules, key=lambda p: (not word.search(_bytes(tree, p)), p))[:_NEIGHBOURS]


def _bytes(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except OSError:
        return b""


def _resolve(server: LanguageServer, action: lsp.CodeAction) -> None:
    data: dict[str, Any] = action.data  # type: ignore[assignment]
    workspace, path = place(data["uri"])
    tree = workspace.tree(unsaved(server, workspace))
    if data["destination"] == _SPLIT:
        suggestion = workspace.suggest(path, tree=tree)
        if suggestion.solution is None:
            message = f"{path}: no split is proposed"
            server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, message))
            return
        solution = suggestion.solution
    else:
        solution = workspace.solve([workspace.request(path, data["destination"], data["names"])], tree)
    action.edit = workspace_edit(solution, workspace.root, action.title)


def _diagnose(server: LanguageServer, uri: str) -> None:
    """Say in pyproject.toml which of its moves are still to be done."""
    workspace, path = place(uri)
    if path != "pyproject.toml":
        return
    found = []
    try:
        text = (workspace.root / path).read_text(encoding="utf-8")
        for key, table in configured_moves(workspace.root).items():
            if not workspace.is_done(move_of(key, table)):
                message = f"still to be done: codemods run {key}"
                where = _table_range(text, key)
                severity = lsp.DiagnosticSeverity.Information
                found.append(lsp.Diagnostic(where, message, severity, "pending-move", source="codemods"))
    except (Refused, OSError, UnicodeDecodeError) as error:
        start = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1))
        found = [lsp.Diagnostic(start, str(error), lsp.DiagnosticSeverity.Warning, source="codemods")]
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found))


def _table_range(text: str, key: str) -> lsp.Range:
    for number, line in enumerate(text.splitlines()):
        if line.strip().startswith(f"[tool.codemods.moves.{key}]"):
            return lsp.Range(lsp.Position(number, 0), lsp.Position(number, len(line)))
    return lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1))
