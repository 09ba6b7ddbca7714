"""The same move with rope, through its API, in a fresh project: SOURCE DEST NAME."""

import sys
from pathlib import Path

from rope.base.project import Project
from rope.refactor.move import create_move

source, destination, name = sys.argv[1:]
Path(destination).touch()
project = Project(".", ropefolder=None, ignore_syntax_errors=True)
resource = project.get_resource(source)
text = resource.read()
offset = max(text.find(f"class {name}"), text.find(f"def {name}"))
offset = text.index(name, max(offset, 0))
changes = create_move(project, resource, offset).get_changes(project.get_resource(destination))
project.do(changes)
project.close()
