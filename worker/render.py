"""How the command line shows workers, jobs and dead letters: nothing of it can change the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import structs

from worker.states import WORKER_HEALTH as HEALTH

if TYPE_CHECKING:
    from worker.messages import JobRecord
    from worker.operating import DeadLetter, ListedJob, QueueInfo
    from worker.scheduling import Schedule
    from worker.states import WorkerInfo

WORKER_COLUMNS = ("WORKER", "HEALTH", "STATUS", "AGE", "QUEUES", "ACTIVE", "DONE", "FAILED")
QUEUE_COLUMNS = ("QUEUE", "WAITING", "RUNNING")
JOB_COLUMNS = ("JOB", "STATUS", "FUNCTION", "QUEUE", "ATTEMPTS", "ENQUEUED", "ERROR")
DEAD_COLUMNS = ("SEQUENCE", "JOB", "QUEUE", "REASON", "ATTEMPTS", "DIED", "ERROR")
SCHEDULE_COLUMNS = ("SCHEDULE", "WHEN", "FUNCTION", "QUEUE")


def plain(text: str) -> str:
    """A text of a stranger on one line, and without what a terminal would obey."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], nothing: str) -> str:
    """Aligned columns under their names."""
    lines = [columns, *([plain(cell) for cell in row] for row in rows)]
    if len(lines) == 1:
        return nothing
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def workers_table(workers: Iterable[WorkerInfo]) -> str:
    return table(WORKER_COLUMNS, map(_worker_row, workers), "No workers.")


def _worker_row(info: WorkerInfo) -> Sequence[str]:
    record = info.record
    if record is None:
        return (info.worker_id, info.health, "-", _age(info.age), "-", "-", "-", "-")
    active = f"{record['active_count']}/{record['concurrency']}"
    if record["active"]:
        active += " " + ",".join(job["job_id"] for job in record["active"])
    if record.get("stuck"):
        active += f" ({record['stuck']} stuck)"
    done, failed = str(record["done"]), str(record["failed"])
    return (info.worker_id, info.health, info.status, _age(info.age), ",".join(record["queues"]), active, done, failed)


def workers_json(workers: Iterable[WorkerInfo]) -> str:
    """The same for machines."""
    return json.dumps([asdict(info) for info in workers], indent=2)


def present(workers: Iterable[WorkerInfo]) -> list[WorkerInfo]:
    """Without those that said goodbye."""
    return [info for info in workers if info.health is not HEALTH.STOPPED]


def jobs_table(jobs: Iterable[ListedJob], queues: Iterable[QueueInfo]) -> str:
    """The queues, and the jobs under them."""
    depth = [(one.queue, str(one.waiting), str(one.running)) for one in queues]
    listed = table(JOB_COLUMNS, map(_job_row, jobs), "No jobs.")
    return table(QUEUE_COLUMNS, depth, "No queues.") + "\n\n" + listed


def _job_row(job: ListedJob) -> Sequence[str]:
    record = job.record
    if record is None:
        return (job.job_id, "unreadable", "-", "-", "-", "-", "")
    at, error = _time(record.enqueued_at), record.error or ""
    return (job.job_id, record.status, record.function, record.queue, str(record.attempts), at, error)


def jobs_json(jobs: Iterable[ListedJob], queues: Iterable[QueueInfo]) -> str:
    found = [
        structs.asdict(one.record) if one.record else {"job_id": one.job_id, "status": "unreadable"} for one in jobs
    ]
    return json.dumps({"queues": [asdict(one) for one in queues], "jobs": found}, indent=2)


def dead_table(letters: Iterable[DeadLetter]) -> str:
    return table(DEAD_COLUMNS, map(_dead_row, letters), "No dead letters.")


def _dead_row(one: DeadLetter) -> Sequence[str]:
    job, died = one.job_id or "(no job)", _time(one.died_at)
    return (str(one.sequence), job, one.queue, one.reason, str(one.attempts), died, one.error)


def dead_json(letters: Iterable[DeadLetter]) -> str:
    return json.dumps([asdict(one) for one in letters], indent=2)


def schedules_table(schedules: Iterable[Schedule]) -> str:
    rows = ((one.name, " ".join(filter(None, (one.when, one.time_zone))), one.function, one.queue) for one in schedules)
    return table(SCHEDULE_COLUMNS, rows, "No schedules.")


def job_text(record: JobRecord, result: Any, there: bool, states: Mapping[str, str]) -> str:
    """A job with its way, step by step."""
    lines = [
        f"{record.job_id}  {record.function}  {record.status}",
        f"  queue     {record.queue}",
        f"  attempts  {record.attempts}",
    ]
    if record.worker_id:
        lines.append(f"  worker    {record.worker_id}")
    if record.depends_on:
        lines.append("  after     " + ", ".join(f"{other} ({states.get(other, '?')})" for other in record.depends_on))
    if record.next_attempt_at:
        lines.append(f"  due       {_time(record.next_attempt_at)}")
    if there:
        lines.append(f"  result    {json.dumps(result)}")
    if record.error:
        lines.append(f"  error     {record.error}")
    for step in record.history:
        error = f": {step['error']}" if "error" in step else ""
        lines.append(f"  {_time(step['at'])}  {step['status']}{error}")
    return "\n".join(plain(line) for line in lines)


def job_json(record: JobRecord, result: Any) -> str:
    """The same for machines."""
    return json.dumps({**structs.asdict(record), "result": result}, indent=2)


def _time(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds).isoformat(" ", timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return "?"


def _age(seconds: float) -> str:
    return f"{seconds:.1f}s" if seconds < 60 else f"{seconds / 60:.0f}m"
