"""An editor renames a file: it asks before, makes the edit that it gets, moves the file, and says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("pygls")
pytest.importorskip("pytest_lsp")

from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from tests.commands.conftest import fingerprint, root  # noqa: F401  (a fixture)
from tests.serving.test_lsp import applied, opened


@pytest.fixture
async def client(root: Path) -> AsyncIterator[LanguageClient]:  # noqa: F811
    (root / "pyproject.toml").write_text('[project.scripts]\nwork = "shop.worker:Worker"\n')
    config = ClientServerConfig([sys.executable, "-m", "codemods", "lsp"], client_factory=make_test_lsp_client)
    client = await config.start()
    operations = lsp.FileOperationClientCapabilities(will_rename=True, did_rename=True)
    edits = lsp.WorkspaceEditClientCapabilities(document_changes=True)
    capabilities = lsp.WorkspaceClientCapabilities(workspace_edit=edits, file_operations=operations)
    asked = lsp.InitializeParams(lsp.ClientCapabilities(workspace=capabilities), root_uri=root.as_uri())
    client.said = await client.initialize_session(asked)  # type: ignore[attr-defined]
    yield client
    await client.shutdown_session()
    await client.stop()


async def renamed(client: LanguageClient, root: Path, old: str, new: str) -> lsp.WorkspaceEdit | None:  # noqa: F811
    """What an editor does for a rename, with what it got to do for it."""
    asked = lsp.RenameFilesParams([lsp.FileRename((root / old).as_uri(), (root / new).as_uri())])
    edit = await client.workspace_will_rename_files_async(asked)
    if edit is not None:
        applied(edit, root)
    (root / new).parent.mkdir(exist_ok=True)
    (root / old).rename(root / new)
    client.workspace_did_rename_files(asked)
    return edit


def prints(root: Path) -> str:  # noqa: F811
    return subprocess.run([sys.executable, "main.py"], cwd=root, capture_output=True, text=True, check=True).stdout


async def test_who_names_the_module_is_rewritten(client: LanguageClient, root: Path) -> None:  # noqa: F811
    edit = await renamed(client, root, "shop/worker.py", "shop/works.py")
    assert edit is not None
    assert "2 other files. Proof holds" in ((edit.change_annotations or {})["codemods"].description or "")
    assert (root / "main.py").read_text().startswith("from shop.works import Status, Worker\n")
    assert (root / "pyproject.toml").read_text() == '[project.scripts]\nwork = "shop.works:Worker"\n'
    assert "shop.works.Worker" in prints(root)


async def test_a_module_goes_into_a_new_folder(client: LanguageClient, root: Path) -> None:  # noqa: F811
    (root / "shop/worker.py").write_text("from .wire import send\n\n\ndef work():\n    return send(1)\n")
    (root / "main.py").write_text("from shop.worker import work\n\nprint(work())\n")
    (root / "pyproject.toml").write_text("")
    await renamed(client, root, "shop/worker.py", "shop/core/worker.py")
    assert (root / "shop/core/worker.py").read_text().startswith("from ..wire import send\n")
    assert (root / "shop/core/__init__.py").read_text() == ""
    assert prints(root) == "1\n"


async def test_a_refusal_is_a_message_and_no_edit(client: LanguageClient, root: Path) -> None:  # noqa: F811
    (root / "find.py").write_text(
        "import importlib\n\n\ndef find(app):\n    return importlib.import_module(f'{app}.worker')\n"
    )
    before = fingerprint(root)
    asked = lsp.RenameFilesParams(
        [lsp.FileRename((root / "shop/worker.py").as_uri(), (root / "shop/works.py").as_uri())]
    )
    assert await client.workspace_will_rename_files_async(asked) is None
    assert "refused: find.py:5: [module-renamed]" in client.messages[-1].message
    assert fingerprint(root) == before


async def test_a_symlink_is_renamed_alone(client: LanguageClient, root: Path) -> None:  # noqa: F811
    (root / "shop/link.py").symlink_to("worker.py")
    asked = lsp.RenameFilesParams([lsp.FileRename((root / "shop/link.py").as_uri(), (root / "shop/new.py").as_uri())])
    assert await client.workspace_will_rename_files_async(asked) is None
    assert "shop/link.py: [symlink] it is a symlink to `shop/worker.py`" in client.messages[-1].message


async def test_a_folder_is_refused_in_a_sentence(client: LanguageClient, root: Path) -> None:  # noqa: F811
    asked = lsp.RenameFilesParams([lsp.FileRename((root / "shop").as_uri(), (root / "store").as_uri())])
    assert await client.workspace_will_rename_files_async(asked) is None
    assert "one module at a time" in client.messages[-1].message


async def test_what_is_still_to_be_done_is_asked_again(client: LanguageClient, root: Path) -> None:  # noqa: F811
    path = root / "pyproject.toml"
    move = (
        '[tool.codemods.moves.status]\nsource = "shop/worker.py"\ndestination = "shop/status.py"\nnames = ["Status"]\n'
    )
    path.write_text(move)
    opened(client, path)
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    await renamed(client, root, "shop/worker.py", "shop/works.py")
    await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    (found,) = client.diagnostics[path.as_uri()]
    assert found.message == "still to be done: codemods run status"
    assert 'source = "shop/works.py"' in path.read_text()


async def test_the_editor_knows_which_files_to_ask_for(client: LanguageClient) -> None:
    workspace = client.said.capabilities.workspace  # type: ignore[attr-defined]
    assert "**/*.py" in [one.pattern.glob for one in workspace.file_operations.will_rename.filters]
