"""Imports each module first, in a process of its own, and runs it as a script: prints what everybody can see then."""

import atexit
import builtins
import contextlib
import csv
import dataclasses  # noqa: F401  loaded once, not in each process
import decimal
import enum  # noqa: F401
import functools  # noqa: F401
import importlib
import inspect  # noqa: F401
import io
import json
import logging
import os
import re
import runpy
import sys
import types
import warnings
from pathlib import Path

BUILTINS = set(vars(builtins))
PATH = len(sys.path)
ENCODE = json.JSONEncoder(default=lambda one: shown(one)).encode


def called(thing):
    try:
        got = thing()
        got = got() if callable(got) else got
    except Exception as error:
        return type(error).__name__
    text = repr(plain(got))
    return type(got).__name__ if " at 0x" in text else text


def plain(got):
    """Without the modules of classes: those differ wherever a class moves, and a program that looks says it itself."""
    if isinstance(got, (tuple, list)) and type(got) in (tuple, list):
        return [plain(one) for one in got]
    return got.__qualname__ if isinstance(got, (type, types.FunctionType)) else got


def process():
    """What a process has one of."""
    return [
        os.environ.get("FUZZ"),
        len(sys.path) - PATH,
        sys.getrecursionlimit(),
        getattr(sys.excepthook, "__name__", ""),
        csv.list_dialects(),
        decimal.getcontext().prec,
        logging.getLevelName(17),
        sorted((name, str(vars(builtins)[name])) for name in set(vars(builtins)) - BUILTINS),
        [(one[0], str(one[1]), one[2].__name__, str(one[3])) for one in warnings.filters],
        getattr(json.JSONEncoder.default, "__name__", ""),
    ]


def loaded(prefix):
    return [(name, module) for name, module in sorted(sys.modules.items()) if name.startswith(prefix)]


def looked_at(name, as_script):
    """What it does, by what is looked at."""
    calls = []
    try:
        if as_script:
            runpy.run_module(name, run_name="__main__")
        else:
            module = importlib.import_module(name)
            calls += [called(f) for n, f in sorted(vars(module).items()) if n == "call"]
    except Exception as error:
        calls.append(f"{type(error).__name__}: {error}")
    hub, outlib = importlib.import_module("shop.hub"), importlib.import_module("outlib")
    held = [(n, v) for _, m in loaded("shop.") for n, v in list(vars(m).items())]
    sees = {n: without_address(repr(v)) for n, v in held if n.startswith("SEEN")}
    atexit._run_exitfuncs()
    told = {name: vars(hub)[name] for name in ("LOG", "TABLE", "EXTRA", "Counted")} | {"outlib": outlib.LOG}
    told |= {"calls": calls, "bus": hub.bus.handlers, "extra": getattr(hub, "extra", None), "quiet": hub.quiet_ones()}
    told |= {"Counted": hub.Counted.count, "process": process(), "SEEN": sees}
    return told


def shown(thing):
    got = plain(thing)
    return without_address(got if isinstance(got, str) else str(got))


def without_address(text):
    return re.sub(r" at 0x\w+", "", text)


def in_a_child(name, as_script):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            told = looked_at(name, as_script)
            text = ENCODE(told | {"said": said.getvalue()})
        with os.fdopen(writing, "w") as pipe:
            pipe.write(text)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text


def main():
    sys.path.insert(0, str(Path.cwd()))
    global PATH
    PATH = len(sys.path)
    for name in sys.argv[1:]:
        kinds = (False, True) if "main" in name else (False,)
        for as_script in kinds:
            print(json.dumps([name, as_script]), in_a_child(name, as_script), sep="\t")


main()
