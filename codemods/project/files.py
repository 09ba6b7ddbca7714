"""Files by path, their bytes, and which of them mention a word.

It answers for one state of its files: what was read, parsed or found once is not asked of the disk again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from codemods.project.searching import Index, find, within
from codemods.project.source import Source, Unreadable, parsed
from codemods.stages import at, counted, stage

CODE = (".py", ".pyi")
# What people read, and what programs wrote: a name of a file in it is no setting, and no command.
PROSE = (".md", ".rst", ".txt", ".html", ".ipynb", ".po", ".pot", ".lock")
_FEW = 3  # a third of the files, which cost about as much to search as all


class Files(ABC):
    """Files by posix path relative to a root; nothing is said of their names as modules."""

    @property
    @abstractmethod
    def paths(self) -> frozenset[str]:
        """Every text file that could mention a module."""

    @abstractmethod
    def read(self, path: str) -> bytes:
        """The bytes of one file; OSError where there is none."""

    def peek(self, path: str) -> bytes:
        """The bytes of a file, without keeping them in memory. OSError where there is none."""
        return self.read(path)

    def source(self, path: str) -> Source:
        """The parsed file, the same object each time; raises Unreadable, or OSError where there is none."""
        if path not in self._sources:
            at(path)
            try:
                self._sources[path] = parsed(path, self.read(path))
            except Unreadable as error:
                self._sources[path] = error
        found = self._sources[path]
        if isinstance(found, Unreadable):
            raise found
        return found

    def code_with(self, words: Iterable[str], among: Collection[str] | None = None) -> frozenset[str]:
        """Python files and stubs in whose bytes one of the words stands, as a word; ``among``: of these files.

        What is asked for at once is looked for in one reading of the tree, and never again.
        """
        return self._with(words, code=True, among=among)

    def texts_with(self, words: Iterable[str]) -> frozenset[str]:
        """The same of all other files: documentation, settings, data."""
        return self._with(words, code=False)

    def index(self, words: Sequence[bytes], code: bool) -> Index:
        """For each word the files in which it stands, and maybe for others that were asked for before."""
        index = self._indexes[code]
        new = [word for word in dict.fromkeys(words) if word not in index]
        if new:
            index |= self._find(new, code, within(new, index))
        return index

    def _with(self, words: Iterable[str], code: bool, among: Collection[str] | None = None) -> frozenset[str]:
        wanted = [word.encode() for word in words]
        index = self._indexes[code]
        if among is None:
            index = self.index(wanted, code)
        elif len(among) > len(self._code) // _FEW:
            index = self.index(wanted, code)  # Others will ask for these words in all files.
        elif not all(word in index for word in wanted):
            # A few files are searched for themselves; what is found says nothing of the others.
            files = frozenset(path for path in among if path in self._code)
            return frozenset().union(*self._find(wanted, code, files).values()) & files
        found = frozenset().union(*(index[word] for word in wanted))
        return found if among is None else found.intersection(among)

    def _find(self, words: Sequence[bytes], code: bool, among: frozenset[str] | None) -> Index:
        if among is None:
            among = self._code if code else self.paths - self._code
        with stage("searching the tree"):
            return find(words, self._contents(counted(among)))

    def _contents(self, paths: Iterable[str]) -> Iterable[tuple[str, bytes]]:
        """Each of these files with its bytes, which are not remembered."""
        for path in paths:
            try:
                yield path, self.read(path)
            except OSError:
                continue

    @cached_property
    def _code(self) -> frozenset[str]:
        return frozenset(path for path in self.paths if path.endswith(CODE))

    @cached_property
    def _sources(self) -> dict[str, Source | Unreadable]:
        return {}

    @cached_property
    def _indexes(self) -> dict[bool, Index]:
        return {True: {}, False: {}}
