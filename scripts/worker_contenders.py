"""The queues of others, and all that are compared."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from contending import METER, Contender, Countdown, Done, nothing
from our_contenders import OnlyAck, Ours, SameSteps


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
