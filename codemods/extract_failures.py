"""Moves what deals with failed jobs out of worker/worker.py: `python -m codemods.extract_failures [--check]`."""

import sys

from codemods.extract_status import GUARD
from codemods.model import Move
from codemods.recipe import recipe

MOVE = Move("worker/worker.py", ("FailedJobHandler",), "worker/failures.py")

if __name__ == "__main__":
    sys.exit(recipe(MOVE, guard=GUARD, at_once=True))
