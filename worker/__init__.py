"""A job worker on NATS JetStream. Import from here: where a name lives inside may change."""

from . import needs as needs
from .client import JobClient, JobHandle, open_client
from .connection import connect
from .exceptions import (
    BadJobError,
    IllegalTransitionError,
    JobCancelledError,
    JobError,
    JobExistsError,
    JobFailedError,
    JobNotFoundError,
    NotRegisteredError,
    PermanentJobError,
    ResultExpiredError,
    ResultNotReadyError,
    ServerUnavailableError,
    StuckThreadsError,
    UnknownFunctionError,
    UnreadableRecordError,
    WorkerError,
    WorkerIdTakenError,
)
from .failures import FailedJobHandler
from .jobs import JobStatusManager
from .messages import JOB_STATUS, Job, JobRecord
from .records import JOB_STATUS_TRANSITIONS
from .registry import Registry, current_job, load_registry
from .settings import Settings
from .states import WORKER_HEALTH, WORKER_STATUS, WORKER_STATUS_TRANSITIONS, ActiveJob, WorkerInfo, WorkerView
from .status import WorkerStatusManager
from .worker import (
    Worker,
)

__all__ = [
    "JOB_STATUS",
    "JOB_STATUS_TRANSITIONS",
    "WORKER_HEALTH",
    "WORKER_STATUS",
    "WORKER_STATUS_TRANSITIONS",
    "ActiveJob",
    "BadJobError",
    "FailedJobHandler",
    "IllegalTransitionError",
    "Job",
    "JobCancelledError",
    "JobClient",
    "JobError",
    "JobExistsError",
    "JobFailedError",
    "JobHandle",
    "JobNotFoundError",
    "JobRecord",
    "JobStatusManager",
    "NotRegisteredError",
    "PermanentJobError",
    "Registry",
    "ResultExpiredError",
    "ResultNotReadyError",
    "ServerUnavailableError",
    "Settings",
    "StuckThreadsError",
    "UnknownFunctionError",
    "UnreadableRecordError",
    "Worker",
    "WorkerError",
    "WorkerIdTakenError",
    "WorkerInfo",
    "WorkerStatusManager",
    "WorkerView",
    "connect",
    "current_job",
    "load_registry",
    "open_client",
]
