"""How the command line shows workers and jobs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from worker.states import WORKER_HEALTH as HEALTH

if TYPE_CHECKING:
    from worker.messages import JobRecord
    from worker.states import WorkerInfo

WORKER_COLUMNS = ("WORKER", "HEALTH", "STATUS", "AGE", "QUEUES", "ACTIVE", "DONE", "FAILED")


def workers_table(workers: Iterable[WorkerInfo]) -> str:
    """A table of workers, aligned."""
    rows = [WORKER_COLUMNS, *(_worker_row(info) for info in workers)]
    if len(rows) == 1:
        return "No workers."
    widths = [max(len(row[column]) for row in rows) for column in range(len(WORKER_COLUMNS))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _worker_row(info: WorkerInfo) -> Sequence[str]:
    record = info.record
    if record is None:
        return (info.worker_id, info.health, "-", _age(info.age), "-", "-", "-", "-")
    active = f"{record['active_count']}/{record['concurrency']}"
    if record["active"]:
        active += " " + ",".join(job["job_id"] for job in record["active"])
    return (
        info.worker_id,
        info.health,
        info.status,
        _age(info.age),
        ",".join(record["queues"]),
        active,
        str(record["done"]),
        str(record["failed"]),
    )


def workers_json(workers: Iterable[WorkerInfo]) -> str:
    """The same for machines."""
    return json.dumps([asdict(info) for info in workers], indent=2)


def present(workers: Iterable[WorkerInfo]) -> list[WorkerInfo]:
    """Without those that said goodbye."""
    return [info for info in workers if info.health is not HEALTH.STOPPED]


def job_text(record: JobRecord, result: Any) -> str:
    """A job with its way, step by step."""
    lines = [
        f"{record.job_id}  {record.function}  {record.status}",
        f"  queue     {record.queue}",
        f"  attempts  {record.attempts}",
    ]
    if record.worker_id:
        lines.append(f"  worker    {record.worker_id}")
    if record.depends_on:
        lines.append(f"  after     {', '.join(record.depends_on)}")
    if result is not None:
        lines.append(f"  result    {result}")
    if record.error:
        lines.append(f"  error     {record.error}")
    for step in record.history:
        at = datetime.fromtimestamp(step["at"]).isoformat(" ", timespec="milliseconds")
        error = f": {step['error']}" if "error" in step else ""
        lines.append(f"  {at}  {step['status']}{error}")
    return "\n".join(lines)


def job_json(record: JobRecord, result: Any) -> str:
    """The same for machines."""
    return json.dumps({**asdict(record), "result": result}, indent=2)


def _age(seconds: float) -> str:
    return f"{seconds:.1f}s" if seconds < 60 else f"{seconds / 60:.0f}m"
