"""The trees that faults are put into: a move that is right, its modules, and where their nodes stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.model import Move


@dataclass(frozen=True)
class Damaged:
    """A tree in which one thing is wrong; ``where`` says what and where."""

    where: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Good:
    """A move that is right: the tree before, the tree after, and what was asked for."""

    move: Move
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]

    @cached_property
    def modules(self) -> list[Module]:
        """The modules that a fault may be put in: those that changed first, then the others."""
        paths = [p for p in self.after if p.endswith(".py") and p != "observe.py"]
        paths.sort(key=lambda p: (self.after[p] == self.before.get(p), p))
        return [Module(p, self.after[p].decode()) for p in paths]

    @property
    def changed(self) -> list[Module]:
        return [m for m in self.modules if self.after[m.path] != self.before.get(m.path)]

    def module(self, path: str) -> Module | None:
        return next((m for m in self.modules if m.path == path), None)

    @property
    def source(self) -> Module | None:
        return self.module(self.move.source)

    @property
    def destination(self) -> Module | None:
        return self.module(self.move.destination)

    def moved(self) -> Iterator[tuple[Module, ast.stmt]]:
        """What stands in the destination and did not before."""
        if (module := self.destination) is not None:
            old = self.before.get(module.path, b"").decode()
            for node in module.body:
                if module.segment(node) not in old and not isinstance(node, (ast.Import, ast.ImportFrom)):
                    yield module, node

    def with_(self, where: str, *changes: tuple[str, str | None]) -> Damaged:
        files = dict(self.after)
        for path, text in changes:
            if text is None:
                files.pop(path, None)
            else:
                files[path] = text.encode()
        return Damaged(where, files)

    def replaced(self, module: Module, node: ast.AST, text: str, said: str = "") -> Damaged:
        """One node with other text in its place."""
        where = f"{module.path}:{getattr(node, 'lineno', 0)}"
        return self.with_(f"{where} {said or text!r}", (module.path, module.replaced(node, text)))


@dataclass(frozen=True)
class Module:
    """A module's text, and where its nodes stand in it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.text)
        except SyntaxError:  # an example of a file that this Python can't read
            return ast.Module([], [])

    @property
    def body(self) -> list[ast.stmt]:
        return self.tree.body

    @property
    def package(self) -> str:
        return ".".join(self.path.removeprefix("src/").split("/")[:-1])

    @property
    def dotted(self) -> str:
        return self.path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def span(self, node: ast.AST) -> tuple[int, int]:
        lines = self.text.splitlines(keepends=True)
        first = node.decorator_list[0] if getattr(node, "decorator_list", None) else node  # type: ignore[attr-defined]

        def at(line: int, column: int) -> int:
            return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

        start = at(first.lineno, first.col_offset) - (first is not node)  # type: ignore[attr-defined]
        return start, at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def replaced(self, node: ast.AST, text: str) -> str:
        start, end = self.span(node)
        return self.text[:start] + text + self.text[end:]

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (n for n in ast.walk(self.tree) if isinstance(n, kinds))

    def imports(self) -> Iterator[ast.Import | ast.ImportFrom]:
        """At module level."""
        for node in self.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__":
                yield node

    def late_imports(self) -> Iterator[ast.Import | ast.ImportFrom]:
        for function in self.walk(ast.FunctionDef, ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    yield node

    def after_imports(self) -> int:
        """Where code may be put: behind the last import at module level, the docstring and the future."""
        heads = [n for n in self.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        if not heads and self.body and isinstance(self.body[0], ast.Expr):
            heads = [self.body[0]]
        return self.span(heads[-1])[1] if heads else 0

    def inserted(self, text: str) -> str:
        at = self.after_imports()
        return self.text[:at] + ("\n" if at else "") + text + "\n" + self.text[at:]


def written(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> str:
    """An import statement with other names."""
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names)) if names else ""
    return ast.unparse(ast.ImportFrom(node.module, names, node.level)) if names else ""


def path_of(module: Module, node: ast.ImportFrom, good: Good) -> str:
    """The file that a ``from`` import names."""
    base = module.package.split(".") if module.package else []
    if node.level:
        parts = [*base[: len(base) - node.level + 1], *(node.module or "").split(".")]
    else:
        parts = (node.module or "").split(".")
    stem = "/".join(p for p in parts if p)
    return next((p for p in (f"{stem}.py", f"src/{stem}.py", f"{stem}/__init__.py") if p in good.after), "")
