"""`codemods explain CODE`: what a hazard is, with an example."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from codemods.commands.shell import DONE, add_colour, completed, say

ABOUT = "Tell what a hazard means, with an example. Without CODE: list them all."
EXAMPLES = """
examples:
  %(prog)s                lists the codes that have a page
  %(prog)s patched-name   one of them, with an example
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description = ABOUT
    parser.usage = "%(prog)s [CODE]"
    parser.epilog = EXAMPLES
    what = "a code as it stands in [brackets] in a refusal"
    completed(parser.add_argument("code", metavar="CODE", nargs="?", help=what), "codes")
    add_colour(parser)


def main(options: Namespace) -> int:
    from codemods.model import Hazard, Place, WrongUsage
    from codemods.planning.hazards import other_codes, registry
    from codemods.proof import codes
    from codemods.spelling import closest

    pages, others = registry(), {**codes(), **other_codes()}
    known = {code: page.TITLE for code, page in pages.items()} | {code: page["title"] for code, page in others.items()}
    if options.code is None:
        width = max(map(len, known), default=0)
        for code, title in sorted(known.items()):
            say(f"{code:<{width}}  {title}", sys.stdout)
        return DONE
    code = options.code.strip("[]")
    # `[proof:import order]` is a failure of the check `import order`: one page has them all.
    code = "proof" if code.startswith("proof:") else code
    if code not in known:
        close = closest(code, known)
        remedy = f"did you mean {close}?" if close else "`codemods explain` lists all that have a page"
        raise WrongUsage(Hazard("no-such-code", Place(repr(code)), "no hazard with a page has this code", (remedy,)))
    meaning = pages[code].MEANING.strip() if code in pages else others[code]["meaning"].strip()
    say(f"{code}: {known[code]}\n\n{meaning}", sys.stdout)
    if code in pages:
        accepted = f"\n\n--accept {code} moves all the same." if getattr(pages[code], "ACCEPTS", False) else ""
        say(f"{accepted}\n\nA tree and a move that give it:\n\n{pages[code].EXAMPLE.strip()}".lstrip("\n"), sys.stdout)
    return DONE
