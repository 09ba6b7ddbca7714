"""Every class and function of some modules, each moved alone by a child process, which is stopped where it hangs."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import multiprocessing
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from asking.unasked import taken_along, unasked
from codemods import Move, Refused, solve
from codemods.project import DiskTree

VERDICTS = ("alone", "helpers", "UNASKED", "refused", "CRASHED", "TIMEOUT")


@dataclass(frozen=True)
class Result:
    """What became of one move; ``names`` went along unasked, ``said`` is why it was refused."""

    module: str
    name: str
    verdict: str
    seconds: float
    names: tuple[str, ...] = ()
    said: str = ""


def copied(package: str, to: Path) -> Path:
    """A copy of an installed package, in a folder of its own."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"there is no installed package {package!r}: name one that pip has installed")
    found = Path(spec.submodule_search_locations[0])
    shutil.copytree(found, to / package, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    return to


def definitions(root: Path, module: str) -> list[str]:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    body = ast.parse((root / module).read_bytes()).body
    return list(dict.fromkeys(node.name for node in body if isinstance(node, kinds)))


def one(root: Path, module: str, name: str) -> Result:
    """Plans, rewrites and proves one move to a new module beside its own; nothing is written."""
    began = time.perf_counter()
    destination = f"{module.rpartition('/')[0]}/zz_{name.strip('_').lower()}.py"
    tree = DiskTree(root)
    try:
        plan = solve(Move(module, (name,), destination), tree).plan
    except Refused as refused:
        return Result(module, name, "refused", time.perf_counter() - began, said=str(refused.hazards[0]))
    except Exception as fault:
        return Result(module, name, "CRASHED", time.perf_counter() - began, said=repr(fault))
    names = tuple(unasked(plan, tree, module, name))
    verdict = "UNASKED" if names else "helpers" if taken_along(plan, name) else "alone"
    return Result(module, name, verdict, time.perf_counter() - began, names)


def measure(root: Path, module: str, names: Sequence[str], timeout: float) -> Iterator[Result]:
    """The results of one module, in its order; a move that takes longer than ``timeout`` seconds is given up."""
    todo = list(names)
    while todo:
        ours, theirs = multiprocessing.Pipe()
        child = multiprocessing.Process(target=_work, args=(theirs, root, module, tuple(todo)), daemon=True)
        child.start()
        theirs.close()
        while todo:
            try:
                result = ours.recv() if ours.poll(timeout) else Result(module, todo[0], "TIMEOUT", timeout)
            except EOFError:
                result = Result(module, todo[0], "CRASHED", 0.0, said=f"the process ended with {child.exitcode}")
            todo.pop(0)
            yield result
            if result.verdict == "TIMEOUT" or not child.is_alive():
                break
        child.kill()
        child.join()


def _work(results: Connection, root: Path, module: str, names: Sequence[str]) -> None:
    for name in names:
        results.send(one(root, module, name))
    results.recv()  # until the other end has read all


def table(results: Sequence[Result]) -> str:
    """A line a module, a line for all."""
    rows = [("module", "definitions", *VERDICTS, "s, median")]
    for module in (*dict.fromkeys(r.module for r in results), ""):
        some = [r for r in results if r.module == module or not module]
        count = Counter(r.verdict for r in some)
        middle = sorted(r.seconds for r in some)[len(some) // 2]
        rows.append((_label(module), str(len(some)), *(str(count[v]) for v in VERDICTS), f"{middle:.2f}"))
    head, *body = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([head, "| --- |" + " ---: |" * (len(rows[0]) - 1), *body])


def _label(module: str) -> str:
    if not module:
        return "all"
    package = module.partition("/")[0]
    owners = importlib.metadata.packages_distributions().get(package, [])
    return f"{module} ({owners[0]} {importlib.metadata.version(owners[0])})" if owners else module


def scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="leaves-"))
