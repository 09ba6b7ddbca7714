"""What a worker says of itself: the recorded behaviour of WorkerStatusManager, alone and inside a Worker."""

from __future__ import annotations

import asyncio
import itertools
import json

import nats.errors
import pytest

from worker import WORKER_STATUS as STATUS
from worker import (
    IllegalTransitionError,
    NotRegisteredError,
    Registry,
    Settings,
    Worker,
    WorkerIdTakenError,
    WorkerStatusManager,
)

STARTING, IDLE, BUSY, STOPPING = STATUS.STARTING, STATUS.IDLE, STATUS.BUSY, STATUS.STOPPING
LEGAL = [
    (STARTING, IDLE),
    (STARTING, STOPPING),
    (IDLE, BUSY),
    (IDLE, STOPPING),
    (BUSY, IDLE),
    (BUSY, STOPPING),
]
ILLEGAL = [(one, other) for one in STATUS for other in STATUS if (one, other) not in LEGAL]


async def bring(manager, worker, status):
    """Take a registered worker to a state by the shortest way."""
    await manager.register()
    if status in (IDLE, BUSY):
        await manager.update_status(IDLE)
    if status is BUSY:
        worker.take("job")
        await manager.update_status(BUSY)
    if status is STOPPING:
        await manager.update_status(STOPPING)


async def foreign(connect, bucket="workers", name="operator"):
    """Somebody else with access to the bucket."""
    return await (await connect(name)).jetstream().key_value(bucket)


def shown(manager):
    return f"status {manager.status}, registered {manager.registered}, beating {manager.beating}"


# -- registering, and the states ---------------------------------------------------------------------------


async def test_register(manage, tape, recorded):
    manager, _ = await manage()
    tape.note(shown(manager))
    await manager.register()
    tape.note(shown(manager))
    tape.note("a second time")
    await manager.register()
    assert tape == recorded


async def test_register_with_nothing_given(stand_in, tape, recorded):
    """Host, pid and instance are found by the code itself."""
    tape.volatile("instance")
    manager = WorkerStatusManager(await stand_in())
    await manager.register()
    assert tape == recorded


@pytest.mark.parametrize(
    "worker_id",
    ["ünicode.host-1", "a b*c>d", ".dots.", "path/to=x_y"],
    ids=["letters", "signs", "dots", "path"],
)
async def test_ids_that_are_no_keys(manage, tape, recorded, worker_id):
    manager, _ = await manage(worker_id)
    await manager.register()
    assert tape == recorded


async def test_an_id_that_leaves_no_key(manage, tape, recorded):
    manager, _ = await manage("...")
    with tape.raises(ValueError):
        await manager.register()
    assert tape == recorded


@pytest.mark.parametrize(("before", "after"), LEGAL, ids="-".join)
async def test_legal_transition(clock, manage, tape, recorded, before, after):
    manager, worker = await manage()
    await bring(manager, worker, before)
    await clock.advance(1)
    if after is BUSY:
        worker.take("job", clock.elapsed)
    if before is BUSY and after is IDLE:
        worker.finish("job")
    tape.note(f"{before} -> {after}")
    await manager.update_status(after)
    assert tape == recorded


@pytest.mark.parametrize(("before", "after"), ILLEGAL, ids="-".join)
async def test_illegal_transition(clock, manage, tape, recorded, before, after):
    manager, worker = await manage()
    await bring(manager, worker, before)
    await clock.advance(1)
    tape.note(f"{before} -> {after}")
    with tape.raises(IllegalTransitionError):
        await manager.update_status(after)
    tape.note(shown(manager))
    assert tape == recorded


@pytest.mark.parametrize("status", list(STATUS), ids=str)
async def test_no_state_without_a_record(manage, tape, recorded, status):
    manager, _ = await manage()
    with tape.raises(NotRegisteredError):
        await manager.update_status(status)
    manager.jobs_changed()
    assert tape == recorded


async def test_the_jobs_decide_between_busy_and_idle(manage, tape, recorded):
    manager, worker = await manage()
    await manager.register()
    worker.take("early")
    tape.note("idle with a job in hand")
    with tape.raises(IllegalTransitionError):
        await manager.update_status(IDLE)
    worker.finish("early")
    await manager.update_status(IDLE)
    tape.note("busy without one")
    with tape.raises(IllegalTransitionError):
        await manager.update_status(BUSY)
    worker.take("one")
    worker.take("two")
    await manager.update_status(BUSY)
    worker.finish("one")
    tape.note("idle with the other one")
    with tape.raises(IllegalTransitionError):
        await manager.update_status(IDLE)
    assert tape == recorded


# -- beating -----------------------------------------------------------------------------------------------


async def test_an_hour_of_beats(clock, manage, tape, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    await manager.update_status(IDLE)
    await clock.advance(hours=1)
    assert tape == recorded


async def test_overlapping_jobs(clock, manage, tape, recorded):
    manager, worker = await manage()
    await manager.start_heartbeat()
    await manager.update_status(IDLE)
    steps = [
        (4, "take", "a"), (3, "take", "b"), (10, "finish", "a"), (2, "take", "c"),
        (15, "finish", "b"), (0, "finish", "c"), (5, "take", "d"), (20, "finish", "d"),
    ]  # fmt: skip
    for wait, what, job in steps:
        await clock.advance(wait)
        tape.note(f"{what} {job}")
        if what == "take":
            worker.take(job, clock.elapsed)
        else:
            worker.finish(job, failed=job == "b")
        manager.jobs_changed()
    await clock.advance(20)
    assert tape == recorded


async def test_more_jobs_than_a_record_lists(clock, manage, tape, recorded):
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    for number in range(25):
        worker.take(f"job-{number}", number / 10, delivery=2)
    manager.jobs_changed()
    assert tape == recorded


@pytest.mark.parametrize("status", [STARTING, STOPPING], ids=str)
async def test_jobs_do_not_change_these_states(clock, manage, tape, recorded, status):
    manager, worker = await manage()
    await bring(manager, worker, status)
    await manager.start_heartbeat()
    worker.take("job", clock.elapsed)
    manager.jobs_changed()
    await clock.advance(16)
    worker.finish("job")
    manager.jobs_changed()
    await clock.advance(15)
    assert tape == recorded


async def test_a_blocked_loop_shows_as_lag(clock, manage, tape, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    asyncio.get_running_loop().call_later(40, clock.block, 7.25)
    await clock.advance(70)
    assert tape == recorded


async def test_beats_stop_and_the_record_expires(clock, manage, tape, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    await clock.advance(30)
    await manager.stop_heartbeat()
    tape.note(shown(manager))
    await clock.advance(200)
    assert tape == recorded


async def test_start_twice(clock, manage, tape, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    await manager.start_heartbeat()
    await clock.advance(15)
    tape.note("two at a time")
    await manager.stop_heartbeat()
    await asyncio.gather(manager.start_heartbeat(), manager.start_heartbeat())
    await clock.advance(30)
    assert tape == recorded


async def test_two_start_before_there_is_a_record(clock, manage, tape, recorded):
    manager, _ = await manage()
    await asyncio.gather(manager.start_heartbeat(), manager.start_heartbeat(), manager.register())
    await clock.advance(30)
    assert tape == recorded


async def test_stop_twice(clock, manage, tape, recorded):
    manager, _ = await manage()
    await manager.stop_heartbeat()
    await manager.start_heartbeat()
    await asyncio.gather(manager.stop_heartbeat(), manager.stop_heartbeat())
    await manager.stop_heartbeat()
    await clock.advance(40)
    tape.note(shown(manager))
    assert tape == recorded


async def test_stop_during_a_beat(clock, manage, tape, faults, recorded):
    """The beat is finished, so that the revision is known to what comes after."""
    manager, _ = await manage()
    await manager.start_heartbeat()
    beat = faults.hold("update", "workers/w1")
    await clock.advance(16)
    stopping = asyncio.create_task(manager.stop_heartbeat())
    await clock.advance(2)
    tape.note(f"stopped: {stopping.done()}")
    beat.release()
    await stopping
    await manager.unregister()
    assert tape == recorded


async def test_a_new_state_during_a_beat(clock, manage, tape, faults, recorded):
    """One writer: the second write waits for the first, and knows its revision."""
    manager, _ = await manage()
    await manager.start_heartbeat()
    beat = faults.hold("update", "workers/w1")
    await clock.advance(16)
    update = asyncio.create_task(manager.update_status(IDLE))
    await clock.advance(1)
    tape.note(f"updated: {update.done()}, {shown(manager)}")
    beat.release()
    await update
    assert tape == recorded


async def test_stopped_and_started_again(clock, manage, tape, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    await manager.update_status(IDLE)
    await clock.advance(20)
    await manager.stop_heartbeat()
    await clock.advance(20)
    tape.note("start again")
    await manager.start_heartbeat()
    await clock.advance(20)
    assert tape == recorded


async def test_a_second_life(clock, manage, tape, recorded):
    manager, worker = await manage()
    await bring(manager, worker, STOPPING)
    await manager.unregister()
    await clock.advance(5)
    tape.note(f"a second life; {shown(manager)}")
    await manager.start_heartbeat()
    await manager.update_status(IDLE)
    await clock.advance(20)
    assert tape == recorded


async def test_a_bug_does_not_end_the_beats(clock, manage, tape, recorded):
    manager, worker = await manage()
    await manager.start_heartbeat()
    queues, worker.queues = worker.queues, None
    await clock.advance(16)
    worker.queues = queues
    await clock.advance(15)
    assert tape == recorded


async def test_beats_have_a_name(manage, tape, recorded):
    """Whoever lists the tasks of a process finds them by it."""
    manager, _ = await manage("a b")
    await manager.start_heartbeat()
    tape.note(", ".join(sorted(one.get_name() for one in asyncio.all_tasks() if "heartbeat" in one.get_name())))
    assert tape == recorded


async def test_a_connection_is_restored_before_beats_start(clock, manage, tape, recorded):
    manager, _ = await manage()
    manager.connection_restored()
    await manager.start_heartbeat()
    await clock.advance(16)
    assert tape == recorded


# -- the connection ----------------------------------------------------------------------------------------


async def test_disconnected_for_some_beats(clock, manage, tape, faults, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    await clock.advance(20)
    faults.disconnect()
    await clock.advance(35)
    faults.reconnect()
    tape.note("the server can be reached again")
    await clock.advance(20)
    assert tape == recorded


async def test_a_new_state_while_disconnected(clock, manage, tape, faults, recorded):
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    await manager.start_heartbeat()
    faults.disconnect()
    await clock.advance(5)
    worker.take("job", clock.elapsed)
    manager.jobs_changed()
    tape.note(shown(manager))
    faults.reconnect()
    await clock.advance(5)
    assert tape == recorded


async def test_written_off_while_disconnected(clock, manage, tape, faults, recorded):
    """The server has forgotten the worker when it comes back: it says so loudly, and is another one."""
    manager, worker = await manage()
    await bring(manager, worker, BUSY)
    await manager.start_heartbeat()
    await clock.advance(20)
    faults.disconnect()
    await clock.advance(90)
    faults.reconnect()
    tape.note("the server can be reached again")
    await clock.advance(35)
    assert tape == recorded


async def test_written_off_and_the_marker_is_gone_too(clock, manage, tape, faults, recorded):
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    await manager.start_heartbeat()
    faults.disconnect()
    await clock.advance(240)
    faults.reconnect()
    await clock.advance(20)
    assert tape == recorded


async def test_the_server_restarts(clock, manage, tape, faults, recorded):
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    await manager.start_heartbeat()
    await clock.advance(10)
    faults.restart_server()
    await clock.advance(30)
    assert tape == recorded


async def test_the_connection_breaks_at_a_beat(clock, manage, tape, faults, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    faults.cut_at("update", done=True)
    await clock.advance(50)
    assert tape == recorded


# -- writes that fail --------------------------------------------------------------------------------------


async def test_a_write_is_refused(clock, manage, tape, faults, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    faults.refuse("update", times=2)
    await clock.advance(50)
    assert tape == recorded


async def test_a_state_cannot_be_written(clock, manage, tape, faults, recorded):
    """It holds all the same, and the next beat repeats it."""
    manager, _ = await manage()
    await manager.start_heartbeat()
    faults.refuse("update")
    await manager.update_status(IDLE)
    tape.note(shown(manager))
    await clock.advance(16)
    assert tape == recorded


async def test_registering_is_refused(clock, manage, tape, faults, recorded):
    from nats.js.errors import ServiceUnavailableError

    manager, _ = await manage()
    faults.refuse("create", "workers/w1")
    with tape.raises(ServiceUnavailableError):
        await manager.start_heartbeat()
    tape.note(shown(manager))
    await manager.start_heartbeat()
    tape.note(shown(manager))
    assert tape == recorded


async def test_registering_times_out_and_is_tried_again(clock, manage, tape, faults, recorded):
    """The first try was stored all the same: the second knows it for its own."""
    from nats.errors import TimeoutError as NatsTimeoutError

    manager, _ = await manage()
    faults.drop_answer("create", "workers/w1")
    with tape.raises(NatsTimeoutError):
        await manager.register()
    await manager.register()
    assert tape == recorded


@pytest.mark.parametrize("fault", ["drop", "drop_answer", "no_responders", "delay", "duplicate_answer"])
async def test_a_beat_goes_wrong(clock, manage, tape, faults, recorded, fault):
    manager, _ = await manage()
    await manager.start_heartbeat()
    options = {"seconds": 7} if fault == "delay" else {}
    getattr(faults, fault)("update", **options)
    await clock.advance(50)
    assert tape == recorded


async def test_a_lost_answer_and_then_goodbye(clock, manage, tape, faults, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    faults.drop_answer("update")
    await clock.advance(21)
    await manager.unregister()
    assert tape == recorded


async def test_how_long_an_answer_is_waited_for(clock, manage, tape, faults, recorded):
    manager, _ = await manage(settings=Settings(heartbeat_interval=15, workers_ttl=60, request_timeout=1.5))
    await manager.start_heartbeat()
    faults.drop("update")
    await clock.advance(20)
    assert tape == recorded


class Broken:
    """A connection on which, for a while, the operating system refuses to send."""

    def __init__(self, nc):
        self.nc, self.error = nc, None

    def __getattr__(self, name):
        if name == "jetstream" and self.error:
            raise self.error
        return getattr(self.nc, name)


async def test_the_operating_system_refuses_a_write(clock, manage, tape, faults, recorded):
    manager, worker = await manage()
    worker.nc = Broken(worker.nc)
    await manager.start_heartbeat()
    faults.no_responders("update")
    await clock.advance(16)
    worker.nc.error = OSError(105, "No buffer space available")
    await clock.advance(15)
    worker.nc.error = None
    await clock.advance(15)
    assert tape == recorded


async def test_the_operating_system_refuses_a_goodbye(clock, manage, tape, faults, recorded):
    manager, worker = await manage()
    worker.nc = Broken(worker.nc)
    await manager.register()
    faults.refuse("delete", code=400, err_code=10071, text="wrong last sequence: 9")
    worker.nc.error = OSError(105, "No buffer space available")
    await manager.unregister()
    tape.note(shown(manager))
    assert tape == recorded


async def test_a_bug_in_a_goodbye_is_heard_of(clock, manage, tape, faults, recorded):
    manager, worker = await manage()
    worker.nc = Broken(worker.nc)
    await manager.register()
    faults.refuse("delete", code=400, err_code=10071, text="wrong last sequence: 9")
    worker.nc.error = LookupError("a bug")
    with tape.raises(LookupError):
        await manager.unregister()
    assert tape == recorded


# -- the bucket --------------------------------------------------------------------------------------------


async def test_the_bucket_is_of_another_make(connect, manage, tape, recorded):
    """An operator's configuration wins; the difference is logged."""
    nc = await connect("operator")
    await nc.jetstream().create_key_value(bucket="workers", history=1, ttl=600)
    manager, _ = await manage()
    await manager.register()
    assert tape == recorded


async def test_the_bucket_is_there(clock, manage, tape, recorded):
    first, _ = await manage("w1")
    await first.register()
    second, _ = await manage("w2")
    await second.register()
    assert tape == recorded


async def test_the_bucket_disappears(clock, connect, manage, tape, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    await (await connect("operator")).jetstream().delete_key_value("workers")
    await clock.advance(50)
    assert tape == recorded


async def test_other_names_and_times(clock, manage, tape, recorded):
    other = Settings(workers_bucket="crew", heartbeat_interval=2.5, workers_ttl=10.0, request_timeout=1.0)
    manager, _ = await manage(settings=other)
    await manager.start_heartbeat()
    await clock.advance(6)
    await manager.unregister()
    assert tape == recorded


# -- other writers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["delete", "purge"])
async def test_an_operator_removes_the_record(clock, connect, manage, tape, recorded, how):
    manager, worker = await manage()
    await bring(manager, worker, BUSY)
    await manager.start_heartbeat()
    operator = await foreign(connect)
    await getattr(operator, how)("w1")
    await clock.advance(35)
    assert tape == recorded


@pytest.mark.parametrize(
    "value",
    ['{"v": 1, "instance": "other", "pid": 7, "host": "host-b"}', "{}", "no json"],
    ids=["worker", "empty", "no-json"],
)
async def test_somebody_else_writes_the_record(clock, connect, manage, tape, recorded, value):
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    await manager.start_heartbeat()
    await (await foreign(connect)).put("w1", value.encode())
    await clock.advance(35)
    tape.note(shown(manager))
    with tape.raises(WorkerIdTakenError):
        await manager.update_status(STOPPING)
    worker.take("job")
    manager.jobs_changed()
    tape.note("the other's record stays")
    await manager.unregister()
    assert tape == recorded


async def test_the_id_is_free_again(clock, connect, manage, tape, recorded):
    """What was said of somebody else is forgotten with the next registration."""
    manager, _ = await manage()
    await manager.start_heartbeat()
    kv = await foreign(connect)
    await kv.put("w1", b'{"instance": "other"}')
    await clock.advance(16)
    await manager.unregister()
    await kv.delete("w1")
    tape.note("the place is free")
    await manager.start_heartbeat()
    await clock.advance(16)
    tape.note(shown(manager))
    assert tape == recorded


async def test_somebody_else_is_there_already(clock, manage, tape, recorded):
    first, _ = await manage("w1")
    await first.start_heartbeat()
    second, _ = await manage("w1", new_instance=lambda: "late-comer")
    with tape.raises(WorkerIdTakenError):
        await second.start_heartbeat()
    tape.note(shown(second))
    await clock.advance(16)
    await first.unregister()
    tape.note("the place is free")
    await second.start_heartbeat()
    assert tape == recorded


async def test_the_id_of_a_worker_that_was_lost(clock, manage, tape, recorded):
    """The library's create() does not see through the marker of an expired record."""
    first, _ = await manage("w1")
    await first.register()
    await clock.advance(61)
    second, _ = await manage("w1", new_instance=lambda: "successor")
    await second.start_heartbeat()
    await clock.advance(16)
    assert tape == recorded


async def test_the_id_is_lost_without_anybody_to_tell(clock, connect, manage, tape, recorded):
    manager, _ = await manage(on_lost=None)
    await manager.start_heartbeat()
    await (await foreign(connect)).put("w1", b"{}")
    await clock.advance(16)
    tape.note(shown(manager))
    assert tape == recorded


async def test_an_id_that_was_lost_is_had_again(clock, connect, manage, tape, recorded):
    """What a first life ran into does not follow into the second."""
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    operator = await foreign(connect)
    await operator.put("w1", b'{"instance": "other", "pid": 7, "host": "host-b"}')
    worker.take("job", clock.elapsed)
    tape.note("the job has no part in it")
    manager.jobs_changed()
    await manager.unregister()
    tape.note(shown(manager))
    with tape.raises(WorkerIdTakenError):
        await manager.register()
    await operator.delete("w1")
    tape.note("the other one is gone")
    await manager.start_heartbeat()
    await clock.advance(16)
    assert tape == recorded


async def test_a_record_vanishes_while_it_is_claimed(clock, connect, manage, tape, faults, recorded):
    """Somebody's record was in the way, and is gone when this worker looks whose it is."""
    other, _ = await manage("w2")
    await other.register()
    manager, _ = await manage()
    await (await foreign(connect)).put("w1", b'{"instance": "other"}')
    looking = faults.hold("get", "bucket workers")
    registering = asyncio.create_task(manager.register())
    await clock.advance(1)
    await (await connect("operator")).jetstream().purge_stream("KV_workers")
    looking.release()
    await registering
    assert tape == recorded


async def test_a_record_vanishes_while_the_library_looks(clock, manage, tape, faults, recorded):
    manager, _ = await manage()
    faults.refuse("create", "workers/w1", code=400, err_code=10071, text="wrong last sequence: 9")
    await manager.register()
    assert tape == recorded


async def test_the_reason_of_a_conflict_cannot_be_read(clock, manage, tape, faults, recorded):
    """Whose record it is stays open, so nothing follows from it but another try."""
    manager, _ = await manage()
    await manager.start_heartbeat()
    faults.refuse("update", "workers/w1", code=400, err_code=10071, text="wrong last sequence: 9")
    faults.refuse("get", "bucket workers")
    await clock.advance(31)
    assert tape == recorded


# -- saying goodbye ----------------------------------------------------------------------------------------


async def test_unregister(clock, manage, tape, recorded):
    manager, worker = await manage()
    tape.note("before there is anything")
    await manager.unregister()
    await bring(manager, worker, STOPPING)
    await manager.start_heartbeat()
    await manager.unregister()
    tape.note(shown(manager))
    await manager.unregister()
    await clock.advance(40)
    assert tape == recorded


async def test_unregister_while_disconnected(clock, manage, tape, faults, recorded):
    manager, _ = await manage()
    await manager.start_heartbeat()
    faults.disconnect()
    await clock.settle()
    await manager.unregister()
    tape.note(shown(manager))
    faults.reconnect()
    await clock.advance(90)
    assert tape == recorded


@pytest.mark.parametrize("how", ["expired", "deleted", "foreign"])
async def test_the_record_is_gone_at_goodbye(clock, connect, manage, tape, recorded, how):
    manager, _ = await manage()
    await manager.register()
    if how == "expired":
        await clock.advance(61)
    elif how == "deleted":
        await (await foreign(connect)).delete("w1")
    else:
        await (await foreign(connect)).put("w1", b'{"instance": "other", "pid": 7, "host": "host-b"}')
    await manager.unregister()
    tape.note(shown(manager))
    assert tape == recorded


@pytest.mark.parametrize("fault", ["refuse", "drop", "drop_answer", "no_responders"])
async def test_goodbye_goes_wrong(clock, manage, tape, faults, recorded, fault):
    manager, _ = await manage()
    await manager.register()
    getattr(faults, fault)("delete")
    await manager.unregister()
    tape.note(shown(manager))
    assert tape == recorded


async def test_goodbye_during_a_write(clock, manage, tape, faults, recorded):
    """The record is taken away after the write, at the revision that the write made."""
    manager, worker = await manage()
    await bring(manager, worker, IDLE)
    write = faults.hold("update", "workers/w1")
    update = asyncio.create_task(manager.update_status(STOPPING))
    await clock.advance(1)
    goodbye = asyncio.create_task(manager.unregister())
    await clock.advance(1)
    tape.note(f"updated: {update.done()}, gone: {goodbye.done()}")
    write.release()
    await asyncio.gather(update, goodbye)
    tape.note(shown(manager))
    assert tape == recorded


async def test_beats_start_during_goodbye(clock, manage, tape, faults, recorded):
    """They find no record to repeat, and make none."""
    manager, _ = await manage()
    await manager.register()
    removal = faults.hold("delete")
    goodbye = asyncio.create_task(manager.unregister())
    await clock.advance(1)
    start = asyncio.create_task(manager.start_heartbeat())
    await clock.advance(1)
    removal.release()
    await asyncio.gather(goodbye, start)
    await clock.advance(20)
    tape.note(shown(manager))
    assert tape == recorded


# -- who is there ------------------------------------------------------------------------------------------


def note_list(tape, workers):
    tape.note(f"{len(workers)} workers")
    for one in workers:
        tape.note(f"  {one.worker_id} {one.status} {one.health}, last heard of {one.age:g} s ago")


async def test_a_list_without_a_bucket(connect, tape, recorded):
    nc = await connect("asks")
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


async def test_a_list_of_all_kinds(clock, connect, manage, tape, recorded):
    """The ages are by the server's clock, whatever the workers' own clocks say."""
    killed, _ = await manage("killed")
    await killed.register()
    await clock.advance(50)
    left, _ = await manage("left")
    await left.register()
    await left.unregister()
    slow, _ = await manage("slow")
    await slow.register()
    await clock.advance(20)
    busy, worker = await manage("busy")
    await bring(busy, worker, BUSY)
    await busy.start_heartbeat()
    operator = await foreign(connect)
    await operator.put("no-json", b"\xff")
    await operator.put("no-record", b"[1]")
    await operator.put("no-interval", json.dumps({"v": 1, "worker_id": "x"}).encode())
    await clock.advance(18)
    nc = await connect("asks")
    note_list(tape, await WorkerStatusManager.list_workers(nc, busy._settings))
    tape.note("half a minute later")
    await clock.advance(30)
    note_list(tape, await WorkerStatusManager.list_workers(nc, busy._settings))
    assert tape == recorded


@pytest.mark.parametrize("age", [30, 30.5])
async def test_when_a_worker_is_late(clock, connect, manage, tape, recorded, age):
    manager, _ = await manage()
    await manager.register()
    nc = await connect("asks")
    await clock.advance(age)
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


async def test_a_list_from_a_bucket_without_direct_reads(clock, connect, manage, tape, recorded):
    nc = await connect("asks")
    await nc.jetstream().create_key_value(bucket="workers", history=1, ttl=60)
    manager, _ = await manage()
    await manager.register()
    await clock.advance(3)
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


async def test_a_list_that_the_server_refuses(clock, connect, tape, faults, recorded):
    from nats.js.errors import APIError

    nc = await connect("asks")
    faults.refuse("info", code=503, err_code=10008, text="JetStream system temporarily unavailable")
    with tape.raises(APIError):
        await WorkerStatusManager.list_workers(nc)
    assert tape == recorded


async def test_a_worker_leaves_while_the_list_is_made(clock, connect, manage, tape, faults, recorded):
    manager, _ = await manage("w1")
    await manager.register()
    other, _ = await manage("w2")
    await other.register()
    nc = await connect("asks")
    faults.refuse("get direct", code=404, err_code=10037, text="Message Not Found")
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


@pytest.mark.parametrize("nested", [b"[" * 5000, b'{"a":' * 1500], ids=["arrays", "objects"])
async def test_a_record_nested_too_deep_to_be_read(clock, connect, tape, recorded, nested):
    nc = await connect("asks")
    bucket = await nc.jetstream().create_key_value(bucket="workers", history=1, ttl=60, direct=True)
    await bucket.put("deep", nested)
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


async def test_a_list_of_an_empty_bucket(connect, tape, recorded):
    nc = await connect("asks")
    await nc.jetstream().create_key_value(bucket="workers", history=1, ttl=60, direct=True)
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


async def test_a_list_by_other_settings(clock, manage, connect, tape, faults, recorded):
    """Another bucket, and as long a wait for each answer as the settings say."""
    other = Settings(workers_bucket="crew", heartbeat_interval=2.5, workers_ttl=10.0, request_timeout=1.5)
    manager, _ = await manage(settings=other)
    await manager.register()
    nc = await connect("asks")
    note_list(tape, await WorkerStatusManager.list_workers(nc, other))
    for operation in ("info", "get direct"):
        faults.drop(operation)
        with tape.raises(nats.errors.TimeoutError):
            await WorkerStatusManager.list_workers(nc, other)
        tape.note(f"{operation}: given up at {clock.elapsed:g} s")
    assert tape == recorded


async def test_nobody_answers_while_the_list_is_made(connect, manage, tape, faults, recorded):
    manager, _ = await manage()
    await manager.register()
    nc = await connect("asks")
    faults.no_responders("get direct")
    with tape.raises(nats.errors.NoRespondersError):
        await WorkerStatusManager.list_workers(nc)
    assert tape == recorded


async def test_records_of_the_wrong_kind(connect, tape, recorded):
    """Written past the library, without headers or with values of another type."""
    nc = await connect("asks")
    js = nc.jetstream()
    bucket = await js.create_key_value(bucket="workers", history=1, ttl=60)
    await js.publish("$KV.workers.empty", b"")
    await bucket.put("no-number", json.dumps({"v": 1, "worker_id": "x", "interval": "soon"}).encode())
    note_list(tape, await WorkerStatusManager.list_workers(nc))
    assert tape == recorded


async def test_a_beat_while_the_list_is_made(clock, connect, manage, tape, faults, recorded):
    """The record is younger than the moment that the list speaks of: its age is none, not less."""
    manager, _ = await manage()
    await manager.start_heartbeat()
    nc = await connect("asks")
    await clock.advance(14)
    reading = faults.hold("get direct")
    listing = asyncio.create_task(WorkerStatusManager.list_workers(nc))
    await clock.advance(2)
    reading.release()
    note_list(tape, await listing)
    assert tape == recorded


async def test_times_are_kept_to_the_millisecond(clock, connect, manage, tape, recorded):
    manager, worker = await manage()
    await clock.advance(0.123456)
    await manager.start_heartbeat()
    await clock.advance(0.234567)
    await manager.update_status(IDLE)
    asyncio.get_running_loop().call_later(14, clock.block, 7.2506543)
    await clock.advance(30.345678)
    nc = await connect("asks")
    await clock.advance(0.0014)
    for one in await WorkerStatusManager.list_workers(nc):
        tape.note(f"{one.age!r} s ago, late: {one.health}")
    assert tape == recorded


# -- inside a worker ---------------------------------------------------------------------------------------


@pytest.fixture
def make_worker(nats_url, settings):
    def make(worker_id="w1", **options):
        numbers = itertools.count(1)
        fixed = {
            "host": "host-a",
            "pid": 4711,
            "new_instance": lambda: f"{worker_id}/{next(numbers)}",
            "jitter": lambda: 0.5,
        }
        return Worker(Registry(), worker_id=worker_id, url=nats_url, settings=settings, **{**fixed, **options})

    return make


async def test_the_life_of_an_idle_worker(clock, make_worker, tape, recorded):
    worker = make_worker()
    await worker.start()
    await clock.advance(40)
    tape.note("stop")
    await worker.stop()
    await clock.settle()
    assert tape == recorded


async def test_a_worker_whose_id_is_taken_stops(clock, connect, make_worker, tape, recorded):
    worker = make_worker()
    running = asyncio.create_task(worker.run())
    await clock.advance(2)
    await (await foreign(connect)).put("w1", b'{"instance": "other", "pid": 7, "host": "host-b"}')
    with tape.raises(WorkerIdTakenError):
        await running
    await clock.settle()
    assert tape == recorded


async def test_a_worker_without_connection_for_long(clock, make_worker, tape, faults, recorded):
    worker = make_worker()
    await worker.start()
    await clock.advance(5)
    faults.disconnect()
    await clock.advance(70)
    faults.reconnect()
    await clock.advance(20)
    await worker.stop()
    await clock.settle()
    assert tape == recorded
