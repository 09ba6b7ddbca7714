"""Our worker, and what it does written by hand: the floors of the comparison."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from contending import Contender, Countdown, nothing


class Ours(Contender):
    name = "worker/"

    def _registry(self) -> Any:
        from worker import Registry

        registry = Registry()
        registry.job(nothing, name="noop")
        return registry

    async def enqueue(self, number: int) -> None:
        from worker import open_client

        async with open_client(self.nats) as client:
            for start in range(0, number, 100):
                await asyncio.gather(*(client.enqueue("noop") for _ in range(start, min(start + 100, number))))

    async def run(self, slots: int, number: int) -> None:
        from worker import Worker

        worker = Worker(self._registry(), url=self.nats, concurrency=slots)
        await worker.start()
        while worker.jobs_done < number:  # noqa: ASYNC110 -- a worker is not made for being waited for
            await asyncio.sleep(0.05)
        await worker.stop()

    async def serve(self) -> None:
        from worker import Worker

        worker = Worker(self._registry(), url=self.nats, concurrency=1)
        await worker.start()
        await asyncio.Event().wait()

    async def caller(self) -> Any:
        from worker import open_client

        opened = open_client(self.nats)
        client = await opened.__aenter__()

        async def call() -> None:
            await (await client.enqueue("noop")).result()

        return call, lambda: opened.__aexit__(None, None, None)


class _ByHand(Contender):
    """Jobs that a careful author runs with nats-py alone; what is done with each is a subclass's."""

    async def enqueue(self, number: int) -> None:
        await Ours(self.nats, self.redis).enqueue(number)

    async def step(self, js: Any) -> Callable[[Any], Awaitable[None]]:
        """(do a job, given its message)"""
        raise NotImplementedError

    async def run(self, slots: int, number: int) -> None:
        import nats

        nc = await nats.connect(self.nats)
        js = nc.jetstream()
        await _consumer(js)
        step = await self.step(js)
        pull = await js.pull_subscribe_bind("queue-default", "JOBS")
        left, room = Countdown(number), asyncio.Semaphore(slots)

        async def one(message: Any) -> None:
            await step(message)
            await message.ack_sync(timeout=5)
            room.release()
            left.done()

        await _fetch(pull, room, slots, number, one)
        await left.over()
        await nc.close()


class SameSteps(_ByHand):
    """What our worker writes, written by hand: the floor for anything that keeps such records with nats-py.

    The same requests, with the same fields, encoded by the same library; no time limits, signs of life, retries,
    cancelling or checks.
    """

    name = "nats-py, same durable steps"

    async def step(self, js: Any) -> Callable[[Any], Awaitable[None]]:
        from msgspec.json import decode, encode

        jobs, results = await js.key_value("jobs"), await js.key_value("results")

        async def one(message: Any) -> None:
            job, now = decode(message.data), round(time.time(), 3)
            key, revision = job["job_id"], int(message.headers["Job-Revision"])
            record = {"v": 1, **{name: job[name] for name in ("job_id", "queue", "function", "enqueued_at")}}
            mine = {"worker_id": "w", "delivery": 1, "sequence": message.metadata.sequence.stream}
            queued = {"status": "queued", "at": job["enqueued_at"], "attempt": 0}
            running = {"status": "running", "at": now, "attempt": 1, "worker_id": "w"}
            record |= {"status": "running", "attempts": 1, "started_at": now, "finished_at": None, **mine}
            record |= {"next_attempt_at": None, "error": None, "depends_on": [], "history": [queued, running]}
            revision = await jobs.update(key, encode(record), last=revision)
            value = await nothing()
            await results.create(key, encode({"v": 1, "result": value}), msg_ttl=86400)
            now = round(time.time(), 3)
            completed = {**running, "status": "completed", "at": now}
            record |= {"status": "completed", "finished_at": now, "history": [queued, running, completed]}
            await jobs.update(key, encode(record), last=revision)

        return one


class OnlyAck(_ByHand):
    name = "nats-py, fetch and ack"
    results = False

    async def step(self, js: Any) -> Callable[[Any], Awaitable[None]]:
        return nothing


async def _consumer(js: Any) -> None:
    from worker import Settings
    from worker.storage import ensure_consumer

    await ensure_consumer(js, Settings(), "default")


async def _fetch(pull: Any, room: asyncio.Semaphore, slots: int, number: int, one: Any) -> None:
    """Ask for as many as there is room for, as a careful author would."""
    tasks: set[asyncio.Task[None]] = set()
    while number:
        await room.acquire()
        free = 1
        while free < min(slots, number) and not room.locked():
            await room.acquire()
            free += 1
        found = await pull.fetch(free, timeout=5)
        for message in found:
            task = asyncio.create_task(one(message))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        number -= len(found)
        for _ in range(free - len(found)):
            room.release()
