"""The source runs as a script."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.bindings.guards import is_main_guard
from codemods.model import Hazard, Place, Severity
from codemods.planning.facts import Facts

CODE = "runs-as-script"
TITLE = "the source runs as a script, and imports the destination from now on"
MEANING = """`if __name__ == "__main__":` stays where it is, and everything that moved code needs moves with it, so that
the script is not imported a second time under its own name. A module of a package that imported nothing of its package
could be run by its path, `python shop/serve.py`; that needs the package on the path now, as `python -m shop.serve` has
it."""
EXAMPLE = """
-- shop/serve.py --
class Server:
    def run(self):
        return "served"
if __name__ == "__main__":
    print(Server().run())
-- move --
shop/serve.py shop/server.py Server
"""


def find(facts: Facts) -> Iterator[Hazard]:
    guard = next((s for s in facts.source.statements if is_main_guard(s.node)), None)
    if guard is None or not facts.project.names.package(facts.move.source):
        return
    if facts.project.names.root_of(facts.move.destination) == facts.move.source.rpartition("/")[0]:
        return  # its own folder, which is on `sys.path` where it is started by its path
    dotted = facts.project.names.dotted(facts.move.source)
    top = dotted.partition(".")[0]
    if any(item.level or item.module.partition(".")[0] == top for item in facts.source.imports):
        return
    named = _named_by_path(facts)
    reason = f"{facts.move.source} imports a module of {top} for the first time: run it by `python -m {dotted}`"
    reason += f", not by its path, as {named} may do" if named else ", not by its path"
    yield Hazard(CODE, facts.source.source.place(guard.node), reason, (), Severity.DECLARED)


def _named_by_path(facts: Facts) -> Place | None:
    """A place outside of Python code that names the file by its path."""
    for path in facts.project.mentions(facts.move.source.rpartition("/")[2]):
        if not path.endswith((".py", ".pyi")):
            lines = facts.project.tree.read(path).decode("utf-8", "replace").splitlines()
            for number, line in enumerate(lines, 1):
                if facts.move.source in line and "python" in line:
                    return Place(path, number)
    return None
