"""Trees with side effects of every kind, and a move in each: a number is always the same tree and the same move.

A tree has tools that register in each way that Python knows (`programs/hub.py`), modules that use them, import one
another, and look at what is registered, and programs that refer to what moves in each form: by imports, texts, patches,
the namespace, its module's name. `parts.txt` has what is drawn.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template

from codemods.model import Move, Reexport

HERE = Path(__file__).parent
HEAD = "\n".join(
    f"import {name}"
    for name in (
        *(
            "atexit",
            "collections",
            "csv",
            "dataclasses",
            "decimal",
            "enum",
            "functools",
            "importlib",
            "json",
            "logging",
        ),
        *("numbers", "os", "sys", "typing", "warnings"),
    )
)
MODULES = ("alpha", "beta", "gamma", "delta")


@dataclass(frozen=True)
class Try:
    """A tree, and a move in it."""

    files: dict[str, str]
    move: Move


@dataclass
class Module:
    """A module as it is drawn: what it imports, what stands in it, and which names that defines."""

    name: str
    package: str
    number: int
    future: bool
    lines: list[str] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    all: list[str] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)

    @property
    def dotted(self) -> str:
        return f"{self.package}.{self.name}"

    @property
    def path(self) -> str:
        return f"{self.dotted.replace('.', '/')}.py"

    @property
    def text(self) -> str:
        head = "from __future__ import annotations\n\n" if self.future else ""
        head += f"{HEAD}\n\nimport outlib\n\nfrom shop import hub\n"
        return "\n\n\n".join([head + "".join(f"{line}\n" for line in sorted(self.imports)), *self.lines]) + "\n"


@cache
def parts() -> Mapping[str, tuple[str, ...]]:
    """What may be drawn, by kind."""
    found: dict[str, tuple[str, ...]] = {}
    for section in re.split(r"^== ", HERE.joinpath("parts.txt").read_text(), flags=re.MULTILINE)[1:]:
        kind, _, text = section.partition("\n")
        found[kind] = tuple(part.strip("\n") for part in text.split("\n--\n"))
    return found


def make(seed: int) -> Try:
    """The tree and the move of a number."""
    draw = random.Random(seed)
    deep = draw.random() < 0.25
    modules = [
        Module(name, "shop.inner" if deep and name in ("gamma", "delta") else "shop", number, draw.random() < 0.2)
        for number, name in enumerate(MODULES)
    ]
    for module in modules:
        _fill(draw, module, modules)
    source = draw.choice([one for one in modules if one.quiet] or [_with_a_definition(modules[0])])
    names = source.quiet if draw.random() < 0.85 else source.all
    symbols = draw.sample(names, min(len(names), 2 if draw.random() < 0.15 else 1))
    words = {"S": source.dotted, "P": source.package, "s": source.name, "x": symbols[0]}
    if draw.random() < 0.6:
        _add(draw, source, modules, "extra", words)
    if draw.random() < 0.2:
        source.lines.insert(0, f"__all__ = {source.all!r}")
    files = {"shop/hub.py": HERE.joinpath("programs/hub.py").read_text(), "shop/__init__.py": ""}
    if deep:
        files["shop/inner/__init__.py"] = ""
    if draw.random() < 0.3:
        other = draw.choice([one for one in modules if one.package == "shop"])
        text = filled(draw.choice(parts()["package"]), {**words, "P": "shop", "m": other.name})
        files["shop/__init__.py"] = f"{text}\n"
    files |= {module.path: module.text for module in modules}
    files |= _callers(draw, modules, words)
    files |= {"shop/plugins.txt": f"{source.dotted}:{symbols[0]}\n"}
    files |= {"settings.toml": f'[shop]\nloads = "{source.dotted}.{symbols[0]}"\n'}
    others = [one.path for one in modules if one is not source]
    destination = draw.choice([*others, "shop/fresh.py", "shop/fresh.py", "shop/fresh.py"])
    reexport = Reexport.NONE if draw.random() < 0.05 else Reexport.AUTO
    return Try(files, Move(source.path, tuple(symbols), destination, reexport=reexport))


def _fill(draw: random.Random, module: Module, modules: list[Module]) -> None:
    """Draws what a module imports, and what stands in it."""
    for other in modules[: module.number]:
        if draw.random() < 0.3:
            forms = [f"from {other.package} import {other.name}"] * 4 + [f"import {other.dotted}"]
            forms += [f"from {other.dotted} import {name}" for name in other.quiet[:2]] + [
                f"from {other.dotted} import *"
            ]
            module.imports.add(draw.choice(forms))
    for _ in range(draw.randint(2, 6)):
        _add(draw, module, modules, draw.choice(["quiet", "quiet", "quiet", "loud", "looking"]), {})


def _add(draw: random.Random, module: Module, modules: list[Module], kind: str, words: Mapping[str, str]) -> None:
    """Draws one part, of those for which the module has the names."""
    number = 10 * module.number + len(module.lines)
    above = draw.choice(modules[: module.number] or [None])  # type: ignore[list-item]
    below = draw.choice([one for one in modules if one is not module])
    part = draw.choice(parts()[kind])
    late = "\n    from $P import $m" in part
    other = below if late else above
    known = {"n": str(number), **words, **{key: draw.choice(names) for key, names in _kinds(module) if names}}
    if other is not None:
        known |= {"m": other.name, "M": other.dotted, **({} if "P" in words else {"P": other.package})}
    if not set(re.findall(r"\$(\w)", part)) <= known.keys():
        return
    if "$m" in part and not late and other is not None:
        module.imports.add(f"from {other.package} import {other.name}")
    text = filled(part, known)
    module.lines.append(text)
    names = [
        name for name in _defined(text) if name not in module.all and not name.startswith(("user", "User", "Told"))
    ]
    module.all += names
    module.quiet += names if kind == "quiet" else []


def _kinds(module: Module) -> Iterator[tuple[str, list[str]]]:
    """The names above, by what they are: functions without arguments that are needed, classes, constants."""
    functions = [
        name for name in module.quiet if name[0].islower() and not name.startswith(("wrap", "log", "T", "reader"))
    ]
    functions += [name for name in module.quiet if name.startswith("wrapped")]
    yield "f", [name for name in functions if not name.startswith(("waits", "hook", "logs"))]
    yield "c", [name for name in module.quiet if name.startswith(("Plain", "Data", "Wrong", "Sub", "Closed", "Loud"))]
    yield "v", [name for name in module.quiet if name.startswith(("LIMIT", "Point"))]


def _with_a_definition(module: Module) -> Module:
    module.lines.append("def plain():\n    return 0")
    module.quiet.append("plain")
    module.all.append("plain")
    return module


def _callers(draw: random.Random, modules: list[Module], words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Three programs that refer to what moves, and that import other modules as well."""
    for number in range(3):
        kind = "odd caller" if number and draw.random() < 0.35 else "caller"
        imports = [f"from {one.package} import {one.name}\n" for one in modules if draw.random() < 0.2]
        part = draw.choice(parts()[kind]).replace("from .$s", f"from .{words['S'].partition('.')[2]}")
        yield f"shop/main{number}.py", "".join(imports) + filled(part, words) + "\n"


def _defined(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id


def filled(part: str, words: Mapping[str, str]) -> str:
    return Template(part).substitute(words)
