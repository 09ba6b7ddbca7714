"""Which files and names pytest collects, as the project's settings have it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from codemods.project.settings import ini, toml

if TYPE_CHECKING:
    from codemods.project.files import Files

_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))
_FILES, _CLASSES, _FUNCTIONS = ("test_*.py", "*_test.py"), ("Test",), ("test",)

# Bases that have no tests: unittest's and Django's own.
_EMPTY = frozenset({"object", "ABC", "TestCase", "IsolatedAsyncioTestCase", "SimpleTestCase", "TransactionTestCase"})


@dataclass(frozen=True)
class PytestRules:
    """Patterns of test modules, and of the names in them."""

    files: tuple[str, ...] = _FILES
    classes: tuple[str, ...] = _CLASSES
    functions: tuple[str, ...] = _FUNCTIONS
    folders: tuple[str, ...] = ()  # where it looks for tests; empty: everywhere
    ignored: tuple[str, ...] = ()  # patterns of paths that it passes over
    importlib: bool = False  # does it import test modules without putting their folders on sys.path?

    def enters(self, path: str) -> bool:
        """Does pytest, started at the root without arguments, look into this file's folder?"""
        return not self.folders or any(path == f or path.startswith(f.rstrip("/") + "/") for f in self.folders)

    def reads(self, path: str) -> bool:
        """Does pytest collect from this file?"""
        name = path.rpartition("/")[2]
        return any(fnmatch(path, "*" + glob) if "/" in glob else fnmatch(name, glob) for glob in self.files)

    def runs(self, path: str) -> bool:
        """Does pytest, started at the root without arguments, collect from this file?"""
        ignored = any(fnmatch(path, one) or path.startswith(one.rstrip("/") + "/") for one in self.ignored)
        return self.reads(path) and self.enters(path) and not ignored

    def passes_over(self, path: str) -> bool:
        """Does it leave out a file that it would collect from, were it not told so?"""
        return self.reads(path) and self.enters(path) and not self.runs(path)

    def collects(self, node: ast.stmt) -> bool:
        """Does pytest collect this definition, where it finds it in a test module?"""
        return bool(self.tests([node]))

    def tests(self, body: Iterable[ast.stmt]) -> frozenset[str]:
        """The definitions of a test module that pytest collects: by their names, and classes below unittest's."""
        found, derived, empty = set[str](), set[str](), {*_EMPTY}
        for node in body:
            if isinstance(node, ast.ClassDef):
                bases = [getattr(base, "attr", getattr(base, "id", "")) for base in node.bases]
                if any(base.endswith("TestCase") or base in derived for base in bases):
                    derived.add(node.name)
                named = _matches(node.name, self.classes)
                if empty.issuperset(bases) and self._has_no_test(node):
                    empty.add(node.name)
                elif named or node.name in derived:
                    found.add(node.name)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and _matches(node.name, self.functions):
                found.add(node.name)
        return frozenset(found)

    def _has_no_test(self, node: ast.ClassDef) -> bool:
        """Is there nothing in a class body that may be a test, or make one?"""
        if node.decorator_list or node.keywords:
            return False
        for inner in node.body:
            if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if _matches(inner.name, (*self.functions, "test", "runTest")):
                    return False
            elif isinstance(inner, ast.Assign):
                names = [getattr(target, "id", "test") for target in inner.targets]
                if any(_matches(name, (*self.functions, *self.classes, "test")) for name in names):
                    return False
            elif isinstance(inner, ast.ClassDef):
                if _matches(inner.name, self.classes):
                    return False
            elif not isinstance(getattr(inner, "value", None), ast.Constant) and not isinstance(inner, ast.Pass):
                return False
        return True


def skipping_whole(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a test module that may skip all of it: ``pytest.importorskip("numpy")``."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            whole = any(k.arg == "allow_module_level" for k in call.keywords)
            if called == "importorskip" or (called == "skip" and whole):
                yield node
                break


def pytest_rules(tree: Files) -> PytestRules:
    """pytest's own rules where the project sets none."""
    found = _settings(tree)
    return PytestRules(
        _words(found.get("python_files")) or _FILES,
        _words(found.get("python_classes")) or _CLASSES,
        _words(found.get("python_functions")) or _FUNCTIONS,
        tuple(folder.removeprefix("./") for folder in _words(found.get("testpaths")) if folder != "."),
        tuple(_ignored(tree, " ".join(_words(found.get("addopts"))))),
        bool(re.search(r"--import-mode[= ]importlib", " ".join(_words(found.get("addopts"))))),
    )


def _ignored(tree: Files, options: str) -> Iterator[str]:
    """What options, and lists in conftest.py files, tell pytest to pass over."""
    yield from re.findall(r"--ignore(?:-glob)?[= ]([^\s'\"]+)", options)
    for path in sorted(tree.paths):
        if path.rpartition("/")[2] == "conftest.py" and b"collect_ignore" in tree.read(path):
            folder = path.removesuffix("conftest.py")
            for text in re.findall(r"^collect_ignore(?:_glob)?\b[^=\n]*=\s*\[([^\]]*)\]", _text(tree, path), re.M):
                yield from (folder + one for one in re.findall(r"[\"']([^\"']+)[\"']", text))


def _text(tree: Files, path: str) -> str:
    return tree.read(path).decode("utf-8-sig", "replace")


def _settings(tree: Files) -> Mapping[str, Any]:
    for path, section in _INI:
        found = ini(tree, path, section)
        if found is not None:
            return found
    tool = toml(tree, "pyproject.toml").get("tool", {})
    settings = tool.get("pytest", {}) if isinstance(tool, dict) else {}
    return settings.get("ini_options", settings) if isinstance(settings, dict) else {}


def _words(value: object) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, list) else ()


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(name.startswith(one) or (any(c in one for c in "*?[") and fnmatch(name, one)) for one in patterns)
