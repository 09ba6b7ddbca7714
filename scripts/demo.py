"""The main job for a person to watch; exit 0 only if all of it held. `scripts/demo` sets up and runs it."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import replay
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
ENVIRONMENT = {**os.environ, **({"FORCE_COLOR": "1"} if console.is_terminal else {"NO_COLOR": "1"})}


def title(number: int, text: str) -> None:
    console.print(f"\n[bold cyan]{number}. {text}[/]\n")


def check(held: bool, text: str) -> bool:
    console.print(f"[green]✓[/] {text}" if held else f"[bold red]✗ {text}[/]")
    return held


def show(text: str, most: int = 0) -> None:
    lines = text.rstrip().splitlines()
    for line in lines[: most or None]:
        console.print(
            "  " + line,
            markup=False,
            style="green" if line.startswith("+") else "red" if line.startswith("-") else None,
        )
    if most and len(lines) > most:
        console.print(f"  ... {len(lines) - most} lines more", style="dim")


def the_move(before: Path, after: Path) -> bool:
    title(1, "The plan: what goes from worker/worker.py to worker/status.py, and why")
    plan = replay.recipe(before, "--plan")
    show(plan.stdout + plan.stderr)
    title(2, "The diff")
    show(replay.recipe(before, "--diff").stdout, 60)
    title(3, "The move, and its proof check by check")
    to_do = replay.recipe(after, "--check").returncode == 1
    moved = replay.recipe(after)
    text = moved.stdout + moved.stderr
    show(text[text.find("Proof") :] if "Proof" in text else text)
    unequal = list(replay.differences(after / "worker", replay.FROZEN / "after" / "worker"))
    console.print()
    return all(
        (
            check(to_do, "--check said beforehand that the move was still to be done"),
            check(moved.returncode == 0, "moved"),
            check(not unequal, "every file is byte for byte what it was when the move was first made"),
            check(
                replay.recipe(after, "--check").returncode == 0,
                "--check says that it is done; a second run changes nothing",
            ),
        )
    )


def the_recordings(before: Path, after: Path) -> bool:
    title(4, "The same recordings before and after, on a real nats-server")
    results = []
    for name, tree in (("before", before), ("after", after)):
        start = time.perf_counter()
        recording = replay.record(tree)
        results.append(recording)
        console.print(
            f"  {name:<7}{len(recording.tests)} recordings, {recording.total('operations'):,.0f} operations, "
            f"{recording.total('virtual_seconds'):,.0f} virtual seconds in {recording.total('real_ms'):,.0f} ms "
            f"({time.perf_counter() - start:.1f} s with pytest and the servers)"
        )
        if not recording.passed:
            show(recording.said[-3000:])
    old, new = results
    console.print()
    return all(
        (
            check(old.passed and new.passed, "all characterization tests pass on both trees"),
            check(bool(old.digests) and old.digests == new.digests, "every recording has the same bytes"),
        )
    )


def the_worker(tree: Path, scratch: Path) -> bool:
    title(5, "The split worker at work: one job succeeds, one is retried, one ends in the dead-letter stream")
    environment = {
        **ENVIRONMENT,
        "PYTHONPATH": str(tree),
        "WORKER_HEARTBEAT_INTERVAL": "1",
        "WORKER_BACKOFF_BASE": "0.2",
    }
    store = str(scratch / "nats")

    def worker(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "worker", *arguments, "--embedded", store]
        return subprocess.run(command, cwd=tree, env=environment, text=True, capture_output=True, check=False)

    run = subprocess.Popen(
        [sys.executable, "-m", "worker", "run", "worker.samples:registry", "--id", "demo", "--embedded", store],
        cwd=tree, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        # The server has to be the worker's: one that a client started would end with the client.
        while run.poll() is None and not list((scratch / "nats").glob("*.ports")):
            time.sleep(0.05)
        held = _jobs(worker)
    finally:
        run.send_signal(signal.SIGTERM)
        _, log = run.communicate(timeout=30)
    if not held:
        show(log[-3000:])
    return check(run.returncode == 0, "the worker stops when asked to") and held


def _jobs(worker) -> bool:  # type: ignore[no-untyped-def]
    good = worker("enqueue", "add", "2", "3", "--id", "good", "--wait")
    retried = worker("enqueue", "flaky", "--id", "retried", "--wait")
    dead = worker("enqueue", "doomed", "--id", "dead", "--wait")
    for name in ("good", "retried", "dead"):
        show(worker("job", name).stdout)
        console.print()
    workers = worker("list")
    show(workers.stdout)
    console.print()
    return all(
        (
            check(good.returncode == 0 and "5" in good.stdout, "2 + 3 is 5"),
            check(
                retried.returncode == 0 and "attempt 3" in retried.stdout,
                "the flaky job got through at its third attempt",
            ),
            check(dead.returncode != 0, "the doomed job failed for good, and says so"),
            check("demo" in workers.stdout and "alive" in workers.stdout, "the worker is listed, its beat is fresh"),
        )
    )


def main() -> int:
    argparse.ArgumentParser(prog="scripts/demo", description=__doc__).parse_args()
    start = time.perf_counter()
    scratch = Path(tempfile.mkdtemp(prefix="codemods-demo-"))
    try:
        before, after = replay.lay_out(scratch)
        held = the_move(before, after)
        held = the_recordings(before, after) and held
        held = the_worker(after, scratch) and held
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    console.print()
    return 0 if check(held, f"all of it held, in {time.perf_counter() - start:.0f} s") else 1


if __name__ == "__main__":
    sys.exit(main())
