"""What a name stands for, in a function and in a module."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from codemods import knowledge
from codemods.proof.importing.abstract.machine import FUNCTIONS, NOTHING, Machine, TooMuch
from codemods.proof.importing.abstract.values import (
    NEW,
    NOWHERE,
    UNKNOWN,
    Class,
    Code,
    Data,
    Frame,
    Instance,
    Items,
    ModuleOf,
    Outside,
    Places,
    Text,
    Value,
    Values,
    placed,
)
from codemods.proof.snapshot.resolution import Snapshot
from codemods.proof.snapshot.symbols import Origin, defined_names, flat


class Names(Machine):
    def __init__(self, snapshot: Snapshot, listed: Places) -> None:
        super().__init__(snapshot, listed)
        self._globals: dict[Origin, Values] = {}
        self._given: dict[str, dict[str, list[ast.stmt]]] = {}

    def name(self, frame: Frame, name: str) -> Values:
        here: Frame | None = frame
        start, held = frame, NOWHERE
        while here is not None and name not in here.declared:
            if name in here.names and (here is start or not here.is_class):
                return frozenset(_held_by(value, held) for value in here.names[name])
            held |= here.held
            here = here.around
        return self.of_module(frame.path, name)

    def of_module(self, path: str, name: str) -> Values:
        found: set[Value] = set()
        origins = self.snapshot.origins(path, name)
        # What a guarded import falls back to does what it stands in for.
        known = any(where == "" and knowledge.call(inner) is not None for where, inner in origins)
        for where, inner in origins:
            if known and where == "" and knowledge.call(inner) is None:
                continue
            if where == "=":
                found.add(Data(frozenset({("", "logging")})) if inner.startswith("getLogger") else Data())
            elif where == "":
                found.add(Outside(inner))
            else:
                found |= self.defined((where, inner)) if inner else {ModuleOf(where)}
        return frozenset(found) or self._made_there(path, name)

    def _made_there(self, path: str, name: str) -> Values:
        """What is imported from a module that does not bind it in its text: it makes it when it is executed."""
        symbols = self.snapshot.symbols(path)
        imports = (
            [b for b in symbols.binds.get(name, ()) if b.attribute and not b.typing] if symbols is not None else []
        )
        homes = {(self.snapshot.find(b.module, path), str(b.attribute)) for b in imports}
        homes |= {(self.snapshot.find(star, path), name) for star in (symbols.stars if symbols is not None else ())}
        return frozenset(Data(frozenset({(home, made)})) for home, made in homes if home)

    def defined(self, origin: Origin) -> Values:
        """What a name of a module stands for: all that its statements give it."""
        if origin in self._globals:
            return self._globals[origin]
        self._globals[origin] = frozenset({Data(frozenset({origin}))})
        path, name = origin
        nodes = self._binding(path).get(name, ()) if path.endswith(".py") else ()
        found: set[Value] = set()
        # What that changes happens where the name is defined.
        try:
            self.settled(lambda: found.update(*(self._given_by(path, node, name) for node in nodes)))
        except (TooMuch, RecursionError):
            self._globals[origin] = frozenset({Data(frozenset({origin, UNKNOWN}))})
            raise
        if Text() in found and self._is_rebound(path, name):
            found = (found - {Text()}) | NEW
        self._globals[origin] = frozenset(placed(value, origin) for value in found) or self._globals[origin]
        return self._globals[origin]

    def table(self, frame: Frame, node: ast.expr) -> Mapping[str, Values]:
        """What ``**OPTIONS`` gives by name, where a module has written it down."""
        found: dict[str, Values] = {}
        origins = self.snapshot.meaning(frame.path, node)
        written = [(frame.path, node)] if isinstance(node, ast.Dict) else []
        for path, name in origins:
            given = self._binding(path).get(name, ()) if path.endswith(".py") else ()
            written += [(path, value) for one in given if (value := getattr(one, "value", None)) is not None]
        for path, value in written:
            for key, part in zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ():
                if isinstance(key, ast.Constant):
                    around = frame if value is node else self.module(path)
                    found[str(key.value)] = found.get(str(key.value), NOTHING) | self.value(around, part)
        return found

    def entries(self, frame: Frame, node: ast.expr) -> Values:
        """What stands in a table or a list that a module has written down, by its name."""
        found: set[Value] = set()
        for path, name in self.snapshot.meaning(frame.path, node):
            given = self._binding(path).get(name, ()) if path.endswith(".py") else ()
            for value in filter(None, (getattr(one, "value", None) for one in given)):
                parts = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", ())
                found |= {v for part in parts for v in self.value(self.module(path), part)}
        return frozenset(found)

    def _is_rebound(self, path: str, name: str) -> bool:
        """May a function give the name another value?"""
        symbols = self.snapshot.symbols(path)
        return symbols is None or any(name in node.names for node in symbols.source.nodes.of(ast.Global))

    def _binding(self, path: str) -> dict[str, list[ast.stmt]]:
        """The statements of a module that give each name a value, blocks opened."""
        if path not in self._given:
            symbols = self.snapshot.symbols(path)
            found: dict[str, list[ast.stmt]] = {}
            for node, typing in flat(symbols.body) if symbols is not None else ():
                for name in defined_names(node) if not typing else ():
                    found.setdefault(name, []).append(node)
            self._given[path] = found
        return self._given[path]

    def _given_by(self, path: str, node: ast.stmt, name: str) -> Values:
        frame = self.module(path)
        if isinstance(node, FUNCTIONS) and node.name == name:
            code: Values = frozenset({Code(path, node)})
            # What stands around it runs when it is called.
            return code | {v for v in self.decorated(frame, node.decorator_list, code) if isinstance(v, Code)}
        if isinstance(node, ast.ClassDef) and node.name == name:
            return frozenset({Class(path, node)})
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(getattr(target, "id", "") == name for target in targets):
                return self.value(frame, node.value)
            return self.element(self.value(frame, node.value))  # ``a, b = c``
        if isinstance(node, (ast.For, ast.AsyncFor)):
            return self.element(self.value(frame, node.iter))
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return frozenset(v for item in node.items for v in self.value(frame, item.context_expr))
        return NOTHING


def _held_by(value: Value, places: Places) -> Value:
    """A value of a function around the one that runs is as old as what holds that."""
    for place in places if value in (Data(), Items(frozenset())) or isinstance(value, (Instance, Items)) else ():
        value = placed(value, place)
    return value
