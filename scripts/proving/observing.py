"""What a tree does when it is run: the oracle that the prover is measured against.

Each module is imported first, in a process of its own, and says: whether that worked, what it wrote, what names it has and what
they look like; whether annotations can be read; what its functions without required arguments give. The project's own
observe.py says the rest. Nothing in here asks the prover, and nothing is parsed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from proving.projects import write

Observation = dict[str, object]

_PROBE = r"""
import importlib, inspect, io, json, os, re, sys, types, typing, enum, contextlib

import time
time.sleep = lambda seconds: None
time.monotonic = time.time = lambda: 7.0
tops = {job.partition(".")[0] for job in json.loads(sys.argv[1])}

def said(value, depth=0):
    home = getattr(value, "__module__", None)
    if isinstance(value, (type, types.FunctionType)) and str(home).partition(".")[0] not in tops:
        return "outside " + str(home) + "." + value.__qualname__
    if isinstance(value, enum.Enum):
        return f"enum {value!r}"
    if isinstance(value, type):
        return "class " + value.__qualname__ + " " + str([b.__qualname__ for b in value.__mro__]) + ("" if str(value.__doc__).startswith(value.__name__ + "(") else str(value.__doc__))
    if isinstance(value, types.ModuleType):
        return "module " + value.__name__
    if isinstance(value, types.FunctionType):
        return f"function {value.__qualname__} {signature(value)} {value.__doc__}"
    if isinstance(value, (int, str, bytes, float, bool, type(None))):
        return repr(value)
    if isinstance(value, (list, tuple, set, frozenset, dict)) and depth < 3:
        items = value.items() if isinstance(value, dict) else sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return type(value).__name__ + str([said(v, depth + 1) for v in items])
    if hasattr(value, "name") and type(value).__name__ == "Logger":
        return "logger " + value.name
    return "a " + type(value).__qualname__

def signature(value):
    try:
        return ", ".join(f"{p.name} {p.kind} {said(p.default)}" for p in inspect.signature(value).parameters.values())
    except (ValueError, TypeError):
        return ""

def hints(value):
    try:
        return "hints " + str(sorted((k, getattr(v, "__qualname__", str(v).rpartition(".")[2])) for k, v in typing.get_type_hints(value).items()))
    except Exception as error:
        return "no hints: " + type(error).__name__

def tried(value):
    try:
        needed = [p for p in inspect.signature(value).parameters.values() if p.default is p.empty and p.kind in (0, 1, 3)]
        if needed or inspect.iscoroutinefunction(value):
            return None
        return said(value())
    except Exception as error:
        return type(error).__name__ + ": " + str(error)

def look(name):
    out = {}
    wrote = io.StringIO()
    with contextlib.redirect_stdout(wrote):
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            return {"fails": type(error).__name__}
        names = sorted(n for n in vars(module) if not n.startswith("__"))
        out["names"] = {n: said(vars(module)[n]) for n in names}
        out["hints"] = {n: hints(v) for n, v in vars(module).items() if isinstance(v, (type, types.FunctionType)) and said(v)[:7] != "outside"}
        out["doc"] = module.__doc__
        out["modules"] = sorted(getattr(module, "__all__", ()))
        out["calls"] = {n: tried(v) for n, v in sorted(vars(module).items()) if isinstance(v, types.FunctionType) and not n.startswith("_")}
        for n in names:
            v = vars(module)[n]
            if isinstance(v, type) and v.__module__.partition(".")[0] == name.partition(".")[0] and not issubclass(v, enum.Enum):
                try:
                    made = v()
                except Exception as error:
                    out["calls"][n] = type(error).__name__ + ": " + str(error)
                    continue
                for m, f in sorted(vars(v).items()):
                    if isinstance(f, types.FunctionType) and not m.startswith("_"):
                        out["calls"][n + "." + m] = tried(getattr(made, m))
        space = {}
        try:
            exec("from " + name + " import *", space)
        except BaseException as error:
            out["star"] = type(error).__name__
        else:
            out["star"] = sorted(n for n in space if not n.startswith("__"))
    out["wrote"] = bare(wrote.getvalue())
    return out

def run(path):
    wrote = io.StringIO()
    with contextlib.redirect_stdout(wrote):
        try:
            exec(compile(open(path).read(), path, "exec"), {"__name__": "observe"})
        except BaseException as error:
            print("fails:", type(error).__name__, error)
    return bare(wrote.getvalue())

def bare(text):
    # Where a class says that it stands is what a move always changes.
    return re.sub(r"<class '[\w.]+\.(\w+)'>", r"<class '\1'>", text)

found = {}
for job in json.loads(sys.argv[1]):
    r, w = os.pipe()
    pid = os.fork()
    if not pid:
        result = run(job) if job.endswith(".py") else look(job)
        with os.fdopen(w, "w") as pipe:
            pipe.write(json.dumps(result, sort_keys=True))
        os._exit(0)
    os.close(w)
    with os.fdopen(r) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    found[job] = json.loads(text) if text else "died"
print(json.dumps(found))
"""


def observe(files: Mapping[str, bytes], asked: Iterable[str] = ()) -> Observation:
    """What the tree does, by module; its ``observe.py`` under that name. ``asked``: modules that should be there."""
    jobs = sorted({*modules(files), *asked} | ({"observe.py"} & files.keys()))
    with tempfile.TemporaryDirectory(prefix="observed-") as scratch:
        root = Path(scratch)
        write(files, root)
        roots = [root / "src", root] if (root / "src").is_dir() else [root]
        environment = {
            **{k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")},
            "PYTHONPATH": os.pathsep.join(map(str, roots)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONWARNINGS": "ignore",
        }
        done = subprocess.run(
            [sys.executable, "-c", _PROBE, json.dumps(jobs)],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    return json.loads(done.stdout)


def modules(files: Mapping[str, bytes]) -> list[str]:
    """Dotted names of what can be imported."""
    found = []
    for path in sorted(files):
        if path.endswith(".py") and path.rpartition("/")[2] not in ("observe.py", "__main__.py", "setup.py"):
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            found.append(".".join(parts[1:] if parts[0] == "src" else parts))
    return found


def differences(old: Observation, new: Observation, whole: bool) -> list[str]:
    """How two observations differ. ``whole``: names that left a module count too, as long as they were its own."""
    found = []
    for job, was in old.items():
        now = new.get(job)
        if not isinstance(was, dict) or not isinstance(now, dict):
            if was != now:
                found.append(f"{job}: {str(was)[:80]} -> {str(now)[:80]}")
            continue
        if "fails" in was:
            continue
        if "fails" in now:
            found.append(f"{job} fails: {now['fails']}")
            continue
        for key in was:
            found += [f"{job} {key}: {line}" for line in _within(was[key], now.get(key), key, whole)]
    for job in new.keys() - old.keys():
        now = new[job]
        if isinstance(now, dict) and "fails" in now:
            found.append(f"{job} fails: {now['fails']}")
    return found


def _within(was: object, now: object, key: str, whole: bool) -> list[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            f"{name}: {was[name]} -> {now.get(name)}"
            for name in was
            if was[name] != now.get(name)
            and not (key == "hints" and was[name].startswith("no hints"))
            # An import that nobody needs any more may go; so may, for others' moves, what moved.
            and (
                name in now
                or (whole and key == "names" and str(was[name]).startswith(("function", "class")) and name[0] != "_")
            )
        ]
    if key in ("star", "modules") and isinstance(was, list) and isinstance(now, list):
        lost = [n for n in was if n not in now]
        return [f"lost {lost}"] if lost and whole and key == "modules" else []
    return [] if was == now else [f"{was} -> {now}"]
