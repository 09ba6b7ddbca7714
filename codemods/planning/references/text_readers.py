"""Settings and scripts of other languages that read a name out of the source's file: ``grep VERSION shop/core.py``,
``version_files = ["shop/core.py:VERSION"]``, ``path = "shop/core.py"`` below ``[tool.hatch.version]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.model import Place
from codemods.planning.facts import Facts
from codemods.project.files import PROSE

_FILES = re.compile(r"[\w./-]+\.py(?::\w+)?")
_COMMENT = re.compile(r"\s*(?:#|;|//)")
_SECTION = re.compile(r"\s*\[+([^\]]+)\]+\s*$")


def read_out(facts: Facts) -> Iterator[tuple[Place, str]]:
    """(place, the moved name) for each line that names the source's file and one of its names; or its version."""
    source, tree = facts.move.source, facts.project.tree
    named = re.compile(rf"(?<![\w/.-])(?:\./)?{re.escape(source)}(?::(\w+)|(?!\w|::|/))")
    names = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, sorted(facts.moved_names)))})(?!\w)")
    versions = [name for name in sorted(facts.moved_names) if name.strip("_").lower() == "version"]
    for path in sorted(tree.texts_with([source.rpartition("/")[2]])):
        section = ""
        for number, line in enumerate(_lines(facts, path), 1):
            section = found[1] if (found := _SECTION.match(line)) else section
            if _COMMENT.match(line) or not named.search(line):
                continue
            spelled = " ".join(found[1] or "" for found in named.finditer(line))
            said = names.search(f"{spelled} {_FILES.sub(' ', line)}")
            if said is not None:
                yield Place(path, number), said[1]
            elif versions and "version" in f"{section} {line}".lower():
                yield Place(path, number), versions[0]


def _lines(facts: Facts, path: str) -> list[str]:
    if path.endswith(PROSE):
        return []
    try:
        return facts.project.tree.read(path).decode().splitlines()
    except (UnicodeDecodeError, OSError):
        return []
