"""Two runs of one test wrote different tapes: the first difference, what it looks like, and what to do about it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"{}\[\],]+')
_PART = re.compile(r"[-_.:/@ ]")
_FIELD = re.compile(r'"([^"]+)": ')
_ID = re.compile(r"[0-9A-Za-z]{4,}")


@dataclass(frozen=True)
class Run:
    """One run of a test: its tape, and the process that it ran in."""

    text: str
    pid: int
    host: str = socket.gethostname()


def difference(here: Run, there: Run) -> str:
    """The first line in which two tapes of one test differ, and what to do."""
    pairs = zip([*here.text.splitlines(), "(the end)"], [*there.text.splitlines(), "(the end)"], strict=False)
    mine, theirs = next((one for one in pairs if one[0] != one[1]), ("(the end)", "(the end)"))
    return (
        "not deterministic, so not recorded: a rehearsal of this test in another process wrote another tape.\n"
        f"  here:      {mine}\n"
        f"  rehearsal: {theirs}\n" + _advice(mine, theirs, here, there)
    )


def _advice(mine: str, theirs: str, here: Run, there: Run) -> str:
    pairs = list(zip(_WORD.finditer(mine), _WORD.finditer(theirs), strict=False))
    differing = [(a, b) for a, b in pairs if a[0] != b[0]]
    same_shape = len(_WORD.findall(mine)) == len(_WORD.findall(theirs))
    if same_shape and differing:
        place, looks = mine[: differing[0][0].start()], _looks(differing[0][0][0], differing[0][1][0], here, there)
        if "bytes " in mine and re.search(r'"bytes [0-9a-f]', mine):
            return _for_bytes(mine)
        if before := _FIELD.findall(place):
            why = f" It holds {looks}." if looks else ""
            return (
                f"The field {before[-1]!r} differs.{why} Declare it with tape.volatile({before[-1]!r}), or let the "
                "test give the subject a fixed value (a seeded random generator, sorted names)."
            )
        if looks:
            return _for_name(differing[0][0][0], looks)
    return (
        "Things happen in another order, or do not happen: usual causes are threads that race, random delays, "
        "the order of a set, files and other processes. Take the race out of the subject, or let the test decide it."
    )


def _for_name(word: str, looks: str) -> str:
    field = "the field of a value that holds the same text, tape.volatile('FIELD'), which names it here too."
    place = f"the place, tape.volatile({re.sub(r'[^./]+$', '*', word)!r}), or " if re.search(r"[./]", word) else ""
    return f"The name {word!r} holds {looks}. Declare {place}{field}"


def _looks(mine: str, theirs: str, here: Run, there: Run) -> str:
    """What the differing parts of two words are, in words; empty where they look like nothing that is known."""
    parts = list(zip(_PART.split(mine.strip('"')), _PART.split(theirs.strip('"')), strict=False))
    found = []
    for one, other in parts:
        if one == str(here.pid) and other == str(there.pid):
            found.append("the id of the process")
        elif one == other == here.host:
            found.append("this machine's name")
        elif one != other and len(one) == len(other) and _random(one) and _random(other):
            found.append("a random id")
    different = any("process" in one or "random" in one for one in found)
    return " and ".join(dict.fromkeys(found)) if different else ""


def _random(part: str) -> bool:
    return bool(_ID.fullmatch(part)) and any(c.isdigit() for c in part) and any(c.isalpha() for c in part)


def _for_bytes(line: str) -> str:
    target = line.split("  ")[-1].split()[1] if "  " in line else ""
    name = target.partition("/")[0] or "BUCKET"
    return (
        "The value is neither JSON nor text, so its fields are unknown. Give the test a way to read it: "
        f"tape.decode({name!r}, FUNCTION), and declare with tape.volatile('FIELD') what differs in it."
    )
