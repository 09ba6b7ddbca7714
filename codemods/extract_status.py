"""Moves the worker's status out of worker/worker.py: `python -m codemods.extract_status [--check]`."""

import sys

from codemods.model import Move
from codemods.recipe import recipe

MOVE = Move("worker/worker.py", ("WorkerStatusManager",), "worker/status.py")

if __name__ == "__main__":
    sys.exit(recipe(MOVE))
