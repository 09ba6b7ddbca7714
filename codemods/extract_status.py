"""Moves the worker's status out of worker/worker.py: `python -m codemods.extract_status [--check] [--guard]`."""

import sys

from codemods.model import Move
from codemods.recipe import recipe

MOVE = Move("worker/worker.py", ("WorkerStatusManager",), "worker/status.py")
# The recordings; each test has a server and a clock of its own.
GUARD = "python -m pytest -q tests/worker --ignore tests/worker/test_command.py"

if __name__ == "__main__":
    sys.exit(recipe(MOVE, guard=GUARD, at_once=True))
