"""`codemods explain CODE`: what a hazard is, with an example."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from codemods.commands.shell import DONE, say

ABOUT = "Tell what a hazard means, with an example. Without CODE: list them all."


def arguments(parser: ArgumentParser) -> None:
    parser.description = ABOUT
    parser.add_argument("code", metavar="CODE", nargs="?", help="a code as it stands in [brackets] in a refusal")


def main(options: Namespace) -> int:
    import difflib

    from codemods.model import Hazard, Place, Refused
    from codemods.planning.hazards import registry

    known = registry()
    if options.code is None:
        width = max(map(len, known), default=0)
        for code, module in sorted(known.items()):
            say(f"{code:<{width}}  {module.TITLE}", sys.stdout)
        return DONE
    code = options.code.strip("[]")
    if code not in known:
        close = difflib.get_close_matches(code, known, 1)
        remedy = f"did you mean {close[0]}?" if close else "`codemods explain` lists all that have a page"
        raise Refused(Hazard("no-such-code", Place(repr(code)), "no hazard with a page has this code", (remedy,)))
    module = known[code]
    meaning, example = module.MEANING.strip(), module.EXAMPLE.strip()
    say(f"{code}: {module.TITLE}\n\n{meaning}\n\nExample, refused or declared:\n\n{example}", sys.stdout)
    return DONE
