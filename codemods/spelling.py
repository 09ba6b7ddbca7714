"""What somebody meant who wrote a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is spelled most like this one, capital letters aside; None where none is close."""
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for one in known:
        folded.setdefault(one.casefold(), one)
    found = get_close_matches(word.casefold(), folded, 1)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean Price?`, to end a message with; empty where no known word is close."""
    close = closest(word, known)
    return f"; did you mean {close}?" if close else ""
