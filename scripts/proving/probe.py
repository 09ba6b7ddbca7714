"""Runs inside of a tree: imports each module named in argv in a process of its own, and prints what it is and does."""

from __future__ import annotations

import contextlib
import enum
import importlib
import inspect
import io
import json
import os
import re
import sys
import tempfile
import time
import types
import typing
from pathlib import Path

Function = types.FunctionType
JOBS = json.loads(sys.argv[1])
TOPS = {job.partition(".")[0] for job in JOBS}


def said(value: object, depth: int = 0) -> str:
    """A value as text in which only what matters differs: no addresses, no module that a class says it stands in."""
    if isinstance(value, (type, Function)) and str(value.__module__).partition(".")[0] not in TOPS:
        return f"outside {value.__module__}.{value.__qualname__}"
    if isinstance(value, enum.Enum):
        return f"enum {value!r}"
    if isinstance(value, type):
        generated = str(value.__doc__).startswith(value.__name__ + "(")
        return (
            f"class {value.__qualname__} {[b.__qualname__ for b in value.__mro__]} {'' if generated else value.__doc__}"
        )
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, Function):
        return f"function {value.__qualname__} {signature(value)} {value.__doc__}"
    if isinstance(value, (int, str, bytes, float, type(None))):
        return bare(repr(value))
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, dict):
        value = list(value.items())
    if isinstance(value, (list, tuple)) and depth < 3:
        return type(value).__name__ + str([said(v, depth + 1) for v in value])
    return f"logger {value.name}" if type(value).__name__ == "Logger" else f"a {type(value).__qualname__}"  # type: ignore[attr-defined]


def signature(value: Function) -> str:
    try:
        parameters = inspect.signature(value).parameters.values()
    except (ValueError, TypeError):
        return ""
    return ", ".join(f"{p.name} {p.kind} {said(p.default)}" for p in parameters)


def hints(value: type | Function) -> str:
    try:
        found = typing.get_type_hints(value)
    except Exception as error:
        return f"no hints: {type(error).__name__}"
    return str(sorted((k, getattr(v, "__qualname__", str(v).rpartition(".")[2])) for k, v in found.items()))


def tried(value: typing.Callable[..., object]) -> str | None:
    """What a call without arguments gives, where that is possible."""
    try:
        parameters = inspect.signature(value).parameters.values()
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if any(p.default is p.empty and p.kind not in kinds for p in parameters) or inspect.iscoroutinefunction(value):
            return None
        return said(value())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def look(name: str) -> dict[str, object]:
    """A module, imported first."""
    wrote = io.StringIO()
    with contextlib.redirect_stdout(wrote):
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            return {"fails": type(error).__name__}
        found = {n: v for n, v in sorted(vars(module).items()) if not n.startswith("__")}
        own = {n: v for n, v in found.items() if isinstance(v, (type, Function)) and not said(v).startswith("outside")}
        calls = {n: tried(v) for n, v in found.items() if isinstance(v, Function) and not n.startswith("_")}
        for n, v in own.items():
            if isinstance(v, type) and not issubclass(v, enum.Enum):
                calls |= methods(n, v)
        return {
            "names": {n: said(v) for n, v in found.items()},
            "hints": {n: hints(v) for n, v in own.items()},
            "calls": calls,
            "doc": module.__doc__,
            "modules": sorted(getattr(module, "__all__", ())),
            "star": star(name),
            "wrote": bare(wrote.getvalue()),
        }


def methods(name: str, kind: type) -> dict[str, str | None]:
    """What the methods of an instance give."""
    try:
        made = kind()
    except Exception as error:
        return {name: f"{type(error).__name__}: {error}"}
    public = [m for m, f in sorted(vars(kind).items()) if isinstance(f, Function) and not m.startswith("_")]
    return {f"{name}.{m}": tried(getattr(made, m)) for m in public}


def star(name: str) -> object:
    space: dict[str, object] = {}
    try:
        exec(f"from {name} import *", space)
    except BaseException as error:
        return type(error).__name__
    return sorted(n for n in space if not n.startswith("__"))


def run(path: str) -> str:
    """What a script writes."""
    wrote = io.StringIO()
    with contextlib.redirect_stdout(wrote):
        try:
            exec(compile(Path(path).read_text(), path, "exec"), {"__name__": "observe"})
        except BaseException as error:
            print("fails:", type(error).__name__, error)
    return bare(wrote.getvalue())


def bare(text: str) -> str:
    """Without the module that a class says it stands in, which a move always changes, and without addresses and names
    of temporary folders, which each run does."""
    text = re.sub(r"<class '[\w.]+\.(\w+)'>", r"<class '\1'>", text)
    return re.sub(rf" at 0x[0-9a-f]+(?=>)|(?<={re.escape(tempfile.gettempdir())}/tmp)\w+", "", text)


def main() -> None:
    time.sleep = lambda seconds: None
    time.monotonic = time.time = lambda: 7.0
    found = {}
    for job in JOBS:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            result = run(job) if job.endswith(".py") else look(job)
            with os.fdopen(writing, "w") as pipe:
                pipe.write(json.dumps(result))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        os.waitpid(child, 0)
        found[job] = json.loads(text) if text else "died"
    print(json.dumps(found))


main()
