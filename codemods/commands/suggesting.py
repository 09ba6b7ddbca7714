"""`codemods suggest`: how a module may be split, as moves that `codemods run` carries out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from codemods.commands.paging import add_html, write_suggestion
from codemods.commands.shell import DONE, add_colour, add_root, completed, opened, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from codemods.suggest import Suggestion

ABOUT = "Propose how to split a module: new modules that are planned and proven, as tables for pyproject.toml."
EXAMPLES = """
examples:
  %(prog)s shop/models.py           what to move where, and why
  %(prog)s shop.models --into 3     three modules at most, with the old one
  %(prog)s shop/models.py --write   also add the tables to pyproject.toml, for `codemods run`
  %(prog)s shop/models.py --json    for programs

exit codes: 0 something is proposed; 1 nothing is; 4 wrong usage
"""


def arguments(parser: ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s MODULE [--into N] [options]"
    module = parser.add_argument("module", metavar="MODULE", help="the module to split: shop/models.py or shop.models")
    completed(module, "modules")
    parser.add_argument("--into", type=_number, metavar="N", help="how many modules at most, with the old one")
    parser.add_argument("--write", action="store_true", help="add the tables to pyproject.toml")
    add_root(parser, default=None)
    add_html(parser)
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every name")
    add_colour(parser)


def main(options: Namespace) -> int:
    from codemods.commands.asked import root_of
    from codemods.report.watching import watching

    root = opened(options, options.write, root_of(options, options.module))
    with watching(profile=False, quiet=options.json):
        suggestion = suggested(options, root)
    if options.html:
        write_suggestion(options.html, suggestion)
    if options.json:
        from codemods.report.as_json import document
        from codemods.report.suggestions import suggestion_json

        outcome = "suggested" if suggestion.modules else "nothing to suggest"
        print(document(outcome, suggestion=suggestion_json(suggestion)))
    else:
        from codemods.report.suggestions import suggestion_lines
        from codemods.report.terminal import show

        show(suggestion_lines(suggestion, options.verbose), sys.stdout)
        if suggestion.modules:
            _write(suggestion, root) if options.write else _tell_how(suggestion)
    return DONE if suggestion.modules else 1


def suggested(options: Namespace, root: Path) -> Suggestion:
    """The suggestion for the module that was named. Raises WrongUsage, Refused."""
    from codemods.commands.asked import located
    from codemods.project import DiskTree
    from codemods.project.request import check_module
    from codemods.suggest import suggest

    tree = DiskTree(root)
    return suggest(tree, check_module(located(options.module, options, root), root, tree), options.into)


def _tell_how(suggestion: Suggestion) -> None:
    keys = " ".join(module.key for module in suggestion.modules)
    say(f"With these tables in pyproject.toml (--write adds them): codemods run {keys}", sys.stdout)


def _write(suggestion: Suggestion, root: Path) -> None:
    from codemods.applying import apply
    from codemods.commands.settings import FILE, tool_table, wrong
    from codemods.model import ChangeSet
    from codemods.suggest.proposal import table

    known = tool_table(root, missing_ok=True).get("moves", {})
    double = [module.key for module in suggestion.modules if module.key in known]
    if double:
        wrong(f"it has [tool.codemods.moves.{double[0]}] already", "take that away, or copy the tables by hand")
    path = root / FILE
    old = path.read_bytes() if path.exists() else None
    before = (old or b"").decode()
    gap = "\n" if before and not before.endswith("\n\n") else ""
    apply(ChangeSet({FILE: old}, {FILE: f"{before}{gap}{table(suggestion)}".encode()}), root)
    keys = " ".join(module.key for module in suggestion.modules)
    say(f"pyproject.toml has these tables now; carry them out: codemods run {keys}", sys.stdout)


def _number(written: str) -> int:
    if not written.isdecimal() or int(written) < 2:
        raise ArgumentTypeError("it is a number from 2 on")
    return int(written)
