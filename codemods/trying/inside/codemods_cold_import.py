"""Imports one module in this fresh process, and writes how it ended to a file.

Arguments: the file; the copy of the tree; the tree it is a copy of; the name to import; folders for the beginning of
sys.path, and for its end, each list as JSON.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from codemods_origin import leaked


def main():
    result, copy, tree, name, first, last = sys.argv[1:]
    # Instead of the folder of this file, which nobody asked for.
    sys.path[:1] = json.loads(first)
    sys.path.extend(json.loads(last))
    sys.argv[:] = [name]
    raised = place = file = None
    try:
        file = getattr(importlib.import_module(name), "__file__", None)
    except BaseException as error:  # SystemExit and KeyboardInterrupt are results, too
        raised = traceback.format_exception_only(type(error), error)[-1].strip()
        place = _place(error, copy)
    said = {"raised": raised, "place": place, "file": file, "leaked": leaked(tree, copy)}
    Path(result).write_bytes(json.dumps(said).encode())
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)  # without waiting for what the module started


def _place(error, copy):
    """The innermost line of the tree that the traceback names."""
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if os.path.realpath(frame.f_code.co_filename).startswith(copy + os.sep):
            found = (frame.f_code.co_filename, line)
    if isinstance(error, SyntaxError) and error.filename:
        found = (error.filename, error.lineno or 0)
    return found


if __name__ == "__main__":
    main()
