"""Build files that name modules one by one: what leaves such a module for another file is not built, installed, copied
or translated with it.

A Dockerfile copies files, and .dockerignore lets some of them in; serverless.yml and debian/*.install ship them;
meson.build, BUILD, Makefile.am and CMakeLists.txt say what is installed, POTFILES and
babel.cfg from which files messages are taken, a setup.py which files Cython or mypyc compiles, and settings which
packages are shipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from codemods.project.shipped_packages import left_out

if TYPE_CHECKING:
    from codemods.project.files import Files

_IMAGE = re.compile(r"(?:^|/)(?:Docker|Container)file[^/]*$|\.dockerfile$", re.IGNORECASE)
_BUILD = re.compile(
    r"(?:^|/)(?:meson\.build|BUILD(?:\.bazel)?|Makefile\.am|CMakeLists\.txt|POTFILES(?:\.in)?"
    r"|serverless\.ya?ml|\.dockerignore|debian/(?:[\w.-]+\.)?install)$"
)
_MESSAGES = re.compile(r"(?:^|/)babel\.(?:cfg|ini)$")  # Babel: which files messages are taken from
_COPY = re.compile(r"^[ \t]*(?:COPY|ADD)[ \t]+((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE | re.IGNORECASE)

_COMPILERS = ("cythonize", "mypycify", "build_ext")
# Not what a setup.py reads the version from.
_FILE = re.compile(r"(?<!open\()(?<!Path\()(?<!read\()[\"']([^\"'\n]+\.py)[\"']")


def named_without(tree: Files, source: str, destination: str) -> Iterator[tuple[str, int]]:
    """(build file, line) of each that names the source, and does not name the destination."""
    yield from left_out(tree, source, destination)
    for path in sorted(tree.texts_with([source.rpartition("/")[2]])):
        if not any(names.search(path) for names in (_IMAGE, _BUILD, _MESSAGES)):
            continue
        text = tree.peek(path).decode("utf-8", "replace")
        find = _copied if _IMAGE.search(path) else _extracted if _MESSAGES.search(path) else _listed
        line = find(text, path, source)
        if line is not None and find(text, path, destination) is None:
            yield path, line
    for path in sorted(tree.code_with(_COMPILERS) & tree.code_with(["py"])):
        text = tree.peek(path).decode("utf-8", "replace") if path.endswith(".py") else ""
        line = _compiled(text, path, source)
        if line is not None and _compiled(text, path, destination) is None:
            yield path, line


def _compiled(text: str, path: str, module: str) -> int | None:
    """The line that names a file, or files like it, from the root or from the folder of the script."""
    folder = path.rpartition("/")[0]
    for found in _FILE.finditer(text):
        if module in (found[1], f"{folder}/{found[1]}") or fnmatchcase(module, found[1]):
            return text.count("\n", 0, found.start()) + 1
    return None


def _copied(text: str, _path: str, module: str) -> int | None:
    """The line that copies a file, by its name or with its folder."""
    for found in _COPY.finditer(text):
        words = [word for word in re.split(r"[\s,\\\"\[\]]+", found[1]) if word and not word.startswith("--")]
        for copied in (word.removeprefix("./").strip("/") or "." for word in words[:-1]):
            if copied == "." or fnmatchcase(module, copied) or fnmatchcase(module, f"{copied}/*"):
                return text.count("\n", 0, found.start()) + 1
    return None


def _extracted(text: str, _path: str, module: str) -> int | None:
    """The section for files of a pattern: ``[python: shop/*.py]``"""
    for found in re.finditer(r"^\[\s*\w+\s*:\s*([^\]\s]+)\s*\]", text, re.MULTILINE):
        if fnmatchcase(module, found[1].replace("**/", "*").replace("**", "*")):
            return text.count("\n", 0, found.start()) + 1
    return None


def _listed(text: str, path: str, module: str) -> int | None:
    """The line that names a file, from the folder of the build file or from the root."""
    folder = path.rpartition("/")[0]
    names = [module, *([module[len(folder) + 1 :]] if folder and module.startswith(f"{folder}/") else [])]
    word = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, names))})(?![\w./-])")
    # Of .dockerignore only what it lets in: what is kept out is no concern of an image.
    ignoring = path.endswith(".dockerignore")
    for number, line in enumerate(text.split("\n"), 1):
        counts = line.startswith("!") if ignoring else not line.lstrip().startswith("#")
        if counts and word.search(line):
            return number
    return None
