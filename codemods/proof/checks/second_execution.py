"""A script that its own code imports by name is executed twice: as ``__main__``, and as the module of that name.

Then there are two of each of its classes and tables, and code that left the script finds the second ones. That is what
it found before only where nobody can tell the two apart: functions without state, plain values, classes that nobody
asks for, and what the script itself, from its main guard on, no longer uses.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cached_property

from codemods.model import Check, Finding, Kind, Place
from codemods.project.scripts import started, started_as_module
from codemods.proof.comparison.comparison import Comparison
from codemods.proof.importing.interchangeable import says_nothing_of_itself, tells_classes_apart
from codemods.proof.importing.side_effects import Effects
from codemods.proof.snapshot.import_graph import Graph
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import LOCAL_BUILTINS, OWN, Origin, is_main_guard
from codemods.proof.statements.statement import Pair, Statement

SAYS = "what left a script finds in the script's module what it found in the script"
CODE = "executed-twice"
_DECORATORS = frozenset({("", "contextlib.contextmanager"), ("", "contextlib.asynccontextmanager")})
_MAKES_PLAIN = frozenset(("", f"builtins.{kind}") for kind in ("frozenset", "tuple", "str", "bytes", "int", "float"))
_MAKES_PLAIN |= {("", "re.compile"), ("", "logging.getLogger")}  # the same pattern, and the same logger, each time
_PLAIN = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.BoolOp, ast.JoinedStr, ast.FormattedValue, ast.Starred)
_PLAIN += (ast.Compare, ast.IfExp)
_TYPING = ("typing.", "typing_extensions.", "collections.abc.")
_SAID_OF_ALL = frozenset({"__name__", "__doc__", "__qualname__"})


def check(comparison: Comparison) -> Check:
    failures: list[Finding] = []
    assumed: list[Finding] = []
    places = 0
    for path in comparison.changed:
        if _is_script(comparison.before, path) and _is_script(comparison.after, path):
            if never := _never_started(comparison, path):
                said = f"{path} is never started as a script: {never}"
                assumed.append(Finding(Place(path), said, CODE, Kind.NOTE))
                continue
            left = [p for p in comparison.pairing.pairs if p.moved and p.old.path == path]
            own = _Script(comparison, path)
            for pair in own.used(left):
                places += 1
                failures += own.compare(pair)
    return Check("scripts", SAYS, places, tuple(dict.fromkeys(failures)), assumptions=tuple(assumed))


def _never_started(comparison: Comparison, path: str) -> str:
    """Why it can't be: by its path, for an import beside itself fails there; by its name, for its package has imported
    it whenever that is done, or for it is one. Empty where it can, or where the tree does so all the same."""
    snapshot = comparison.before
    symbols, dotted = snapshot.symbols(path), snapshot.names.dotted(path)
    body = symbols.body if symbols is not None else []
    runs = path.replace("__init__", "__main__") if path.endswith("/__init__.py") else ""
    if not any(isinstance(node, ast.ImportFrom) and node.level for node in body):
        tree = comparison.after.tree
        if not runs or runs not in tree.paths or started(tree, path) is not None:
            return ""
        return f"-m {dotted} runs {runs}; no text in this tree starts {path}"
    if runs:
        return f"-m {dotted} runs {runs}"
    parts = dotted.split(".")
    packages = [snapshot.find(".".join(parts[:count]), path) for count in range(1, len(parts))]
    graph = snapshot.one(Graph)
    loading = [p for p in packages if p and p != path and path in graph.closure([p])]
    if not loading or started_as_module(comparison.after.tree, dotted) is not None:
        return ""
    return f"Python would warn that {loading[0]} imported it before; no text in this tree has -m {dotted}"


def _is_script(snapshot: Snapshot, path: str) -> bool:
    symbols = snapshot.symbols(path)
    return symbols is not None and any(map(is_main_guard, symbols.body))


class _Script:
    """A module that may run as ``__main__``, as it is after the change."""

    def __init__(self, comparison: Comparison, path: str) -> None:
        self.comparison = comparison
        self.path = path
        self.snapshot = comparison.after
        self.statements = comparison.new_statements[path]

    def used(self, left: list[Pair]) -> list[Pair]:
        """Of what left the script, what stands in modules that code of the script uses, and what registers with it."""
        said = (o for s in self.statements if not s.importing for o in s.reading.occurrences if o.moment != "typing")
        homes = {place for occurrence in said for place, _ in occurrence.meaning | occurrence.cells}
        effects = self.snapshot.one(Effects)
        return [p for p in left if p.new.path in homes or self._acts_on_it(effects.writes(p.new.path, p.new.node))]

    def _acts_on_it(self, changed: Collection[Origin]) -> bool:
        return any(path == self.path for path, _ in changed)

    def compare(self, pair: Pair) -> Iterator[Finding]:
        """What this statement finds in the module that differs from what it found in the script."""
        # What a text names, who follows it found in the second one before as well.
        found = sorted(self._read(pair.new, {o.text for o in pair.old.reading.occurrences if o.text[:1] in "\"'"}))
        for name in found:
            if why := self._state(name, set()):
                text = (
                    f"{pair.new.said} reads {name} of {self.path}: when that runs as a script there are two, for {why}"
                )
                yield Finding(pair.new.place, text, CODE, before=pair.old.place, cause=f"{self.path} {name}")
        if found and self._changes_again:
            changed = ", ".join(self._changes_again[:3])
            text = f"{pair.new.said} executes {self.path} again when that runs as a script, which changes {changed}"
            yield Finding(pair.new.place, text, CODE, before=pair.old.place, cause=f"{self.path} again")

    @cached_property
    def _changes_again(self) -> list[str]:
        """What the second execution changes; nothing where the script loaded itself by its name already."""
        graph = self.comparison.before.one(Graph)
        if any(self.path in graph.closure([target]) for target in graph.edges(self.path)):
            return []
        seen = self.snapshot.one(Effects).of_module(self.path)
        return sorted(f"{where}:{name}" if where else name for where, name in seen)

    def _read(self, statement: Statement, without: Collection[str] = ()) -> set[str]:
        """The names of the script that a statement reads."""
        read = (o for o in statement.reading.occurrences if o.moment != "typing" and o.text not in without)
        origins = (origin for o in read for origin in o.meaning | o.cells)
        return {name for place, name in origins if place == self.path and name}

    def _state(self, name: str, seen: set[str]) -> str:
        """Why two executions of the script give something different by this name; empty where they don't."""
        if name in seen:
            return ""
        seen.add(name)
        if name in OWN:
            return f"{name} says which of the two it is"
        makers = [s for s in self.statements if name in s.names]
        if not makers:
            return ""
        if any(name in s.declared_global for s in self.statements) or len(makers) > 1:
            why = f"{name} is bound anew"
        else:
            why = self._own_state(name, makers[0])
        if why and name in self._run:
            return why
        occurrences = [o for maker in makers for o in maker.reading.occurrences]
        if any(("", f"builtins.{o.text}") in o.meaning for o in occurrences if o.text in LOCAL_BUILTINS):
            return f"{name} looks into its module"
        read = set[str]().union(*map(self._read, makers)) - {name}
        return next(filter(None, (self._state(inner, seen) for inner in sorted(read))), "")

    @cached_property
    def _run(self) -> set[str]:
        """The names of the script that its own run uses: what the main guard reads, and what that reads in turn."""
        found: set[str] = set()
        todo = [s for s in self.statements if is_main_guard(s.node)]
        while todo:
            read = self._read(todo.pop()) - found
            found |= read
            todo += [s for s in self.statements if not read.isdisjoint(s.names)]
        return found

    def _own_state(self, name: str, maker: Statement) -> str:
        node = maker.node
        if isinstance(node, ast.ClassDef):
            return "" if self._is_interchangeable(node) else f"{name} is a class"
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            meant = [self.snapshot.meaning(self.path, decorator) for decorator in node.decorator_list]
            if not all(meaning and meaning <= _DECORATORS for meaning in meant):
                return f"a decorator made {name}"
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            if not all(map(self._is_plain, defaults)):
                return f"a default of {name} may be changed"
            return f"{name} has attributes" if self._has_attributes(name) else ""
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and self._is_plain(node.value):
            return ""
        return f"{name} is made again"

    def _is_interchangeable(self, node: ast.ClassDef) -> bool:
        """Asks nobody which of two such classes an object is of, here and in what left the script?"""
        values = [inner.value for inner in node.body if isinstance(inner, (ast.Assign, ast.AnnAssign)) and inner.value]
        left = [pair.new.node for pair in self.comparison.pairing.pairs if pair.old.path == self.path and pair.moved]
        said = says_nothing_of_itself(node, filter(self._is_plain, values))
        return said and not tells_classes_apart([*(s.node for s in self.statements), *left], node.name)

    def _is_plain(self, node: ast.expr) -> bool:
        """Is it a value that can't be changed, made of such ones; names are asked about one by one."""
        if isinstance(node, ast.Name):
            return True
        if isinstance(node, ast.Call):
            meaning = self.snapshot.meaning(self.path, node.func)
            inner = [e for a in node.args for e in (a.elts if isinstance(a, (ast.List, ast.Set)) else [a])]
            plain = bool(meaning) and meaning <= _MAKES_PLAIN and not node.keywords
            return plain and all(map(self._is_plain, inner))
        if isinstance(node, ast.Attribute):
            return self._is_shared(node)
        if isinstance(node, ast.Subscript):  # a type: two are equal
            made = self.snapshot.meaning(self.path, node.value)
            typing = bool(made) and all(not where and name.startswith(_TYPING) for where, name in made)
            return typing and self._is_plain(node.slice)
        return isinstance(node, _PLAIN) and all(
            self._is_plain(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        )

    def _is_shared(self, node: ast.Attribute) -> bool:
        """Is it what a module from outside has by that name? Code of the tree may set what its own modules have."""
        meaning = self.snapshot.meaning(self.path, node)
        return bool(meaning) and all(not where and name for where, name in meaning)

    def _has_attributes(self, name: str) -> bool:
        """Does code of the script read or set attributes of a function?"""
        symbols = self.snapshot.symbols(self.path)
        nodes = symbols.source.nodes.of(ast.Attribute) if symbols is not None else ()
        return any(getattr(n.value, "id", "") == name and n.attr not in _SAID_OF_ALL for n in nodes)
