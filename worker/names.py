"""Names of queues and jobs: what may stand in a NATS subject, and as the key of a bucket."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from worker.exceptions import BadJobError

NAME_LIMIT = 64
JOB_ID_LIMIT = 128
# What a worker says of itself has to fit into its record.
QUEUES_LIMIT = 50

# For msgspec, which searches: hence both ends.
NAME_PATTERN = rf"^[A-Za-z0-9_-]{{1,{NAME_LIMIT}}}\Z"
JOB_ID_PATTERN = r"^[A-Za-z0-9_:/@+-]+(\.[A-Za-z0-9_:/@+-]+)*\Z"

_NAME = re.compile(NAME_PATTERN)
_JOB_ID = re.compile(JOB_ID_PATTERN)
_NO_KEY = re.compile(r"[:@+]")


def check_name(name: str, what: str = "queue") -> str:
    """Refuse names that would mean something else inside a NATS subject."""
    if not isinstance(name, str) or not _NAME.match(name):
        raise BadJobError(
            f"{what} {name!r}: only letters, digits, '_' and '-' are allowed, at most {NAME_LIMIT} of them"
        )
    return name


def check_queues(queues: Sequence[str]) -> tuple[str, ...]:
    """The queues of a worker, each once."""
    if not queues:
        raise ValueError("a worker needs at least one queue")
    if len(queues) > QUEUES_LIMIT:
        raise ValueError(f"a worker takes jobs from at most {QUEUES_LIMIT} queues, not {len(queues)}")
    return tuple(check_name(queue) for queue in dict.fromkeys(queues))


def check_job_id(job_id: str) -> str:
    """Refuse ids that cannot be a key, or that make every record of a worker too long."""
    if not isinstance(job_id, str) or not _JOB_ID.match(job_id) or len(job_id) > JOB_ID_LIMIT:
        raise BadJobError(
            f"job id {job_id!r}: only letters, digits and '_-:/@+' are allowed, with single dots between them, "
            f"at most {JOB_ID_LIMIT} characters"
        )
    return job_id


@lru_cache(maxsize=1024)
def record_key(job_id: str) -> str:
    """The key of a job in the buckets: its id, with `=XX` for what no key may hold."""
    return _NO_KEY.sub(lambda found: f"={ord(found[0]):02X}", check_job_id(job_id))


def job_id_of(key: str) -> str:
    """The id of the job whose record has this key."""
    return re.sub(r"=([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), key)
