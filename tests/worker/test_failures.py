"""What becomes of a job that failed: another try after a while, or the dead-letter stream with the reason."""

from __future__ import annotations

import nats.errors
import nats.js.errors
import pytest

from worker import (
    BadJobError,
    FailedJobHandler,
    Job,
    JobStatusManager,
    PermanentJobError,
    Settings,
    UnknownFunctionError,
)
from worker.storage import ensure_consumer, ensure_jobs_stream
from worker.undelivered import bury_undelivered

SETTINGS = Settings(max_deliver=20, ack_wait=30)


class Bench:
    """A queue with one job in it, and everything that handles its failures."""

    def __init__(self, js, settings=SETTINGS, jitter=0.0):
        self.js, self.settings = js, settings
        self.jobs = JobStatusManager(js, settings, worker_id="w1")
        self.failures = FailedJobHandler(js, self.jobs, settings, jitter=lambda: jitter)

    async def open(self):
        await ensure_jobs_stream(self.js, self.settings)
        await self.jobs.open()
        await self.failures.open()
        await ensure_consumer(self.js, self.settings, "default")
        self.pull = await self.js.pull_subscribe_bind(self.settings.consumer_name("default"), self.settings.jobs_stream)
        return self

    async def enqueue(self, job):
        await self.jobs.queued(job)
        await self.js.publish(self.settings.job_subject(job.queue), job.encode())

    async def take(self):
        (message,) = await self.pull.fetch(1, timeout=600)
        return message

    async def fail(self, job, error, max_attempts=3):
        """One attempt that fails."""
        message = await self.take()
        record = await self.jobs.running(job, message.metadata.num_delivered)
        return await self.failures.handle(job, message, error, record.attempts, max_attempts)

    async def dead(self):
        """What is in the dead-letter stream: headers and data of each."""
        state = (await self.js.stream_info(self.settings.dead_stream)).state
        found = [await self.js.get_msg(self.settings.dead_stream, seq + 1) for seq in range(state.messages)]
        return [(one.headers, one.data) for one in found]

    async def waiting(self):
        return (await self.js.stream_info(self.settings.jobs_stream)).state.messages


@pytest.fixture
async def bench(connect, clock):
    return await Bench((await connect("w1")).jetstream()).open()


JOB = Job(job_id="job", function="send", args=["x"])


async def test_a_job_is_retried_ever_later_and_dies(clock, bench, tape, recorded):
    await bench.enqueue(JOB)
    for attempt in (1, 2, 3, 4):
        tape.note(f"attempt {attempt}")
        assert await bench.fail(JOB, ValueError("no luck"), max_attempts=4) is (attempt == 4)
    ((headers, data),) = await bench.dead()
    assert data == JOB.encode()
    assert headers["Job-Reason"] == "attempts exhausted"
    assert headers["Job-Error"] == "ValueError: no luck"
    assert headers["Job-Attempts"] == "4"
    assert await bench.waiting() == 0
    record = await bench.jobs.get("job")
    assert [one["status"] for one in record.history] == ["queued", *["running", "retried"] * 3, "running", "failed"]
    assert tape == recorded


async def test_delays_grow_up_to_a_limit_and_vary(clock, connect, tape, recorded):
    settings = Settings(backoff_base=10, backoff_max=60, backoff_jitter=0.25)
    bench = await Bench((await connect("w1")).jetstream(), settings, jitter=0.4).open()
    await bench.enqueue(JOB)
    for _ in range(5):
        await bench.fail(JOB, ValueError("no luck"), max_attempts=9)
    await clock.settle()
    assert [one.value["delay"] for one in tape.operations("nak")] == ["11s", "22s", "44s", "66s", "66s"]
    assert tape == recorded


@pytest.mark.parametrize(
    "error",
    [PermanentJobError("no such customer"), UnknownFunctionError("no function 'send'")],
    ids=["permanent", "unknown"],
)
async def test_what_cannot_succeed_is_not_tried_again(clock, bench, tape, recorded, error):
    await bench.enqueue(JOB)
    assert await bench.fail(JOB, error, max_attempts=3)
    assert await bench.waiting() == 0
    assert tape == recorded


async def test_what_is_no_job_is_kept_as_it_came(clock, bench, tape, recorded):
    await bench.js.publish(bench.settings.job_subject("default"), b"\x80\x04K\x01.")
    message = await bench.take()
    await bench.failures.reject("default", message, BadJobError("not a job"))
    ((headers, data),) = await bench.dead()
    assert (headers["Job-Reason"], data) == ("unreadable message", b"\x80\x04K\x01.")
    assert await bench.waiting() == 0
    assert tape == recorded


async def test_errors_of_any_text_fit_into_a_header(clock, bench, tape, recorded):
    await bench.enqueue(JOB)
    assert await bench.fail(JOB, ValueError("zwölf\r\nNats-Msg-Id: 7\n" + "x" * 1000), max_attempts=1)
    ((headers, _),) = await bench.dead()
    assert headers["Nats-Msg-Id"] == "job"
    assert headers["Job-Error"].startswith("ValueError: zw\\xf6lf")
    assert len((await bench.jobs.get("job")).error or "") < 600
    assert tape == recorded


async def test_the_dead_letter_stream_does_not_answer(clock, bench, tape, faults, recorded):
    await bench.enqueue(JOB)
    faults.no_responders("publish", "jobs_dead.default")
    tape.note("nobody answers, so the job stays in its queue, and comes again when its time is over")
    with tape.raises(nats.js.errors.NoStreamResponseError):
        await bench.fail(JOB, ValueError("no luck"), max_attempts=1)
    assert (await bench.jobs.get("job")).status == "running"
    assert await bench.fail(JOB, ValueError("no luck"), max_attempts=1)
    assert len(await bench.dead()) == 1
    assert tape == recorded


async def test_a_job_dies_only_once(clock, bench, tape, faults, recorded):
    await bench.enqueue(JOB)
    message = await bench.take()
    await bench.jobs.running(JOB, 1)
    faults.drop_answer("publish", "jobs_dead.default")
    with tape.raises(nats.errors.TimeoutError):
        await bench.failures.bury(JOB, message, "attempts exhausted", "no luck", 1)
    await bench.failures.bury(JOB, message, "attempts exhausted", "no luck", 1)
    assert len(await bench.dead()) == 1
    assert tape == recorded


async def test_the_server_gave_up_delivering(clock, connect, tape, recorded):
    tape.volatile("id", "timestamp")  # of the server's advisory, as it is stored
    settings = Settings(max_deliver=2, ack_wait=30)
    bench = await Bench((await connect("w1")).jetstream(), settings).open()
    await bench.enqueue(JOB)
    for delivery in (1, 2):
        await bench.take()
        await bench.jobs.running(JOB, delivery)
        tape.note("its worker is lost")
        await clock.advance(31)
    with pytest.raises(nats.errors.TimeoutError):
        await bench.pull.fetch(1, timeout=60)
    assert await bench.waiting() == 1
    assert await bury_undelivered(bench.js, settings, bench.jobs, bench.failures) == 1
    assert await bury_undelivered(bench.js, settings, bench.jobs, bench.failures) == 0
    ((headers, data),) = await bench.dead()
    assert (headers["Job-Reason"], data) == ("deliveries exhausted", JOB.encode())
    assert await bench.waiting() == 0
    assert (await bench.jobs.get("job")).status == "failed"
    assert tape == recorded


async def test_settings_that_are_not_given(clock, connect, tape, recorded):
    js = (await connect("w1")).jetstream()
    jobs = JobStatusManager(js)
    failures = FailedJobHandler(js, jobs)
    await jobs.open()
    await failures.open()
    await failures.publish_dead("default", "job", "permanent failure", "no such customer", 1, JOB.encode())
    assert tape == recorded


@pytest.mark.parametrize("error", ["", "first, second"], ids=["none", "some"])
async def test_a_reason_with_and_without_an_error(clock, bench, tape, recorded, error):
    await bench.enqueue(JOB)
    message = await bench.take()
    await bench.jobs.running(JOB, 1)
    await bench.failures.bury(JOB, message, "dependency failed", error, 0)
    tape.note(f"error of the record: {(await bench.jobs.get('job')).error}")
    assert tape == recorded


@pytest.mark.parametrize("what", ["bury", "reject"])
async def test_the_answer_to_the_server_is_lost(clock, connect, tape, faults, recorded, what):
    """It is waited for as long as for any request, and then somebody hears of it."""
    settings = Settings(request_timeout=1.5)
    bench = await Bench((await connect("w1")).jetstream(), settings).open()
    await bench.enqueue(JOB)
    message = await bench.take()
    await bench.jobs.running(JOB, 1)
    faults.drop("ack")
    with tape.raises(nats.errors.TimeoutError):
        if what == "bury":
            await bench.failures.bury(JOB, message, "permanent failure", "no such customer", 1)
        else:
            await bench.failures.reject("default", message, BadJobError("not a job"))
    tape.note(f"after {clock.elapsed:g} s")
    assert tape == recorded


async def test_a_dead_letter_larger_than_the_server_takes(clock, connect, tape, recorded):
    """With the headers it gets here; it is cut off, and says so."""
    nc = await connect("w1")
    bench = await Bench(nc.jetstream()).open()
    nc._max_payload = 5000
    for size in (904, 905):
        await bench.failures.publish_dead("default", f"job-{size}", "reason", "", 0, b"x" * size)
    (_, whole), (headers, cut) = await bench.dead()
    assert (len(whole), len(cut)) == (904, 904)
    assert headers["Job-Truncated"] == "905"
    assert tape == recorded
