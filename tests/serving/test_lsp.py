"""`codemods lsp`, asked by a language client over a pipe, as an editor asks."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("pygls")
pytest.importorskip("pytest_lsp")

from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from tests.commands.conftest import fingerprint, root  # noqa: F401  (a fixture)
from tests.suggest.test_suggest import klass


@pytest.fixture
async def client(root: Path) -> AsyncIterator[LanguageClient]:  # noqa: F811
    (root / "pyproject.toml").write_text(
        '[tool.codemods.moves.status]\nsource = "shop/worker.py"\ndestination = "shop/status.py"\nnames = ["Status"]\n'
    )
    config = ClientServerConfig([sys.executable, "-m", "codemods", "lsp"], client_factory=make_test_lsp_client)
    client = await config.start()
    capabilities = lsp.ClientCapabilities(
        workspace=lsp.WorkspaceClientCapabilities(
            workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True)
        )
    )
    await client.initialize_session(lsp.InitializeParams(capabilities, root_uri=root.as_uri()))
    yield client
    await client.shutdown_session()
    await client.stop()


def opened(client: LanguageClient, path: Path) -> None:
    item = lsp.TextDocumentItem(path.as_uri(), "python", 1, path.read_text())
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))


def line_of(path: Path, word: str) -> int:
    return next(n for n, text in enumerate(path.read_text().splitlines()) if word in text)


async def actions(client: LanguageClient, path: Path, word: str) -> dict[str, lsp.CodeAction]:
    line = line_of(path, word)
    where = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 0))
    params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(path.as_uri()), where, lsp.CodeActionContext([]))
    found = await client.text_document_code_action_async(params)
    return {action.title: action for action in found or [] if isinstance(action, lsp.CodeAction)}


def applied(edit: lsp.WorkspaceEdit, root: Path) -> None:  # noqa: F811
    """Do to the disk what an editor does to its documents."""
    for change in edit.document_changes or ():
        if isinstance(change, lsp.CreateFile):
            made = Path(change.uri.removeprefix("file://"))
            made.parent.mkdir(exist_ok=True)
            made.write_text("")
        elif isinstance(change, lsp.TextDocumentEdit):
            path = Path(change.text_document.uri.removeprefix("file://"))
            lines = path.read_text().splitlines(keepends=True)
            for one in sorted(change.edits, key=lambda e: e.range.start.line, reverse=True):
                assert one.range.start.character == 0
                lines[one.range.start.line : one.range.end.line] = [one.new_text]
            path.write_text("".join(lines))


async def test_a_definition_is_moved_to_a_new_module(client: LanguageClient, root: Path) -> None:  # noqa: F811
    before = fingerprint(root)
    found = await actions(client, root / "shop/worker.py", "class Status")
    assert list(found) == ["Move Status to new module status.py", "Move Status to wire.py", "Split this module…"]
    assert all(action.edit is None for action in found.values())
    chosen = await client.code_action_resolve_async(found["Move Status to new module status.py"])
    assert chosen.edit is not None
    annotation = (chosen.edit.change_annotations or {})["codemods"]
    assert annotation.needs_confirmation
    assert "3 files. Proof holds" in (annotation.description or "")
    assert fingerprint(root) == before, "it is the editor that writes"
    applied(chosen.edit, root)
    assert "class Status" in (root / "shop/status.py").read_text()
    assert "class Status" not in (root / "shop/worker.py").read_text()
    assert "from shop.status import Status" in (root / "main.py").read_text()


async def test_a_refusal_is_a_message(client: LanguageClient, root: Path) -> None:  # noqa: F811
    (root / "shop/wire.py").write_text("def Status():\n    return 1\n")
    found = await actions(client, root / "shop/worker.py", "class Status")
    chosen = await client.code_action_resolve_async(found["Move Status to wire.py"])
    assert chosen.edit is None
    assert client.messages[-1].type == lsp.MessageType.Warning
    assert client.messages[-1].message.startswith("refused: ")


async def test_what_is_not_saved_yet_counts(client: LanguageClient, root: Path) -> None:  # noqa: F811
    path = root / "shop/worker.py"
    opened(client, path)
    text = path.read_text() + "\n\ndef fresh():\n    return LIMIT\n"
    version = lsp.VersionedTextDocumentIdentifier(2, path.as_uri())
    whole = lsp.TextDocumentContentChangeWholeDocument(text)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(version, [whole]))
    where = lsp.Range(lsp.Position(text.count("\n") - 1, 0), lsp.Position(text.count("\n") - 1, 0))
    params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(path.as_uri()), where, lsp.CodeActionContext([]))
    found = await client.text_document_code_action_async(params)
    titles = [action.title for action in found or []]
    assert titles[0] == "Move fresh to new module fresh.py"


async def test_beside_a_private_module_the_new_one_is_private(client: LanguageClient, root: Path) -> None:  # noqa: F811
    (root / "shop/_models.py").write_text(klass("Cookies", body="1"))
    found = await actions(client, root / "shop/_models.py", "class Cookies")
    assert next(iter(found)) == "Move Cookies to new module _cookies.py"


async def test_every_module_of_the_folder_is_offered(client: LanguageClient, root: Path) -> None:  # noqa: F811
    """Twelve were, by their names; first now are those that speak of what moves."""
    for number in range(15):
        (root / f"shop/a{number:02}.py").write_text("")
    (root / "shop/zoo.py").write_text("from shop.worker import Status\n")
    source = root / "shop/worker.py"
    opened(client, source)
    titles = [title for title in await actions(client, source, "class Status") if " to new" not in title]
    assert titles[0] in ("Move Status to wire.py", "Move Status to zoo.py")
    assert {"Move Status to a14.py", "Move Status to zoo.py"} <= set(titles)
    assert titles.index("Move Status to zoo.py") < titles.index("Move Status to a00.py")


async def test_a_module_is_split(client: LanguageClient, root: Path) -> None:  # noqa: F811
    text = klass("Reader", body="1") + klass("Writer", body="2") + klass("Third", body="3")
    (root / "shop/models.py").write_text(text + klass("Machine", body="Reader(), Writer(), Third()"))
    found = await actions(client, root / "shop/models.py", "class Machine")
    chosen = await client.code_action_resolve_async(found["Split this module…"])
    assert chosen.edit is not None
    applied(chosen.edit, root)
    assert "class Reader" in (root / "shop/readers.py").read_text()
    assert "class Third" in (root / "shop/thirds.py").read_text()


async def test_moves_that_are_still_to_be_done(client: LanguageClient, root: Path) -> None:  # noqa: F811
    path = root / "pyproject.toml"
    opened(client, path)
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (found,) = client.diagnostics[path.as_uri()]
    assert found.message == "still to be done: codemods run status"
    assert found.range.start.line == 0
