"""Making the buckets and streams that the worker needs, or taking those that are there.

Creating with the same configuration is no error on the server, so every process simply creates. Where an
operator has chosen another configuration his wins, and the difference is logged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from nats.js.api import AckPolicy, ConsumerConfig, KeyValueConfig, RetentionPolicy, StreamConfig
from nats.js.errors import BadRequestError

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.kv import KeyValue

    from worker.settings import Settings

logger = logging.getLogger(__name__)

# The record of a worker is small; this stops a mistake from filling the server's memory.
WORKER_RECORD_LIMIT = 8192

NAME_IN_USE = 10058  # "stream name already in use with a different configuration"


# Headers count towards the server's limit, and the library only looks at the payload: whoever goes over it is
# cut off, again and again.
HEADER_ROOM = 4096


def largest_payload(js: JetStreamContext) -> int:
    """How many bytes a message may have for whatever headers we give it."""
    return js._nc.max_payload - HEADER_ROOM


async def ensure_bucket(js: JetStreamContext, config: KeyValueConfig) -> KeyValue:
    """Open a bucket, making it if need be."""
    try:
        return await js.create_key_value(config)
    except BadRequestError as error:
        if error.err_code != NAME_IN_USE:
            raise
    bucket = await js.key_value(config.bucket)
    found = (await bucket.status()).stream_info.config
    logger.warning(
        "Bucket %r exists with another configuration and is used as it is (ttl %g s, wanted %g s)",
        config.bucket,
        found.max_age or 0,
        config.ttl or 0,
    )
    return bucket


async def ensure_stream(js: JetStreamContext, config: StreamConfig) -> None:
    """Make a stream unless it is there."""
    try:
        await js.add_stream(config)
    except BadRequestError as error:
        if error.err_code != NAME_IN_USE:
            raise
        logger.warning("Stream %r exists with another configuration and is used as it is", config.name)


async def open_workers_bucket(js: JetStreamContext, settings: Settings) -> KeyValue:
    """Who works here: one record for each worker, which lives as long as it is written again and again."""
    return await ensure_bucket(
        js,
        KeyValueConfig(
            bucket=settings.workers_bucket,
            history=1,
            ttl=settings.workers_ttl,
            # Leave a marker for a while, to tell a worker that was lost from one that never was.
            limit_marker_ttl=2 * settings.workers_ttl,
            direct=True,
            max_value_size=WORKER_RECORD_LIMIT,
            replicas=settings.replicas,
        ),
    )


async def open_jobs_bucket(js: JetStreamContext, settings: Settings) -> KeyValue:
    """What became of each job. Read from the leader only: every change builds on what was read."""
    return await ensure_bucket(
        js,
        KeyValueConfig(bucket=settings.jobs_bucket, history=1, ttl=settings.job_ttl, replicas=settings.replicas),
    )


async def open_waiting_bucket(js: JetStreamContext, settings: Settings) -> KeyValue:
    """The jobs that wait for others; they wait no longer than the record of a job lives."""
    return await ensure_bucket(
        js,
        KeyValueConfig(bucket=settings.waiting_bucket, history=1, ttl=settings.job_ttl, replicas=settings.replicas),
    )


async def open_results_bucket(js: JetStreamContext, settings: Settings) -> KeyValue:
    """What jobs returned. Each result has its own time to live, and none outlives the record of its job."""
    return await ensure_bucket(
        js,
        KeyValueConfig(bucket=settings.results_bucket, history=1, ttl=settings.job_ttl, replicas=settings.replicas),
    )


async def ensure_jobs_stream(js: JetStreamContext, settings: Settings) -> None:
    """The stream that jobs wait in: a work queue, so a message that is answered is gone. It keeps schedules too."""
    subjects = [settings.job_subject("*"), settings.scheduled_subjects()]
    config = StreamConfig(
        name=settings.jobs_stream,
        subjects=subjects,
        retention=RetentionPolicy.WORK_QUEUE,
        duplicate_window=settings.dedupe_window,
        num_replicas=settings.replicas,
        allow_msg_schedules=True,
    )
    try:
        await js.add_stream(config)
        return
    except BadRequestError as error:
        if error.err_code != NAME_IN_USE:
            raise
    found = (await js.stream_info(settings.jobs_stream)).config
    if not found.allow_msg_schedules:  # it was made before there were schedules
        found.subjects = list(dict.fromkeys([*(found.subjects or []), *subjects]))
        found.allow_msg_schedules = True
        await js.update_stream(found)
        return
    logger.warning("Stream %r exists with another configuration and is used as it is", settings.jobs_stream)


async def ensure_dead_streams(js: JetStreamContext, settings: Settings) -> None:
    """Where dead jobs are kept, and what the server says of those that it gave up delivering."""
    await ensure_stream(
        js,
        StreamConfig(
            name=settings.dead_stream,
            subjects=[settings.dead_subject("*")],
            max_age=settings.dead_ttl,
            duplicate_window=settings.dedupe_window,
            num_replicas=settings.replicas,
        ),
    )
    await ensure_stream(
        js,
        StreamConfig(
            name=settings.advisories_stream,
            subjects=[settings.advisory_subject()],
            max_age=settings.dead_ttl,
            num_replicas=settings.replicas,
        ),
    )


async def ensure_consumer(js: JetStreamContext, settings: Settings, queue: str) -> None:
    """The consumer that all workers of a queue share.

    Made by add_consumer and not by pull_subscribe: that one silently keeps what an existing consumer has.
    """
    await js.add_consumer(
        settings.jobs_stream,
        ConsumerConfig(
            durable_name=settings.consumer_name(queue),
            filter_subject=settings.job_subject(queue),
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=settings.ack_wait,
            max_deliver=settings.max_deliver,
            max_ack_pending=-1,  # workers limit themselves; a common limit would be the first one's
        ),
    )
