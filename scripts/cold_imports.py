"""A clean interpreter that forks: each request imports modules in a child that has imported nothing of theirs before.

Reads one JSON list of requests a line from standard input, and writes one line of answers. A request is a list of
module names to be imported in one child; its answer maps each name to {"error": text}, or to {"names": what its
namespace holds, "modules": which of them are modules}.
The folder that has the modules is the first argument. Only the standard library is used.
"""

import importlib
import json
import os
import sys
import types
import warnings


def imported(names: list[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name in names:
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            found[name] = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        else:
            held = {n: isinstance(value, types.ModuleType) for n, value in vars(module).items()}
            found[name] = {"names": sorted(held), "modules": sorted(n for n, it_is in held.items() if it_is)}
    return found


def in_a_child(names: list[str]) -> dict[str, dict[str, object]]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sink = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(sink, number)
        try:
            text = json.dumps(imported(names))
            with os.fdopen(writing, "w") as pipe:
                pipe.write(text)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else {name: {"error": "the interpreter ended"} for name in names}


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        importlib.invalidate_caches()
        print(json.dumps([in_a_child(names) for names in json.loads(line)]), flush=True)


if __name__ == "__main__":
    main()
