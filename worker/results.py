"""What jobs returned, as it is stored."""

from __future__ import annotations

from typing import Any

from worker.exceptions import PermanentJobError, UnreadableRecordError
from worker.messages import JOB_VERSION, decode_result, encode


def encode_result(result: Any, limit: int) -> bytes:
    """What is stored of a result; raises PermanentJobError if it cannot be, for the next one could not either."""
    try:
        payload = encode({"v": JOB_VERSION, "result": result})
        if b"\\ud" in payload:  # maybe half of a surrogate pair, which nobody could read
            decode_result(payload)
    except (TypeError, ValueError, UnreadableRecordError) as error:
        raise PermanentJobError(f"the result cannot be stored: {error}") from error
    if len(payload) > limit:
        raise PermanentJobError(f"the result is too large ({len(payload):,} bytes, the server takes {limit:,})")
    return payload
