"""Is a move that was named on the command line one that was made? A check of what never happened checks nothing."""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from codemods.model import Move, Review
    from codemods.project import Tree


def parsed_move(words: Sequence[str], reexport: bool) -> Move:
    from codemods.model import Move, Reexport

    if len(words) < 3:
        wrong("--move " + " ".join(words), "a move has a source, a destination and at least one name")
    how = Reexport.AUTO if reexport else Reexport.NONE
    return Move(words[0], tuple(words[2:]), words[1], reexport=how)


def check_exist(moves: Sequence[Move], before: Tree, after: Tree) -> None:
    """Raises WrongUsage for a source, a destination or a name that is not there."""
    for move in moves:
        for path, tree, when in ((move.source, before, "before"), (move.destination, after, "after")):
            if path not in tree.paths:
                wrong(f"--move: {path}", f"there is no such file {when} the change", *_close(path, tree.paths))
        there = _defined(before, move.source)
        for name in move.names:
            if name not in there:
                reason = f"{move.source} defines no `{name}` before the change"
                wrong(f"--move: {name}", reason, *_close(name, there))


def check_made(moves: Sequence[Move], review: Review, after: Tree) -> None:
    """Raises WrongUsage for a move that was not made."""
    went = {(move.source, name): move.destination for move in review.moves for name in move.names}
    for move in moves:
        there, here = _defined(after, move.destination), _defined(after, move.source)
        for name in move.names:
            if went.get((move.source, name)) == move.destination:
                continue
            if name in here:
                reason = f"it is still defined in {move.source}"
            elif (move.source, name) in went:
                reason = f"it is in {went[move.source, name]}, not in {move.destination}"
            elif name not in there:
                reason = f"{move.destination} does not define it"
            else:
                reason = f"what {move.destination} defines by this name is something else"
            wrong(f"--move: {name} did not move from {move.source} to {move.destination}", reason)


def _defined(tree: Tree, path: str) -> frozenset[str]:
    from codemods.project import Unreadable
    from codemods.proof import defined_in

    try:
        return defined_in(tree.source(path).tree.body) if path in tree.paths else frozenset()
    except Unreadable:
        return frozenset()


def _close(word: str, known: frozenset[str]) -> tuple[str, ...]:
    from codemods.spelling import closest

    close = closest(word, known)
    return (f"did you mean {close}?",) if close else ()


def wrong(what: str, reason: str, *remedies: str) -> NoReturn:
    from codemods.model import Hazard, Place, WrongUsage

    raise WrongUsage(Hazard("usage", Place(what), reason, remedies))
