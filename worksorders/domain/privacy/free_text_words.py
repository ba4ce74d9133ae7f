"""Cuts text into the words and digits by which it is compared, each with its place, whatever its spelling."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from worksorders.domain.address_words import SHORT_FORMS

_LONG = {short: longs[0] for short, longs in SHORT_FORMS.items() if len(short) > 1 and len(longs) == 1}
_LONG |= {"st": "street", "str": "street", "saint": "street"}
_DIGIT_WORDS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3}
_LOOKS_LIKE = str.maketrans("oil", "011")
_APOSTROPHES = "'’`ʻ‘"
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word or number with its place in the text, `start` to `end` in characters."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is digits alone."""
        return self.text.isdigit()


def words_in(text: str) -> list[Word]:
    """The words of a text, folded: small letters, no marks, digits apart from letters, streets written out."""
    found = []
    run: list[tuple[str, int, int]] = []
    for sign, start, end in [*_signs(text[:LONGEST_TEXT]), (" ", len(text), len(text))]:
        if sign.isalnum():
            run.append((sign, start, end))
            continue
        found += _cut(run)
        run = []
    return found


def _signs(text: str) -> list[tuple[str, int, int]]:
    """Every folded sign with the place of the character that it came from; marks and apostrophes are nothing."""
    found = []
    for place, character in enumerate(text):
        if character in _APOSTROPHES:
            continue
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
        found += [(sign, place, place + 1) for sign in folded if _is_seen(sign)]
    return found


def _is_seen(sign: str) -> bool:
    return not unicodedata.combining(sign) and unicodedata.category(sign) != "Cf"


def _cut(run: list[tuple[str, int, int]]) -> list[Word]:
    """A run of signs as words: letters and digits apart, and O or l among digits read as digits."""
    if not run:
        return []
    whole = "".join(sign for sign, _, _ in run)
    digits = whole.translate(_LOOKS_LIKE)
    if digits.isdigit() and sum(sign.isdigit() for sign in whole) > len(whole) // 2:
        run = [(sign, start, end) for sign, (_, start, end) in zip(digits, run, strict=True)]
    found = []
    for _, part in groupby(run, lambda one: one[0].isdigit()):
        signs = list(part)
        text = "".join(sign for sign, _, _ in signs)
        found.append(Word(_LONG.get(text, text), signs[0][1], signs[-1][2]))
    return found


def digits_in(words: list[Word]) -> list[list[tuple[str, int, int]]]:
    """Runs of digits with nothing but blanks and signs between them, spoken digits too (“oh two one, double five”)."""
    runs: list[list[tuple[str, int, int]]] = [[]]
    times, from_ = 1, None
    for word in words:
        if word.text in _TIMES:
            times, from_ = _TIMES[word.text], word.start
            continue
        said = word.text if word.is_number else _DIGIT_WORDS.get(word.text)
        if said is None:
            runs.append([])
        else:
            start = word.start if from_ is None else from_
            runs[-1] += [(digit, start, word.end) for digit in (said * times if times > 1 else said)]
        times, from_ = 1, None
    return [run for run in runs if run]
