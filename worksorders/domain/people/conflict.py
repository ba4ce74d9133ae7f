"""Brings names, phones and addresses into one form, so that keyed hashes of two spellings agree.

Only these normalised texts are hashed (HMAC, with a key outside the database); a match puts the firm or worker
on the case's never-send list, and nothing that they can see differs from a case that does not exist.
"""

import re
import unicodedata
from enum import StrEnum

_STREET_WORDS = {
    "ave": "avenue",
    "av": "avenue",
    "cl": "close",
    "cres": "crescent",
    "cr": "crescent",
    "crt": "court",
    "ct": "court",
    "dr": "drive",
    "esp": "esplanade",
    "gr": "grove",
    "hwy": "highway",
    "ln": "lane",
    "mt": "mount",
    "pde": "parade",
    "pl": "place",
    "rd": "road",
    "sq": "square",
    "st": "street",
    "tce": "terrace",
    "ter": "terrace",
    "wy": "way",
}
_UNIT_WORDS = frozenset({"flat", "unit", "apartment", "apt", "villa", "suite", "no", "number"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir", "dame"})
_COUNTRY_WORDS = frozenset({"nz", "aotearoa"})
_POSTCODE = re.compile(r"[0-9]{4}")
LEAST_PHONE_DIGITS, MOST_PHONE_DIGITS = 8, 12


class Kind(StrEnum):
    """What a keyed hash is of; two kinds never match each other."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"


def plain(text: str) -> str:
    """Lower case, without macrons and other marks, with one space between words of letters and digits."""
    once = unicodedata.normalize("NFKD", text.casefold())
    decomposed = unicodedata.normalize("NFKD", once.casefold())
    kept = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    kept = re.sub(r"['’`ʻ‘.]", "", kept)
    return " ".join(re.findall(r"[^\W_]+", kept))


def name_form(name: str) -> str:
    """A name with its parts sorted, titles left out: “TŪHOE, Mere” and “Ms mere tuhoe” are one; "" if empty."""
    parts = [part for part in plain(name).split() if part not in _TITLES]
    return " ".join(sorted(parts))


def name_forms(name: str) -> frozenset[str]:
    """The forms under which a name may be met: whole, and first with last where there are middle names."""
    parts = [part for part in plain(name).split() if part not in _TITLES]
    forms = {name_form(name)}
    if len(parts) > 2:
        forms.add(" ".join(sorted((parts[0], parts[-1]))))
    return frozenset(form for form in forms if form)


def phone_form(phone: str) -> str:
    """A phone number as +64…: 021 555 010, (021) 555-010, +64 21 555 010 and 0064 21 555010 are one.

    A text without a believable number of digits gives "".
    """
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))
    international = phone.strip().startswith(("+", "00"))
    digits = digits.removeprefix("00")
    if digits.startswith("64") and (international or len(digits) >= 10):
        digits = digits[2:].removeprefix("0")
        country = "64"
    elif international:
        country = ""
    else:
        digits = digits.removeprefix("0")
        country = "64"
    whole = country + digits
    return f"+{whole}" if LEAST_PHONE_DIGITS <= len(whole) <= MOST_PHONE_DIGITS + 1 else ""


def address_form(address: str) -> str:
    """An address without macrons, unit words, postcode and country, streets written out, units as 2/14.

    “Flat 2, 14 Kōwhai Rd, Ōtaki 5512” and “2/14 kowhai road otaki” are one; "" if empty.
    """
    text = re.sub(r"([0-9]+)\s*/\s*([0-9]+)", r"\1 \2", address)
    words = plain(text.replace("New Zealand", " nz ")).split()
    kept = [word for word in words if word not in _UNIT_WORDS and word not in _COUNTRY_WORDS]
    if len(kept) > 1 and _POSTCODE.fullmatch(kept[-1]):
        kept.pop()
    written = [_street_word(word, index, kept) for index, word in enumerate(kept)]
    return " ".join(written)


def _street_word(word: str, index: int, words: list[str]) -> str:
    """An abbreviation after a street's name is written out; “St” before a name is Saint and stays."""
    before = words[index - 1] if index else ""
    if word in _STREET_WORDS and before and not before[0].isdigit():
        return _STREET_WORDS[word]
    return word


def forms(kind: Kind, value: str) -> frozenset[str]:
    """All normalised forms of a value under which it is hashed; none for an empty or unreadable one."""
    if kind is Kind.NAME:
        return name_forms(value)
    form = phone_form(value) if kind is Kind.PHONE else address_form(value)
    return frozenset({form} if form else set())
