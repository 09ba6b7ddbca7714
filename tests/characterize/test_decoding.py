"""Values that are not JSON, and loggers that are not the standard library's: what the test says, the tape shows."""

from __future__ import annotations

import enum
import json
import pickle
import socket
from dataclasses import dataclass

import pytest
from loguru import logger

from codemods.characterize.advice import Run, difference
from codemods.characterize.decoding import DecodeError


class State(enum.Enum):
    IDLE = "idle"


@dataclass
class Beat:
    worker: str
    state: State


async def put(connect, value, key="k", bucket="b"):
    kv = await (await connect()).jetstream().create_key_value(bucket=bucket)
    await kv.put(key, value)
    return kv


async def test_a_pickled_value_is_shown_once_the_test_says_how_it_is_read(clock, connect, tape):
    await put(connect, pickle.dumps(Beat("ann", State.IDLE)))
    assert 'put b/k "bytes 80' in tape.text()
    tape.decode("b", pickle.loads)
    assert 'put b/k {"worker": "ann", "state": "idle"} -> 1' in tape.text()


async def test_what_is_read_back_is_decoded_too(clock, connect, tape):
    tape.decode("b", pickle.loads)
    kv = await put(connect, pickle.dumps({"n": 1}))
    await kv.get("k")
    assert tape.text().count('{"n": 1}') == 2


async def test_messages_are_decoded_by_their_subject(clock, connect, tape):
    nc = await connect("ann")
    await nc.subscribe("jobs.>")
    tape.decode("jobs.*", lambda raw: json.loads(raw[1:]))
    await nc.publish("jobs.fast", b'\xff{"n": 1}')
    await nc.publish("other", b"\xff")
    await clock.settle()
    assert 'publish jobs.fast {"n": 1}' in tape.text() and 'receives jobs.fast {"n": 1}' in tape.text()
    assert 'publish other "bytes ff"' in tape.text()


async def test_fields_of_decoded_values_can_differ(clock, connect, tape):
    tape.decode("b", pickle.loads)
    tape.volatile("worker")
    await put(connect, pickle.dumps({"worker": "ann-4711"}), "ann-4711")
    assert 'put b/<worker> {"worker": "<worker>"}' in tape.text()


async def test_a_decoder_that_fails_is_named(clock, connect, tape):
    tape.decode("b", pickle.loads)
    await put(connect, b"\xff\x00")
    with pytest.raises(DecodeError, match=r"tape.decode\('b', ...\) can't read b'.xff.x00'"):
        tape.text()


async def test_what_has_no_form_on_the_tape_is_named(clock, connect, tape):
    tape.decode("b", lambda raw: object())
    await put(connect, b"x")
    with pytest.raises(DecodeError, match="object has no form on the tape"):
        tape.text()


async def test_records_of_loguru_are_on_the_tape(clock, connect, tape):
    logger.warning("said {} times", 3)
    try:
        raise ValueError("no")
    except ValueError:
        logger.exception("failed")
    lines = [line.split(maxsplit=2)[2] for line in tape.text().splitlines() if " log " in line]
    assert lines == ["WARNING said 3 times", "ERROR failed [ValueError: no]"]


HOST = socket.gethostname()


def advice(here: str, there: str) -> str:
    return difference(Run(here, 4711), Run(there, 815)).splitlines()[-1]


@pytest.mark.parametrize(
    ("here", "there", "says"),
    [
        (
            "put b/ann-4711 1 -> 1",
            "put b/ann-815 1 -> 1",
            "'b/ann-4711' holds the id of the process. Declare the place, tape.volatile('b/*')",
        ),
        (
            f"put b/w-{HOST}-4711-ab12cd 1",
            f"put b/w-{HOST}-815-ff34ab 1",
            "holds this machine's name and the id of the process and a random id.",
        ),
        (
            'put b/k {"who": "w-4711", "n": 1}',
            'put b/k {"who": "w-815", "n": 1}',
            "The field 'who' differs. It holds the id of the process.",
        ),
        ("log INFO new ann-4711", "log INFO new ann-815", "Declare the field of a value that holds the same text"),
        ('put b/k {"n": 1}', 'put b/k {"n": 2}', "The field 'n' differs. Declare it"),
        ('ann     put b/k "bytes 80ff" -> 1', 'ann     put b/k "bytes 80fe" -> 1', "tape.decode('b', FUNCTION)"),
        ("put b/one 1", "put b/two 1", "Things happen in another order"),
        ("put b/one 1", "delete b/one", "Things happen in another order"),
    ],
)
def test_the_advice_names_what_differs(here, there, says):
    assert says in advice(here, there)


def test_the_process_is_not_seen_where_it_is_not():
    assert "the id of the process" not in advice("put b/job-12 1", "put b/job-13 1")
