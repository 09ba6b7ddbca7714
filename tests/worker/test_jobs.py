"""What is recorded of a job on its way, and of its result."""

from __future__ import annotations

import asyncio

import nats.errors
import pytest

from worker import (
    JOB_STATUS,
    JOB_STATUS_TRANSITIONS,
    IllegalTransitionError,
    Job,
    JobFailedError,
    JobNotFoundError,
    JobStatusManager,
    ResultExpiredError,
    ResultNotReadyError,
    Settings,
    WorkerError,
)

SETTINGS = Settings()


def job(job_id="job", **fields):
    return Job(job_id=job_id, function="add", args=[2, 3], **fields)


async def bring(jobs, one, status):
    """Take a job by the shortest way to where it shall be."""
    if status is None:
        return
    if status is JOB_STATUS.EXPECTED:
        await jobs.wait_for(job(f"after-{one.job_id}", depends_on=[one.job_id]), [one.job_id])
        return
    await jobs.queued(one)
    if status is JOB_STATUS.QUEUED:
        return
    await jobs.running(one, 1)
    await step(jobs, one, status)


async def step(jobs, one, status):
    if status is JOB_STATUS.RUNNING:
        await jobs.running(one, 2)
    elif status is JOB_STATUS.RETRIED:
        await jobs.retried(one, "ValueError: no", 2.5)
    elif status is JOB_STATUS.COMPLETED:
        await jobs.completed(one, 5)
    elif status is JOB_STATUS.FAILED:
        await jobs.failed(one, "ValueError: never")
    elif status is JOB_STATUS.CANCELLED:
        await jobs.cancelled(one.job_id)
    elif status is JOB_STATUS.QUEUED:
        assert await jobs.queued(one) or await jobs.requeued(one)


async def test_a_job_completes(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    assert await jobs.queued(job(enqueued_at=1.5))
    await clock.advance(2)
    await jobs.running(job(), 1)
    await clock.advance(0.25)
    await jobs.completed(job(), {"sum": 5})
    record = await jobs.get("job")
    assert (record.status, record.attempts, record.worker_id) == (JOB_STATUS.COMPLETED, 1, "w1")
    assert await jobs.result("job") == {"sum": 5}
    assert tape == recorded


async def test_a_job_is_retried_and_completes(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await jobs.queued(job())
    for delivery in (1, 2):
        await jobs.running(job(), delivery)
        await clock.advance(1)
        await jobs.retried(job(), f"ValueError: no {delivery}", 10.0 * delivery)
        await clock.advance(10 * delivery)
    await jobs.running(job(), 3)
    await jobs.completed(job(), None)
    record = await jobs.get("job")
    assert (record.attempts, record.error, record.next_attempt_at) == (3, None, None)
    assert tape == recorded


async def test_a_job_fails(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await jobs.queued(job())
    await jobs.running(job(), 1)
    await clock.advance(1)
    await jobs.failed(job(), "ValueError: never")
    with tape.raises(JobFailedError):
        await jobs.result("job")
    assert tape == recorded


@pytest.mark.parametrize("before", [*JOB_STATUS], ids=str)
async def test_each_step_that_is_allowed(clock, open_jobs, tape, recorded, before):
    jobs = await open_jobs()
    for after in sorted(JOB_STATUS_TRANSITIONS[before]):
        one = job(f"{before}-{after}")
        await bring(jobs, one, before)
        tape.note(f"{before} -> {after}")
        await step(jobs, one, after)
        assert (await jobs.get(one.job_id)).status is after
    assert tape == recorded


# Nothing else is known of a job that is expected, so whoever runs it may.
@pytest.mark.parametrize("before", [one for one in JOB_STATUS if one is not JOB_STATUS.EXPECTED], ids=str)
async def test_each_step_that_is_not(clock, open_jobs, tape, recorded, before):
    jobs = await open_jobs()
    one = job()
    await bring(jobs, one, before)
    for after in sorted(
        {*JOB_STATUS} - JOB_STATUS_TRANSITIONS[before] - {before, JOB_STATUS.QUEUED, JOB_STATUS.EXPECTED}
    ):
        tape.note(f"{before} -> {after}")
        with tape.raises(IllegalTransitionError):
            await step(jobs, one, after)
    assert (await jobs.get("job")).status is before
    assert tape == recorded


async def test_a_job_without_a_record_gets_one(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    record = await jobs.running(job(depends_on=["first"]), 1)
    assert [one["status"] for one in record.history] == ["queued", "running"]
    assert tape == recorded


async def test_a_second_job_of_the_same_id_is_none(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    assert await jobs.queued(job())
    assert not await jobs.queued(job())
    assert tape == recorded


async def test_attempts_are_counted_by_delivery(clock, open_jobs, tape, recorded):
    first, second = await open_jobs("w1"), await open_jobs("w2")
    await first.queued(job())
    assert (await first.running(job(), 1)).attempts == 1
    tape.note("the same delivery again, since an answer was lost")
    assert (await first.running(job(), 1)).attempts == 1
    tape.note("the worker was lost, and another one has the job")
    assert (await second.running(job(), 2)).attempts == 2
    tape.note("interrupted: this attempt does not count")
    assert (await second.retried(job(), "interrupted", 0, counts=False)).attempts == 1
    assert (await first.running(job(), 3)).attempts == 2
    assert tape == recorded


async def test_two_writers_do_not_overwrite_each_other(clock, open_jobs, tape, recorded):
    first, second = await open_jobs("w1"), await open_jobs("w2")
    await first.queued(job())
    await asyncio.gather(first.running(job(), 1), second.running(job(), 2))
    record = await first.get("job")
    assert record.attempts == 2
    assert {one.get("worker_id") for one in record.history} == {"w1", "w2"}
    assert tape == recorded


async def test_the_history_does_not_grow_for_ever(clock, open_jobs):
    jobs = await open_jobs()
    for delivery in range(1, 40):
        await jobs.running(job(), delivery)
        await jobs.retried(job(), "no", 1)
    record = await jobs.get("job")
    assert (record.attempts, len(record.history)) == (39, 50)


@pytest.mark.parametrize("operation", ["update", "create"])
async def test_an_answer_is_lost(clock, open_jobs, tape, faults, recorded, operation):
    jobs = await open_jobs()
    await jobs.queued(job())
    await jobs.running(job(), 1)
    faults.drop_answer(operation)
    with tape.raises(nats.errors.TimeoutError):
        await jobs.completed(job(), 5)
    await jobs.completed(job(), 5)
    assert await jobs.result("job") == 5
    assert tape == recorded


async def test_dependencies(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    for one in ("queued", "running", "retried", "completed", "failed", "cancelled"):
        await bring(jobs, job(one), JOB_STATUS(one))
    tape.note("asking")
    names = ["completed", "unknown", "queued", "running", "retried", "failed", "cancelled"]
    found = await jobs.dependencies(job(depends_on=names))
    assert found.waiting == ["unknown", "queued", "running", "retried"]
    assert found.failed == ["failed", "cancelled"]
    found = await jobs.dependencies(job(depends_on=["completed"]))
    assert (found.waiting, found.failed) == ([], [])
    assert tape == recorded


async def test_a_result_expires(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    one = job(result_ttl=60)
    await bring(jobs, one, JOB_STATUS.COMPLETED)
    await clock.advance(59)
    assert await jobs.result("job") == 5
    await clock.advance(2)
    with tape.raises(ResultExpiredError):
        await jobs.result("job")
    assert (await jobs.get("job")).status is JOB_STATUS.COMPLETED
    assert tape == recorded


async def test_a_result_lives_a_day_unless_told_otherwise(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await bring(jobs, job(), JOB_STATUS.COMPLETED)
    await clock.advance(hours=23, minutes=59)
    assert await jobs.result("job") == 5
    await clock.advance(minutes=2)
    with tape.raises(ResultExpiredError):
        await jobs.result("job")
    assert tape == recorded


async def test_a_result_lives_a_second_at_least(clock, open_jobs, tape):
    jobs = await open_jobs()
    await bring(jobs, job(result_ttl=0.2), JOB_STATUS.COMPLETED)
    assert [one.ttl for one in tape.operations("create", "results/job")] == ["1"]


async def test_a_record_expires_after_a_week(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await bring(jobs, job(), JOB_STATUS.FAILED)
    await clock.advance(hours=7 * 24 + 1)
    with tape.raises(JobNotFoundError):
        await jobs.get("job")
    assert tape == recorded


async def test_there_is_no_result(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    with tape.raises(JobNotFoundError):
        await jobs.result("job")
    await jobs.queued(job())
    with tape.raises(ResultNotReadyError):
        await jobs.result("job")
    await jobs.running(job(), 1)
    with tape.raises(ResultNotReadyError):
        await jobs.result("job")
    assert tape == recorded


@pytest.mark.parametrize("at_all", [True, False], ids=["bare", "named"])
async def test_what_is_not_given_is_as_usual(clock, connect, tape, recorded, at_all):
    """No settings: those by default. Nobody's id: none in the history."""
    js = (await connect("w1")).jetstream()
    other = Settings(jobs_bucket="tasks", results_bucket="outcomes", job_ttl=3600, result_ttl=60)
    jobs = JobStatusManager(js) if at_all else JobStatusManager(js, other, worker_id="w1")
    await jobs.open()
    await bring(jobs, job(), JOB_STATUS.COMPLETED)
    assert tape == recorded


async def test_times_are_kept_to_the_millisecond(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await clock.advance(0.123456)
    await jobs.queued(job())
    await clock.advance(0.234567)
    await jobs.running(job(), 1)
    await clock.advance(0.345678)
    await jobs.retried(job(), "ValueError: no", 1.23456)
    assert tape == recorded


async def test_what_the_caller_hears(clock, open_jobs, tape, recorded):
    """Whether it is new, and each record as it stands then, however often the step is made."""
    jobs = await open_jobs()
    tape.note(f"queued: {bool(await jobs.queued(job()))}, and again: {bool(await jobs.queued(job()))}")
    await jobs.running(job(), 1)
    first, second = await jobs.completed(job(), 5), await jobs.completed(job(), 5)
    tape.note(f"completed: {first.status}, and again the same: {second == first}")
    assert tape == recorded


@pytest.mark.parametrize(
    ("operation", "target"),
    [("create", "jobs/job"), ("get", "bucket jobs"), ("create", "results/job"), ("get", "bucket results")],
    ids=["queued", "running", "completed", "result"],
)
async def test_the_server_refuses(clock, open_jobs, tape, faults, recorded, operation, target):
    """Nothing of it is taken for an answer; the same call works when it is made again."""
    from nats.js.errors import ServiceUnavailableError

    jobs = await open_jobs()
    calls = [
        lambda: jobs.queued(job()),
        lambda: jobs.running(job(), 1),
        lambda: jobs.completed(job(), 5),
        lambda: jobs.result("job"),
    ]
    refusal = faults.refuse(operation, target)
    for call in calls:
        try:
            await call()
        except ServiceUnavailableError as error:
            tape.raised(error)
            await call()
    assert not refusal.left
    assert tape == recorded


@pytest.mark.parametrize("times", [4, 5])
async def test_others_write_all_the_time(clock, open_jobs, tape, faults, recorded, times):
    """Each try finds that somebody else was quicker: the fifth is the last."""
    jobs = await open_jobs()
    await jobs.queued(job())
    faults.refuse("update", "jobs/job", times=times, code=400, err_code=10071, text="wrong last sequence: 9")
    try:
        await jobs.running(job(), 1)
    except WorkerError as error:
        tape.raised(error)
    tape.note(f"the job is {(await jobs.get('job')).status}")
    assert tape == recorded


async def test_the_marker_of_a_record_that_expired(clock, connect, open_jobs, tape, recorded):
    """An operator made the bucket with markers: what is under the key is no record, and is written over."""
    nc = await connect("operator")
    await nc.jetstream().create_key_value(bucket="jobs", history=1, ttl=60, limit_marker_ttl=600)
    jobs = await open_jobs()
    await jobs.queued(job())
    await clock.advance(61)
    with tape.raises(JobNotFoundError):
        await jobs.get("job")
    record = await jobs.running(job(), 1)
    tape.note(f"attempt {record.attempts}")
    assert tape == recorded
