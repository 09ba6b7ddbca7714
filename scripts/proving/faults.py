"""Ways to damage a good move, each a small function that is found by its decorator.

A fault takes the new tree of a move that is right, and yields trees in which one thing is wrong, each with where. Whether a
fault changes what the program does depends on the program: the oracle of ``observing`` says so.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.model import Move


@dataclass(frozen=True)
class Damaged:
    """A tree in which one thing is wrong; ``where`` says what and where."""

    where: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Good:
    """A move that is right: the tree before, the tree after, and what was asked for."""

    move: Move
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]

    @cached_property
    def modules(self) -> list[Module]:
        """The modules that a fault may be put in: those that changed first, then the others."""
        paths = [p for p in self.after if p.endswith(".py") and p != "observe.py"]
        paths.sort(key=lambda p: (self.after[p] == self.before.get(p), p))
        return [Module(p, self.after[p].decode()) for p in paths]

    @property
    def changed(self) -> list[Module]:
        return [m for m in self.modules if self.after[m.path] != self.before.get(m.path)]

    def module(self, path: str) -> Module | None:
        return next((m for m in self.modules if m.path == path), None)

    @property
    def source(self) -> Module | None:
        return self.module(self.move.source)

    @property
    def destination(self) -> Module | None:
        return self.module(self.move.destination)

    def moved(self) -> Iterator[tuple[Module, ast.stmt]]:
        """What stands in the destination and did not before."""
        if (module := self.destination) is not None:
            old = self.before.get(module.path, b"").decode()
            for node in module.body:
                if module.segment(node) not in old and not isinstance(node, (ast.Import, ast.ImportFrom)):
                    yield module, node

    def with_(self, where: str, *changes: tuple[str, str | None]) -> Damaged:
        files = dict(self.after)
        for path, text in changes:
            if text is None:
                files.pop(path, None)
            else:
                files[path] = text.encode()
        return Damaged(where, files)

    def replaced(self, module: Module, node: ast.AST, text: str, said: str = "") -> Damaged:
        """One node with other text in its place."""
        where = f"{module.path}:{getattr(node, 'lineno', 0)}"
        return self.with_(f"{where} {said or text!r}", (module.path, module.replaced(node, text)))


@dataclass(frozen=True)
class Module:
    """A module's text, and where its nodes stand in it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def body(self) -> list[ast.stmt]:
        return self.tree.body

    @property
    def package(self) -> str:
        return ".".join(self.path.removeprefix("src/").split("/")[:-1])

    @property
    def dotted(self) -> str:
        return self.path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def span(self, node: ast.AST) -> tuple[int, int]:
        lines = self.text.splitlines(keepends=True)
        first = node.decorator_list[0] if getattr(node, "decorator_list", None) else node  # type: ignore[attr-defined]

        def at(line: int, column: int) -> int:
            return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

        start = at(first.lineno, first.col_offset) - (first is not node)  # type: ignore[attr-defined]
        return start, at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def replaced(self, node: ast.AST, text: str) -> str:
        start, end = self.span(node)
        return self.text[:start] + text + self.text[end:]

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (n for n in ast.walk(self.tree) if isinstance(n, kinds))

    def imports(self) -> Iterator[ast.Import | ast.ImportFrom]:
        """At module level."""
        for node in self.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__":
                yield node

    def late_imports(self) -> Iterator[ast.Import | ast.ImportFrom]:
        for function in self.walk(ast.FunctionDef, ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    yield node

    def after_imports(self) -> int:
        """Where code may be put: behind the last import at module level, the docstring and the future."""
        heads = [n for n in self.body if isinstance(n, (ast.Import, ast.ImportFrom))]
        if not heads and self.body and isinstance(self.body[0], ast.Expr):
            heads = [self.body[0]]
        return self.span(heads[-1])[1] if heads else 0

    def inserted(self, text: str) -> str:
        at = self.after_imports()
        return self.text[:at] + ("\n" if at else "") + text + "\n" + self.text[at:]


Operator = Callable[[Good], Iterator[Damaged]]
_FAULTS: dict[str, Operator] = {}


def fault(function: Operator) -> Operator:
    """Register a way to damage a tree."""
    _FAULTS[function.__name__] = function
    return function


def faults() -> Mapping[str, Operator]:
    """Every fault, by name; what it does is its docstring."""
    return dict(_FAULTS)


def written(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> str:
    """An import statement with other names."""
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import(names)) if names else ""
    return ast.unparse(ast.ImportFrom(node.module, names, node.level)) if names else ""


# -- imports


@fault
def import_dropped(good: Good) -> Iterator[Damaged]:
    """An import at module level is missing."""
    for module in good.changed:
        for node in module.imports():
            for alias in node.names:
                rest = [a for a in node.names if a is not alias]
                yield good.replaced(module, node, written(node, rest), f"without {alias.name}")


@fault
def late_import_dropped(good: Good) -> Iterator[Damaged]:
    """An import inside of a function is missing."""
    for module in good.changed:
        for node in module.late_imports():
            yield good.replaced(module, node, "pass")


@fault
def late_import_made_early(good: Good) -> Iterator[Damaged]:
    """An import inside of a function stands at module level."""
    for module in good.changed:
        for node in module.late_imports():
            text = Module(module.path, module.replaced(node, "pass")).inserted(module.segment(node))
            yield good.with_(f"{module.path}:{node.lineno}", (module.path, text))


@fault
def early_import_made_late(good: Good) -> Iterator[Damaged]:
    """An import at module level stands at the end of the module."""
    for module in good.changed:
        for node in module.imports():
            text = module.replaced(node, "").rstrip("\n") + "\n\n" + module.segment(node) + "\n"
            yield good.with_(f"{module.path}:{node.lineno}", (module.path, text))


@fault
def import_for_typing_only(good: Good) -> Iterator[Damaged]:
    """An import at module level is seen by type checkers only."""
    for module in good.changed:
        for node in module.imports():
            text = "import typing\nif typing.TYPE_CHECKING:\n    " + ast.unparse(node)
            yield good.replaced(module, node, text, "under TYPE_CHECKING")


@fault
def typing_import_made_real(good: Good) -> Iterator[Damaged]:
    """An import for type checkers runs."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                yield good.replaced(module, node, "\n".join(map(ast.unparse, node.body)), "unwrapped")


@fault
def import_never_runs(good: Good) -> Iterator[Damaged]:
    """An import stands under a condition that does not hold."""
    for module in good.changed:
        for node in module.imports():
            yield good.replaced(module, node, "if not __name__:\n    " + ast.unparse(node), "under a condition")


@fault
def relative_level_up(good: Good) -> Iterator[Damaged]:
    """A relative import starts one package higher."""
    for module in good.changed:
        for node in module.walk(ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            if node.level:
                yield good.replaced(module, node, ast.unparse(ast.ImportFrom(node.module, node.names, node.level + 1)))


@fault
def relative_made_absolute(good: Good) -> Iterator[Damaged]:
    """A relative import lost its dots."""
    for module in good.changed:
        for node in module.walk(ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            if node.level and node.module:
                yield good.replaced(module, node, ast.unparse(ast.ImportFrom(node.module, node.names, 0)))


@fault
def star_import_made(good: Good) -> Iterator[Damaged]:
    """Names are taken by a star instead of one by one."""
    for module in good.changed:
        for node in module.imports():
            if isinstance(node, ast.ImportFrom):
                yield good.replaced(module, node, written(node, [ast.alias("*")]))


@fault
def imported_from_a_module_that_is_not_there(good: Good) -> Iterator[Damaged]:
    """The module of an import is misspelt."""
    for module in good.changed:
        for node in module.imports():
            if isinstance(node, ast.ImportFrom) and node.module:
                yield good.replaced(
                    module, node, ast.unparse(ast.ImportFrom(node.module + "s", node.names, node.level))
                )


@fault
def another_name_imported(good: Good) -> Iterator[Damaged]:
    """An import binds the name to something else that the module has."""
    for module in good.changed:
        for node in module.imports():
            target = good.module(_path_of(module, node, good)) if isinstance(node, ast.ImportFrom) else None
            for alias in node.names if target else ():
                others = [getattr(n, "name", "") for n in target.body if getattr(n, "name", alias.name) != alias.name]  # type: ignore[union-attr]
                if others:
                    new = [ast.alias(others[0], alias.asname or alias.name) if a is alias else a for a in node.names]
                    yield good.replaced(module, node, written(node, new))


@fault
def aliases_swapped(good: Good) -> Iterator[Damaged]:
    """Two names of one import are each other."""
    for module in good.modules:
        for node in module.imports():
            if len(node.names) > 1 and isinstance(node, ast.ImportFrom):
                one, two, *rest = node.names
                new = [ast.alias(one.name, two.asname or two.name), ast.alias(two.name, one.asname or one.name), *rest]
                yield good.replaced(module, node, written(node, new))


@fault
def imported_from_a_twin(good: Good) -> Iterator[Damaged]:
    """An import leads to a new module with the same text as the destination."""
    destination = good.destination
    for module in good.changed:
        for node in module.imports():
            if destination and isinstance(node, ast.ImportFrom) and _path_of(module, node, good) == destination.path:
                twin = destination.path.replace(".py", "_twin.py")
                text = ast.unparse(ast.ImportFrom(destination.dotted + "_twin", node.names, 0))
                yield good.with_(
                    f"{module.path}:{node.lineno}", (module.path, module.replaced(node, text)), (twin, destination.text)
                )


@fault
def reexport_lost(good: Good) -> Iterator[Damaged]:
    """The old path no longer has what moved."""
    if (module := good.source) is not None:
        for node in module.imports():
            names = [a for a in node.names if a.name not in good.move.names]
            if len(names) < len(node.names):
                yield good.replaced(module, node, written(node, names), "without the moved names")


@fault
def reexport_is_a_copy(good: Good) -> Iterator[Damaged]:
    """The old path has a definition of its own again."""
    if (module := good.source) is None:
        return
    for _, moved in good.moved():
        if isinstance(moved, (ast.FunctionDef, ast.ClassDef)):
            copy = ast.unparse(moved)
            yield good.with_(f"{module.path} defines {moved.name}", (module.path, module.text + "\n\n" + copy + "\n"))


@fault
def value_copied(good: Good) -> Iterator[Damaged]:
    """A definition is copied into a module instead of imported."""
    for module in good.changed:
        for node in module.imports():
            target = good.module(_path_of(module, node, good)) if isinstance(node, ast.ImportFrom) else None
            for alias in node.names if target else ():
                for inner in target.body:  # type: ignore[union-attr]
                    bound = getattr(inner, "name", None) or (
                        ast.unparse(inner.targets[0]) if isinstance(inner, ast.Assign) else ""
                    )
                    if bound == alias.name and not alias.asname:
                        rest = written(node, [a for a in node.names if a is not alias])
                        yield good.replaced(module, node, rest + "\n" + ast.unparse(inner), f"{alias.name} copied")


@fault
def module_attribute_frozen(good: Good) -> Iterator[Damaged]:
    """What was read through a module is imported once, early."""
    for module in good.modules:
        for node in module.walk(ast.Attribute):
            assert isinstance(node, ast.Attribute)
            chain = ast.unparse(node.value)
            target = next((m for m in good.modules if m.dotted.rpartition(".")[2] == chain.rpartition(".")[2]), None)
            if (
                target
                and isinstance(node.ctx, ast.Load)
                and re.search(rf"^(def |class |){node.attr}\b", target.text, re.M)
            ):
                text = Module(module.path, module.replaced(node, node.attr)).inserted(
                    f"from {target.dotted} import {node.attr}"
                )
                yield good.with_(f"{module.path}:{node.lineno} {chain}.{node.attr}", (module.path, text))


@fault
def guard_lost(good: Good) -> Iterator[Damaged]:
    """An import has no way out any more."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, ast.Try) and all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in node.body):
                yield good.replaced(module, node, "\n".join(map(ast.unparse, node.body)), "without try")


@fault
def guard_gives_another_value(good: Good) -> Iterator[Damaged]:
    """What stands in for a missing module is another constant."""
    for module in good.changed:
        for node in module.body:
            for handler in node.handlers if isinstance(node, ast.Try) else ():
                for inner in handler.body:
                    if isinstance(inner, ast.Assign):
                        yield good.replaced(module, inner.value, "0")


@fault
def circle_closed(good: Good) -> Iterator[Damaged]:
    """The destination imports the source while it is imported."""
    destination, source = good.destination, good.source
    if destination and source:
        for node in source.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                text = destination.inserted(f"from {source.dotted} import {node.name} as again_")
                yield good.with_(f"{destination.path} imports {node.name}", (destination.path, text))


@fault
def future_lost(good: Good) -> Iterator[Damaged]:
    """``from __future__ import annotations`` is missing."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                yield good.replaced(module, node, "", "lost")


@fault
def future_gained(good: Good) -> Iterator[Damaged]:
    """``from __future__ import annotations`` is new."""
    for module in good.changed:
        if "__future__" not in module.text and "->" in module.text and not ast.get_docstring(module.tree):
            yield good.with_(module.path, (module.path, "from __future__ import annotations\n" + module.text))


# -- names


@fault
def builtin_covered(good: Good) -> Iterator[Damaged]:
    """The module has a function by the name of a builtin that it reads."""
    for module in good.changed:
        names = {n.id for n in module.walk(ast.Name) if isinstance(n, ast.Name)} & set(dir(builtins))
        for name in sorted(names)[:2]:
            text = module.inserted(f"\n\ndef {name}(*given, **named):\n    return None\n")
            yield good.with_(f"{module.path} covers {name}", (module.path, text))


@fault
def builtin_covered_by_an_import(good: Good) -> Iterator[Damaged]:
    """The module imports something by the name of a builtin that it reads."""
    for module in good.changed:
        names = {n.id for n in module.walk(ast.Name) if isinstance(n, ast.Name)} & set(dir(builtins))
        for name in sorted(names)[:2]:
            yield good.with_(
                f"{module.path} covers {name}", (module.path, module.inserted(f"from operator import not_ as {name}"))
            )


@fault
def name_overwritten(good: Good) -> Iterator[Damaged]:
    """The name is bound to something else at the end of the module."""
    for module in good.changed:
        if module.path in (good.move.source, good.move.destination):
            for name in good.move.names:
                yield good.with_(f"{module.path} {name}", (module.path, module.text + f"\n{name} = None\n"))


@fault
def name_deleted(good: Good) -> Iterator[Damaged]:
    """The name is deleted at the end of the module."""
    for module in good.changed:
        for node in module.imports():
            name = node.names[0].asname or node.names[0].name
            if "." not in name:
                yield good.with_(f"{module.path} del {name}", (module.path, module.text + f"\ndel {name}\n"))


@fault
def definition_renamed(good: Good) -> Iterator[Damaged]:
    """What moved has another name."""
    for module, node in good.moved():
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            text = module.segment(node).replace(f" {node.name}", f" {node.name}_", 1)
            yield good.replaced(module, node, text, f"{node.name}_")


@fault
def global_dropped(good: Good) -> Iterator[Damaged]:
    """A ``global`` statement is missing."""
    for module in good.changed:
        for node in module.walk(ast.Global):
            yield good.replaced(module, node, "pass")


@fault
def nonlocal_or_local_made_global(good: Good) -> Iterator[Damaged]:
    """A local is declared global."""
    for module, node in good.moved():
        for function in ast.walk(node):
            if isinstance(function, ast.FunctionDef):
                stored = [
                    n.id
                    for s in function.body
                    for n in ast.walk(s)
                    if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
                ]
                given = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
                for name in sorted(set(stored) - given)[:1]:
                    first = function.body[0]
                    if not isinstance(first, ast.Global):
                        text = f"global {name}; {module.segment(first)}"
                        yield good.replaced(module, first, text, f"global {name}")


@fault
def module_name_covers_a_library(good: Good) -> Iterator[Damaged]:
    """A new module beside the package has the name of one that is imported."""
    names = {a.name for m in good.modules for n in m.imports() if isinstance(n, ast.Import) for a in n.names}
    prefix = "src/" if good.move.source.startswith("src/") else ""
    for name in sorted(n for n in names if n.isidentifier()):
        if f"{prefix}{name}.py" not in good.after and f"{prefix}{name}/__init__.py" not in good.after:
            yield good.with_(name, (f"{prefix}{name}.py", "dumps = loads = getLogger = None\n"))


# -- places that tests and strings name


def _patches(good: Good) -> Iterator[tuple[Module, ast.Constant]]:
    for module in good.modules:
        for call in module.walk(ast.Call):
            assert isinstance(call, ast.Call)
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("patch", "setattr") and call.args:
                if isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
                    yield module, call.args[0]


@fault
def patch_retargeted(good: Good) -> Iterator[Damaged]:
    """A patch names the other of the two modules."""
    source, destination = (Module(p, "").dotted for p in (good.move.source, good.move.destination))
    for module, node in _patches(good):
        text = str(node.value)
        for one, two in ((source, destination), (destination, source)):
            if text.startswith(one + "."):
                yield good.replaced(module, node, repr(two + text[len(one) :]))


@fault
def patch_of_another_name(good: Good) -> Iterator[Damaged]:
    """A patch names something else in the module."""
    for module, node in _patches(good):
        head, _, _ = str(node.value).rpartition(".")
        target = next((m for m in good.modules if m.dotted == head), None)
        for inner in target.body if target else ():
            if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and not str(node.value).endswith("." + inner.name):
                yield good.replaced(module, node, repr(f"{head}.{inner.name}"))


@fault
def patch_at_the_library(good: Good) -> Iterator[Damaged]:
    """A patch names the place that the name came from, which nobody looks at."""
    for module, node in _patches(good):
        name = str(node.value).rpartition(".")[2]
        if name in ("sleep", "monotonic"):
            yield good.replaced(module, node, repr(f"time.{name}"))


@fault
def dotted_string_changed(good: Good) -> Iterator[Damaged]:
    """A dotted path in a string leads to a module that is not there."""
    for module in good.modules:
        for node in module.walk(ast.Constant):
            assert isinstance(node, ast.Constant)
            if isinstance(node.value, str) and re.fullmatch(r"\w+(\.\w+)+", node.value):
                yield good.replaced(module, node, repr(node.value.replace(".", ".no.", 1)))


@fault
def assigned_to_the_other_module(good: Good) -> Iterator[Damaged]:
    """An attribute is set on the other of the two modules."""
    source, destination = (Module(p, "").dotted for p in (good.move.source, good.move.destination))
    for module in good.modules:
        for node in module.walk(ast.Attribute):
            assert isinstance(node, ast.Attribute)
            if isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
                for one, two in ((source, destination), (destination, source)):
                    if node.value.id == one.rpartition(".")[2]:
                        text = Module(module.path, module.replaced(node.value, "other_")).inserted(
                            f"import {two} as other_"
                        )
                        yield good.with_(f"{module.path}:{node.lineno} on {two}", (module.path, text))


@fault
def logger_named_after_its_new_module(good: Good) -> Iterator[Damaged]:
    """A logger is got by ``__name__`` where it was got by the old name."""
    for module in good.changed:
        for node in module.walk(ast.Call):
            assert isinstance(node, ast.Call)
            if getattr(node.func, "attr", "") == "getLogger" and isinstance(node.args[0], ast.Constant):
                yield good.replaced(module, node.args[0], "__name__")


@fault
def logger_of_another_name(good: Good) -> Iterator[Damaged]:
    """A logger has another name."""
    for module in good.changed:
        for node in module.walk(ast.Call):
            assert isinstance(node, ast.Call)
            if getattr(node.func, "attr", "") == "getLogger":
                yield good.replaced(module, node.args[0], '"other"')


# -- what a package promises


@fault
def all_entry_lost(good: Good) -> Iterator[Damaged]:
    """``__all__`` lacks a name."""
    for module, node in _all_lists(good):
        for item in node.elts:
            rest = [e for e in node.elts if e is not item]
            yield good.replaced(module, node, ast.unparse(ast.List(rest)), f"without {ast.unparse(item)}")


@fault
def all_names_what_is_not_there(good: Good) -> Iterator[Damaged]:
    """``__all__`` has a name too many."""
    for module, node in _all_lists(good):
        yield good.replaced(module, node, ast.unparse(ast.List([*node.elts, ast.Constant("nothing")])))


def _all_lists(good: Good) -> Iterator[tuple[Module, ast.List]]:
    for module in good.modules:
        for node in module.body:
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == "__all__"
                and isinstance(node.value, ast.List)
            ):
                yield module, node.value


@fault
def facade_lost(good: Good) -> Iterator[Damaged]:
    """The package no longer gives what moved."""
    for module in good.modules:
        for node in module.imports() if module.path.endswith("__init__.py") else ():
            names = [a for a in node.names if a.name not in good.move.names]
            if len(names) < len(node.names):
                yield good.replaced(module, node, written(node, names), "without what moved")


# -- statements


@fault
def statements_swapped(good: Good) -> Iterator[Damaged]:
    """Two neighbours at module level changed places."""
    for module in good.changed:
        for one, two in zip(module.body, module.body[1:], strict=False):
            (a, b), (c, d) = module.span(one), module.span(two)
            if "__future__" not in module.text[a:d] and "coding" not in module.text[:a]:
                text = module.text[:a] + module.text[c:d] + module.text[b:c] + module.text[a:b] + module.text[d:]
                yield good.with_(f"{module.path}:{one.lineno} and {two.lineno}", (module.path, text))


@fault
def statement_lost(good: Good) -> Iterator[Damaged]:
    """A statement at module level is missing."""
    for module in good.changed:
        for node in module.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                yield good.replaced(module, node, "", "lost")


@fault
def statement_twice(good: Good) -> Iterator[Damaged]:
    """A statement at module level stands there twice."""
    for module in good.changed:
        for node in module.body:
            if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.ClassDef, ast.FunctionDef)):
                text = module.text.rstrip("\n") + "\n\n\n" + module.segment(node) + "\n"
                yield good.with_(f"{module.path}:{node.lineno}", (module.path, text))


@fault
def left_behind(good: Good) -> Iterator[Damaged]:
    """What moved stands in the source too, before the import."""
    if (module := good.source) is not None:
        for _, node in good.moved():
            yield good.with_(f"{module.path}", (module.path, ast.unparse(node) + "\n\n\n" + module.text))


@fault
def file_lost(good: Good) -> Iterator[Damaged]:
    """A module is missing."""
    for module in good.changed:
        yield good.with_(module.path, (module.path, None))


@fault
def syntax_broken(good: Good) -> Iterator[Damaged]:
    """A module can't be read."""
    for module in good.changed:
        yield good.with_(module.path, (module.path, module.text + "\n)\n"))


# -- inside of what moved


@fault
def decorator_lost(good: Good) -> Iterator[Damaged]:
    """A definition lost a decorator."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef):
            for decorator in node.decorator_list:  # type: ignore[attr-defined]
                start, end = module.span(decorator)
                at = module.text.rindex("@", 0, start)
                text = module.text[:at] + module.text[end:].lstrip()
                yield good.with_(f"{module.path}:{decorator.lineno}", (module.path, text))


@fault
def decorators_swapped(good: Good) -> Iterator[Damaged]:
    """Two decorators changed places."""
    for module in good.modules:
        for node in module.walk(ast.FunctionDef, ast.ClassDef):
            found = node.decorator_list  # type: ignore[attr-defined]
            if len(found) > 1:
                (a, b), (c, d) = module.span(found[0]), module.span(found[1])
                text = module.text[:a] + module.text[c:d] + module.text[b:c] + module.text[a:b] + module.text[d:]
                yield good.with_(f"{module.path}:{found[0].lineno}", (module.path, text))


@fault
def comment_lost(good: Good) -> Iterator[Damaged]:
    """A comment is missing."""
    for module in good.changed:
        for found in re.finditer(r"(?m)^[ \t]*#(?! noqa|.*coding).*\n", module.text):
            text = module.text[: found.start()] + module.text[found.end() :]
            yield good.with_(f"{module.path} {found.group().strip()}", (module.path, text))


@fault
def docstring_lost(good: Good) -> Iterator[Damaged]:
    """A docstring is missing."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef, ast.ClassDef, ast.Module):
            if ast.get_docstring(node):  # type: ignore[arg-type]
                yield good.replaced(module, node.body[0], "pass", "docstring")  # type: ignore[attr-defined]


@fault
def constant_changed(good: Good) -> Iterator[Damaged]:
    """One byte of a literal is another."""
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
                if isinstance(node.value, int):
                    yield good.replaced(module, node, str(node.value + 1))
                elif isinstance(node.value, str) and node.value and module.segment(node)[:1] in "\"'":
                    yield good.replaced(module, node, repr(node.value[:-1] + chr(ord(node.value[-1]) ^ 1)))


@fault
def quotes_changed(good: Good) -> Iterator[Damaged]:
    """A string has other quotes, and is the same string."""
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and module.segment(node)[:1] == '"':
                yield good.replaced(module, node, repr(node.value))


@fault
def operator_changed(good: Good) -> Iterator[Damaged]:
    """An operator is another."""
    swaps = {
        "+": "-",
        "*": "+",
        "-": "+",
        ">": "<",
        ">=": ">",
        "<": ">",
        "<=": "<",
        "==": "!=",
        "is not": "is",
        "/": "*",
    }
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, (ast.BinOp, ast.Compare)):
                left, right = (
                    (node.left, node.right) if isinstance(node, ast.BinOp) else (node.left, node.comparators[0])
                )
                a, b = module.span(left)[1], module.span(right)[0]
                word = module.text[a:b].strip()
                if word in swaps:
                    text = module.text[:a] + f" {swaps[word]} " + module.text[b:]
                    yield good.with_(f"{module.path}:{node.lineno} {word}", (module.path, text))


@fault
def body_statement_lost(good: Good) -> Iterator[Damaged]:
    """A statement inside of what moved is missing."""
    for module, top in good.moved():
        for node in ast.walk(top):
            for inner in getattr(node, "body", []) if not isinstance(node, (ast.Lambda, ast.IfExp)) else ():
                if isinstance(inner, (ast.Assign, ast.Return, ast.AugAssign, ast.Expr)):
                    yield good.replaced(module, inner, "pass", "lost")


@fault
def default_changed(good: Good) -> Iterator[Damaged]:
    """A default argument is another."""
    for module, top in good.moved():
        for node in ast.walk(top):
            for default in (
                [*node.args.defaults, *filter(None, node.args.kw_defaults)] if isinstance(node, ast.FunctionDef) else ()
            ):
                yield good.replaced(module, default, "None")


@fault
def argument_renamed(good: Good) -> Iterator[Damaged]:
    """An argument has another name, inside of the function too."""
    for module, top in good.moved():
        for node in ast.walk(top):
            if isinstance(node, ast.FunctionDef) and node.args.args:
                name = node.args.args[-1].arg
                text = re.sub(rf"\b{name}\b", f"{name}_", module.segment(node))
                yield good.replaced(module, node, text, f"{name}_")


@fault
def base_lost(good: Good) -> Iterator[Damaged]:
    """A class lost its bases."""
    for module in good.changed:
        for node in module.walk(ast.ClassDef):
            assert isinstance(node, ast.ClassDef)
            if node.bases:
                text = re.sub(r"\([^)]*\):", ":", module.segment(node), count=1)
                yield good.replaced(module, node, text, f"{node.name} without bases")


@fault
def annotation_changed(good: Good) -> Iterator[Damaged]:
    """What a function says it returns is another."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef):
            assert isinstance(node, ast.FunctionDef)
            if node.returns:
                yield good.replaced(module, node.returns, "int")


@fault
def annotation_quoted(good: Good) -> Iterator[Damaged]:
    """An annotation is text."""
    for module in good.changed:
        for node in module.walk(ast.FunctionDef):
            assert isinstance(node, ast.FunctionDef)
            if node.returns and not isinstance(node.returns, ast.Constant):
                yield good.replaced(module, node.returns, repr(ast.unparse(node.returns)))


@fault
def async_lost(good: Good) -> Iterator[Damaged]:
    """A coroutine has an await less."""
    for module in good.changed:
        for node in module.walk(ast.Await):
            assert isinstance(node, ast.Await)
            yield good.replaced(module, node, module.segment(node.value))


@fault
def method_out_of_its_class(good: Good) -> Iterator[Damaged]:
    """The last method of a class stands beside the class."""
    for module, top in good.moved():
        if isinstance(top, ast.ClassDef) and len(top.body) > 1 and isinstance(top.body[-1], ast.FunctionDef):
            start, end = module.span(top.body[-1])
            text = module.text[:start].rstrip() + "\n\n\n" + ast.unparse(top.body[-1]) + module.text[end:]
            yield good.with_(f"{module.path}:{top.body[-1].lineno}", (module.path, text))


@fault
def line_ends_mixed(good: Good) -> Iterator[Damaged]:
    """Some lines end in another way."""
    for module in good.changed:
        if module.text.count("\n") > 2 and module.path in good.before:
            yield good.with_(module.path, (module.path, module.text.replace("\n", "\r\n", 2)))


@fault
def import_moved_below_its_use(good: Good) -> Iterator[Damaged]:
    """What brings back the moved name stands one statement later."""
    if (module := good.source) is not None:
        for one, two in zip(module.body, module.body[1:], strict=False):
            if isinstance(one, ast.ImportFrom) and any(a.name in good.move.names for a in one.names):
                (a, b), (c, d) = module.span(one), module.span(two)
                text = module.text[:a] + module.text[c:d] + module.text[b:c] + module.text[a:b] + module.text[d:]
                yield good.with_(f"{module.path}:{one.lineno}", (module.path, text))


def _path_of(module: Module, node: ast.ImportFrom, good: Good) -> str:
    """The file that a ``from`` import names."""
    base = module.package.split(".") if module.package else []
    if node.level:
        parts = [*base[: len(base) - node.level + 1], *(node.module or "").split(".")]
    else:
        parts = (node.module or "").split(".")
    stem = "/".join(p for p in parts if p)
    return next((p for p in (f"{stem}.py", f"src/{stem}.py", f"{stem}/__init__.py") if p in good.after), "")
