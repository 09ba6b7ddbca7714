"""Which files below a folder belong to the project: text, outside of environments, caches, and what git ignores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from codemods.project.ignored import Ignored

# Folders that hold no source of the project itself.
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})
_TEXT = (
    *(".py", ".pyi", ".toml", ".cfg", ".ini", ".yaml", ".yml", ".json"),
    *(".md", ".rst", ".txt", ".ipynb", ".html", ".j2", ".jinja", ".jinja2", ".mako", ".tmpl", ".tpl"),
    *(".pyx", ".pxd", ".pxi", ".pyw", ".wsgi", ".smk", ".flake8", ".coveragerc", "pylintrc", ".importlinter"),
    # What starts code or builds it: shells, images, service managers, tasks, CI, build systems.
    *(".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".env", ".envrc"),
    *("Dockerfile", ".dockerfile", "Containerfile", ".dockerignore", "Procfile"),
    *(".service", ".timer", ".conf", "crontab", ".cron"),
    *("Snakefile", "SConstruct", "SConscript", "wscript"),  # these are Python
    *("Makefile", ".mk", ".am", "justfile", "Justfile", "Jenkinsfile", "Tiltfile", "Vagrantfile", "Pipfile"),
    *("meson.build", "BUILD", ".bazel", ".bzl", ".cmake", ".nix", ".spec", ".tf", ".hcl"),
    *("POTFILES", "POTFILES.in", ".install"),
)
_VARIANTS = ("Dockerfile.", "Makefile.", "Procfile.", "Containerfile.")  # ``Dockerfile.dev``
# Hidden folders in which projects keep code of their own.
_HIDDEN = frozenset(
    {".github", ".gitlab", ".circleci", ".buildkite", ".azure", ".azure-pipelines", ".ci", ".devcontainer"}
    | {".githooks", ".hooks", ".scripts", ".docker", ".forgejo", ".gitea"}
)
_INTERPRETER = b"python"
# What stands in the root of an environment.
_ENVIRONMENT = "pyvenv.cfg"


def walk(root: Path, symlinks: list[str] | None = None) -> Iterator[str]:
    """Text files below ``root``, as posix paths relative to it; ``symlinks`` gets every symlink beside them.

    Scripts without an ending count, where their first line names Python. Hidden folders but those that hold code,
    environments, links to folders, and what git ignores are passed over.
    """
    ignored = Ignored(root)
    top = os.fspath(root)
    todo = [""]
    while todo:
        prefix = todo.pop()
        try:
            with os.scandir(f"{top}/{prefix}") as found:
                entries = list(found)
        except OSError:
            continue
        if prefix and any(entry.name == _ENVIRONMENT for entry in entries):
            continue
        for entry in entries:
            name = entry.name
            path = prefix + name
            if symlinks is not None and entry.is_symlink():
                symlinks.append(path)
            if (is_text(name) and _is_file(entry)) or (may_be_script(name) and _is_script(entry)):
                if path not in ignored.files:
                    yield path
            elif _enters(name) and _is_folder(entry) and prefix + name not in ignored.folders:
                todo.append(f"{prefix}{name}/")


def may_be_script(path: str) -> bool:
    """Has the file a name without an ending, as scripts have?"""
    return "." not in path.rpartition("/")[2]


def is_code(path: str) -> bool:
    """Is a file that is no module of the tree Python code all the same: a script without an ending, files
    of Cython, a server or a workflow?"""
    return may_be_script(path) or path.endswith((".pyx", ".pxd", ".pxi", ".pyw", ".wsgi", ".smk"))


def is_script(head: bytes) -> bool:
    """Do these first bytes of a file say that Python runs it?"""
    return head[:2] == b"#!" and _INTERPRETER in head.partition(b"\n")[0]


def looked_at(path: str) -> bool:
    """Is this the path of a file that ``walk`` would yield, as far as names decide?"""
    return is_text(path.rpartition("/")[2]) and is_entered(path)


def is_text(name: str) -> bool:
    """Is a file of this name read: code, settings, documents, and what starts or builds code?"""
    return name.endswith(_TEXT) or name.startswith(_VARIANTS)


def within(path: str) -> bool:
    """May this be a file of the tree: below its root, in no folder that ``walk`` does not enter, and no part of git?"""
    parts = path.split("/")
    return ".." not in parts and parts[0] != "" and parts[-1].lower() != ".git" and is_entered(path)


def case_twin(root: Path, path: str) -> str:
    """What stands below ``root`` and differs from a path, or a folder in it, by case alone; empty if nothing does."""
    folder = root
    for part in PurePosixPath(path).parts:
        if not os.path.lexists(folder / part):
            try:
                names = os.listdir(folder)  # noqa: PTH208 (names are all that is wanted)
            except OSError:
                return ""
            twin = next((name for name in names if _folded(name) == _folded(part)), "")
            return (folder / twin).relative_to(root).as_posix() if twin else ""
        folder = folder / part
    return ""


def _folded(name: str) -> str:
    """Names that a file system without case, or with one form of accents, takes for the same."""
    import unicodedata

    return unicodedata.normalize("NFC", name).casefold()


def is_entered(path: str) -> bool:
    """Are all folders above a file entered?"""
    return all(map(_enters, PurePosixPath(path).parts[:-1]))


def why_ignored(root: Path, path: str) -> tuple[str, str]:
    """Why ``walk`` does not yield a file below ``root``, and what helps, if anything does; both empty if it does."""
    folder = root
    for part in PurePosixPath(path).parts[:-1]:
        folder = folder / part
        at = folder.relative_to(root).as_posix()
        if part.lower() == ".git":
            return f"{at}/ belongs to git", ""
        if folder.is_symlink():
            return f"{at}/ is a symlink", f"name the file by its path below {folder.resolve()}"
        if (folder / _ENVIRONMENT).exists():
            return f"{at}/ is a virtual environment", ""
        if part in _SKIPPED or part.endswith(".egg-info"):
            return f"folders called {part} hold no code of a project", ""
        if not _enters(part):
            return f"{at}/ is a hidden folder", f"give that folder as the root: --root {at}"
    if Ignored.one(root, path):
        return "git ignores it", f"`git check-ignore -v {path}` names the rule in .gitignore: change that first"
    return "", ""


def _enters(name: str) -> bool:
    hidden = name.startswith(".") and name not in _HIDDEN
    return not hidden and name not in _SKIPPED and not name.endswith(".egg-info")


def _is_script(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_file(follow_symlinks=False):
            return False
        with open(entry.path, "rb") as file:  # noqa: PTH123 (an entry has its path as text)
            return is_script(file.read(128))
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
