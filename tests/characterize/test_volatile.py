"""What differs from run to run: named by field, and missed when nobody declared it."""

from __future__ import annotations

import json
import logging
import os
import socket
import time
import uuid

import pytest
import time_machine

from codemods.characterize.volatile import HERE, VolatileError


async def put(connect, value, key="k"):
    kv = await (await connect()).jetstream().create_key_value(bucket="b")
    await kv.put(key, json.dumps(value).encode())


async def test_the_usual_fields_need_no_declaration(clock, connect, tape):
    await put(connect, {"pid": os.getpid(), "host": socket.gethostname(), "n": os.getpid()})
    assert f'{{"pid": "<pid>", "host": "<host>", "n": {os.getpid()}}}' in tape.text()


def test_the_id_of_a_fork_is_its_own():
    """pytest may have forked after the import."""
    child = os.fork()
    if not child:
        os._exit(HERE["pid"] != os.getpid())
    assert os.waitpid(child, 0)[1] == 0


async def test_an_undeclared_uuid_fails_with_advice(clock, connect, tape):
    await put(connect, {"instance": str(uuid.uuid4())})
    with pytest.raises(
        VolatileError, match=r"put b/k: instance is .* looks like a UUID .*\n.*tape.volatile\('instance'\)"
    ):
        tape.text()
    tape.volatile("instance")
    assert '"instance": "<instance>"' in tape.text()


async def test_a_second_value_has_a_second_name_also_in_keys_and_logs(clock, connect, tape):
    first, second = uuid.uuid4().hex, uuid.uuid4().hex
    tape.volatile("id")
    kv = await (await connect()).jetstream().create_key_value(bucket="b")
    for one in (first, second, first):
        logging.getLogger("some.where").info("put %s", one)
        await kv.put(f"jobs.{one}", json.dumps({"id": one}).encode())
    text = tape.text()
    assert [line.split()[3] for line in text.splitlines() if " put b/" in line] == [
        "b/jobs.<id>", "b/jobs.<id", "b/jobs.<id>",
    ]  # fmt: skip
    assert "INFO put <id 2>" in text
    assert first not in text


async def test_nothing_is_replaced_inside_other_text(clock, connect, tape):
    tape.volatile("id")
    await put(connect, {"id": "abc", "text": "abcdef abc"})
    assert '{"id": "<id>", "text": "abcdef abc"}' in tape.text()


async def test_log_records_without_their_loggers_name(clock, connect, tape):
    logging.getLogger("one.module").warning("said %d times", 3)
    logging.getLogger("asyncio").warning("not the subject's")
    assert tape.text() == "0:00:00.000  log     WARNING said 3 times\n= 0 operations in 0:00:00.000\n"


async def test_looking_while_something_is_on_its_way_is_an_error(clock, connect, tape):
    kv = await (await connect()).jetstream().create_key_value(bucket="b")
    tape.tap.working = True
    with pytest.raises(RuntimeError, match="settle"):
        tape.text()
    tape.tap.working = False
    await kv.put("k", b"1")
    assert tape.text()


async def test_an_undeclared_uuid_in_a_key_fails_with_the_place_to_declare(clock, connect, tape):
    await put(connect, 1, key=f"jobs.{uuid.uuid4()}.log")
    with pytest.raises(VolatileError, match=r"the target of put: .* a UUID .*\n.*tape.volatile\('b/jobs.\*.log'\)"):
        tape.text()
    tape.volatile("b/jobs.*.log")
    assert "put b/jobs.<jobs>.log 1 -> 1" in tape.text()


async def test_an_undeclared_name_of_a_client_fails(clock, connect, tape):
    await connect(f"worker-{uuid.uuid4().hex}")
    with pytest.raises(VolatileError, match="the name of a client"):
        tape.text()


async def test_a_declared_value_has_its_name_also_in_text_that_was_formatted(clock, connect, tape):
    tape.volatile("id")
    one = str(uuid.uuid4())
    await put(connect, {"id": one, "other": "done"})
    logging.getLogger("some.where").info(f"job {one}: done")
    tape.raised(ValueError(f"no such job: {one}"))
    text = tape.text()
    assert "INFO job <id>: done\n" in text
    assert "ValueError: no such job: <id>\n" in text


async def test_text_with_a_value_that_nobody_declared_fails(clock, tape):
    logging.getLogger("some.where").info(f"started {uuid.uuid4()}")
    with pytest.raises(VolatileError, match=r"a log record: .* a UUID"):
        tape.text()


async def test_a_time_of_the_real_clock_fails_as_a_number_too(clock, connect, tape):
    real = time_machine.escape_hatch.time.time()
    await put(connect, {"at": round(real * 1000), "virtual": time.time()})
    with pytest.raises(VolatileError, match=r"at is .* a time of the real clock"):
        tape.text()


async def test_the_first_value_on_the_tape_has_the_plain_name(clock, connect, tape):
    """The configuration of a bucket has a field of this name as well, which the tape does not show."""
    tape.volatile("name")
    await put(connect, {"name": "ann-17"})
    assert '{"name": "<name>"} -> 1' in tape.text()
