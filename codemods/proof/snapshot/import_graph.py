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


_DEFINES = re.compile(rb"(?:async[ \t]+)?(def|class)[ \t]+(\w+)")


_INNER = re.compile(rb"^[ \t]+(?:from|import)[ \t][^\n]*", re.MULTILINE)


_BRACKETS = re.compile(rb"\bimport[ \t]*\([^)]*\)")


class Graph:
    """Which module of a tree imports which while it is imported, seen from the text alone."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._edges: dict[str, frozenset[str]] = {}
        self._ordered: dict[str, tuple[str, ...]] = {}
        self._executed: dict[str, frozenset[str]] = {}

    def edges(self, path: str) -> frozenset[str]:
        if path not in self._edges:
            self._edges[path] = frozenset(self.ordered(path))
        return self._edges[path]

    def executed(self, path: str) -> frozenset[str]:
        """With what the functions and classes import that the module itself calls, and the bodies of its classes."""
        if path not in self._executed:
            self._executed[path] = self.edges(path) | {*self._find_called(path)} - {path}
        return self._executed[path]

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

    def between(self, goals: Iterable[str], called: bool = False) -> frozenset[str]:
        """The modules from which one of the goals is reached, among those that the goals reach; ``called``: by what
        functions import, too."""
        goals = [g for g in goals if g in self.snapshot.tree.paths]
        seen, todo = set(goals), list(goals)
        importers: dict[str, set[str]] = {}
        while todo:
            path = todo.pop()
            for target in self.executed(path) if called else self.edges(path):
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

    def _find_called(self, path: str) -> Iterator[str]:
        raw = _COMMENT.sub(b"", self.snapshot.bytes(path) or b"")
        raw = _BRACKETS.sub(lambda found: b" ".join(found[0].split()), raw)
        if not any(True for line in _INNER.finditer(raw) for _ in self._targets(path, line[0])):
            return
        inner: dict[bytes, list[bytes]] = {}
        running: list[bytes] = []
        for name, is_class, line in _lines(raw):
            if not name:
                running.append(line)
            elif _INNER.match(line):
                inner.setdefault(b"" if is_class else name, []).append(line)
        called = b"\n".join(running)
        for name, lines in inner.items():
            if not name or re.search(rb"@%b\b|\b%b[ \t]*\(" % (name, name), called):
                yield from (target for line in lines for target in self._targets(path, line))

    def _targets(self, path: str, line: bytes) -> Iterator[str]:
        found = _IMPORT.match(line)
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


def _lines(raw: bytes) -> Iterator[tuple[bytes, bool, bytes]]:
    """(the function or class in which a line stands, or nothing; does it run with the body of that class; the line)."""
    name, depth, is_class, opened, runs = b"", 0, False, False, True
    for text in raw.splitlines():
        line = text.lstrip()
        here = len(text) - len(line)
        if line and not here:
            defines = _DEFINES.match(line)
            name, is_class, depth = (defines[2], defines[1] == b"class", 0) if defines else (b"", False, 0)
            runs = not (_TYPING.match(line) or MAIN_GUARD.match(line))
        elif line and name:
            depth = depth or here
            opened = bool(_OPENS.match(line)) if here == depth else opened
        if line and (name or runs):
            yield name, is_class and (here == depth or opened), text
