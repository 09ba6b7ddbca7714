"""What the lock says to NATS, recorded: taken, renewed, waited for, given back, and lost in each way there is."""

from __future__ import annotations

import asyncio

import pytest
from kv_lock import Lock, LockLostError


@pytest.fixture
def lock_for(connect, tape):
    """Make a lock for an owner with a connection of its own; that it was lost is on the tape."""

    async def lock_for(owner: str) -> Lock:
        nc = await connect(owner)
        return Lock(nc.jetstream(), "billing", owner, on_lost=lambda: tape.note(f"{owner} knows that it lost"))

    return lock_for


async def test_taken_renewed_and_given_back(clock, lock_for, tape, recorded):
    lock = await lock_for("ann")
    async with lock:
        assert lock.held and lock.fence == 1
        await clock.advance(minutes=1)
        assert lock.held
    assert not lock.held
    await clock.settle()
    assert tape == recorded


async def test_two_want_it(clock, lock_for, tape, recorded):
    ann, bob = await lock_for("ann"), await lock_for("bob")
    await ann.acquire()
    waiting = asyncio.create_task(bob.acquire())
    await clock.advance(7)
    assert not waiting.done()
    await ann.release()
    assert await waiting == bob.fence > ann.fence
    await bob.release()
    await clock.settle()
    assert tape == recorded


async def test_who_dies_with_it_loses_it_after_the_ttl(clock, lock_for, faults, tape, recorded):
    ann, bob = await lock_for("ann"), await lock_for("bob")
    await ann.acquire()
    await clock.advance(2)
    tape.note("from here on nothing of ann's arrives")
    faults.drop("update", "locks/billing", times=4)
    waiting = asyncio.create_task(bob.acquire())
    await clock.advance(18)
    assert waiting.done() and bob.held and not ann.held
    await bob.release()
    await clock.settle()
    assert tape == recorded


async def test_not_within_the_timeout(clock, lock_for, tape, recorded):
    ann, bob = await lock_for("ann"), await lock_for("bob")
    async with ann:
        with tape.raises(TimeoutError):
            async with asyncio.timeout(4):
                await bob.acquire()
    assert clock.elapsed == 4
    await clock.settle()
    assert tape == recorded


async def test_a_renewal_whose_answer_was_lost_is_ours_all_the_same(clock, lock_for, faults, tape, recorded):
    lock = await lock_for("ann")
    async with lock:
        faults.drop_answer("update", "locks/billing")
        await clock.advance(30)
        assert lock.held
    await clock.settle()
    assert tape == recorded


async def test_the_connection_breaks_while_it_is_held(clock, lock_for, faults, tape, recorded):
    lock = await lock_for("ann")
    async with lock:
        await clock.advance(1)
        faults.cut("ann")
        await clock.advance(20)
        assert lock.held
    await clock.settle()
    assert tape == recorded


async def test_the_server_is_away_for_too_long(clock, lock_for, faults, tape, recorded):
    lock = await lock_for("ann")
    await lock.acquire()
    await clock.advance(1)
    faults.stop_server()
    await clock.advance(30)
    assert not lock.held
    faults.start_server()
    await clock.advance(10)
    with tape.raises(LockLostError):
        await lock.release()
    assert tape == recorded


async def test_an_operator_deletes_the_key(clock, lock_for, connect, tape, recorded):
    lock = await lock_for("ann")
    await lock.acquire()
    kv = await (await connect("operator")).jetstream().key_value("locks")
    await kv.delete("billing")
    await clock.advance(6)
    assert not lock.held
    assert tape == recorded
