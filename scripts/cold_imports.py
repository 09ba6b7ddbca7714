"""A clean interpreter that forks: each request imports modules in a child that has imported nothing of theirs before.

Reads one JSON list of requests a line from standard input, and writes one line of answers. A request maps the modules
to be imported in one child to names that each is asked for; its answer maps each module to {"error": text}, or to
{"names": what its namespace holds and what it finds when asked, "modules": which of them are modules}.
The folder that has the modules is the first argument. Only the standard library is used.
"""

import importlib
import json
import os
import signal
import sys
import types
import warnings

_SECONDS = 60


def imported(asked: dict[str, list[str]]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name, wanted in asked.items():
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            found[name] = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        else:
            held = {n: isinstance(value, types.ModuleType) for n, value in vars(module).items()}
            given = {n for n in wanted if hasattr(module, n)}
            found[name] = {"names": sorted({*held, *given}), "modules": sorted(n for n, it_is in held.items() if it_is)}
    return found


def in_a_child(asked: dict[str, list[str]]) -> dict[str, dict[str, object]]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sink = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(sink, number)
        signal.alarm(_SECONDS)  # some modules run for ever
        try:
            text = json.dumps(imported(asked))
            with os.fdopen(writing, "w") as pipe:
                pipe.write(text)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {name: {"error": "the interpreter ended"} for name in asked}


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        importlib.invalidate_caches()
        print(json.dumps([in_a_child(asked) for asked in json.loads(line)]), flush=True)


if __name__ == "__main__":
    main()
