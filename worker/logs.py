"""Logs for people, or as JSON lines for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal, TextIO

LogFormat = Literal["plain", "json"]


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure_logs(style: LogFormat = "plain", level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send the logs of everything to stderr."""
    handler = logging.StreamHandler(stream or sys.stderr)
    if style == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # It logs a traceback for each refused connection; what matters of it is logged by ourselves.
    logging.getLogger("nats").setLevel(logging.CRITICAL)
    # asyncio complains of itself whenever a connection with TLS ends.
    logging.getLogger("asyncio").addFilter(lambda record: "eof_received()" not in record.getMessage())
