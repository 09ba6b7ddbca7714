"""The job worker beside bare nats-py and other queues: jobs per second, CPU per job, time from call to result.

    scripts/bench_worker [--jobs 1000] [--rounds 3] [--only NAME]

All in one run, on servers of this run alone. Each figure is the median of the rounds; the contenders take turns within
a round, so that a busy minute hits all of them. The process that runs jobs says itself how much CPU it took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent)]

from contending import METER, Contender  # noqa: E402
from worker_contenders import CONTENDERS  # noqa: E402

SLOTS = (1, 10, 100)
CALLS = 40  # from call to result, of which the median is printed
PATIENCE = 240.0


@contextlib.contextmanager
def servers() -> Iterator[tuple[str, str]]:
    """(URL of a nats-server, URL of a redis-server or nothing), both in a scratch folder and on loopback."""
    from worker.embedded import find_server_binary

    with tempfile.TemporaryDirectory(prefix="bench-worker-") as scratch, contextlib.ExitStack() as stack:
        port = free_port()
        command = [
            find_server_binary(),
            "-a",
            "127.0.0.1",
            "-p",
            str(port),
            "-js",
            "-sd",
            scratch,
            "-l",
            f"{scratch}/log",
        ]
        stack.enter_context(running(command, port))
        redis = ""
        if binary := shutil.which("redis-server"):
            other = free_port()
            command = [binary, "--port", str(other), "--bind", "127.0.0.1", "--dir", scratch, "--appendonly", "yes"]
            stack.enter_context(running(command, other))
            redis = f"redis://127.0.0.1:{other}/0"
        yield f"nats://127.0.0.1:{port}", redis


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def part(what: str, name: str, urls: tuple[str, str], *numbers: int) -> dict[str, float] | None:
    """Do one thing in a process of its own; what it measured, or None with the reason on the screen."""
    command = [sys.executable, __file__, "--part", what, name, *urls, *map(str, numbers)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        print(f"{name}: {what} did not end within {PATIENCE:g} s", file=sys.stderr)
        return None
    if done.returncode:
        print(f"{name}: {what} failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


async def do_part(what: str, name: str, nats: str, redis: str, numbers: list[int]) -> dict[str, float]:
    logging.disable(logging.WARNING)
    contender: Contender = CONTENDERS[name](nats, redis)
    if what == "enqueue":
        began = time.perf_counter()
        await contender.enqueue(numbers[0])
        return {"seconds": time.perf_counter() - began}
    if what == "serve":
        await contender.serve()
    if what == "calls":
        return await calls(contender)
    await contender.run(*numbers)
    return METER.measured()


async def calls(contender: Contender) -> dict[str, float]:
    call, end = await contender.caller()
    took = []
    for _ in range(CALLS):
        began = time.perf_counter()
        await call()
        took.append(time.perf_counter() - began)
    await end()
    return {"latency": statistics.median(took[3:])}


def latency(name: str, urls: tuple[str, str]) -> float | None:
    server = subprocess.Popen(
        [sys.executable, __file__, "--part", "serve", name, *urls], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        measured = part("calls", name, urls)
        return None if measured is None else measured["latency"]
    finally:
        server.terminate()
        server.wait()


def installed(name: str) -> bool:
    module = {"taskiq-nats": "taskiq_nats", "arq": "arq", "SAQ": "saq", "dramatiq": "dramatiq"}.get(name)
    try:
        return module is None or bool(__import__(module))
    except ImportError:
        return False


def measure(options: argparse.Namespace) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in range(options.rounds):
        for slots in SLOTS:
            for name in options.only or CONTENDERS:
                with servers() as urls:
                    if not installed(name) or (CONTENDERS[name].needs_redis and not urls[1]):
                        continue
                    jobs = options.jobs if slots > 1 else max(100, options.jobs // 3)
                    if part("enqueue", name, urls, jobs) is None:
                        continue
                    measured = part("run", name, urls, slots, jobs)
                    if measured is not None:
                        found[name][f"rate {slots}"].append(1 / measured["seconds"])
                        found[name][f"cpu {slots}"].append(measured["cpu"] * 1000)
                    if slots == 1 and CONTENDERS[name].results and name != "nats-py, same durable steps":
                        took = latency(name, urls)
                        if took is not None:
                            found[name]["latency"].append(took * 1000)
        print(f"round {turn + 1} of {options.rounds}", file=sys.stderr)
        if turn + 1 < options.rounds:
            print(table(found), file=sys.stderr)  # in case nobody has the patience for all of them
    return found


def table(found: dict[str, dict[str, list[float]]]) -> str:
    """Medians, and in brackets the ratio to worker/ of the same column."""
    ours = found.get("worker/", {})
    head = [
        "",
        *(f"jobs/s, c={slots}" for slots in SLOTS),
        *(f"CPU ms/job, c={slots}" for slots in SLOTS),
        "call to result, ms",
    ]
    keys = [*(f"rate {slots}" for slots in SLOTS), *(f"cpu {slots}" for slots in SLOTS), "latency"]
    lines = [head, ["---"] * len(head)]
    for name, measured in found.items():
        cells = [name]
        for key in keys:
            if not measured.get(key):
                cells.append("-")
                continue
            value = statistics.median(measured[key])
            text = f"{value:.0f}" if key.startswith("rate") else f"{value:.2f}"
            if name != "worker/" and ours.get(key):
                text += f" ({value / statistics.median(ours[key]):.2f}x)"
            cells.append(text)
        lines.append(cells)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> int:
    if sys.argv[1:2] == ["--part"]:
        what, name, nats, redis, *numbers = sys.argv[2:]
        print(json.dumps(asyncio.run(do_part(what, name, nats, redis, [int(one) for one in numbers]))), flush=True)
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=CONTENDERS)
    print(table(measure(parser.parse_args())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
