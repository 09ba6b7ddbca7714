"""What somebody meant who wrote a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable

# So alike are two words of which one is a slip of the other; short words need more, where one letter is much.
_ALIKE, _SHORT, _ALIKE_IF_SHORT = 0.7, 5, 0.75


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is spelled most like this one, capital letters aside; None where none is close.

    Of paths and dotted names the last parts are compared as well: what only stands in the same folder is not alike.
    """
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for one in known:
        folded.setdefault(one.casefold(), one)
    asked = word.casefold()
    for found in get_close_matches(asked, folded, 5, _ALIKE):
        if _alike(_last(asked), _last(found)) or sorted(asked) == sorted(found):
            return folded[found]
    return None


def _last(word: str) -> str:
    """`orders` of `shop/orders.py`, of `shop.orders`, of `orders`."""
    return word.rpartition("/")[2].removesuffix(".py").rpartition(".")[2]


def _alike(one: str, other: str) -> bool:
    from difflib import SequenceMatcher

    enough = _ALIKE_IF_SHORT if min(len(one), len(other)) < _SHORT else _ALIKE
    return bool(one and other) and SequenceMatcher(None, one, other).ratio() >= enough


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean Price?`, to end a message with; empty where no known word is close."""
    close = closest(word, known)
    return f"; did you mean {close}?" if close else ""
