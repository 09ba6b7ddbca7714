"""Job queues, each in the same terms: enqueue no-ops, run them in this process, time one from call to result.

Every class says how it does these three things with what its library offers by default, and with results stored.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Done = Callable[[], None]


class Meter:
    """Clocks at the first and the last of the jobs, so that starting and ending a process is not counted."""

    def __init__(self) -> None:
        self.jobs = 0
        self._first = self._last = (0.0, 0.0)

    def tick(self) -> None:
        self._last = time.perf_counter(), time.process_time()
        self.jobs += 1
        if self.jobs == 1:
            self._first = self._last

    def measured(self) -> dict[str, float]:
        """Per job: seconds, and seconds of CPU of this process."""
        seconds, cpu = (last - first for first, last in zip(self._first, self._last, strict=True))
        return {"seconds": seconds / (self.jobs - 1), "cpu": cpu / (self.jobs - 1)}


METER = Meter()


async def nothing(*_: Any) -> None:
    """The job."""
    METER.tick()


class Countdown:
    """Tells when so many jobs have been done."""

    def __init__(self, number: int) -> None:
        self._left = number
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()

    def done(self) -> None:
        with self._lock:
            self._left -= 1
            over = self._left == 0
        if over:
            self._loop.call_soon_threadsafe(self._over.set)

    async def over(self) -> None:
        await self._over.wait()


@dataclass
class Contender:
    """One queue; `nats` and `redis` are the URLs of the servers."""

    nats: str
    redis: str
    name = ""
    results = True  # whether it stores what jobs return
    needs_redis = False

    async def enqueue(self, number: int) -> None:
        raise NotImplementedError

    async def run(self, slots: int, number: int) -> None:
        """Run so many jobs that are there, `slots` at a time; from a process that has just started."""
        raise NotImplementedError

    async def serve(self) -> None:
        """Run jobs one at a time, until cancelled."""
        raise NotImplementedError

    async def caller(self) -> tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]:
        """(have a job run and wait for its result, end)"""
        raise NotImplementedError


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


class SameSteps(Contender):
    """What our worker writes, written by hand: the floor for anything that keeps such records with nats-py.

    The same requests, with the same fields, encoded by the same library; no time limits, signs of life, retries,
    cancelling or checks.
    """

    name = "nats-py, same durable steps"

    async def enqueue(self, number: int) -> None:
        await Ours(self.nats, self.redis).enqueue(number)

    async def run(self, slots: int, number: int) -> None:
        import nats
        from msgspec.json import decode, encode

        nc = await nats.connect(self.nats)
        js = nc.jetstream()
        await _consumer(js)
        jobs, results = await js.key_value("jobs"), await js.key_value("results")
        pull = await js.pull_subscribe_bind("queue-default", "JOBS")
        left, room = Countdown(number), asyncio.Semaphore(slots)

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
            await message.ack_sync(timeout=5)
            room.release()
            left.done()

        await _fetch(pull, room, slots, number, one)
        await left.over()
        await nc.close()


class OnlyAck(Contender):
    name = "nats-py, fetch and ack"
    results = False

    async def enqueue(self, number: int) -> None:
        await Ours(self.nats, self.redis).enqueue(number)

    async def run(self, slots: int, number: int) -> None:
        import nats

        nc = await nats.connect(self.nats)
        js = nc.jetstream()
        await _consumer(js)
        pull = await js.pull_subscribe_bind("queue-default", "JOBS")
        left, room = Countdown(number), asyncio.Semaphore(slots)

        async def one(message: Any) -> None:
            await nothing()
            await message.ack_sync(timeout=5)
            room.release()
            left.done()

        await _fetch(pull, room, slots, number, one)
        await left.over()
        await nc.close()


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


class Taskiq(Contender):
    name = "taskiq-nats"

    def _broker(self) -> Any:
        from taskiq_nats import NATSObjectStoreResultBackend, PullBasedJetStreamBroker

        logging.getLogger("taskiq").setLevel(logging.ERROR)
        backend = NATSObjectStoreResultBackend(servers=self.nats)
        broker = PullBasedJetStreamBroker(servers=self.nats, stream_name="TASKIQ", subject="taskiq", durable="taskiq")
        broker = broker.with_result_backend(backend)
        task = broker.register_task(nothing, "noop")
        return broker, task

    async def enqueue(self, number: int) -> None:
        broker, task = self._broker()
        await broker.startup()
        for _ in range(number):
            await task.kiq()
        await broker.shutdown()

    async def _receive(self, slots: int, done: Done) -> Any:
        from taskiq import TaskiqMiddleware
        from taskiq.receiver import Receiver

        class Counting(TaskiqMiddleware):
            def post_save(self, message: Any, result: Any) -> None:
                done()

        broker, _ = self._broker()
        broker = broker.with_middlewares(Counting())
        broker.is_worker_process = True
        await broker.startup()
        finish = asyncio.Event()
        receiver = Receiver(broker, max_async_tasks=slots, run_startup=False)
        return broker, asyncio.create_task(receiver.listen(finish)), finish

    async def run(self, slots: int, number: int) -> None:
        left = Countdown(number)
        _, task, finish = await self._receive(slots, left.done)
        await left.over()
        finish.set()
        task.cancel()

    async def serve(self) -> None:
        await self._receive(1, lambda: None)
        await asyncio.Event().wait()

    async def caller(self) -> Any:
        broker, task = self._broker()
        await broker.startup()

        async def call() -> None:
            await (await task.kiq()).wait_result(timeout=20)

        return call, broker.shutdown


class Arq(Contender):
    name = "arq"
    needs_redis = True

    def _settings(self) -> Any:
        from arq.connections import RedisSettings

        return RedisSettings.from_dsn(self.redis)

    async def enqueue(self, number: int) -> None:
        from arq import create_pool

        pool = await create_pool(self._settings())
        for _ in range(number):
            await pool.enqueue_job("nothing")
        await pool.aclose()

    def _worker(self, slots: int, **options: Any) -> Any:
        from arq.worker import Worker

        return Worker(
            [nothing], redis_settings=self._settings(), max_jobs=slots, handle_signals=False, poll_delay=0.01, **options
        )

    async def run(self, slots: int, number: int) -> None:
        worker = self._worker(slots, burst=True)
        await worker.async_run()
        assert worker.jobs_complete == number
        await worker.close()

    async def serve(self) -> None:
        await self._worker(1).async_run()

    async def caller(self) -> Any:
        from arq import create_pool

        pool = await create_pool(self._settings())

        async def call() -> None:
            job = await pool.enqueue_job("nothing")
            assert job is not None
            await job.result(timeout=20)

        return call, pool.aclose


async def saq_noop(_: Any) -> None:
    METER.tick()


class Saq(Contender):
    name = "SAQ"
    needs_redis = True

    def _queue(self) -> Any:
        from saq import Queue

        return Queue.from_url(self.redis)

    async def enqueue(self, number: int) -> None:
        queue = self._queue()
        await queue.connect()
        for _ in range(number):
            await queue.enqueue("noop")
        await queue.disconnect()

    def _worker(self, slots: int, done: Done) -> Any:
        from saq import Worker

        async def after(_: Any) -> None:
            done()

        return Worker(self._queue(), [("noop", saq_noop)], concurrency=slots, after_process=after)

    async def run(self, slots: int, number: int) -> None:
        left = Countdown(number)
        task = asyncio.create_task(self._worker(slots, left.done).start())
        await left.over()
        task.cancel()

    async def serve(self) -> None:
        await self._worker(1, lambda: None).start()

    async def caller(self) -> Any:
        queue = self._queue()
        await queue.connect()
        return lambda: queue.apply("noop", timeout=20), queue.disconnect


class Dramatiq(Contender):
    name = "dramatiq"
    needs_redis = True

    def _actor(self, done: Done) -> Any:
        import dramatiq
        from dramatiq.brokers.redis import RedisBroker
        from dramatiq.results import Results
        from dramatiq.results.backends import RedisBackend

        logging.getLogger("dramatiq").setLevel(logging.ERROR)
        broker = RedisBroker(url=self.redis)
        broker.add_middleware(Results(backend=RedisBackend(url=self.redis)))

        class Counting(dramatiq.Middleware):
            def after_process_message(self, *_: Any, **__: Any) -> None:
                done()

        broker.add_middleware(Counting())
        dramatiq.set_broker(broker)

        def noop() -> int:
            METER.tick()
            return 1

        return broker, dramatiq.actor(noop, broker=broker, store_results=True)

    async def enqueue(self, number: int) -> None:
        _, actor = self._actor(lambda: None)
        for _ in range(number):
            actor.send()

    async def run(self, slots: int, number: int) -> None:
        import dramatiq

        left = Countdown(number)
        broker, _ = self._actor(left.done)
        worker = dramatiq.Worker(broker, worker_threads=slots)
        worker.start()
        await left.over()
        worker.stop()

    async def serve(self) -> None:
        import dramatiq

        broker, _ = self._actor(lambda: None)
        dramatiq.Worker(broker, worker_threads=1).start()
        await asyncio.Event().wait()

    async def caller(self) -> Any:
        _, actor = self._actor(lambda: None)

        async def call() -> None:
            actor.send().get_result(block=True, timeout=20_000)

        return call, nothing


CONTENDERS: dict[str, type[Contender]] = {
    one.name: one for one in (Ours, SameSteps, OnlyAck, Taskiq, Arq, Saq, Dramatiq)
}
