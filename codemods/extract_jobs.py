"""Moves the worker's job records out of worker/worker.py: `python -m codemods.extract_jobs [--check] [--guard]`."""

import sys

from codemods.extract_status import GUARD
from codemods.model import Move
from codemods.recipe import recipe

MOVE = Move("worker/worker.py", ("JobStatusManager",), "worker/jobs.py")

if __name__ == "__main__":
    sys.exit(recipe(MOVE, guard=GUARD, at_once=True))
