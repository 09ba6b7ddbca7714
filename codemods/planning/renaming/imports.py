"""Imports of the module in every form, and the attribute chains by which files reach it.

Each is edited where it stands. A name that an import bound keeps its meaning: ``from shop import models`` becomes
``from shop import pricing``, with every use of it, or ``from shop import pricing as models`` where the file has
``pricing`` already, or others find ``models`` in the file.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from codemods.bindings import Import, Module
from codemods.planning.edits.model import Replacement
from codemods.planning.grouping.dotted_names import chain_of
from codemods.planning.references.referrers import Referrers
from codemods.planning.renaming.names import Found, Renamed, alias_span, parted, spoken

_FROM = re.compile(r"from(\s*)([.\w\s]*?)(\s*)\bimport\b")


def import_edits(asked: Renamed, referrers: Referrers, module: Module) -> Found:
    """The edits of one file, which may be the module itself."""
    file = _File(asked, referrers, module)
    file.imports()
    file.chains()
    return file.found


class _File:
    def __init__(self, asked: Renamed, referrers: Referrers, module: Module) -> None:
        self.asked, self.referrers, self.module = asked, referrers, module
        self.names, self.source = asked.project.names, module.source
        self.found = Found()
        self.reached: set[str] = set()  # names that imports bound to the module, and that are called otherwise now

    def imports(self) -> None:
        for node in self.source.nodes.of(ast.ImportFrom):
            self._from(node)
        for node in self.source.nodes.of(ast.Import):
            for alias in node.names:
                if self.asked.is_old(alias.name, self.module.path):
                    self._plain(alias)
        for name in sorted(self.reached):
            self._uses(name)

    def _refuse(self, node: ast.AST, reason: str) -> None:
        self.found.against.append((self.source.place(node), reason))

    def _edit(self, start: int, end: int, text: str, why: str) -> None:
        if self.source.text[start:end] != text:
            self.found.edits.append(Replacement(start, end, text, why))

    # -- from ... import ...

    def _from(self, node: ast.ImportFrom) -> None:
        base = self.names.absolute(self.module.path, node.module, node.level)
        if base is None:
            return
        if self.asked.is_old(base, self.module.path):
            target = self.asked.spelled(self.module.path, node.level > 0, node.module or "")
            self._module_text(node, target)
            return
        taken = [a for a in node.names if self._is_submodule(base, a.name)]
        if taken:
            self._submodule(node, taken, base)
        elif self.module.path == self.asked.old and node.level:
            self._module_text(node, self._from_new_place(base))

    def _is_submodule(self, base: str, name: str) -> bool:
        """Is this name of a package the module, and nothing that the package binds itself?"""
        if not self.asked.is_old(f"{base}.{name}" if base else name, self.module.path):
            return False
        package = self.names.find(base, self.module.path) if base else None
        return package is None or not self._binds_another(package, name)

    def _binds_another(self, package: str, name: str) -> bool:
        """Does a package bind the module's name to something else: ``from .status import status``?"""
        try:
            init = self.asked.project.module(package)
        except Exception:  # remembered by the project as unreadable
            return False
        items = init.top_imports.get(name, [])
        others = [i for i in items if self.asked.project.submodule(init, i) != self.asked.old]
        return name in init.definitions or bool(others)

    def _module_text(self, node: ast.ImportFrom, target: str) -> None:
        start = self.source.start(node)
        found = _FROM.match(self.source.text, start)
        if found is None:
            self._refuse(node, "the name of the module is divided over lines here, or has a comment in it")
            return
        text = (" " if not found[1] else "") + target + ("" if found[3] else " ")
        if re.sub(r"\s", "", found[2]) != target:
            self._edit(found.start(2), found.end(2), text, f"imports from {target}")

    def _from_new_place(self, base: str) -> str:
        """A module that the renamed one imports relatively, from where it goes."""
        here = (self.names.package(self.asked.new) or "").split(".")
        there = base.split(".")
        common = 0
        while common < min(len(here), len(there)) and here[common] == there[common]:
            common += 1
        return "." * (len(here) - common + 1) + ".".join(there[common:]) if common else base

    def _submodule(self, node: ast.ImportFrom, taken: list[ast.alias], base: str) -> None:
        alias = taken[0]
        written = "" if node.level else f"{base}.{alias.name}"
        parent, last = parted(self.asked.spelled(self.module.path, node.level > 0, written))
        if not parent or len(taken) > 1:
            self._refuse(node, f"an import of {self.asked.old_dotted} that can't be written in the same form")
            return
        before = "." * node.level + (node.module or "")
        if self.module.path == self.asked.old and parent == before and node.level:
            parent = self._from_new_place(base)
        bound = self._bound(alias, last)
        if parent == before:
            self._edit(*alias_span(self.module, alias), bound, f"imports {last}")
        elif len(node.names) == 1:
            self._module_text(node, parent)
            self._edit(*alias_span(self.module, alias), bound, f"imports {last} from {parent}")
        else:
            self._divided(node, alias, f"from {parent} import {bound}")

    def _divided(self, node: ast.ImportFrom, alias: ast.alias, line: str) -> None:
        """One name of several comes from elsewhere: it leaves the list, and is imported below."""
        index, text = node.names.index(alias), self.source.text
        spans = [alias_span(self.module, a) for a in node.names]
        start, end = (spans[0][0], spans[1][0]) if index == 0 else (spans[index - 1][1], spans[index][1])
        last = self.source.end(node)
        rest = text[last:].partition("\n")[0].split("#")[0].strip()
        if "#" in text[start:end] or rest:
            self._refuse(node, f"{alias.name} can't be taken out of this import without its comment")
            return
        indent = " " * node.col_offset
        self._edit(start, end, "", f"imports {alias.name} on a line of its own")
        self._edit(last, last, f"{self.source.newline}{indent}{line}", "")

    # -- import ...

    def _plain(self, alias: ast.alias) -> None:
        target = self.asked.spelled(self.module.path, False, alias.name)
        start, end = alias_span(self.module, alias)
        if alias.asname or "." in target:
            binds = f" as {alias.asname}" if alias.asname else ""
            if not alias.asname and "." not in alias.name:
                binds = f" as {alias.name}"
            self._edit(start, end, target + binds, f"imports {target}")
        elif "." in alias.name:
            self._refuse(alias, f"{target} is no part of a package, and {alias.name} is reached through one here")
        else:
            self._edit(start, end, self._bound(alias, target), f"imports {target}")

    # -- what an import binds

    def _bound(self, alias: ast.alias, last: str) -> str:
        """``pricing``, with the uses renamed, or ``pricing as models``."""
        if alias.asname:
            return last if alias.asname == last else f"{last} as {alias.asname}"
        if alias.name == last:
            return last
        if alias.name in self.reached or self._may_be_called(alias.name, last):
            self.reached.add(alias.name)
            return last
        return f"{last} as {alias.name}"

    def _may_be_called(self, name: str, last: str) -> bool:
        """Does nothing but imports of the module bind this name, is the new one free, and does nobody else look for
        the name in this file?"""
        nodes, bound = self.source.nodes, {*spoken(self.module)}
        items = [item for item in self.module.imports if item.binds == name]
        free = last not in bound and not hasattr(builtins, last)
        free = free and not any(item.binds == last for item in self.module.imports)
        free = free and not any(node.id == last for node in nodes.of(ast.Name))
        if not free or name in bound or not all(map(self._means_it, items)):
            return False
        dotted = re.compile(rf"(?<![\w.]){re.escape(name)}(?=[.\[]|$)")
        alone = {id(node.value) for node in nodes.of(ast.Expr)}
        texts = (n for n in nodes.of(ast.Constant) if isinstance(n.value, str) and id(n) not in alone)
        if any(dotted.match(str(node.value)) for node in texts) or not all(
            map(self._is_where_it_says, self._named(name))
        ):
            return False
        return self._is_own_package() or not self._looked_for(name)

    def _means_it(self, item: Import) -> bool:
        if item.attribute is None:
            return "." not in item.module and not item.asname and self.asked.is_old(item.module, self.module.path)
        base = self.names.absolute(self.module.path, item.module or None, item.level)
        return base is not None and not item.asname and self._is_submodule(base, item.attribute)

    def _named(self, name: str) -> Iterator[ast.Name]:
        return (node for node in self.source.nodes.of(ast.Name) if node.id == name)

    def _is_where_it_says(self, node: ast.Name) -> bool:
        """Not so in f-strings before Python 3.12."""
        return self.source.text[self.source.start(node) : self.source.end(node)] == node.id

    def _is_own_package(self) -> bool:
        parent = self.asked.old_dotted.rpartition(".")[0]
        return bool(parent) and self.names.find(parent, self.asked.old) == self.module.path

    def _looked_for(self, name: str) -> bool:
        """May another file find the name in this one: import it, read it as an attribute, patch it, take everything?"""
        here = self.names.dotted(self.module.path).rpartition(".")[2]
        if not here or name in (self.module.exported or ()):
            return True
        found = re.compile(
            rf"\b{re.escape(here)}\W+(?:import\b[^\n]*?)?\b{re.escape(name)}\b|\b{re.escape(here)}\s+import\s+[(*]"
        )
        tree = self.asked.project.tree
        near = tree.code_with([here]) | tree.texts_with([here])
        files = near & (tree.code_with([name, "import"]) | tree.texts_with([name]))
        return any(
            found.search(tree.peek(path).decode("utf-8", "replace")) for path in files if path != self.module.path
        )

    def _uses(self, name: str) -> None:
        target = self.asked.new_dotted.rpartition(".")[2]
        for node in self._named(name):
            self._edit(self.source.start(node), self.source.end(node), target, f"reads {target}")

    # -- attribute chains

    def chains(self) -> None:
        aliases = self.referrers.aliases(self.module)
        for node in self.source.nodes.of(ast.Attribute):
            chain = chain_of(node)
            if len(chain) > 1 and node.attr == self.asked.last and self.module.may_be_imported(node):
                for start in aliases.get(chain[0], ()):
                    if self._completes(start, chain):
                        self._chain(node, chain, start)
                        break

    def _completes(self, start: str, chain: tuple[str, ...]) -> bool:
        """Is it the last part of a chain that makes it the module?"""
        base = ".".join([start, *chain[1:-1]])
        return self._is_submodule(base, chain[-1]) and not self.asked.is_old(start, self.module.path)

    def _chain(self, node: ast.Attribute, chain: tuple[str, ...], start: str) -> None:
        base = ".".join([start, *chain[1:-1]])
        new = self.asked.spelled(self.module.path, False, f"{base}.{chain[-1]}")
        first, end = self.source.start(node), self.source.end(node)
        at = end - len(node.attr)
        if self.source.text[at:end] != node.attr:
            self._refuse(node, f"{'.'.join(chain)} is read where it can't be rewritten")
        elif new.startswith(f"{base}."):
            self._edit(at, end, new[len(base) + 1 :], f"reads {new}")
        elif start == chain[0] == new.partition(".")[0]:
            self._edit(first, end, new, f"reads {new}")
        else:
            self._refuse(node, f"{'.'.join(chain)} is read through {base}, in which {new} is not")
