"""What the pyproject.toml of a repository that you don't trust can switch on: no code, and no loss of work."""

from __future__ import annotations

import pytest

from .conftest import MOVE, Repository


@pytest.mark.parametrize("line", ["allow-dirty = true", "allow-dirty = false"])
def test_only_the_command_line_gives_what_can_do_harm(repository: Repository, line: str) -> None:
    repository.write("pyproject.toml", f"[tool.codemods]\n{line}\n")
    key = line.split()[0]
    before = repository.state
    ran = repository.codemods("extract", *MOVE)
    assert ran.code == 4
    assert f"pyproject.toml: [configuration] [tool.codemods]: {key} can't be set here" in ran.err
    assert f"help: take the line out, and pass --{key}" in ran.err
    assert repository.state == before


def test_uncommitted_work_stays_in_a_tree_that_allows_to_overwrite_it(repository: Repository) -> None:
    repository.write("pyproject.toml", "[tool.codemods]\nallow-dirty = true\n")
    repository.write("main.py", "from shop.worker import Status  # being worked on\n")
    before = repository.state
    assert repository.codemods("extract", *MOVE).code == 4
    assert repository.state == before


def test_a_move_in_the_settings_has_no_such_key(repository: Repository) -> None:
    source, destination, name = MOVE
    table = f'source = "{source}"\ndestination = "{destination}"\nnames = ["{name}"]\nallow-dirty = true\n'
    repository.write("pyproject.toml", f"[tool.codemods.moves.status]\n{table}")
    before = repository.state
    ran = repository.codemods("run", "status")
    assert ran.code == 4
    assert "[tool.codemods.moves.status] has an unknown key, allow-dirty" in ran.err
    assert repository.state == before


def test_the_command_line_allows_it(repository: Repository) -> None:
    repository.write("main.py", "from shop.worker import Status  # being worked on\n")
    assert repository.codemods("extract", *MOVE).code == 2
    assert repository.codemods("extract", *MOVE, "--allow-dirty").code == 0
