"""Finds whether free text repeats a protected value, in whatever spelling, without the value itself.

A value is turned into a few canonical needles, a text into the canonical grams that stand in it, each with its place;
they meet where a needle is a gram. Needles can therefore be kept as keyed hashes (`worksorders/steps/free_text`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from worksorders.domain.address_words import UNIT_WORDS
from worksorders.domain.privacy.common_words import FILLERS, LITTLE, ORDINARY, TITLES
from worksorders.domain.privacy.free_text_words import Word, digits_in, words_in

REPLACEMENT = "[removed]"
LONGEST_JOIN = 40
SHORTEST_SPACED = 5
SHORTEST_PART = 3
LOCAL_DIGITS, MOST_DIGITS = 7, 13
_NEAR = 6
_PIN = re.compile(r"[0-9]{3,6}")
_PIN_WORDS = frozenset(
    {"code", "codes", "pin", "safe", "lockbox", "lock", "box", "keypad", "key", "keys", "alarm", "combo",
     "combination", "entry", "gate", "password", "account", "panel", "disarm"}
)  # fmt: skip
_STREETS = frozenset(
    {"avenue", "boulevard", "circuit", "close", "crescent", "court", "drive", "esplanade", "gardens", "grove",
     "heights", "highway", "lane", "parade", "place", "promenade", "quay", "road", "ridge", "square", "street",
     "terrace", "track", "view", "way", "rise", "mews", "loop", "crest", "point"}
)  # fmt: skip
Span = tuple[int, int]
Grams = dict[str, set[Span]]


class Shape(StrEnum):
    """What a protected value is, and so how people write it."""

    NAME = "name"
    FULL_NAME = "full_name"
    PHONE = "phone"
    ADDRESS = "address"
    MAIL = "mail"
    CODE = "code"
    WORDS = "words"
    POINT = "point"


def needles(shape: Shape, value: str) -> frozenset[str]:
    """The canonical forms by which a value is recognised; none for one too short or too common to mean anything."""
    return frozenset(_NEEDLES[shape](value))


def grams(text: str) -> Grams:
    """Every canonical form that stands in a text, with the places (characters from, to) at which it does."""
    found: Grams = {}
    words = words_in(text)
    for form, span in (*_joined(words), *_numbers(words), *_pins(words), *_places(words)):
        found.setdefault(form, set()).add(span)
    return found


def repeats(text: str, protected: Collection[str]) -> bool:
    """Whether a text holds one of these needles."""
    return not grams(text).keys().isdisjoint(protected)


def without(text: str, places: Iterable[Span]) -> str:
    """The text with what stands at these places replaced by one mark for each stretch."""
    kept, at = [], 0
    for start, end in _stretches(places):
        kept += [text[at:start], REPLACEMENT]
        at = end
    return "".join([*kept, text[at:]])


def _stretches(places: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(places):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _joined(words: list[Word]) -> Iterator[tuple[str, Span]]:
    """Single words as `w:`, and neighbours written as one as `j:`, which spaces inside a name cannot hide."""
    for first, word in enumerate(words):
        span = (word.start, word.end)
        yield f"w:{word.text}", span
        if word.text.endswith("s") and len(word.text) > SHORTEST_PART:
            yield f"w:{word.text[:-1]}", span
        joined, telling = "", False
        for other in words[first:]:
            joined += other.text
            if len(joined) > LONGEST_JOIN:
                break
            telling = telling or other.text not in LITTLE
            if telling and len(joined) >= SHORTEST_SPACED:
                yield f"j:{joined}", (word.start, other.end)


def _numbers(words: list[Word]) -> Iterator[tuple[str, Span]]:
    """Digits as a phone number may lie in them, with any prefix and any spacing."""
    for run in digits_in(words):
        digits = "".join(digit for digit, _, _ in run)
        for length in range(LOCAL_DIGITS, MOST_DIGITS + 1):
            for start in range(len(digits) - length + 1):
                yield f"d:{digits[start : start + length]}", (run[start][1], run[start + length - 1][2])


def _pins(words: list[Word]) -> Iterator[tuple[str, Span]]:
    """Short codes of digits, where the words beside them speak of one or the text is nothing else."""
    alone = all(word.is_number for word in words)
    for place, word in enumerate(words):
        near = words[max(0, place - _NEAR) : place + _NEAR + 1]
        if not alone and not any(one.text in _PIN_WORDS for one in near):
            continue
        joined = ""
        for other in words[place : place + _NEAR]:
            if not other.is_number:
                break
            joined += other.text
            if _PIN.fullmatch(joined):
                yield f"p:{joined}", (word.start, other.end)


def _places(words: list[Word]) -> Iterator[tuple[str, Span]]:
    """A house's number with the street, suburb or town that it stands before, whatever little words are between."""
    for place, word in enumerate(words):
        if not word.is_number:
            continue
        number, span_end = word.text.lstrip("0") or "0", place + 1
        rest = [one for one in words[span_end : span_end + 6] if one.text not in FILLERS]
        if rest and len(rest[0].text) == 1 and rest[0].text.isalpha():
            rest = rest[1:]
        joined = ""
        for other in rest[:4]:
            if other.is_number:
                break
            joined += other.text
            yield f"n:{number}|{joined}", (word.start, other.end)


def _name_needles(value: str) -> Iterator[str]:
    for name in re.split(r"[;\n/]| aka ", value):
        yield from _full_name_needles(name)
        for word in _name_words(name):
            if len(word) >= SHORTEST_PART and word not in ORDINARY and word not in LITTLE:
                yield f"w:{word}"
                if len(word) >= SHORTEST_SPACED:
                    yield f"j:{word}"


def _full_name_needles(value: str) -> Iterator[str]:
    words = _name_words(value)
    if len(words) == 1 and len(words[0]) >= SHORTEST_SPACED and words[0] not in ORDINARY:
        yield f"j:{words[0]}"
    if len(words) < 2:
        return
    first, last = words[0], words[-1]
    for joined in ("".join(words), first + last, last + first, "".join((*words[1:], first))):
        if len(joined) >= SHORTEST_SPACED:
            yield f"j:{joined}"


def _name_words(name: str) -> list[str]:
    return [word.text for word in words_in(name) if word.text not in TITLES and not word.is_number]


def _phone_needles(value: str) -> Iterator[str]:
    digits = re.sub(r"[^0-9]", "", value).removeprefix("00")
    national = digits.removeprefix("64") if len(digits) > 9 else digits
    national = national.lstrip("0")
    if LOCAL_DIGITS <= len(national) <= MOST_DIGITS:
        yield f"d:{national}"
    if len(national) == LOCAL_DIGITS + 1 and national[0] in "34679":
        yield f"d:{national[1:]}"


def _address_needles(value: str) -> Iterator[str]:
    lines = [part.strip() for part in re.split(r"[,\n;]", value) if part.strip()]
    for place, line in enumerate(lines):
        words = [word for word in words_in(line) if word.text not in UNIT_WORDS]
        numbers = [at for at, word in enumerate(words) if word.is_number]
        street = [word.text for word in words[numbers[-1] + 1 :]] if numbers else []
        if street and len(street[0]) == 1:
            street = street[1:]
        if not street:
            continue
        yield from _street_needles(words[numbers[-1]].text.lstrip("0") or "0", street, lines[place + 1 :])
        return
    joined = "".join(word.text for word in words_in(value))
    if len(joined) >= 8:
        yield f"j:{joined}"


def _street_needles(number: str, street: list[str], after: list[str]) -> Iterator[str]:
    joined, bare = "".join(street), "".join(street[:-1] if street[-1] in _STREETS else street)
    yield f"n:{number}|{joined}"
    if bare and bare not in LITTLE:
        yield f"n:{number}|{bare}"
    if joined != bare and bare and len(joined) >= SHORTEST_SPACED:
        yield f"j:{joined}"
    for line in after:
        town = "".join(word.text for word in words_in(line) if not word.is_number)
        if len(town) >= SHORTEST_PART:
            yield f"n:{number}|{town}"


def _mail_needles(value: str) -> Iterator[str]:
    local, _, _ = value.partition("@")
    own = "".join(word.text for word in words_in(local))
    whole = "".join(word.text for word in words_in(value))
    if len(whole) >= 8:
        yield f"j:{whole}"
        yield f"j:{own}at{whole[len(own) :]}"
    if len(own) > SHORTEST_SPACED and own not in ORDINARY:
        yield f"j:{own}"


def _code_needles(value: str) -> Iterator[str]:
    joined = "".join(word.text for word in words_in(value))
    if _PIN.fullmatch(joined):
        yield f"p:{joined}"
    elif joined.isdigit():
        if LOCAL_DIGITS <= len(joined) <= MOST_DIGITS:
            yield f"d:{joined}"
    elif len(joined) >= SHORTEST_SPACED and joined not in ORDINARY:
        yield f"j:{joined}"


def _words_needles(value: str) -> Iterator[str]:
    """Of words that somebody wrote only the phone numbers and mail addresses in them are values."""
    for written in re.findall(r"\+?[0-9][0-9 ()./-]{6,18}[0-9]", value):
        yield from _phone_needles(written)
    for written in re.findall(r"[^\s@<>]+@[^\s@<>]+\.[a-zA-Z]{2,}", value):
        yield from _mail_needles(written)


def _point_needles(value: str) -> Iterator[str]:
    for written in value.split(","):
        digits = re.sub(r"[^0-9]", "", written)
        if len(digits) >= LOCAL_DIGITS:
            yield f"d:{digits[:MOST_DIGITS]}"
            yield f"d:{digits[:LOCAL_DIGITS]}"


_NEEDLES: Mapping[Shape, Callable[[str], Iterator[str]]] = MappingProxyType(
    {
        Shape.NAME: _name_needles,
        Shape.FULL_NAME: _full_name_needles,
        Shape.PHONE: _phone_needles,
        Shape.ADDRESS: _address_needles,
        Shape.MAIL: _mail_needles,
        Shape.CODE: _code_needles,
        Shape.WORDS: _words_needles,
        Shape.POINT: _point_needles,
    }
)
