"""Which module of a tree imports which while it is imported, seen from the text alone: nothing is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from codemods.project.import_scan import MAIN_GUARD
from codemods.proof.snapshot.resolution import Snapshot

# A line that begins at the margin, or an import inside of something; an import with all of its brackets.
_LINE = re.compile(
    rb"^(?:(?P<head>(?:from|import)\b[^\n(#]*|[^\s#\"')\]}][^\n]*)|[ \t]+(?:from|import)[ \t])"
    rb"(?P<rest>[^\n(]*(?:\((?:[^)#]|#[^\n]*)*\))?)",
    re.MULTILINE,
)
_COMMENT = re.compile(rb"#[^\n]*")


_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*([^#;]*)|import[ \t]+([^#;\n]*))", re.DOTALL)


_TYPING = re.compile(rb"if\s+(?:\w+\.)*(?:TYPE_CHECKING|MYPY)\b")


_CALLED = re.compile(rb"""^(?=[^\s#]).*?(?:__import__|import_module)\(\s*["']([\w.]+)["']""", re.MULTILINE)


_OPENS = re.compile(rb"(?:try|if|elif|else|except|finally|with|for|while)\b")


class Graph:
    """Which module of a tree imports which while it is imported, seen from the text alone."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._edges: dict[str, frozenset[str]] = {}
        self._ordered: dict[str, tuple[str, ...]] = {}

    def edges(self, path: str) -> frozenset[str]:
        if path not in self._edges:
            self._edges[path] = frozenset(self.ordered(path))
        return self._edges[path]

    def ordered(self, path: str) -> tuple[str, ...]:
        """The same in the order of the text."""
        if path not in self._ordered:
            self._ordered[path] = tuple(target for target in dict.fromkeys(self._find(path)) if target != path)
        return self._ordered[path]

    def closure(self, paths: Iterable[str]) -> frozenset[str]:
        """The modules, and all that they reach."""
        seen, todo = set(paths), list(paths)
        while todo:
            new = self.edges(todo.pop()) - seen
            seen |= new
            todo += new
        return frozenset(seen)

    def between(self, goals: Iterable[str]) -> frozenset[str]:
        """The modules from which one of the goals is reached, among those that the goals reach."""
        goals = [g for g in goals if g in self.snapshot.tree.paths]
        seen, todo = set(goals), list(goals)
        importers: dict[str, set[str]] = {}
        while todo:
            path = todo.pop()
            for target in self.edges(path):
                importers.setdefault(target, set()).add(path)
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        found, todo = set(goals), list(goals)
        while todo:
            for path in importers.get(todo.pop(), ()):
                if path not in found:
                    found.add(path)
                    todo.append(path)
        return frozenset(found)

    def _find(self, path: str) -> Iterator[str]:
        raw = (self.snapshot.bytes(path) or b"").removeprefix(b"\xef\xbb\xbf")
        yield from self._modules(path, self.snapshot.names.package(path))
        for called in _CALLED.finditer(raw):
            yield from self._modules(path, called[1].decode())
        inside = True
        for line in _LINE.finditer(raw):
            head = line["head"]
            if head is not None:
                inside = bool(_OPENS.match(head)) and not (_TYPING.match(head) or MAIN_GUARD.match(head))
            elif not inside:
                continue
            found = _IMPORT.match(_COMMENT.sub(b"", line.group()))
            if found is not None:
                yield from self._imported(path, found)

    def _imported(self, path: str, found: re.Match[bytes]) -> Iterator[str]:
        if found[3] is not None:
            for part in found[3].decode(errors="replace").split(","):
                yield from self._modules(path, part.split(" as ")[0].strip())
            return
        base = self.snapshot.names.written(path, found[1].decode(errors="replace")) or ""
        yield from self._modules(path, base)
        for part in re.findall(r"\w+", found[2].decode(errors="replace")):
            target = self.snapshot.find(f"{base}.{part}", path) if base else None
            if target:
                yield target

    def _modules(self, path: str, dotted: str) -> Iterator[str]:
        parts = dotted.split(".") if dotted else []
        for count in range(1, len(parts) + 1):
            target = self.snapshot.find(".".join(parts[:count]), path)
            if target:
                yield target
