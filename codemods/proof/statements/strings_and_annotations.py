"""What annotations, strings and calls name: code in quotes, dotted paths, ``setattr(module, "X", ...)``."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from codemods.proof.snapshot.symbols import Origins
from codemods.proof.statements.filled_texts import fields_read
from codemods.proof.statements.name_resolution import NameResolver, Occurrence, last_name
from codemods.proof.statements.table_targets import table_targets

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
_MODULE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
# Calls whose first argument is a dotted path that is followed when they run.
_FOLLOWS = frozenset(
    {"patch", "setattr", "delattr", "import_string", "import_module", "resolve_name", "locate", "dict"}
)
_BINDS = frozenset({"patch", "setattr", "delattr"})
_LOGGERS = frozenset({"getLogger", "get_logger"})
_TYPING = frozenset({"cast", "TypeVar", "NewType", "ForwardRef", "Optional", "Union", "List", "Dict", "Type", "Set"})
_TYPING |= {
    "list",
    "dict",
    "set",
    "tuple",
    "type",
    "Callable",
    "Sequence",
    "Mapping",
    "Iterable",
    "Iterator",
    "Annotated",
}


class TextNameResolver(NameResolver):
    """Reads what names something otherwise than by a plain name."""

    # What a text takes out of a namespace, by the call that gives it.
    _taken: Mapping[ast.AST, tuple[str, ...]] = MappingProxyType({})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._targets: set[int] = set()  # texts that a table gives as the target of a patch

    def _visit(self, node: object) -> None:
        raise NotImplementedError

    def _fields(self, node: ast.AST, *without: str) -> None:
        raise NotImplementedError

    def _annotation(self, node: ast.expr | None) -> None:
        if node is None:
            self._parts.append("-")
            return
        self._reading.annotated = True
        moment = self._moment
        if self.symbols.postponed:
            self._moment = "typing"
        self._typed(node)
        self._moment = moment

    def _typed(self, node: ast.AST) -> None:
        """An annotation: strings in it are read as code."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._string_annotation(node)
        elif isinstance(node, ast.Subscript) and last_name(node.value) == "Literal":
            self._visit(node)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self._visit(node)
        elif (
            isinstance(node, ast.Subscript)
            and last_name(node.value) == "Annotated"
            and isinstance(node.slice, ast.Tuple)
        ):
            self._visit(node.value)
            self._typed(node.slice.elts[0])
            self._visit(node.slice.elts[1:])
        else:
            self._parts.append(type(node).__name__)
            for child in ast.iter_child_nodes(node):
                self._typed(child) if isinstance(child, ast.expr) else self._parts.append(type(child).__name__)

    def _string_annotation(self, node: ast.Constant) -> None:
        try:
            inside = ast.parse(str(node.value).strip(), mode="eval").body
        except (SyntaxError, ValueError):
            self._parts.append(repr(node.value))
            return
        for child in ast.walk(inside):
            if isinstance(child, (ast.expr, ast.keyword)):
                child.lineno, child.col_offset = node.lineno, node.col_offset
                child.end_lineno, child.end_col_offset = node.end_lineno, node.end_col_offset
        moment, self._moment = self._moment, "typing"
        self._parts.append("str(")
        self._typed(inside)
        self._parts.append(")")
        self._moment = moment

    def _visit_subscript(self, node: ast.Subscript) -> None:
        if last_name(node.value) in _TYPING and any(_is_word(n) for n in _elements(node.slice)):
            self._parts.append("Subscript")
            self._typed(node)
        else:
            self._fields(node)

    def _visit_call(self, node: ast.Call) -> None:
        name = last_name(node.func)
        self._parts.append("Call")
        module = self._import_call(node)
        if module is not None:
            self._hole(node, "import_module", frozenset({(module, "")}), frozenset())
            return
        self._note_fields(node)
        self._targets.update(map(id, table_targets(self.symbols.source, node)) if name == "dict" else ())
        if self._reads_fields(node):
            return
        namespace = self._namespace(node) if name in ("globals", "vars") else frozenset()
        if namespace:
            self._hole(node, ast.unparse(node), namespace, frozenset())
            return
        if _is_given_a_namespace(node, name):
            self._given_a_namespace = node.func
        self._visit(node.func)
        named = self._named_in_call(node, name)
        for index, argument in enumerate(node.args):
            if index == 0 and named:
                self._parts.append("§Load")  # the module, of which only that name is asked
            elif (
                index == 0
                and name in _FOLLOWS
                and isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
            ):
                self._path_in_string(argument, follows=True, binds=name in _BINDS)
            elif name in _LOGGERS and isinstance(argument, ast.Constant):
                self._module_name(argument)
            elif name == "cast" and index == 0:
                self._typed(argument)
            else:
                self._visit(argument)
        for keyword in node.keywords:
            self._parts.append(f"{keyword.arg}=")
            if keyword.arg == "bound" and name == "TypeVar":
                self._typed(keyword.value)
            else:
                self._visit(keyword.value)

    def _visit_dict(self, node: ast.Dict) -> None:
        self._targets.update(map(id, table_targets(self.symbols.source, node)))
        self._fields(node)

    def _visit_binop(self, node: ast.BinOp) -> None:
        self._note_fields(node)
        self._fields(node)

    def _note_fields(self, node: ast.AST) -> None:
        if (found := fields_read(node)) is not None:
            self._taken = {**self._taken, found[0]: found[1]}

    def _reads_fields(self, node: ast.Call) -> bool:
        """Does a text take names out of the namespace that this call gives, and is it that of the module?"""
        asked = self._chain(node.func) if node in self._taken else None
        if asked is None or not asked[0] <= {(self.path, f"{name}()") for name in ("globals", "vars", "locals")}:
            return False
        self._parts.append("fields")
        scope, self._scope = self._scope, self.module
        for field in self._taken[node]:
            read = ast.parse(field, mode="eval").body
            for inner in ast.walk(read):
                ast.copy_location(inner, node)
            self._visit(read)
        self._scope = scope
        return True

    def _namespace(self, node: ast.Call) -> Origins:
        """What ``globals()`` gives, and ``vars(module)``: the namespace of a module of the tree."""
        asked = self._chain(node.func)
        if asked is None or node.keywords:
            return frozenset()
        if not node.args:
            return asked[0] & {(self.path, "globals()")}
        inner = self._chain(node.args[0]) if asked[0] == {("", "builtins.vars")} and len(node.args) == 1 else None
        modules = inner[0] if inner is not None and inner[2] is node.args[0] else frozenset()
        if len(modules) != 1 or any(where in ("", "=") or name for where, name in modules):
            return frozenset()
        return frozenset((where, "globals()") for where, _ in modules)

    def _named_in_call(self, node: ast.Call, name: str) -> bool:
        """``setattr(module, "X", …)``, ``patch.object(module, "X")``, ``getattr(module, "X")``: a name of a module
        that is read or replaced; ``getattr(module, name)``, which may be any. True where it is one that is there, so
        that nothing else depends on the module."""
        if name not in ("setattr", "delattr", "object", "getattr", "hasattr") or len(node.args) < 2:
            return False
        chain, word = self._chain(node.args[0]), node.args[1]
        modules = {where for where, inner in chain[0] if where not in ("", "=") and not inner} if chain else set()
        if chain is None or len(modules) != 1:
            return False
        if not isinstance(word, ast.Constant) or not isinstance(word.value, str):
            if name in ("getattr", "hasattr"):
                self._looked_into, any_of_it = node.args[0], frozenset({(modules.pop(), "getattr()")})
                self._note(Occurrence("getattr()", any_of_it, frozenset(), self._moment, node.lineno))
            return False
        self._looked_into = node.args[0]
        cell = (modules.pop(), word.value)
        meaning = self.snapshot.member(self.path, frozenset({(cell[0], "")}), word.value) or frozenset()
        reads = frozenset({cell}) if name in ("getattr", "hasattr") else frozenset()
        self._note(
            Occurrence(f"{cell[0]}:{word.value}", meaning, reads, self._moment, node.lineno, None if reads else cell)
        )
        return bool(meaning) and chain[2] is node.args[0]

    def _path_in_string(self, node: ast.Constant, follows: bool = False, binds: bool = False) -> None:
        """A dotted path in a string; where it is followed when run, its text is not part of the key. ``binds``: the
        name is bound anew, and what it names not only found: ``patch.dict`` changes the dictionary that is there."""
        text = str(node.value)
        meaning, cell, known = self.snapshot.written(self.path, text)
        self._parts.append("§text" if follows and known else self._spelled(node))
        self._note(Occurrence(repr(text), meaning, frozenset(), "call", node.lineno, cell if binds else None))

    def _visit_constant(self, node: ast.Constant) -> None:
        # A single word is a word, though a module may have the same name, but for one that code leaves.
        dotted = isinstance(node.value, str) and "." in node.value and _MODULE.fullmatch(node.value)
        if (dotted or node.value in self.snapshot.words) and self.snapshot.find(str(node.value), self.path):
            self._module_name(node)
        elif id(node) in self._targets and isinstance(node.value, str):
            self._path_in_string(node, follows=True, binds=True)
        elif isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            self._path_in_string(node)
        else:
            self._parts.append(self._spelled(node))

    def _module_name(self, node: ast.Constant) -> None:
        """A module's name as text: the same as ``__name__`` inside of that module."""
        self._hole(node, repr(node.value), frozenset({("=", repr(node.value))}), frozenset())

    def _spelled(self, node: ast.Constant) -> str:
        """A literal as it is written, not only what it means."""
        if (
            isinstance(node.value, (str, bytes, int, float, complex))
            and not isinstance(node.value, bool)
            and not self._in_fstring
        ):
            source = self.symbols.source
            written = re.sub(r"\r\n?", "\n", source.text[source.start(node) : source.end(node)])
            return self.snapshot.said_before(self.path, written)
        return self.snapshot.said_before(self.path, repr(node.value))

    _in_fstring = False

    def _visit_joinedstr(self, node: ast.JoinedStr) -> None:
        before, self._in_fstring = self._in_fstring, True
        self._fields(node)
        self._in_fstring = before


def _is_given_a_namespace(node: ast.Call, name: str) -> bool:
    """Is a built-in that may read the present module's namespace given another one?"""
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return False
    if name in ("exec", "eval"):
        return len(node.args) > 1 or any(keyword.arg == "globals" for keyword in node.keywords)
    return name in ("dir", "vars") and len(node.args) == 1


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
