"""What a tree does when it is run: the oracle that the prover is measured against.

Each module is imported first, in a process of its own, and says: whether that worked, what it wrote, what names it has
and what they look like; whether annotations can be read; what its functions without required arguments give. The
project's own observe.py says the rest. Nothing in here asks the prover, and nothing is parsed.
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

_PROBE = Path(__file__).with_name("probe.py")
_SECONDS = 60


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
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(_PROBE), json.dumps(jobs)],
                cwd=root,
                env=environment,
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            return {job: {"fails": f"not done within {_SECONDS} s"} for job in jobs}
    return json.loads(done.stdout.replace(scratch, "ROOT"))  # else sys.path is another one each time


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
