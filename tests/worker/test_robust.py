"""What people write into jobs, and what strangers leave in queues and buckets: the worker settles it, and lives."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from worker import (
    WORKER_STATUS,
    BadJobError,
    FailedJobHandler,
    JobExistsError,
    JobFailedError,
    Registry,
    Settings,
    StuckThreadsError,
    UnreadableRecordError,
    Worker,
)
from worker.names import job_id_of, record_key
from worker.undelivered import bury_undelivered

MEGABYTE = 1 << 20


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture
def add(registry):
    @registry.job
    async def add(a, b):
        return a + b

    return add


async def works(live):
    """The worker still does what it is there for."""
    assert await live.client.wait((await live.client.enqueue("add", 2, 3)).job_id) == 5


# -- functions ---------------------------------------------------------------------------------------------


async def test_threads_that_are_stuck_hold_up_no_other_job(live, registry):
    """H1: the clock of a sync job starts with its thread, and there is always a thread."""
    go_on, called = threading.Event(), []

    @registry.job(timeout=0.2, max_attempts=1)
    def stuck():
        go_on.wait()

    @registry.job(timeout=30)
    def quick():
        called.append(1)

    worker = await live.start(registry, concurrency=2)
    try:
        for number in range(2):
            await live.client.enqueue("stuck", job_id=f"stuck-{number}")
        for number in range(2):
            record = await live.ended(f"stuck-{number}")
            assert record.error == "attempts exhausted: TimeoutError: after 0.2 s"
        assert worker.stuck == worker.threads_left == 2
        await live.client.wait((await live.client.enqueue("quick", max_attempts=1)).job_id)
        assert called == [1]

        async def shown():
            (info,) = await live.client.workers()
            return info.record.get("stuck", 0)

        await live.until(lambda: shown())
    finally:
        go_on.set()
    await live.until(lambda: worker.stuck == 0)


async def test_too_many_stuck_threads_end_the_worker(live, registry):
    go_on = threading.Event()

    @registry.job(timeout=0.05, max_attempts=1)
    def stuck():
        go_on.wait()

    worker = await live.start(registry, settings=Settings(stuck_limit=2))
    try:
        for _ in range(2):
            await live.client.enqueue("stuck")
        await live.until(lambda: worker.error)
        assert isinstance(worker.error, StuckThreadsError)
    finally:
        go_on.set()


async def test_a_coroutine_that_keeps_its_cancellation_to_itself(live, registry, add):
    """L: the time limit holds all the same, and the worker goes on."""
    forever = asyncio.Event()

    @registry.job(timeout=0.1, max_attempts=1)
    async def deaf():
        while not forever.is_set():
            try:
                await forever.wait()
            except asyncio.CancelledError:
                pass

    await live.start(registry, concurrency=1)
    await live.client.enqueue("deaf", job_id="deaf")
    assert (await live.ended("deaf")).error == "attempts exhausted: TimeoutError: after 0.1 s"
    await works(live)
    forever.set()


@pytest.mark.parametrize("kind", ["async", "thread"])
@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), StopIteration(7), GeneratorExit(), asyncio.CancelledError()], ids=repr
)
async def test_whatever_a_function_raises_is_a_failed_attempt(live, registry, add, kind, error):
    """H4: also what would end the process, or what a future cannot carry."""

    def raise_it():
        raise error

    async def raise_it_in_the_loop():
        raise error

    registry.job(raise_it if kind == "thread" else raise_it_in_the_loop, name="bad")
    worker = await live.start(registry)
    await live.client.enqueue("bad", job_id="bad", max_attempts=2)
    record = await live.ended("bad")
    assert (record.status, record.attempts) == ("failed", 2)
    assert type(error).__name__ in record.error or "StopIteration" in record.error
    await works(live)
    assert worker.error is None


async def test_an_error_without_a_text(live, registry, add):
    class SpeechlessError(Exception):
        def __str__(self):
            raise ValueError("no words")

    @registry.job(max_attempts=1)
    async def speechless():
        raise SpeechlessError

    @registry.job(max_attempts=1)
    async def half():
        raise ValueError("\ud800 \x1b[31m")

    await live.start(registry)
    for name in ("speechless", "half"):
        await live.client.enqueue(name, job_id=name)
        assert (await live.ended(name)).status == "failed"
    await works(live)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("x" * (2 * MEGABYTE), "the result is too large (2,0"),
        ("x" * (MEGABYTE - 2048), "the result is too large (1,04"),
        ({1, 2}, "the result cannot be stored"),
        (float("nan"), "the result cannot be stored"),
        ("\ud800", "the result cannot be stored"),
    ],
    ids=["2 MB", "nearly 1 MiB", "set", "nan", "surrogate"],
)
async def test_a_result_that_cannot_be_stored(live, registry, add, result, said):
    """H3: it runs once, and the reason is the reason."""
    calls = []

    @registry.job
    async def big():
        calls.append(1)
        return result

    await live.start(registry)
    await live.client.enqueue("big", job_id="big")
    record = await live.ended("big")
    assert said in record.error
    assert record.error.startswith("permanent failure")
    assert calls == [1]
    await works(live)


async def test_arguments_that_do_not_fit(live, registry):
    """E6: a call that cannot be made is not tried five times."""

    @registry.job
    async def greet(name):
        return name

    await live.start(registry)
    await live.client.enqueue("greet", job_id="bad", bad=True)
    record = await live.ended("bad")
    assert record.attempts == 1
    assert "do not fit greet(name)" in record.error


# -- what is enqueued --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"job_id": "a b"},
        {"job_id": ""},
        {"job_id": "a..b"},
        {"job_id": ".a"},
        {"job_id": "a."},
        {"job_id": "*"},
        {"job_id": "a\r\nb"},
        {"job_id": "é"},
        {"job_id": "x" * 129},
        {"job_id": "\ud800"},
        {"queue": "a.b"},
        {"queue": "a b"},
        {"queue": "a\n"},
        {"queue": ""},
        {"max_attempts": 0},
        {"max_attempts": -1},
        {"max_attempts": "x"},
        {"max_attempts": 1.5},
        {"time_limit": "5"},
        {"time_limit": 0},
        {"time_limit": float("nan")},
        {"result_ttl": "x"},
        {"result_ttl": -1},
        {"depends_on": [5]},
        {"depends_on": ["a b"]},
        {"function": "f" * 300},
        {"args": [{1}]},
        {"args": [float("nan")]},
        {"args": ["\ud800"]},
        {"args": ["x" * (MEGABYTE - 330)]},
        {"args": ["x" * (2 * MEGABYTE)]},
    ],
    ids=lambda options: repr(options)[:30],
)
async def test_what_no_worker_would_take_is_refused_at_once(live, options):
    """L, H3, H5: nothing is written, so nobody waits for it."""
    options = {"function": "add", "args": (), **({"job_id": "given"} if "job_id" not in options else {}), **options}
    if options["job_id"] == "":
        options["job_id"] = " "
    with pytest.raises(BadJobError):
        await live.client.enqueue(options.pop("function"), *options.pop("args"), **options)
    assert await live.waiting() == 0
    assert (await live.js.stream_info("KV_jobs")).state.messages == 0


async def test_one_id_alone_is_no_list_of_letters(live):
    await live.client.enqueue("add", job_id="second", depends_on="first")
    assert (await live.client.job("second")).depends_on == ["first"]


@pytest.mark.parametrize("job_id", ["order.42", "user:42", "a/b", "me@home.org", "a+b", "x" * 128])
async def test_ids_as_people_have_them(live, registry, add, job_id):
    """L: dots and colons are in everybody's ids."""
    await live.start(registry)
    await live.client.enqueue("add", 2, 3, job_id=job_id)
    assert await live.client.wait(job_id) == 5
    assert job_id_of(record_key(job_id)) == job_id
    assert (await live.client.job(job_id)).job_id == job_id


async def test_ids_that_cannot_be_are_refused_by_their_names(live):
    """L: the library's own error named no id."""
    for call in (live.client.job, live.client.result, live.client.wait, live.client.cancel):
        with pytest.raises(BadJobError, match="job id 'a b'"):
            await call("a b")


async def test_the_id_of_another_function(live):
    """E7"""
    await live.client.enqueue("slow", job_id="j1")
    with pytest.raises(JobExistsError, match="calls 'slow'"):
        await live.client.enqueue("permanent", job_id="j1")


async def test_many_long_ids_fit_into_the_record_of_a_worker(live, registry):
    """L: a record that is too large would make the worker look lost."""
    release = asyncio.Event()

    @registry.job
    async def hold():
        await release.wait()

    await live.start(registry, queues=["q" * 60], concurrency=25)
    for number in range(25):
        await live.client.enqueue("hold", queue="q" * 60, job_id=f"{number:02}" + "x" * 126)

    async def all_shown():
        (info,) = await live.client.workers()
        return info.record["active_count"] == 25

    await live.until(lambda: all_shown())
    release.set()


def test_more_queues_than_a_record_holds(registry):
    with pytest.raises(ValueError, match="at most 50 queues, not 700"):
        Worker(registry, [f"q{number}" for number in range(700)])


async def test_a_status_that_is_a_string(live, registry):
    worker = await live.start(registry)
    with pytest.raises(TypeError, match="'idle' is no WORKER_STATUS"):
        await worker.status.update_status("idle")
    assert isinstance(worker.status.status, WORKER_STATUS)


# -- what strangers leave ----------------------------------------------------------------------------------


# What was never settled once, with its traceback every 30 s, for hours: a field that is not what it should be.
NO_JOBS = [
    *({"job_id": job_id} for job_id in ["a b", "a.", ".a", "a..b", "", "*", ">", "a\r\nb", "é", "\ud800", 5, None]),
    *({"depends_on": others} for others in [5, [5], None, "x", ["a b"], ["*"], [None]]),
    *({"max_attempts": number} for number in ["x", [1], 0, -1, 1.5, 10**30]),
    *({"queue": queue} for queue in ["a b", "a\r\nb", "a.b", "", "*", 5, None]),
    *({"result_ttl": ttl} for ttl in ["x", -1, [1]]),
    *({"timeout": limit} for limit in ["5", 0, -1]),
    *({"function": function} for function in [5, None, "f" * 300]),
    *({"args": args} for args in [5, "ab", {"a": 1}]),
    *({"kwargs": kwargs} for kwargs in [5, [1]]),
]


async def test_messages_that_are_no_job(live, registry, add):
    """M1: each is a dead letter with the reason, after one delivery, and nothing was called."""
    called = []

    @registry.job
    async def call(*args, **kwargs):
        called.append(args)

    for fields in NO_JOBS:
        await live.raw(json.dumps({"v": 1, "job_id": "bad", "function": "call", **fields}).encode())
    raw = [b'{"job_id":"a","function":"call","result_ttl":1e400}', b'{"job_id":"a","function":"call","args":[NaN]}']
    for data in raw:
        await live.raw(data)
    worker = await live.start(registry, concurrency=10)
    await live.settled()
    assert called == []
    dead = await live.dead()
    assert len(dead) == len(NO_JOBS) + len(raw)
    assert {headers["Job-Reason"] for headers, _ in dead} == {"unreadable message"}
    assert all(headers["Job-Error"].startswith("not a job: ") for headers, _ in dead)
    delivered = (await live.js.consumer_info("JOBS", "queue-default")).delivered.consumer_seq
    assert delivered == len(dead)
    await works(live)
    assert worker.error is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * MEGABYTE,
        json.dumps({"job_id": "x" * 5000, "function": "add"}).encode(),
        json.dumps({"job_id": "big", "function": "none", "args": ["x" * (MEGABYTE - 100)]}).encode(),
    ],
    ids=["1 MiB", "a long id", "a job of nearly 1 MiB"],
)
async def test_a_message_as_large_as_the_server_takes(live, registry, add, data):
    """H5: with our headers it would be larger, and the server would cut us off."""
    await live.raw(data)
    worker = await live.start(registry)
    await live.settled()
    ((headers, kept),) = await live.dead()
    assert data.startswith(kept) or b'"job_id":"big"' in kept
    assert ("Job-Truncated" in headers) == (len(kept) < len(data))
    await works(live)
    assert worker.error is None


@pytest.mark.parametrize(
    "record",
    [
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"job_id":"j","queue":"default","function":"add","status":"odd"}',
        b'{"job_id":"j","queue":"default","function":"add","status":"queued","attempts":"x"}',
        b'{"job_id":"j","queue":"default","function":"add","status":"queued","history":[5]}',
        b"[" * 100_000,
    ],
    ids=lambda record: repr(record[:60]),
)
async def test_a_record_that_cannot_be_read(live, registry, add, record):
    """M3: the client says so; the worker settles the job, and says why."""
    kv = await live.js.key_value("jobs")
    await kv.put("j", record)
    for call in (live.client.job, live.client.result):
        with pytest.raises(UnreadableRecordError, match="record of job 'j' cannot be read"):
            await call("j")
    with pytest.raises(UnreadableRecordError):
        await live.client.enqueue("add", 2, 3, job_id="j")
    await live.raw(b'{"job_id":"j","function":"add","args":[2,3]}')
    await live.start(registry)
    await live.settled()
    ((headers, _),) = await live.dead()
    assert headers["Job-Reason"] == "unreadable record"
    assert (await live.client.job("j")).status == "failed"
    await works(live)


@pytest.mark.parametrize("result", [b"\xff", b"{}", b"[1]", b""], ids=repr)
async def test_a_result_that_cannot_be_read(live, registry, add, result):
    await live.start(registry)
    await live.client.wait((await live.client.enqueue("add", 2, 3, job_id="sum")).job_id)
    await (await live.js.key_value("results")).put("sum", result)
    with pytest.raises(UnreadableRecordError, match="The result of job 'sum' cannot be read"):
        await live.client.result("sum")


@pytest.mark.parametrize(
    "record",
    [
        b'{"worker_id":"other","interval":5}',
        b"\xff",
        b"[]",
        b"[" * 8000,
        b'{"worker_id":5}',
        b'{"worker_id":"o","interval":"x"}',
    ],
    ids=lambda record: repr(record[:40]),
)
async def test_an_odd_record_among_the_workers(live, registry, add, record):
    """M2: the others are shown, and this one as what it is."""
    from worker.render import workers_table

    await live.start(registry, worker_id="w1", settings=Settings())  # soon late, with shorter heartbeats
    await (await live.js.key_value("workers")).put("other", record)
    shown = await live.client.workers()
    assert {one.worker_id: one.health for one in shown} == {"w1": "alive", "other": "unreadable"}
    assert "unreadable" in workers_table(shown)


async def test_undelivered_jobs_are_rescued_past_what_cannot_be(live, registry, add):
    """H7: nothing that lies there, message or advisory, stands before all others."""
    failures = FailedJobHandler(live.js, live.client._jobs, live.settings)
    await failures.open()
    bad = await live.raw(b'{"job_id":"a b","function":"add"}')
    good = await live.raw(b'{"job_id":"good","function":"add"}')
    subject = f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{live.settings.jobs_stream}.queue-default"
    for said in (b"no json", b"{}", b'{"stream_seq":"x"}', {"stream_seq": bad, "deliveries": 9}, {"stream_seq": good}):
        await live.js.publish(subject, said if isinstance(said, bytes) else json.dumps(said).encode())
    assert await bury_undelivered(live.js, live.settings, live.client._jobs, failures) == 2
    assert await live.waiting() == 0
    assert len(await live.dead()) == 2
    assert (await live.js.stream_info(live.settings.advisories_stream)).state.messages == 0


async def test_a_job_that_ends_elsewhere_meanwhile(live, registry, add, caplog):
    """M9: no error, no traceback; the message is answered."""
    started, release = asyncio.Event(), asyncio.Event()

    @registry.job
    async def slow():
        started.set()
        await release.wait()

    await live.start(registry)
    await live.client.enqueue("slow", job_id="slow")
    await started.wait()
    from worker import Job

    await live.client._jobs.completed(Job("slow", "slow"), "by another")
    release.set()
    await live.settled()
    assert await live.client.result("slow") == "by another"
    assert not [one for one in caplog.records if one.exc_info]


async def test_what_nobody_has_thought_of(live, registry, add, monkeypatch):
    """A bug in the worker itself: the message is tried some times, then it is dead with the reason."""
    from worker.jobs import JobStatusManager

    real = JobStatusManager.dependencies

    async def broken(self, job):
        if job.job_id == "cursed":
            raise ZeroDivisionError("a bug")
        return await real(self, job)

    monkeypatch.setattr(JobStatusManager, "dependencies", broken)
    await live.raw(b'{"job_id":"cursed","function":"add","depends_on":["x"]}')
    await live.start(registry)
    await live.settled()
    ((headers, _),) = await live.dead()
    assert headers["Job-Error"] == "could not be settled: ZeroDivisionError: a bug"
    await works(live)


async def test_a_failed_job_says_so(live, registry):
    @registry.job(max_attempts=1)
    async def bad():
        raise ValueError("no")

    await live.start(registry)
    await live.client.enqueue("bad", job_id="bad")
    with pytest.raises(JobFailedError, match="attempts exhausted: ValueError: no"):
        await live.client.wait("bad")


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_second_message_of_a_job_is_not_run(live, registry, workers):
    """M5: enqueued again after the server's window for duplicates, it was stored twice and run twice at a time."""
    started, release, calls = asyncio.Event(), asyncio.Event(), []

    @registry.job
    async def slow():
        calls.append(1)
        started.set()
        await release.wait()

    assert not (await live.client.enqueue("slow", job_id="slow")).duplicate
    await live.raw(b'{"job_id":"slow","function":"slow"}')  # as if the window were over
    assert (await live.client.enqueue("slow", job_id="slow")).duplicate
    for _ in range(workers):
        await live.start(registry)
    await started.wait()

    async def one_left():
        return await live.waiting() == 1

    await live.until(one_left)
    release.set()
    await live.settled()
    assert calls == [1]


async def test_a_second_message_takes_over_from_one_that_is_gone(live, registry):
    """An operator purged the stream while the job ran: the second message is all there is."""
    from worker import Job, JobStatusManager

    ran = asyncio.Event()

    @registry.job
    async def slow():
        ran.set()

    jobs = JobStatusManager(live.js, live.settings, worker_id="gone")
    await jobs.open()
    await jobs.queued(Job("slow", "slow"))
    await jobs.running(Job("slow", "slow"), 1, sequence=1)
    await live.raw(b"no job")
    await live.js.purge_stream("JOBS")
    await live.raw(b'{"job_id":"slow","function":"slow"}')
    await live.start(registry)
    await ran.wait()
    assert (await live.ended("slow")).status == "completed"
