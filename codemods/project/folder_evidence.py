"""What the files of a folder that is no package say of its place on ``sys.path``: scripts, tests, neighbours."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from codemods.project.import_scan import ScannedImport, imports
from codemods.project.pytest_rules import PytestRules, pytest_rules
from codemods.project.roots import inserted
from codemods.project.scripts import started_in, starts_itself

if TYPE_CHECKING:
    from codemods.project.files import Files

_TEXT = re.compile(r"""["'](\w+)["']""")


class Roots(Protocol):
    """What is asked of the names of a tree."""

    tree: Files

    @cached_property
    def configured(self) -> frozenset[str]: ...
    @cached_property
    def holders(self) -> dict[str, list[str]]: ...
    @cached_property
    def packages(self) -> frozenset[str]: ...
    def configured_above(self, folder: str) -> str: ...
    def holder_above(self, folder: str, dotted: str) -> str: ...
    def rooted(self, dotted: str) -> bool: ...
    def stands_elsewhere(self, dotted: str, folder: str) -> bool: ...


class FolderEvidence:
    """Answers from the imports in a folder's own files, and from who starts or collects them."""

    def __init__(self, names: Roots) -> None:
        self.names = names
        self.tree = names.tree

    def are_top_level(self, folder: str) -> bool:
        """Are the modules of this folder top-level modules for one another?"""
        if folder in self.names.configured or not folder.rpartition("/")[2].isidentifier():
            return True
        files = self._files.get(folder, ())
        if not files and folder not in self.names.packages:
            return False
        stems = {file.rpartition("/")[2].removesuffix(".py") for file in files} - sys.stdlib_module_names
        if self._say_folder(folder, files):
            return False
        if self._name_neighbours(files, stems):
            return True
        used = self._collected(files) or any(starts_itself(self.tree, file) for file in files)
        used = used or self._put_on_the_path(folder, stems)
        return (used or started_in(self.tree, folder) is not None) and not self._named_outside(folder, files)

    def _say_folder(self, folder: str, files: Iterable[str]) -> bool:
        """Do the files import one another by the name of their folder, or by dots? That of `shop.parts.wheel` may be a
        folder of tests as well: `tests/shop/parts`."""
        last = folder.rpartition("/")[2]
        return any(
            found.module.startswith(".")
            or found.module == last
            or (last in found.module.split(".")[:-1] and not self.names.stands_elsewhere(found.module, folder))
            for file in files
            for found in self._imports(file)
        )

    def _named_outside(self, folder: str, files: Collection[str]) -> bool:
        """Does a file of another folder import one of these by the name of the folder?"""
        if all(self._pytest.reads(file) or file.endswith("/conftest.py") for file in files):
            return False
        root = self.names.configured_above(folder.rpartition("/")[0])
        dotted = folder[len(root) :].strip("/").replace("/", ".")
        return any(
            found.module == dotted or found.module.startswith(dotted + ".")
            for path in self.tree.code_with([dotted.rpartition(".")[2]])
            if path.rpartition("/")[0] != folder
            for found in self._imports(path)
        )

    def _put_on_the_path(self, folder: str, stems: Collection[str]) -> bool:
        """Does a file that is no test put the folder on the path and name one of its modules, in an import or as a
        whole text?"""
        for path in sorted(self.tree.code_with(stems) & self.tree.code_with(["sys"])):
            tests = self._pytest.reads(path) or path.endswith("conftest.py")
            if not tests and path.rpartition("/")[0] != folder and folder in inserted(self.tree, path):
                named = {found.module.partition(".")[0] for found in self._imports(path)} & set(stems)
                if named or any(text in stems for text in _TEXT.findall(self.tree.peek(path).decode(errors="replace"))):
                    return True
        return False

    def _collected(self, files: Iterable[str]) -> bool:
        """Does pytest put the folder of these files on the path?"""
        rules = self._pytest
        return not rules.importlib and any(
            rules.enters(file) and (rules.reads(file) or file.endswith("/conftest.py")) for file in files
        )

    def _name_neighbours(self, files: Iterable[str], stems: Collection[str]) -> bool:
        """Does one of the files import another as a top-level module, which no other root has?"""
        return any(
            top in stems and not file.endswith(f"/{top}.py") and top not in self.names.holders
            for file in files
            for found in self._imports(file)
            for top in [found.module.partition(".")[0]]
        )

    def _imports(self, file: str) -> tuple[ScannedImport, ...]:
        try:
            return tuple(imports(self.tree.peek(file)))
        except OSError:
            return ()

    @cached_property
    def _pytest(self) -> PytestRules:
        return pytest_rules(self.tree)

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """The modules of each folder that is no package."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.tree.paths:
            if path.endswith(".py") and (folder := path.rpartition("/")[0]) not in self.names.packages:
                found[folder].append(path)
        return found

    def root_above(self, folder: str) -> str:
        """A folder above, below no other root, in which imports of this folder's files find their modules."""
        if folder not in self._grounds:
            self._grounds[folder] = next(
                (
                    root
                    for file in self._files.get(folder, ())
                    for found in self._imports(file)
                    if (root := self.names.holder_above(folder, found.module)) and not self.names.rooted(found.module)
                ),
                "",
            )
        return self._grounds[folder]

    @cached_property
    def _grounds(self) -> dict[str, str]:
        return {}
