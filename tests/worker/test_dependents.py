"""What is recorded where more than one has to do with a job: others wait for it, somebody cancels it, a second message
runs it, or something else lies in its place."""

from __future__ import annotations

import asyncio

import nats.js.errors
import pytest

from tests.worker.test_jobs import bring, job
from worker import (
    JOB_STATUS,
    IllegalTransitionError,
    JobCancelledError,
    JobNotFoundError,
    Settings,
    UnreadableRecordError,
)
from worker.storage import ensure_jobs_stream

SETTINGS = Settings()


@pytest.fixture
async def js(connect, clock):
    """A connection beside the workers', and the stream into which jobs are published again."""
    js = (await connect("other")).jetstream()
    await ensure_jobs_stream(js, SETTINGS)
    return js


@pytest.fixture
def published(js):
    """The ids under which jobs were published, in order."""

    async def published():
        messages = (await js.stream_info(SETTINGS.jobs_stream)).state.messages
        found = [await js.get_msg(SETTINGS.jobs_stream, seq + 1) for seq in range(messages)]
        return [one.headers["Nats-Msg-Id"] for one in found]

    return published


def child(*others, job_id="child"):
    return job(job_id, depends_on=list(others))


async def waiting_for_two(jobs):
    """One and two run, and a child waits for both."""
    others = ["one", "two"]
    for other in others:
        await bring(jobs, job(other), JOB_STATUS.RUNNING)
    await jobs.wait_for(child(*others), others)
    return jobs


# -- others wait for it ------------------------------------------------------------------------------------


async def test_a_job_that_others_wait_for_completes(clock, open_jobs, published, tape, recorded):
    jobs = await open_jobs()
    await bring(jobs, job("parent"), JOB_STATUS.RUNNING)
    for name in ("first", "second"):
        await jobs.wait_for(child("parent", job_id=name), ["parent"])
    assert (await jobs.get("parent")).dependents == ["first", "second"]
    tape.note("once more, since an answer was lost")
    await jobs.wait_for(child("parent", job_id="first"), ["parent"])
    assert (await jobs.get("parent")).dependents == ["first", "second"]
    await jobs.completed(job("parent"), 5)
    assert await published() == ["first.after.3", "second.after.2"]
    assert tape == recorded


@pytest.mark.parametrize("end", [JOB_STATUS.COMPLETED, JOB_STATUS.FAILED, JOB_STATUS.CANCELLED], ids=str)
async def test_a_job_has_ended_when_one_waits_for_it(clock, open_jobs, published, tape, recorded, end):
    jobs = await open_jobs()
    await bring(jobs, job("parent"), end)
    await jobs.wait_for(child("parent"), ["parent"])
    assert await published() == ["child.after.1"]
    assert tape == recorded


async def test_the_last_of_several_lets_it_run(clock, open_jobs, published, tape, recorded):
    jobs = await waiting_for_two(await open_jobs())
    await jobs.completed(job("one"), 1)
    assert await published() == []
    await jobs.completed(job("two"), 2)
    assert await published() == ["child.after.2"]
    assert tape == recorded


async def test_the_first_that_fails_lets_it_fail(clock, open_jobs, published, tape, recorded):
    jobs = await waiting_for_two(await open_jobs())
    await jobs.failed(job("one"), "ValueError: never")
    assert await published() == ["child.after.1"]
    assert tape == recorded


async def test_the_word_that_a_job_has_ended_is_given_again(clock, open_jobs, published, tape, recorded):
    """The worker was lost between the record and those that wait; whoever has the message next tells them."""
    jobs, lost = await open_jobs("w1"), await open_jobs("w2")
    await bring(lost, job("parent"), JOB_STATUS.RUNNING)
    await jobs.wait_for(child("parent"), ["parent"])

    async def dies(record):
        raise ConnectionResetError

    lost._waiting.release = dies
    with tape.raises(ConnectionResetError):
        await lost.completed(job("parent"), 5)
    assert await published() == []
    await jobs.ended_before(await jobs.get("parent"))
    assert await published() == ["child.after.1"]
    assert tape == recorded


async def test_a_job_that_is_expected(clock, open_jobs, tape, recorded):
    """Those that wait for it are known before itself."""
    jobs = await open_jobs()
    for name in ("first", "second"):
        await jobs.wait_for(child("parent", job_id=name), ["parent"])
    with tape.raises(JobNotFoundError):
        await jobs.get("parent")
    with tape.raises(JobNotFoundError):
        await jobs.cancelled("parent")
    found = await jobs.dependencies(child("parent"))
    assert (found.waiting, found.failed) == (["parent"], [])
    queued = await jobs.queued(job("parent"), due=1_900_000_000.0)
    assert not queued.blank
    record = await jobs.get("parent")
    assert (record.dependents, record.next_attempt_at) == (["first", "second"], 1_900_000_000.0)
    assert await jobs.queued(job("parent")) is None
    assert tape == recorded


async def test_a_job_that_is_expected_runs_without_having_been_queued(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await jobs.wait_for(child("parent"), ["parent"])
    record = await jobs.running(job("parent"), 1)
    assert (record.status, record.dependents) == (JOB_STATUS.RUNNING, ["child"])
    assert tape == recorded


async def test_two_clients_enqueue_what_is_expected(clock, open_jobs, tape, recorded):
    """Both find that others wait for it; the record of one is there first."""
    first, second = await open_jobs("w1"), await open_jobs("w2")
    await first.wait_for(child("parent"), ["parent"])
    queued = await asyncio.gather(first.queued(job("parent")), second.queued(job("parent")))
    assert sum(one is not None for one in queued) == 1
    assert tape == recorded


async def test_a_record_vanishes_while_it_is_looked_at(clock, open_jobs, js, tape, faults, recorded):
    jobs = await open_jobs()
    await jobs.queued(job())
    faults.delay("get", "bucket jobs", seconds=1)  # the library's own look, for a reason of the refusal
    looking = faults.hold("get", "bucket jobs")
    queuing = asyncio.create_task(jobs.queued(job()))
    await clock.advance(2)
    await (await js.key_value(SETTINGS.jobs_bucket)).delete("job")
    looking.release()
    assert await queuing is None
    assert tape == recorded


# -- a second message --------------------------------------------------------------------------------------


async def test_a_second_message_does_not_run_it(clock, open_jobs, tape, recorded):
    first, second = await open_jobs("w1"), await open_jobs("w2")
    await first.queued(job())
    assert (await first.running(job(), 1, 7)).sequence == 7
    with tape.raises(IllegalTransitionError):
        await second.running(job(), 1, 8)
    assert (await first.get("job")).attempts == 1
    tape.note("the same message, delivered again")
    assert (await second.running(job(), 2, 7)).attempts == 2
    tape.note("the first message is gone")
    record = await first.running(job(), 1, 8, instead_of=7)
    assert (record.attempts, record.sequence) == (3, 8)
    tape.note("the first message was gone, and the job got another life")
    await first.failed(job(), "ValueError: never")
    await first.requeued(job())
    second.forget("job")
    assert (await second.running(job(), 1, 9, instead_of=8)).sequence == 9
    assert tape == recorded


async def test_whether_a_message_is_there(clock, open_jobs, js, tape, faults, recorded):
    jobs = await open_jobs()
    await js.publish(SETTINGS.job_subject("default"), job().encode())
    assert await jobs.message_is_there(1)
    assert await jobs.message_is_there(2) is False
    faults.no_responders("get", "stream JOBS")
    with tape.raises(nats.js.errors.ServiceUnavailableError):
        await jobs.message_is_there(1)
    assert tape == recorded


async def test_what_the_client_wrote_need_not_be_read(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    queued = await jobs.queued(job(enqueued_at=1.5))
    assert queued.blank
    record = await jobs.started(job(enqueued_at=1.5), 7, queued.revision)
    assert (record.sequence, record.delivery, record.attempts) == (7, 1, 1)
    assert [(one["status"], one["attempt"]) for one in record.history] == [("queued", 0), ("running", 1)]
    assert record.history[0]["at"] == 1.5
    tape.note("it is not as the client wrote it any more")
    assert await jobs.started(job(), 7, queued.revision) is None
    assert (await jobs.get("job")) == record
    await jobs.completed(job(), 5)
    assert tape == recorded


async def test_what_was_written_last_is_forgotten(clock, open_jobs, tape, recorded):
    """Else a worker would write over what others did with a job that it has no more."""
    jobs = await open_jobs()
    await bring(jobs, job(), JOB_STATUS.RUNNING)
    jobs.forget("job")
    jobs.forget("job")
    tape.note("the record is read again")
    await jobs.completed(job(), 5)
    assert tape == recorded


# -- cancelled, and back again -----------------------------------------------------------------------------


async def test_cancelling_is_wanted(clock, open_jobs, tape, recorded):
    jobs = await open_jobs()
    await bring(jobs, job(), JOB_STATUS.RUNNING)
    assert (await jobs.cancel_wanted("job")).cancel
    assert (await jobs.find("job")).cancel
    record = await jobs.cancelled("job")
    assert (record.status, record.cancel, record.error) == (JOB_STATUS.CANCELLED, False, "cancelled")
    tape.note("what has ended stays as it is")
    assert not (await jobs.cancel_wanted("job")).cancel
    with tape.raises(JobCancelledError):
        await jobs.result("job")
    with tape.raises(JobNotFoundError):
        await jobs.cancelled("nothing")
    assert tape == recorded


@pytest.mark.parametrize("end", [JOB_STATUS.FAILED, JOB_STATUS.CANCELLED], ids=str)
async def test_another_life(clock, open_jobs, tape, recorded, end):
    jobs = await open_jobs()
    await jobs.queued(job())
    await jobs.running(job(), 1, 7)
    await bring_to(jobs, end)
    record = await jobs.requeued(job())
    assert (record.status, record.attempts, record.history[-1]["attempt"]) == (JOB_STATUS.QUEUED, 0, 0)
    assert [record.error, record.finished_at, record.sequence, record.worker_id, record.delivery] == [None] * 5
    assert "error" not in record.history[-1]
    assert (await jobs.running(job(), 1, 8)).attempts == 1
    await jobs.completed(job(), 5)
    assert tape == recorded


async def bring_to(jobs, end):
    if end is JOB_STATUS.FAILED:
        await jobs.failed(job(), "ValueError: never")
    else:
        await jobs.cancelled("job")


# -- something else in its place ---------------------------------------------------------------------------


async def test_a_record_that_nobody_can_read(clock, open_jobs, js, tape, recorded):
    jobs = await open_jobs()
    await (await js.key_value(SETTINGS.jobs_bucket)).put("job", b"{}")
    for call in (jobs.get, jobs.cancelled, jobs.cancel_wanted):
        with tape.raises(UnreadableRecordError):
            await call("job")
    with tape.raises(UnreadableRecordError):
        await jobs.running(job(), 1)
    tape.note("nobody tries it again: it is written over")
    record = await jobs.failed(job(), "unreadable record")
    assert [one["status"] for one in record.history] == ["queued", "failed"]
    assert await jobs.get("job") == record
    assert tape == recorded


async def test_a_result_that_nobody_can_read(clock, open_jobs, js, tape, recorded):
    jobs = await open_jobs()
    await bring(jobs, job(), JOB_STATUS.COMPLETED)
    await (await js.key_value(SETTINGS.results_bucket)).put("job", b"{}")
    with tape.raises(UnreadableRecordError):
        await jobs.result("job")
    assert tape == recorded
