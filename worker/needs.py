"""What has to be installed, looked for first: without it `python -m worker` ends with one line, no traceback."""

from __future__ import annotations

import sys

try:
    import msgspec as msgspec
    import nats as nats
except ModuleNotFoundError as error:
    said = f"{error.name} is not installed; from a checkout, `pip install '.[worker]'` brings all that the worker needs"
    if sys.argv[:1] == ["-m"]:  # what Python says there while it still looks for the module to run
        sys.exit(f"worker: {said}")
    raise ModuleNotFoundError(said, name=error.name) from None
