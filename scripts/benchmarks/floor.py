"""The floor: read every .py file once, look for the name in its bytes, parse the files that have it."""

import ast
import os
import sys

name = sys.argv[1].encode()
for folder, folders, files in os.walk("."):
    folders[:] = [inner for inner in folders if not inner.startswith(".")]
    for file in files:
        if file.endswith(".py"):
            with open(os.path.join(folder, file), "rb") as opened:  # noqa: PTH118, PTH123
                raw = opened.read()
            if name in raw:
                ast.parse(raw)
