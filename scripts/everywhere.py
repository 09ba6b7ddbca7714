"""Every top-level definition of installed packages, moved to a new module of its own, one at a time in a scratch copy.

    python scripts/everywhere.py rich pygments                  a table, and the reasons of refusals counted
    python scripts/everywhere.py rich --sample 200 --seed 7     only so many, drawn by the seed
    python scripts/everywhere.py rich --results out.jsonl       results are kept, and a second run goes on from there

A move is right when every module that could be imported before still can (the touched ones alone in a fresh
interpreter too), offers every name that it offered, and ruff finds no undefined name that was not there before; it is
blemished where ruff finds an unused or redefined one. A test may leave its module, if pytest collects it in the new
one alone. It is `as asked` where, beside that, no public name that somebody else uses moved along. Exit 0 only if
nothing is broken and nothing crashed.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from asking.collected import collected_elsewhere, collected_tests
from asking.outcomes import BLEMISHED, BROKEN, CRASHED, MOVED, REFUSED, Result, table
from asking.unasked import unasked

from codemods import Move, Refused, solve
from codemods.model import ChangeSet
from codemods.project import DiskTree

HERE = Path(__file__).parent
_MODULE = re.compile(r"`[\w.]*[.](?=\w+`)")

_ANNOTATING = ("typing", "typing_extensions", "collections.abc")


class Scratch:
    """A copy of one installed package, with an interpreter beside it that imports from the copy."""

    def __init__(self, package: str) -> None:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit(f"there is no installed package {package!r}: name one that pip has installed")
        self.package = package
        self.folder = Path(tempfile.mkdtemp(prefix=f"everywhere-{package}-"))
        shutil.copytree(
            spec.submodule_search_locations[0],
            self.folder / package,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        self.interpreter = subprocess.Popen(
            [sys.executable, str(HERE / "cold_imports.py"), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
        )
        self.modules = sorted(self._modules())
        self.offered: dict[str, set[str]] = {}
        self.before = self._imports(self.modules, ())
        self.offered = {name: self._offers(name) for name in self.modules}

    def _modules(self) -> Iterator[str]:
        for path in self.folder.rglob("*.py"):
            parts = path.relative_to(self.folder).with_suffix("").parts
            if parts[-1] != "__main__" and all(part.isidentifier() for part in parts):
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _imports(self, modules: Iterable[str], alone: Iterable[str]) -> dict[str, dict[str, object]]:
        """All modules in one interpreter, and some of them alone in one that is fresh."""
        assert self.interpreter.stdin is not None and self.interpreter.stdout is not None
        groups = [list(modules), *([name] for name in alone)]
        request = [{name: sorted(self.offered.get(name, ())) for name in group} for group in groups]
        self.interpreter.stdin.write(json.dumps(request) + "\n")
        self.interpreter.stdin.flush()
        together, *apart = json.loads(self.interpreter.stdout.readline())
        for answer in apart:
            for name, found in answer.items():
                if "error" in found:
                    together[name] = found
        return together

    def _offers(self, module: str) -> set[str]:
        """What a module is there for: public definitions, what it lists in ``__all__``; of a package, everything but
        names for annotations."""
        path = self.folder / module.replace(".", "/")
        own = path.with_suffix(".py")
        found = self.before[module]
        held = set(found.get("names", ())) - set(found.get("modules", ()))  # type: ignore[call-overload]
        public = {name for name in held if not name.startswith("_")}
        if not own.exists() or "error" in found:
            return public - _for_annotations(path / "__init__.py")
        body = ast.parse(own.read_bytes()).body
        listed = [c.value for n in body if "__all__" in _defined(n) for c in ast.walk(n) if isinstance(c, ast.Constant)]
        defined = {name for node in body for name in _defined(node)}
        return public & (defined | ({v for v in listed if isinstance(v, str)} if "__all__" in defined else set()))

    def definitions(self) -> Iterator[tuple[str, str]]:
        """(path, name) of every definition: classes, functions, assigned names."""
        for path in sorted(self.folder.rglob("*.py")):
            relative = path.relative_to(self.folder).as_posix()
            try:
                body = ast.parse(path.read_bytes()).body
            except (SyntaxError, ValueError):
                continue
            for name in dict.fromkeys(name for node in body for name in _defined(node)):
                if not name.startswith("__"):
                    yield relative, name

    def judge(self, changes: ChangeSet) -> tuple[str, str]:
        """(verdict, what is wrong in a sentence)."""
        paths = [path for path in changes.paths if path.endswith(".py")]
        complaints = _lint(self.folder, paths)
        self._write(changes.after)
        try:
            touched = [p.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for p in paths]
            after = self._imports([*self.modules, *(m for m in touched if m not in self.modules)], touched)
            failed: dict[str, object] = {}
            lost: dict[str, set[str]] = {}
            for name in self.modules:
                old, new = self.before[name], after[name]
                if "error" in new and "error" not in old:
                    failed[name] = new["error"]
                elif gone := self.offered[name] - set(new.get("names", ())):  # type: ignore[call-overload]
                    lost[name] = gone
            collected = collected_tests(self.folder, paths) if lost else {}
            worse = sorted(_lint(self.folder, paths) - complaints)
        finally:
            self._write(changes.before)
        # A module may be imported after others, and not alone.
        alone = self._imports([], failed)
        for name, error in failed.items():
            if name not in touched or "error" not in alone[name]:
                return BROKEN, f"{name} can't be imported any more: {error}"
        if lost:
            before = collected_tests(self.folder, paths)
            for name, gone in lost.items():
                if left := sorted(n for n in gone if not collected_elsewhere(name, n, before, collected)):
                    return BROKEN, f"{name} lost {', '.join(left)}"
        if not worse:
            return MOVED, ""
        return BROKEN if any(text.startswith("F821") for text in worse) else BLEMISHED, "; ".join(worse)

    def _write(self, files: Mapping[str, bytes | None]) -> None:
        for path, data in files.items():
            where = self.folder / path
            if data is None:
                where.unlink(missing_ok=True)
            else:
                where.parent.mkdir(parents=True, exist_ok=True)
                where.write_bytes(data)

    def close(self) -> None:
        self.interpreter.kill()
        self.interpreter.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def _for_annotations(path: Path) -> set[str]:
    """What a file imports to annotate with: nobody takes it from there."""
    body = ast.parse(path.read_bytes()).body if path.exists() else []
    nodes = (node for node in body if isinstance(node, ast.ImportFrom))
    return {
        a.asname or a.name
        for n in nodes
        if n.module in ("typing", "typing_extensions", "collections.abc")
        for a in n.names
    }


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node.name
    elif isinstance(node, ast.Assign):
        names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
        yield from names if all(isinstance(t, (ast.Name, ast.Tuple)) for t in node.targets) else ()
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _lint(folder: Path, paths: list[str]) -> Counter[str]:
    """Undefined, redefined and unused names by ruff, without their places."""
    there = [path for path in paths if (folder / path).exists()]
    if not there:
        return Counter()
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F821,F811,F401"]
    done = subprocess.run(
        [*command, "--output-format", "json", *there], cwd=folder, capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout or "[]")
    # An import that was unused before may be so under its new path: the module's name says nothing here.
    return Counter(f"{one['code']} {_MODULE.sub('`', one['message'])}" for one in found)


def _destination(source: str, name: str, taken: set[str]) -> str:
    folder, _, file = source.rpartition("/")
    stem = re.sub(r"\W", "_", file.removesuffix(".py")).strip("_") or "module"
    slug = re.sub(r"\W|^_+", "", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower() or "name"
    # Where pytest collects the source, it has to collect the new module.
    before, behind = "test" if stem.startswith("test_") else "", "_test" if stem.endswith("_test") else ""
    wanted = f"{folder}/{before}_moved_{stem.removesuffix(behind)}_{slug.removesuffix(behind)}{behind}.py"
    while wanted in taken:
        wanted = wanted.removesuffix(".py") + "_.py"
    return wanted


def work(package: str, jobs: list[tuple[str, str]]) -> list[Result]:
    """The results of some moves of one package, made in one scratch copy."""
    scratch = Scratch(package)
    try:
        return [_one(scratch, package, source, name) for source, name in jobs]
    finally:
        scratch.close()


def _one(scratch: Scratch, package: str, source: str, name: str) -> Result:
    began = time.perf_counter()
    tree = DiskTree(scratch.folder)
    move = Move(source, (name,), _destination(source, name, set(tree.paths)))
    try:
        solution = solve(move, tree)
    except Refused as refused:
        first = refused.hazards[0]
        return Result(package, source, name, REFUSED, time.perf_counter() - began, first.code, str(first))
    except Exception:
        said = "".join(traceback.format_exc().splitlines(keepends=True)[-6:])
        return Result(package, source, name, CRASHED, time.perf_counter() - began, "traceback", said)
    seconds = time.perf_counter() - began
    verdict, wrong = scratch.judge(solution.changes)
    along = tuple(unasked(solution.plan, tree, source, name))
    return Result(package, source, name, verdict, seconds, "", wrong, along)


def _read(line: str) -> Result:
    data = json.loads(line)
    return Result(**{**data, "unasked": tuple(data.get("unasked", ()))})


def main() -> int:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        epilog=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("packages", nargs="+", metavar="PACKAGE", help="an installed package")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (2)")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="only so many definitions of each package")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument(
        "--results", type=Path, metavar="FILE", help="keep results here; what stands there is not redone"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only moves whose PATH:NAME contains this")
    options = parser.parse_args()
    known = options.results.read_text().splitlines() if options.results and options.results.exists() else []
    results = [r for r in map(_read, known) if r.package in options.packages]
    done = {(r.package, r.source, r.name) for r in results}
    chunks: list[tuple[str, list[tuple[str, str]]]] = []
    for package in options.packages:
        scratch = Scratch(package)
        wanted = list(scratch.definitions())
        scratch.close()
        if options.sample:
            wanted = sorted(random.Random(options.seed).sample(wanted, min(options.sample, len(wanted))))
        wanted = [w for w in wanted if (package, *w) not in done and options.only in ":".join(w)]
        chunks += [(package, wanted[at : at + 25]) for at in range(0, len(wanted), 25)]
    total = len(results) + sum(len(jobs) for _, jobs in chunks)
    with ProcessPoolExecutor(options.jobs) as pool:
        for future in as_completed([pool.submit(work, *chunk) for chunk in chunks]):
            found = future.result()
            results += found
            if options.results:
                with options.results.open("a") as out:
                    out.writelines(json.dumps(asdict(r)) + "\n" for r in found)
            count = Counter(r.verdict for r in results)
            print(f"\r{len(results)} of {total}: {dict(count)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(table(results))
    print(f"\nPython {platform.python_version()}, {platform.system()} {platform.machine()}")
    return int(any(r.verdict in (BROKEN, CRASHED) for r in results))


if __name__ == "__main__":
    sys.exit(main())
