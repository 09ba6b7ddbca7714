"""`codemods explain CODE`: what a hazard is, with an example."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from codemods.commands.shell import DONE, add_colour, completed, say

ABOUT = "Explain what a code means, with an example. Without CODE: list them all."
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
    from codemods.spelling import closest

    known = titles()
    if options.code is None:
        width = max(map(len, known), default=0)
        for code, title in sorted(known.items()):
            say(f"{code:<{width}}  {title}", sys.stdout)
        return DONE
    code = page_code(options.code)
    if code not in known:
        close = closest(code, known)
        remedy = f"did you mean {close}?" if close else "`codemods explain` lists all that have a page"
        raise WrongUsage(Hazard("no-such-code", Place(repr(code)), "no hazard has this code", (remedy,)))
    say(page(code), sys.stdout)
    return DONE


def page_code(written: str) -> str:
    """The code of the page: `[proof:import order]` is a failure of the check `import order`, and one page has all."""
    code = written.strip("[]")
    return "proof" if code.startswith("proof:") else code


def titles() -> dict[str, str]:
    """The first line of each page, by its code."""
    from codemods.planning.hazards import other_codes, registry
    from codemods.proof import codes

    hazards = {code: page.TITLE for code, page in registry().items()}
    return hazards | {code: page["title"] for code, page in {**codes(), **other_codes()}.items()}


def why_not_accepted(code: str, renames: bool = False) -> tuple[str, str]:
    """Why ``--accept`` does not take a code, and what helps; both empty where it does."""
    from codemods.planning.hazards import acceptable
    from codemods.spelling import did_you_mean

    known = acceptable(renames)
    if code in known:
        return "", ""
    if page_code(code) in titles():
        return f"`{code}` can't be accepted", f"`codemods explain {page_code(code)}` says what to do instead"
    there = f"codes that can be accepted: {', '.join(sorted(known))}"
    return f"no hazard has the code `{code}`{did_you_mean(code, known)}", there


def page(code: str) -> str:
    """What a code means, with an example where there is one."""
    from codemods.planning.hazards import acceptable, other_codes, registry
    from codemods.proof import codes

    hazard = registry().get(code)
    if hazard is None:
        return f"{code}: {titles()[code]}\n\n{({**codes(), **other_codes()})[code]['meaning'].strip()}"
    accepted = f"--accept {code} moves all the same.\n\n" if code in acceptable() else ""
    example = f"{accepted}A tree and a move that give it:\n\n{hazard.EXAMPLE.strip()}"
    return f"{code}: {hazard.TITLE}\n\n{hazard.MEANING.strip()}\n\n{example}"
