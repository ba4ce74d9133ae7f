"""Turns addresses and what people type of them into the same words: no macrons, no case, long forms and short ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SHORTEST_SEARCH = 3
MOST_WORDS = 12
_APART = re.compile(r"[^0-9a-z]+")
_NUMBER = re.compile(r"([0-9]{1,9})([a-z]?)")
_APOSTROPHES = str.maketrans("", "", "'’‘ʻ`.")

# Short form to the long ones that it stands for; “st” is a street and a saint.
SHORT_FORMS = {
    "av": ("avenue",),
    "ave": ("avenue",),
    "blvd": ("boulevard",),
    "bvd": ("boulevard",),
    "cct": ("circuit",),
    "cl": ("close",),
    "cres": ("crescent",),
    "cr": ("crescent",),
    "ct": ("court",),
    "crt": ("court",),
    "dr": ("drive",),
    "drv": ("drive",),
    "esp": ("esplanade",),
    "gdns": ("gardens",),
    "gr": ("grove",),
    "gv": ("grove",),
    "hts": ("heights",),
    "hwy": ("highway",),
    "la": ("lane",),
    "ln": ("lane",),
    "mt": ("mount",),
    "pde": ("parade",),
    "pl": ("place",),
    "prom": ("promenade",),
    "pt": ("point",),
    "qy": ("quay",),
    "rd": ("road",),
    "rdg": ("ridge",),
    "sh": ("state", "highway"),
    "sq": ("square",),
    "st": ("street", "saint"),
    "str": ("street",),
    "tce": ("terrace",),
    "ter": ("terrace",),
    "trk": ("track",),
    "vw": ("view",),
    "wy": ("way",),
    "n": ("north",),
    "s": ("south",),
    "e": ("east",),
    "w": ("west",),
}
# What stands before a flat's number says nothing of where it is; the list writes it before a stroke.
UNIT_WORDS = frozenset({"apartment", "apt", "flat", "unit", "villa", "shop", "suite", "no", "number"})


def fold(text: str) -> str:
    """The text in small letters without macrons and other marks: “Kōwhai” and “kowhai” are the same."""
    apart = unicodedata.normalize("NFKD", text.lower().translate(_APOSTROPHES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The folded words and numbers of an address in their order: `12A/3` is `12a`, `3`."""
    return [word for word in _APART.split(fold(text)) if word]


def kept_words(parts: Iterable[str]) -> list[str]:
    """Every word by which an address is found, once each: its own, its number without the letter, and other forms."""
    found: dict[str, None] = {}
    for word in words_of(" ".join(parts)):
        found[word] = None
        if (match := _NUMBER.fullmatch(word)) and match[2]:
            found[match[1]] = None
        for other in (*_SHORT_OF.get(word, ()), *SHORT_FORMS.get(word, ())):
            found[other] = None
    return list(found)


def _short_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for short, longs in SHORT_FORMS.items():
        for long in longs:
            found.setdefault(long, []).append(short)
    return {long: tuple(shorts) for long, shorts in found.items()}


_SHORT_OF = _short_of()


def query_of(typed: str) -> str:
    """The search as PostgreSQL's tsquery, in which the last word may be cut short; empty where too little is typed.

    Only letters a–z and digits are in it, so that it needs no quoting. A search needs a word of three letters: a
    number alone is on every street.
    """
    words = [word for word in words_of(typed) if word not in UNIT_WORDS][:MOST_WORDS]
    if not any(len(word) >= SHORTEST_SEARCH and not word[0].isdigit() for word in words):
        return ""
    last = words[-1]
    # A number is whole as soon as another word follows; the last one may still grow, but 1 is not 12.
    ending = last if _NUMBER.fullmatch(last) else f"{last}:*"
    return " & ".join([*words[:-1], ending])


def number_of(typed: str) -> int | None:
    """The house number that was typed: in `2/14 Kōwhai Street` it is 14; None where there is none."""
    before: int | None = None
    for word in words_of(typed):
        match = _NUMBER.fullmatch(word)
        if match:
            before = int(match[1])
        elif before is not None:
            return before
    return before
