"""The command line: run a worker, enqueue jobs, see how both are doing, and deal with what died."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import nats.errors

from worker.commands import COMMANDS
from worker.exceptions import WorkerError
from worker.logs import configure_logs
from worker.options import build_parser


def main(arguments: Sequence[str] | None = None) -> int:
    sys.path.insert(0, "")  # `run jobs:registry` means the jobs.py here, as with `python -m`
    options = build_parser().parse_args(arguments)
    level = options.log_level or ("info" if options.command == "run" else "warning")
    configure_logs(options.log_format, level)
    try:
        return asyncio.run(COMMANDS[options.command](options))
    except TimeoutError:
        print("worker: the server, or the worker of the job, did not answer in time", file=sys.stderr)
        return 1
    except (WorkerError, ValueError, nats.errors.Error, OSError) as error:
        print(f"worker: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
