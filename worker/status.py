from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from typing import TYPE_CHECKING

import nats.errors
import nats.js.errors

from worker.exceptions import NotRegisteredError, WorkerIdTakenError, describe_error
from worker.heartbeat import Heartbeat
from worker.roster import list_workers
from worker.settings import Settings
from worker.states import (
    WORKER_STATUS,
    InstanceFactory,
    LostCallback,
    WorkerInfo,
    WorkerView,
    check_transition,
    check_written_by,
    encode_record,
    new_instance,
    worker_key,
)
from worker.storage import open_workers_bucket

if TYPE_CHECKING:
    from nats.aio.client import Client as NATS  # noqa: N814
    from nats.js import JetStreamContext
    from nats.js.api import RawStreamMsg
    from nats.js.kv import KeyValue

    from worker.worker import Worker

logger = logging.getLogger("worker.worker")

STATUS_RECORD_VERSION = 1


class WorkerStatusManager:
    """Keeps the record of one worker in the bucket of workers.

    The record lives as long as the worker beats: the bucket has a time to live. Every write names the
    revision it expects, so a worker that the server has written off, or whose id somebody else uses, learns
    it with its next beat instead of rising from the dead in everybody's list.

    There is one writer: whatever writes holds the lock, and always writes the whole record as it is now.
    """

    def __init__(
        self,
        worker: Worker | WorkerView,  # the real one, or anything that shows the same
        settings: Settings | None = None,
        *,
        host: str | None = None,
        pid: int | None = None,
        new_instance: InstanceFactory = new_instance,
        on_lost: LostCallback | None = None,
    ) -> None:
        self._worker = worker
        self._settings = settings or Settings()
        self._host = host or socket.gethostname()
        self._pid = pid if pid is not None else os.getpid()
        self._new_instance = new_instance
        self._on_lost = on_lost

        self._kv: KeyValue | None = None
        self._lock = asyncio.Lock()
        self._status: WORKER_STATUS | None = None
        self._instance: str | None = None
        # These are there from register() on.
        self._status_since: float
        self._started_at: float
        self._seq: int
        self._revision: int | None
        self._taken: WorkerIdTakenError | None = None

        self._heartbeat = Heartbeat(worker.worker_id, self._settings.heartbeat_interval, self._beat)

    @property
    def status(self) -> WORKER_STATUS | None:
        """What the worker says it is doing; None while it has no record."""
        return self._status

    @property
    def registered(self) -> bool:
        return self._status is not None

    @property
    def beating(self) -> bool:
        return self._heartbeat.running

    @property
    def worker_id(self) -> str:
        return self._worker.worker_id

    @property
    def key(self) -> str:
        return worker_key(self.worker_id)

    async def register(self) -> None:
        """Put the worker's record into the bucket, as STARTING. Once registered, this does nothing."""
        async with self._lock:
            if self.registered:
                return
            # A try that timed out may have been stored all the same: the same instance knows it for its own.
            self._instance = self._instance or self._new_instance()
            self._started_at = self._status_since = time.time()
            self._seq = 0
            self._taken = None
            self._revision = await self._claim(await self._bucket(), WORKER_STATUS.STARTING)
            self._status = WORKER_STATUS.STARTING
            logger.info("Worker %s registered at revision %d", self.worker_id, self._revision)

    async def unregister(self) -> None:
        """Stop beating and take the record away: the last thing that a worker does."""
        await self.stop_heartbeat()
        async with self._lock:
            if not self.registered:
                return
            await self._delete_record()
            self._status = self._revision = self._instance = None

    async def _claim(self, kv: KeyValue, status: WORKER_STATUS) -> int:
        """Write the first record of this instance where none is."""
        self._seq += 1
        payload = self._encode_record(status)
        try:
            return await kv.create(self.key, payload)
        except (nats.js.errors.KeyWrongLastSequenceError, nats.js.errors.KeyNotFoundError):
            # kv.create looks for a reason itself, and does not find the key if it is gone by then.
            last = await self._last_message()
        self._own(last)
        # Else it is a marker of the server for a record that expired: kv.create does not see through it.
        return await kv.update(self.key, payload, last=last.seq if last else None)

    async def _delete_record(self) -> None:
        if self._taken is not None:
            return
        if not self._worker.nc.is_connected:
            logger.warning("Worker %s is not connected; its record is left to expire", self.worker_id)
            return
        try:
            kv = await self._bucket()
            try:
                await kv.delete(self.key, last=self._revision)
            except nats.js.errors.BadRequestError:
                # A beat that timed out may have come through late; else the record is gone, or another's.
                own = self._own(await self._last_message())
                if own is None:
                    logger.warning("The record of worker %s was gone already", self.worker_id)
                    return
                await kv.delete(self.key, last=own.seq)
        except WorkerIdTakenError as error:
            logger.error("%s", error)
            return
        except (nats.errors.Error, OSError) as error:
            reason = describe_error(error)
            logger.warning("The record of worker %s is left to expire: %s", self.worker_id, reason)
            return
        logger.info("Worker %s unregistered", self.worker_id)

    async def update_status(self, status: WORKER_STATUS) -> None:
        """Go to another state, and write it.

        The state changes even if it cannot be written now: the next beat repeats it. Raises
        IllegalTransitionError where the table has no such step, or the number of active jobs says otherwise.
        """
        async with self._lock:
            if self._status is None:
                raise NotRegisteredError(f"Worker {self.worker_id!r} is not registered")
            check_transition(self._status, status, len(self._worker.active_jobs))
            self._change_status(status)
            await self._write_record(status)

    def jobs_changed(self) -> None:
        """The worker took or finished a job: BUSY and IDLE follow from how many it has, and nothing else.

        Nothing is written: the next beat says it, however often it changes until then.
        """
        if self._status not in (WORKER_STATUS.IDLE, WORKER_STATUS.BUSY):
            return  # a worker that is stopping stays so, whatever it still finishes
        status = WORKER_STATUS.BUSY if self._worker.active_jobs else WORKER_STATUS.IDLE
        if status is not self._status:
            self._status = status
            self._status_since = time.time()

    def _change_status(self, status: WORKER_STATUS) -> None:
        logger.info("Worker %s: %s -> %s", self.worker_id, self._status, status)
        self._status = status
        self._status_since = time.time()

    async def start_heartbeat(self) -> None:
        """Beat from now on; registers the worker if it is not registered. A second call does nothing."""
        if self.beating:
            return
        if not self.registered:
            await self.register()
        else:
            await self._beat()  # some time may have passed since the last one
        self._heartbeat.start(f"heartbeat-{self.key}")  # unless somebody else was as quick

    async def stop_heartbeat(self) -> None:
        """Beat no more. A beat that is being written is finished, so that its revision is known."""
        await self._heartbeat.stop()

    def connection_restored(self) -> None:
        """Beat at once: for everybody else this worker has been silent since the connection broke."""
        self._heartbeat.wake()

    async def _beat(self) -> None:
        async with self._lock:
            if self._status is not None:
                await self._write_record(self._status)

    async def _write_record(self, status: WORKER_STATUS) -> None:
        """Write the record as it is now; if that does not work this time, the next beat tries again."""
        if self._taken is not None:
            raise self._taken
        if not self._worker.nc.is_connected:
            # The library would keep the write and send it whenever it can, with what is long out of date.
            logger.info("Beat of worker %s skipped: not connected", self.worker_id)
            return
        self._seq += 1
        try:
            await self._put_record(status)
        except WorkerIdTakenError as error:
            self._taken = error
            logger.error("%s", error)
            if self._on_lost is not None:
                self._on_lost(error)
            raise
        except (nats.errors.Error, OSError) as error:
            if isinstance(error, nats.js.errors.NoStreamResponseError):
                self._kv = None  # no leader for a moment, or the bucket is gone: look again next time
            reason = describe_error(error)
            logger.warning("Beat of worker %s failed: %s", self.worker_id, reason)

    async def _put_record(self, status: WORKER_STATUS) -> None:
        kv = await self._bucket()
        try:
            self._revision = await kv.update(self.key, self._encode_record(status), last=self._revision)
            return
        except nats.js.errors.KeyWrongLastSequenceError:
            last = await self._last_message()
        if own := self._own(last):
            logger.info("A beat of worker %s had come through late", self.worker_id)
            self._revision = await kv.update(self.key, self._encode_record(status), last=own.seq)
            return
        # No record: it expired, or somebody deleted it. Somebody else may have this worker's jobs by now.
        old, self._instance = self._instance, self._new_instance()
        self._seq = 1
        expected = last.seq if last else None
        self._revision = await kv.update(self.key, self._encode_record(status), last=expected)
        logger.error(
            "Worker %s had been written off: instance %s is now %s; its %d jobs may run twice",
            *(self.worker_id, old, self._instance, len(self._worker.active_jobs)),
        )

    def _encode_record(self, status: WORKER_STATUS) -> bytes:
        said = {
            "v": STATUS_RECORD_VERSION,
            "worker_id": self._worker.worker_id,
            "instance": self._instance,
            "seq": self._seq,
            "status": status,
            "status_since": round(self._status_since, 3),
            "started_at": round(self._started_at, 3),
            "ts": round(time.time(), 3),
            "interval": self._settings.heartbeat_interval,
            "host": self._host,
            "pid": self._pid,
        }
        return encode_record(said, self._worker, self._heartbeat.lag)

    async def _bucket(self) -> KeyValue:
        if self._kv is None:
            self._kv = await open_workers_bucket(self._jetstream(), self._settings)
        return self._kv

    def _jetstream(self) -> JetStreamContext:
        return self._worker.nc.jetstream(timeout=self._settings.request_timeout)

    async def _last_message(self) -> RawStreamMsg | None:
        """What the server has under this worker's key, markers and all; from the leader, so never stale."""
        bucket = self._settings.workers_bucket
        try:
            return await self._jetstream().get_msg(f"KV_{bucket}", subject=f"$KV.{bucket}.{self.key}")
        except nats.js.errors.NotFoundError:
            return None

    def _own(self, last: RawStreamMsg | None) -> RawStreamMsg | None:
        """The record if this instance wrote it; None if there is none. Raises if somebody else did."""
        if last is None or not last.data:
            return None
        check_written_by(self._instance, last.data, self.worker_id)
        return last

    @classmethod
    async def list_workers(cls, nc: NATS, settings: Settings | None = None) -> list[WorkerInfo]:
        """All workers, and how each is doing by the server's clock alone."""
        return await list_workers(nc, settings)
