"""Files in which a plugin of pytest keeps what a test said, under the name of the test's module.

``__snapshots__/test_orders.ambr``, ``test_orders/test_price.yml``, ``test_orders.test_price.approved.txt``: no code
names them, and in another module the test would look for another file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.planning.facts import Facts
from codemods.planning.selection.test_items import asked_for, collected
from codemods.project.files import CODE


def stored_results(facts: Facts) -> Iterator[tuple[str, str]]:
    """(a file that stands by the name of the source, a moved test that it is of)"""
    tests = collected(facts)
    move = facts.move
    kept = list(_named_after(facts, move.source)) if tests else []
    there = list(_named_after(facts, move.destination)) if kept else []
    for name, node in sorted(tests.items()):
        path = next((path for path in kept if _is_of(facts, move.source, path, name, node)), None)
        if path is not None and not any(_is_of(facts, move.destination, p, name, node) for p in there):
            yield path, name


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py")


def _named_after(facts: Facts, module: str) -> Iterator[str]:
    """The files around a test module, and below its folder, whose paths have its name in them."""
    folder, stem = module.rpartition("/")[0], _stem(module)
    above = f"{folder}/" if folder else ""
    for path in sorted(facts.project.tree.paths):
        if path.startswith(above) and not path.endswith((*CODE, ".pyc")):
            parts = path[len(above) :].split("/")
            if any(part == stem or part.startswith(f"{stem}.") for part in parts):
                yield path


def _is_of(facts: Facts, module: str, path: str, name: str, node: ast.stmt) -> bool:
    """Is it of this test: by its own name, by what stands in it, or as one of the files that `datadir` gives it?"""
    word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")
    if word.search(path.rpartition("/")[2]) or word.search(facts.project.tree.peek(path).decode(errors="replace")):
        return True
    return f"/{_stem(module)}/" in f"/{path}" and any("datadir" in fixture for fixture in asked_for(node))
