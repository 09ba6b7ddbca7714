"""The classes that are measured: where each stands, and how a mutant takes its place in a running process."""

from __future__ import annotations
import __future__

import ast
import hashlib
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from .mutants import FUNCTION, body_of

CLASSES = ("WorkerStatusManager", "JobStatusManager", "FailedJobHandler")


ON_REAL_TIME = (
    *("access", "command", "embedded", "flow", "guarded", "operating", "outages", "random_messages", "robust"),
    *("round_trips", "worker_page"),
)


class SubjectError(Exception):
    """A class cannot be found, or not only once."""


@dataclass(frozen=True)
class Project:
    """Where things are: the package of the classes, the tests of the guard, and those that a mutant cannot reach.

    `kit` is the class (and its package) whose methods the tests call to break things, if there is one.
    """

    root: Path
    package: str = "worker"
    tests: str = "tests/worker"
    # Those on real time wait for a minute before they fail, and a busy machine may make them; the command line runs in
    # processes of its own. The recordings, on virtual time, have to do without them.
    outside: tuple[str, ...] = tuple(f"tests/worker/test_{name}.py" for name in ON_REAL_TIME)
    kit: tuple[str, str] | None = ("Faults", "codemods/characterize")


@dataclass(frozen=True)
class Subject:
    """A class in its file, found by its name alone: it may move."""

    name: str
    file: Path
    module: str
    source: str
    tree: ast.ClassDef

    @property
    def public_methods(self) -> list[str]:
        """What users of the class call, as `Class.method`; `__init__` among them."""
        names = [one.name for one in self.tree.body if isinstance(one, FUNCTION)]
        return [f"{self.name}.{name}" for name in names if name == "__init__" or not name.startswith("_")]

    def lines_of(self, method: str) -> set[int]:
        """The lines of the body of `Class.method`."""
        name = method.removeprefix(f"{self.name}.")
        (found,) = [one for one in self.tree.body if isinstance(one, FUNCTION) and one.name == name]
        return set(range(body_of(found)[0].lineno, (found.end_lineno or found.lineno) + 1))

    @property
    def body_lines(self) -> set[int]:
        """The lines that run when a method runs, and not already with the import."""
        methods = [one.name for one in self.tree.body if isinstance(one, FUNCTION)]
        return set().union(*(self.lines_of(f"{self.name}.{name}") for name in methods))


def find_subjects(project: Project, names: Sequence[str] = CLASSES) -> list[Subject]:
    """Find classes by name among the modules of a package; raises SubjectError if one is not there just once."""
    return _find(project.root, names, project.package)


def find_kit(project: Project) -> list[Subject]:
    """The class of the kit, if the project has one."""
    return _find(project.root, project.kit[:1], project.kit[1]) if project.kit else []


def _find(root: Path, names: Sequence[str], package: str) -> list[Subject]:
    found: dict[str, list[Subject]] = {name: [] for name in names}
    for file in sorted((root / package).rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        module = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and node.name in found:
                found[node.name].append(Subject(node.name, file, module, source, node))
    for name, places in found.items():
        if len(places) != 1:
            where = ", ".join(str(one.file.relative_to(root)) for one in places) or "no module"
            raise SubjectError(f"A class {name} is wanted from the package {package} once, and {where} defines it.")
    return [places[0] for places in found.values()]


def digest_of(project: Project) -> str:
    """A digest of all that a package defines. It stays the same when a definition moves from module to module."""
    pieces = []
    for file in sorted((project.root / project.package).rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            said = ast.get_source_segment(source, node) or ""
            of_the_module = isinstance(node, ast.Import | ast.ImportFrom | ast.Expr) or "getLogger(" in said
            if not of_the_module:
                pieces.append(said)
    return hashlib.sha256("\0".join(sorted(pieces)).encode()).hexdigest()[:12]


def install(subject: Subject, tree: ast.ClassDef) -> None:
    """Let the class in this process do what the tree says.

    The class stays the same object, so whoever has it already has the change too: its attributes are replaced by
    those of a class made from the tree in the namespace of its module.
    """
    module: ModuleType = importlib.import_module(subject.module)
    future = __future__.annotations.compiler_flag if hasattr(module, "annotations") else 0
    code = compile(ast.Module([tree], []), str(subject.file), "exec", flags=future, dont_inherit=True)
    namespace = vars(module)
    old = namespace[subject.name]
    exec(code, namespace)
    new, namespace[subject.name] = namespace[subject.name], old
    for name, value in vars(new).items():
        if name not in ("__dict__", "__weakref__"):
            setattr(old, name, value)
