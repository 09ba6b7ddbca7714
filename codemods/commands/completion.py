"""Shell completion: `codemods completion bash`. What can be completed is asked of the project: names, moves, codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

ABOUT = "Print what makes a shell complete commands, options, modules, names and codes."
EXAMPLES = """
It needs the extra `completion` (pip install 'codemods[completion]').

examples:
  eval "$(%(prog)s bash)"                                in ~/.bashrc
  eval "$(%(prog)s zsh)"                                 in ~/.zshrc
  %(prog)s fish > ~/.config/fish/completions/codemods.fish
"""
SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description, parser.epilog = ABOUT, EXAMPLES
    parser.usage = "%(prog)s SHELL"
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))


def main(options: argparse.Namespace) -> int:
    from codemods.commands.shell import DONE, refuse_usage, say

    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        refuse_usage("completion", "it needs argcomplete, which is not installed", "pip install 'codemods[completion]'")
    say(shellcode(["codemods"], shell=options.shell), sys.stdout)
    return DONE


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks; nothing in every other run."""
    if "_ARGCOMPLETE" not in os.environ:
        return
    try:
        import argcomplete
    except ImportError:
        return
    for one in _parsers(parser):
        for action in one._actions:
            what = getattr(action, "completes", None)
            if what is not None:
                action.completer = _COMPLETERS[what]  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser)


def _parsers(parser: argparse.ArgumentParser) -> Iterable[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _parsers(inner)


def _modules(prefix: str, **_: object) -> list[str]:
    from argcomplete.completers import FilesCompleter

    return [name for name in FilesCompleter(("py",))(prefix) if "__pycache__" not in name]


def _names(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The top-level definitions of SOURCE."""
    from codemods.bindings import Module
    from codemods.commands.asked import located, root_of, split_source
    from codemods.project import DiskTree

    try:
        source, _names = split_source(parsed_args.source)
        root = root_of(parsed_args, source)
        module = Module(DiskTree(root).source(located(source, parsed_args, root)))
        return list(module.definitions)
    except Exception:  # A shell that completes shows no messages.
        return []


def _moves(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    from codemods.commands.configured import configured_moves

    try:
        return sorted(configured_moves(parsed_args.root or _here()))
    except Exception:  # A shell that completes shows no messages.
        return []


def _codes(**_: object) -> list[str]:
    from codemods.planning.hazards import registry

    return sorted(registry())


def _folders(prefix: str, **_: object) -> list[str]:
    from argcomplete.completers import DirectoriesCompleter

    return list(DirectoriesCompleter()(prefix))


def _here() -> Path:
    from pathlib import Path

    from codemods.project.root import marked_root

    return marked_root(Path.cwd()) or Path.cwd()


_COMPLETERS: dict[str, Callable[..., list[str]]] = {
    "modules": _modules,
    "names": _names,
    "moves": _moves,
    "codes": _codes,
    "folders": _folders,
}
