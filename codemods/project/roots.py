"""From which folders a project's imports start, as its files say.

An import root is a folder that stands on ``sys.path`` when the project's code runs. The settings name some (setuptools,
hatch, poetry, pdm, uv; pytest's ``pythonpath``; mypy's and pyright's paths), files that insert them others.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from codemods.project.nodes import walk
from codemods.project.settings import ini, toml

if TYPE_CHECKING:
    from codemods.project.files import Files

_SETTINGS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", ".pytest.ini", "tox.ini", "mypy.ini")


def configured(tree: Files) -> frozenset[str]:
    """Folders that the settings of a project, or of one below it, put on the path."""
    found: set[str] = set()
    for path in tree.paths:
        folder, _, name = path.rpartition("/")
        if name in _SETTINGS:
            found |= {_joined(folder, root) for root in _named(tree, path, name)}
            if name in ("pyproject.toml", "setup.cfg", "setup.py") and folder:
                found |= {folder, folder + "/src"}
        elif name == "manage.py":
            found.add(folder)  # Django starts there, and the apps stand beside it.
    folders = {path.rpartition("/")[0] for path in tree.paths}
    folders |= {""} | {above for folder in folders for above in _parents(folder)}
    return frozenset(root for root in found if root in folders)


def _named(tree: Files, path: str, name: str) -> Iterator[str]:
    if name == "pyproject.toml":
        yield from _pyproject(toml(tree, path))
    elif name == "setup.py":
        yield from _setup_py(tree, path)
    else:
        if name == "setup.cfg":
            options = ini(tree, path, "options") or {}
            for line in options.get("package_dir", "").splitlines():
                package, _, folder = (part.strip() for part in line.partition("="))
                yield from [folder] if not package and folder else []
            yield from _words((ini(tree, path, "options.packages.find") or {}).get("where"))
        for section in ("pytest", "tool:pytest"):
            yield from _words((ini(tree, path, section) or {}).get("pythonpath"))
        yield from _words((ini(tree, path, "mypy") or {}).get("mypy_path"))


def _pyproject(settings: Mapping[str, Any]) -> Iterator[str]:
    tool = _table(settings, "tool")
    setuptools = _table(tool, "setuptools")
    yield from _words(_table(setuptools, "package-dir").get(""))
    yield from _words(_table(setuptools, "packages", "find").get("where"))
    for package in _list(_table(tool, "poetry").get("packages")):
        yield from _words(package.get("from")) if isinstance(package, dict) else ()
    wheel = _table(tool, "hatch", "build", "targets", "wheel")
    yield from (posixpath.dirname(str(package).strip("/")) for package in _list(wheel.get("packages")))
    for sources in (wheel.get("sources"), _table(tool, "hatch", "build").get("sources")):
        yield from _words(sources if isinstance(sources, list) else list(sources or ()))
    yield from _words(_table(tool, "pdm", "build").get("package-dir"))
    yield from _words(_table(tool, "uv", "build-backend").get("module-root"))
    pytest = _table(tool, "pytest")
    yield from _words(_table(pytest, "ini_options").get("pythonpath", pytest.get("pythonpath")))
    yield from _words(_table(tool, "mypy").get("mypy_path"))
    yield from _words(_table(tool, "pyright").get("extraPaths"))


def _setup_py(tree: Files, path: str) -> Iterator[str]:
    """``package_dir={"": "lib"}`` and ``find_packages("lib")`` of a ``setup.py``, as far as they are literals."""
    for call in _calls(tree, path):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        for keyword in call.keywords:
            if keyword.arg == "package_dir" and isinstance(keyword.value, ast.Dict):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "" and isinstance(value, ast.Constant):
                        yield str(value.value)
            elif keyword.arg == "where" and isinstance(keyword.value, ast.Constant):
                yield str(keyword.value.value)
        if name.startswith("find_") and call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def inserted(tree: Files, path: str) -> tuple[str, ...]:
    """Folders that a file puts on ``sys.path`` itself: ``sys.path.insert(0, <literal>)``, ``append``, ``extend``, and
    pytest's ``monkeypatch.syspath_prepend``."""
    try:
        raw = tree.peek(path)
    except OSError:
        return ()
    if b"sys.path" not in raw and b"syspath_prepend" not in raw and b"site.addsitedir" not in raw:
        return ()
    values = _assigned(tree, path)
    found: list[str] = []
    for call in _calls(tree, path):
        if not isinstance(call.func, ast.Attribute):
            continue
        on_path = ast.unparse(call.func.value) == "sys.path" and call.func.attr in ("insert", "append", "extend")
        if on_path or call.func.attr in ("syspath_prepend", "addsitedir"):
            found += [f for argument in call.args for f in _folders(argument, path, values)]
    beside = path.rpartition("/")[0]
    own = [_joined(beside, f) for f in found if beside and f and not f.startswith(f"{beside}/")]
    found += [f for f in own if any(one.startswith(f"{f}/") for one in tree.paths)]
    return tuple(dict.fromkeys(found))


def _folders(node: ast.expr, path: str, values: Mapping[str, ast.expr]) -> Iterator[str]:
    if isinstance(node, (ast.List, ast.Tuple)):
        for item in node.elts:
            yield from _folders(item, path, values)
        return
    said = _path(node, path, values)
    if said is not None and not (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
        # A relative path starts where the program was started: most likely at the root of the tree, or, as Sphinx
        # reads conf.py, in the folder of the file.
        normal = posixpath.normpath(said)
        if not normal.startswith(".."):
            yield "" if normal == "." else normal


def _path(node: ast.expr, path: str, values: Mapping[str, ast.expr], depth: int = 0) -> str | None:
    """The folder or file that an expression stands for, relative to the root of the tree; None where nobody knows."""
    if depth > 12:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) and not node.value.startswith("/") else None
    if isinstance(node, ast.Name):
        if node.id == "__file__":
            return path
        return _path(values[node.id], path, values, depth + 1) if node.id in values else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _join(_path(p, path, values, depth + 1) for p in (node.left, node.right))
    if isinstance(node, ast.Attribute):
        below = _path(node.value, path, values, depth + 1)
        return posixpath.dirname(posixpath.normpath(below)) if below is not None and node.attr == "parent" else None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parents":
        below = _path(node.value.value, path, values, depth + 1)
        count = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if below is None or not isinstance(count, int):
            return None
        for _ in range(count + 1):
            below = posixpath.dirname(posixpath.normpath(below))
        return below
    return _called_path(node, path, values, depth) if isinstance(node, ast.Call) else None


# Calls that name the same file as their argument does.
_SAME = frozenset({"abspath", "realpath", "normpath", "str", "fspath", "expanduser", "Path", "PurePath"})


def _called_path(call: ast.Call, path: str, values: Mapping[str, ast.expr], depth: int) -> str | None:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    parts = [_path(a, path, values, depth + 1) for a in call.args]
    if name == "dirname" and len(parts) == 1 and parts[0] is not None:
        return posixpath.dirname(posixpath.normpath(parts[0]))
    if name == "join" or (name in _SAME and parts):
        return _join(parts)
    if name in ("resolve", "absolute", "joinpath", "as_posix") and isinstance(call.func, ast.Attribute):
        return _join([_path(call.func.value, path, values, depth + 1), *parts])
    return None


def _join(parts: Iterable[str | None]) -> str | None:
    known = list(parts)
    return posixpath.join(*[p for p in known if p is not None]) if known and None not in known else None


def _assigned(tree: Files, path: str) -> dict[str, ast.expr]:
    """Variables of a module that are set once, by a plain assignment."""
    found: dict[str, list[ast.expr]] = {}
    for node in _nodes(tree, path):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _calls(tree: Files, path: str) -> Iterator[ast.Call]:
    yield from (node for node in _nodes(tree, path) if isinstance(node, ast.Call))


def _nodes(tree: Files, path: str) -> Iterator[ast.AST]:
    from codemods.project.source import Unreadable

    try:
        yield from walk(tree.source(path).tree)
    except (Unreadable, OSError):
        return


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _joined(folder: str, below: str) -> str:
    normal = posixpath.normpath(posixpath.join(folder, below.strip() or "."))
    return "" if normal == "." else normal


def _table(value: object, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word for word in re.split(r"[\s,:]+", value) if word)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
