"""Trees of modules with side effects of every kind; whatever is moved, each start prints what it printed.

    scripts/fuzz_effects.py [COUNT [FIRST]]        5,000 by default; a number is always the same tree and the same move

A tree has tools that register in each way that Python knows, modules that use them, import one another, and look at
what is registered, and programs that import one of them at the top, in a function or by its name. An observer imports
each module first, with nothing else loaded, and prints what everybody can see then.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from codemods.face import solve
from codemods.model import Move, Refused
from codemods.project import DiskTree

HUB = """
import functools

LOG = []
TABLE = {}


def register(function):
    TABLE[function.__name__] = len(TABLE)
    LOG.append(function.__name__)
    return function


def route(path, *, table=LOG):
    def enter(function):
        table.append((path, function.__name__))
        return function

    return enter


class Bus:
    def __init__(self):
        self.handlers = []

    def on(self, name):
        def enter(function):
            self.handlers.append((name, function.__name__))
            return function

        return enter

    def __rshift__(self, other):
        self.handlers.append(other)
        return self


class On:
    def __init__(self, name):
        self.name = name

    def __call__(self, thing):
        LOG.append((self.name, thing.__name__))
        return thing


class Base:
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        LOG.append(("sub", cls.__name__))


class Meta(type):
    def __new__(mcs, name, bases, namespace):
        LOG.append(("meta", name))
        return super().__new__(mcs, name, bases, namespace)


class Field:
    def __set_name__(self, owner, name):
        LOG.append((owner.__name__, name))


class Counted:
    count = 0

    def __new__(cls):
        Counted.count += 1
        return super().__new__(cls)


class Quiet:
    pass


def quiet_ones():
    return sorted(one.__name__ for one in Quiet.__subclasses__())


def factory():
    class Made:
        def __init_subclass__(cls):
            LOG.append(("made", cls.__name__))

    return Made


def shown():
    return sorted(map(str, TABLE)), len(LOG)


bus = Bus()
on = bus.on
again = functools.partial(register)
Model = Meta("Model", (), {})
Made = factory()
"""
# What stands in a module: {n} is a number of its own. The first are definitions that may be moved.
QUIET = [
    "def plain{n}(x=1):\n    return x + {n}",
    "class Plain{n}:\n    size = {n}",
    "@dataclasses.dataclass\nclass Data{n}:\n    size: int = {n}",
    "class Kind{n}(enum.Enum):\n    ONE = {n}",
    "@functools.lru_cache\ndef cached{n}():\n    return {n}",
    "class Wrong{n}(ValueError):\n    pass",
    "LIMIT{n} = {n}",
]
LOUD = [
    "@hub.register\ndef loud{n}():\n    return {n}",
    "@hub.route('/{n}')\ndef loud{n}():\n    return {n}",
    "@hub.bus.on('{n}')\ndef loud{n}():\n    return {n}",
    "@hub.on('{n}')\ndef loud{n}():\n    return {n}",
    "@hub.again\ndef loud{n}():\n    return {n}",
    "@hub.On('{n}')\ndef loud{n}():\n    return {n}",
    "@hub.On('{n}')\nclass Loud{n}:\n    pass",
    "class Loud{n}(hub.Base):\n    pass",
    "class Loud{n}(metaclass=hub.Meta):\n    pass",
    "class Loud{n}(hub.Model):\n    pass",
    "class Loud{n}(hub.Made):\n    pass",
    "class Loud{n}:\n    field = hub.Field()",
    "class Loud{n}(hub.Quiet):\n    pass",
    "made{n} = hub.Counted()",
    "hub.TABLE['k{n}'] = {n}",
    "hub.TABLE.setdefault('list', []).append({n})",
    "hub.LOG += [{n}]",
    "hub.bus >> {n}",
    "mine{n} = hub.LOG\nmine{n}.append({n})",
    "os.environ['FUZZ'] = os.environ.get('FUZZ', '') + '{n}.'",
    "sys.path.append('fuzz{n}')",
    "setattr(hub, 'extra', {n})",
    "try:\n    hub.LOG.append('try{n}')\nfinally:\n    done{n} = True",
    "for step{n} in range(2):\n    hub.LOG.append((step{n}, {n}))",
    "list(map(hub.register, [len]))",
    "def start{n}():\n    hub.LOG.append('start{n}')\n\n\nstart{n}()",
]
LOOKING = [
    "SEEN{n} = hub.shown()",
    "SEEN{n} = os.environ.get('FUZZ')",
    "SEEN{n} = list(hub.LOG)",
    "SEEN{n} = len(sys.path)",
]
OBSERVER = """
import importlib, json, os, sys

path = list(sys.path)
for name in sys.argv[1:]:
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "shop"]:
        del sys.modules[loaded]
    os.environ.pop("FUZZ", None)
    sys.path[:] = path
    module = importlib.import_module(name)
    called = [str(f()) for n, f in sorted(vars(module).items()) if n.startswith("call")]
    hub = importlib.import_module("shop.hub")
    subclasses = hub.quiet_ones()
    seen = {n: v for m, x in sorted(sys.modules.items()) if m.startswith("shop.") for n, v in vars(x).items()
            if n.startswith("SEEN")}
    told = [called, hub.LOG, sorted(hub.TABLE.items(), key=str), hub.bus.handlers, hub.Counted.count,
            getattr(hub, "extra", None), subclasses, os.environ.get("FUZZ"), len(sys.path) - len(path)]
    print(json.dumps([name, told, seen], default=str))
"""
HEAD = "import dataclasses\nimport enum\nimport functools\nimport os\nimport sys\n\nfrom shop import hub\n"


@dataclass(frozen=True)
class Try:
    """A tree, and a move in it."""

    files: dict[str, str]
    move: Move


def make(seed: int) -> Try:
    """The tree and the move of a number."""
    draw = random.Random(seed)
    names = ["alpha", "beta", "gamma", "delta"]
    files = {"shop/__init__.py": "", "shop/hub.py": HUB, "observe.py": OBSERVER}
    public: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        lines, found = [HEAD], []
        for other in names[:number]:
            if draw.random() < 0.3:
                lines.append(f"from shop import {other}")
        for position in range(draw.randint(2, 5)):
            kind = draw.choice([QUIET, QUIET, LOUD, LOOKING])
            text = draw.choice(kind).format(n=10 * number + position)
            lines.append(f"\n\n{text}\n")
            first = text.split("\n")[-2 if text.startswith("@") else 0] if kind is QUIET else ""
            words = first.replace("(", " ").replace(":", " ").split()
            found += [words[1] if words[0] in ("def", "class") else words[0]] if words else []
        files[f"shop/{name}.py"], public[name] = "\n".join(lines), found
    movable = [name for name in names if public[name]] or ["alpha"]
    source = draw.choice(movable)
    if not public[source]:
        files["shop/alpha.py"] += "\n\ndef plain():\n    return 0\n"
        public[source].append("plain")
    symbol = draw.choice(public[source])
    for number in range(3):
        lines = [f"from shop import {other}" for other in names if draw.random() < 0.2]
        form = draw.choice(["top", "call", "module", "string"])
        if form == "top":
            lines += [f"from shop.{source} import {symbol}", "", "", f"def call():\n    return {symbol} is not None"]
        elif form == "call":
            lines += ["", "", f"def call():\n    from shop.{source} import {symbol}\n\n    return {symbol} is not None"]
        elif form == "module":
            lines += [f"from shop import {source}", "", "", f"def call():\n    return {source}.{symbol} is not None"]
        else:
            lines += [
                "import pkgutil",
                "",
                "",
                f"def call():\n    return pkgutil.resolve_name('shop.{source}:{symbol}') is not None",
            ]
        files[f"shop/main{number}.py"] = "\n".join(lines) + "\n"
    destination = draw.choice([*[n for n in names if n != source], "fresh", "fresh", "fresh"])
    return Try(files, Move(f"shop/{source}.py", (symbol,), f"shop/{destination}.py"))


def same(before: str, after: str) -> bool:
    """Do two lines of the observer say the same? What only looks need not be loaded, but sees the same where it is."""
    if not before.startswith("[") or not after.startswith("["):
        return before == after
    (old, new) = json.loads(before), json.loads(after)
    both = old[2].keys() & new[2].keys()
    return old[:2] == new[:2] and all(old[2][name] == new[2][name] for name in both)


def observed(folder: Path, starts: list[str]) -> str:
    command = [sys.executable, "-B", "observe.py", *starts]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else f"exit {done.returncode}: {done.stderr[-600:]}"


def attempt(seed: int) -> tuple[str, str]:
    """(what came of a try, what was wrong: nothing if all is well)."""
    one = make(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in one.files.items():
            folder.joinpath(path).parent.mkdir(parents=True, exist_ok=True)
            folder.joinpath(path).write_text(text)
        try:
            solution = solve([one.move], DiskTree(folder))
        except Refused as refused:
            return f"refused: {refused.hazards[0].code}", ""
        starts = sorted(f"shop.{p[5:-3]}" for p in one.files if p.startswith("shop/") and p != "shop/__init__.py")
        before = observed(folder, starts)
        for path, data in solution.changes.after.items():
            folder.joinpath(path).write_bytes(data or b"")
        after = observed(folder, starts)
    lines = list(zip(before.split("\n"), after.split("\n"), strict=False))
    if before.count("\n") == after.count("\n") and all(same(one, two) for one, two in lines):
        kept = any(file.kept for file in solution.plan.files)
        return "moved, importers kept" if kept else "moved", ""
    return "broken", "\n".join([str(one.move), *(f"- {a}\n+ {b}" for a, b in lines if not same(a, b))])


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + count):
        outcome, wrong = attempt(seed)
        outcomes[outcome] += 1
        if wrong:
            print(f"seed {seed}: {wrong}", flush=True)
    for outcome, number in outcomes.most_common():
        print(f"{number:6} {outcome}")
    return 1 if outcomes["broken"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
