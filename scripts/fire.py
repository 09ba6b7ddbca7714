"""The job worker under fire: kill -9 of workers, of the server, and of the leaders of three nodes.

    scripts/fire [--jobs 2000] [--seed 17] [workers] [server] [leaders]

Each scene enqueues the jobs while two workers run them, and kills something now and then. Every run of a job is
written to a file by the job itself, so what is counted is what happened, whatever anybody believes. At the end: no
job is lost (all are completed, and their results there), at most one in a hundred ran to its end more than once, and
each that started more than once is announced: its record counts more than one attempt, or a worker said that its
jobs may run twice. Only loopback, only processes of this script, all in a scratch folder.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "scripts")]

from bench_worker import free_port  # noqa: E402

from worker import JobClient, Registry, Settings, current_job, open_client  # noqa: E402
from worker.embedded import find_server_binary  # noqa: E402

SLOTS, NAP = 4, 0.02
LOST_LIMIT, TWICE_LIMIT = 0, 0.01
PATIENCE = 300.0
ENVIRONMENT = {
    "WORKER_ACK_WAIT": "5",
    "WORKER_PROGRESS_INTERVAL": "2",
    "WORKER_HEARTBEAT_INTERVAL": "2",
    "WORKER_WORKERS_TTL": "15",
}

registry = Registry()


@registry.job
async def nap(name: str) -> str:
    """Says when it begins and when it ends, in one write each."""
    note(f"start {name} {current_job().attempt}")
    await asyncio.sleep(NAP)
    note(f"end {name} {current_job().attempt}")
    return name


def note(line: str) -> None:
    descriptor = os.open(os.environ["FIRE_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, (line + "\n").encode())
    os.close(descriptor)


class Scene:
    """Servers and workers of one run, all killed at its end."""

    def __init__(self, home: Path, nodes: int) -> None:
        self.home, self.nodes = home, nodes
        self.ports = [free_port() for _ in range(nodes)]
        self.routes = [free_port() for _ in range(nodes)]
        self.url = ",".join(f"nats://127.0.0.1:{port}" for port in self.ports)
        self.environment = {**ENVIRONMENT, "WORKER_REPLICAS": "3" if nodes > 1 else "1"}
        self.servers: dict[int, subprocess.Popen[bytes]] = {}
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self.started = self.kills = 0

    @property
    def settings(self) -> Settings:
        return Settings.from_environment(self.environment, request_timeout=5.0)

    def server(self, node: int) -> None:
        command = [find_server_binary(), "-a", "127.0.0.1", "-p", str(self.ports[node]), "-js"]
        command += ["-sd", str(self.home / f"store{node}"), "-l", str(self.home / f"server{node}.log")]
        if self.nodes > 1:
            routes = ",".join(f"nats://127.0.0.1:{port}" for port in self.routes)
            command += [
                "-n",
                f"n{node}",
                "--cluster_name",
                "fire",
                "--cluster",
                f"nats://127.0.0.1:{self.routes[node]}",
            ]
            command += ["--routes", routes]
        self.servers[node] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def worker(self, number: int) -> None:
        self.started += 1
        log = (self.home / f"worker{self.started}.log").open("wb")
        command = [sys.executable, "-m", "worker", "run", "fire:registry", "--url", self.url]
        command += ["--concurrency", str(SLOTS), "--id", f"w{number}-{self.started}"]
        path = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "scripts")))
        environment = {**os.environ, **self.environment, "FIRE_NOTES": str(self.home / "notes"), "PYTHONPATH": path}
        self.workers[number] = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=self.home)
        log.close()

    def end(self) -> None:
        for process in [*self.workers.values(), *self.servers.values()]:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()

    # -- what is killed

    async def kill_worker(self, client: JobClient) -> None:
        number = self.kills % len(self.workers)
        self.workers[number].kill()
        self.workers[number].wait()
        self.worker(number)

    async def kill_server(self, client: JobClient) -> None:
        self.servers[0].kill()
        self.servers[0].wait()
        await asyncio.sleep(0.5)
        self.server(0)

    async def kill_leader(self, client: JobClient) -> None:
        cluster = (await insist(lambda: client._js.stream_info("JOBS"))).cluster  # type: ignore[attr-defined]
        node = int((cluster.leader or "n0")[1:]) if cluster else 0
        self.servers[node].kill()
        self.servers[node].wait()
        await asyncio.sleep(3)
        self.server(node)


@dataclass(frozen=True)
class SceneResult:
    """How one scene ended."""

    name: str
    jobs: int
    kills: int
    lost: int
    started_twice: int
    ended_twice: int
    unannounced: int
    tracebacks: int
    seconds: float

    @property
    def holds(self) -> bool:
        return self.lost <= LOST_LIMIT and self.ended_twice <= TWICE_LIMIT * self.jobs and not self.unannounced

    def row(self) -> str:
        cells = [self.name, self.jobs, self.kills, self.lost, self.started_twice, self.ended_twice, self.unannounced]
        return "| " + " | ".join(map(str, [*cells, self.tracebacks, f"{self.seconds:.0f}"])) + " |"


SCENES: dict[str, tuple[int, int, Callable[..., object]]] = {
    "workers": (1, 5, Scene.kill_worker),
    "server": (1, 3, Scene.kill_server),
    "leaders": (3, 3, Scene.kill_leader),
}


@contextlib.asynccontextmanager
async def patient_client(scene: Scene) -> AsyncIterator[JobClient]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                opened = open_client(scene.url, scene.settings)
                client = await opened.__aenter__()
                break
            except Exception:
                await asyncio.sleep(0.5)
    try:
        yield client
    finally:
        await opened.__aexit__(None, None, None)


async def play(name: str, jobs: int, seed: int, home: Path) -> SceneResult:
    nodes, kills, kill = SCENES[name]
    chance, began = random.Random(seed), time.monotonic()
    scene = Scene(home, nodes)
    ids = [f"job-{number}" for number in range(jobs)]
    try:
        for node in range(nodes):
            scene.server(node)
        async with patient_client(scene) as client:
            for number in range(2):
                scene.worker(number)
            enqueuing = asyncio.create_task(enqueue(client, ids))
            for part in range(1, kills + 1):
                # Somewhere within its part of the jobs, so that the last ones are under fire too.
                await until_done(home, jobs, (part - 1 + chance.random()) / kills * 0.9)
                await kill(scene, client)  # type: ignore[misc]
                scene.kills += 1
            await enqueuing
            lost = await unfinished(client, ids)
            records = {job_id: await insist(lambda job_id=job_id: client.job(job_id)) for job_id in repeated(home)}
        for process in scene.workers.values():
            process.send_signal(signal.SIGTERM)
        for process in scene.workers.values():
            process.wait()
    finally:
        scene.end()
    logs = said(home)
    starts, ends = counted(home, "start"), counted(home, "end")
    twice = [job_id for job_id, number in starts.items() if number > 1]
    announced = "may run twice" in logs
    quiet = [job_id for job_id in twice if records[job_id].attempts < 2 and not announced]
    return SceneResult(
        name,
        jobs,
        kills,
        len(lost),
        len(twice),
        sum(number > 1 for number in ends.values()),
        len(quiet),
        logs.count("Traceback"),
        time.monotonic() - began,
    )


async def enqueue(client: JobClient, ids: list[str]) -> None:
    """With the same id again, as often as it takes: that is what ids are for."""
    for job_id in ids:
        await insist(lambda job_id=job_id: client.enqueue("nap", job_id, job_id=job_id))


async def insist(call: Callable[[], object]) -> object:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await call()  # type: ignore[misc]
            except Exception:
                await asyncio.sleep(0.2)


async def unfinished(client: JobClient, ids: list[str]) -> list[str]:
    """Those that are not completed, or whose result is not theirs."""
    deadline, left = time.monotonic() + PATIENCE, list(ids)
    while left and time.monotonic() < deadline:
        still = []
        for job_id in left:
            try:
                if await client.result(job_id) != job_id:
                    still.append(job_id)
            except Exception:
                still.append(job_id)
        left = still
        if left:
            await asyncio.sleep(0.5)
    return left


async def until_done(home: Path, jobs: int, part: float) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(counted(home, "end")) < jobs * part:  # noqa: ASYNC110 -- other processes write it
            await asyncio.sleep(0.05)


def said(home: Path) -> str:
    """What all workers logged."""
    return "".join(path.read_text(errors="replace") for path in sorted(home.glob("worker*.log")))


def counted(home: Path, word: str) -> Counter[str]:
    path = home / "notes"
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(line.split()[1] for line in lines if line.startswith(word + " "))


def repeated(home: Path) -> list[str]:
    return [job_id for job_id, number in counted(home, "start").items() if number > 1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="*", choices=[*SCENES, []], default=[])
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    print("| killed | jobs | kills | lost | started twice | ran twice | not announced | tracebacks | seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    held = True
    for name in options.scenes or SCENES:
        with tempfile.TemporaryDirectory(prefix="fire-") as folder:
            told = asyncio.run(play(name, options.jobs, options.seed, Path(folder)))
        print(told.row(), flush=True)
        held = held and told.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
