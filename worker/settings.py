"""Everything about the worker that an operator may want to change, with its defaults.

The names of buckets and streams are part of the contract with other programs (dashboards, `nats kv get`), so
they live here and not in the code that uses them.
"""

from __future__ import annotations

import difflib
import logging
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

logger = logging.getLogger("worker.worker")

DEFAULT_URL = "nats://127.0.0.1:4222"
DEFAULT_QUEUE = "default"
ENVIRONMENT_PREFIX = "WORKER_"


# What Kubernetes sets in every pod for a service that is called `worker`.
_KUBERNETES = re.compile(r"_SERVICE_(HOST|PORT)|_PORT(_|$)")
_BUCKET = re.compile(r"[A-Za-z0-9_-]+")
MAY_BE_ZERO = frozenset({"drain_timeout", "backoff_base", "backoff_max", "backoff_jitter"})


def check_setting(name: str, value: Any) -> None:
    """Refuse what can never work, by its name."""
    if isinstance(value, str):
        good, wanted = bool(_BUCKET.fullmatch(value)), "letters, digits, '_' and '-'"
    elif isinstance(value, tuple):
        good, wanted = all(part >= 0 for part in value), "pauses in seconds"
    else:
        good = math.isfinite(value) and (value > 0 or (value == 0 and name in MAY_BE_ZERO))
        wanted = "0 or more" if name in MAY_BE_ZERO else "more than 0"
    if not good:
        raise ValueError(f"{name} is {value!r}, and must be {wanted}")


def _parse(variable: str, text: str, kind: type) -> Any:
    try:
        return tuple(float(part) for part in text.split(",")) if kind is tuple else kind(text)
    except ValueError:
        wanted = {int: "a whole number", float: "a number", tuple: "numbers with commas between them"}[kind]
        raise ValueError(f"{variable} is {text!r}, and must be {wanted}") from None


@dataclass(frozen=True)
class Settings:
    """Times are in seconds. Workers that share a server must share these."""

    # Buckets and streams
    workers_bucket: str = "workers"
    jobs_bucket: str = "jobs"
    results_bucket: str = "results"
    waiting_bucket: str = "jobs_waiting"
    jobs_stream: str = "JOBS"
    dead_stream: str = "JOBS_DEAD"
    advisories_stream: str = "JOBS_ADVISORIES"
    replicas: int = 1

    # Workers
    heartbeat_interval: float = 5.0
    workers_ttl: float = 30.0  # how long a record outlives its last beat
    drain_timeout: float = 60.0  # how long a stopping worker waits for the jobs in hand

    # Jobs
    ack_wait: float = 30.0  # how long the server waits for a sign of life of a job
    progress_interval: float = 10.0  # how often a running job gives one
    max_attempts: int = 5
    stuck_limit: int = 20  # functions that run on after their time limit, before the worker ends
    max_deliver: int = 1000  # the server's own limit; high, since being given back counts too
    backoff_base: float = 1.0
    backoff_max: float = 300.0
    backoff_jitter: float = 0.25  # added at most, so that failed jobs do not come back all at once
    job_ttl: float = 7 * 86400.0
    result_ttl: float = 86400.0
    dead_ttl: float = 30 * 86400.0
    dedupe_window: float = 120.0

    # Requests
    connect_timeout: float = 3.0
    request_timeout: float = 5.0
    fetch_timeout: float = 5.0
    fetch_pause: float = 1.0  # before asking again after the server refused
    record_pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0)  # between tries to record how a job went
    start_pauses: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 5.0)  # between tries to get started
    rescue_interval: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            check_setting(field.name, getattr(self, field.name))
        if self.workers_ttl < 3 * self.heartbeat_interval:
            raise ValueError(
                f"workers_ttl ({self.workers_ttl:g} s) must be at least three beats "
                f"({self.heartbeat_interval:g} s each), or one lost beat declares a worker dead"
            )
        if self.ack_wait < 2 * self.progress_interval:
            raise ValueError("ack_wait must be at least twice progress_interval, or jobs run twice")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read `WORKER_HEARTBEAT_INTERVAL=10` and the like; what is passed by keyword goes before it."""
        environment = os.environ if environment is None else environment
        kinds = {ENVIRONMENT_PREFIX + field.name.upper(): (field.name, type(field.default)) for field in fields(cls)}
        values: dict[str, Any] = {}
        for variable, text in environment.items():
            if variable in kinds:
                name, kind = kinds[variable]
                values[name] = _parse(variable, text, kind)
            elif variable.startswith(ENVIRONMENT_PREFIX) and not _KUBERNETES.search(variable):
                close = difflib.get_close_matches(variable, kinds, 1)
                hint = f"; do you mean {close[0]}?" if close else ""
                logger.warning("There is no setting %s%s", variable, hint)
        return cls(**{**values, **overrides})

    def job_subject(self, queue: str) -> str:
        return f"{self.jobs_stream.lower()}.{queue}"

    def delayed_subject(self, key: str) -> str:
        """Where a job waits until it is due."""
        return f"{self.jobs_stream.lower()}_scheduled.at.{key}"

    def periodic_subject(self, name: str) -> str:
        """Where a schedule stands that makes jobs again and again."""
        return f"{self.jobs_stream.lower()}_scheduled.every.{name}"

    def scheduled_subjects(self) -> str:
        return f"{self.jobs_stream.lower()}_scheduled.>"

    def dead_subject(self, queue: str) -> str:
        return f"{self.dead_stream.lower()}.{queue}"

    def advisory_subject(self) -> str:
        """What the server says when it has delivered a job for the last time, and had no answer."""
        return f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{self.jobs_stream}.*"

    def cancel_subject(self) -> str:
        """Where the ids of jobs are said that somebody wants cancelled; heard by all workers, kept by nobody."""
        return f"{self.jobs_stream.lower()}_cancel"

    def consumer_name(self, queue: str) -> str:
        return f"queue-{queue}"
