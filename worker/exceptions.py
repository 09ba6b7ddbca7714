"""What can go wrong in the worker, so that callers can tell one case from another."""

from __future__ import annotations

# Errors end up in records and headers; some carry whole documents.
ERROR_TEXT_LIMIT = 500


class WorkerError(Exception):
    """The base of everything the worker raises on purpose."""


class ServerUnavailableError(WorkerError):
    """No NATS server answered in the time that was given."""


class IllegalTransitionError(WorkerError):
    """A worker or a job cannot go from the state it is in to the one that was asked for."""


class NotRegisteredError(WorkerError):
    """The worker has no record on the server yet, or none any more."""


class WorkerIdTakenError(WorkerError):
    """Somebody else writes the record of this worker id: one of the two must stop."""


class JobError(WorkerError):
    """The base of what is wrong with a job, not with the worker that runs it."""


class BadJobError(JobError, ValueError):
    """A message in the job stream is no job, or an enqueued job makes no sense."""


class UnreadableRecordError(JobError):
    """What lies in a bucket under the key of a job is no record, or no result."""


class BeingWrittenError(WorkerError):
    """Somebody is just writing this entry, or a node of the cluster has not got it yet: ask again."""


class JobExistsError(BadJobError):
    """The id belongs to a job of another function."""


class JobNotFoundError(JobError):
    """There is no record of this job: never enqueued, or forgotten since."""


class JobFailedError(JobError):
    """Somebody asked for the result of a job that ended in the dead-letter stream."""


class JobCancelledError(JobFailedError):
    """Somebody cancelled the job."""


class ResultNotReadyError(JobError):
    """The job has not finished yet."""


class ResultExpiredError(JobError):
    """The job completed, and its result has outlived its time to live."""


class UnknownFunctionError(JobError):
    """No function of that name is registered in this worker."""


class PermanentJobError(JobError):
    """Raise it in a job that cannot succeed however often it is tried."""


class StuckThreadsError(WorkerError):
    """Too many functions go on after their time limit: only a new process gets rid of them."""


def describe_error(error: BaseException) -> str:
    """One line that says what went wrong; much of what libraries raise has no text of its own."""
    try:
        said = str(error)
    except Exception as other:
        said = f"(its text cannot be had: {type(other).__name__})"
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    text = text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is no UTF-8
    return text if len(text) <= ERROR_TEXT_LIMIT else text[: ERROR_TEXT_LIMIT - 3] + "..."
