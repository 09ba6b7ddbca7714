"""Where the modules of this process came from; and the variables by which a guard speaks to the plugin in pytest."""

import os
import sys

# A folder for the record; the tree that was copied; its copy; the options that the user had given to pytest.
RECORD, TREE, COPY = "CODEMODS_GUARD_RECORD", "CODEMODS_GUARD_TREE", "CODEMODS_GUARD_COPY"
GIVEN, ADDOPTS = "CODEMODS_GUARD_ADDOPTS", "PYTEST_ADDOPTS"


def leaked(tree, copy):
    """[name, file] of a module that was imported from the tree itself, not from its copy; None if there is none.

    What is installed in an environment inside of the tree is no part of the tree.
    """
    installed = tuple(os.path.realpath(one) + os.sep for one in (sys.prefix, sys.base_prefix))
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        real = os.path.realpath(file) if isinstance(file, str) else ""
        if real.startswith(tree + os.sep) and not real.startswith((copy + os.sep, *installed)):
            if f"{os.sep}site-packages{os.sep}" not in real:
                return [module.__name__, real]
    return None
