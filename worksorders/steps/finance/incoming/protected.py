"""Finds text that repeats a protected name, phone or address (I04), by keyed hashes: nothing protected is read."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from worksorders.domain.people.conflict import Kind, forms, plain
from worksorders.gateways import places
from worksorders.gateways.cipher import Cipher
from worksorders.steps import disclose
from worksorders.steps.free_text.check import screen
from worksorders.store.tables.work.orders import WorksOrder

MOST_CHARACTERS = 2_000
LONGEST_NAME, LONGEST_ADDRESS = 4, 7
_DIGITS = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]")


def fields_with_protected(
    session: Session, cipher: Cipher, fields: Mapping[str, str], orders: Collection[WorksOrder] = ()
) -> tuple[str, ...]:
    """The names of the fields whose text repeats a value of some case; the values never come back."""
    return tuple(cases_repeated(session, cipher, fields, orders))


def cases_repeated(
    session: Session, cipher: Cipher, fields: Mapping[str, str], orders: Collection[WorksOrder] = ()
) -> dict[str, set[uuid.UUID]]:
    """The fields whose text repeats a value, with the cases whose value it is; an answer that may go to nobody.

    An address is found with its town or, in the regions of these orders, without it. Of the cases of these orders
    parts of values are found as well.
    """
    region_codes = {order.region_code for order in orders}
    towns = [town.name for town in places.towns().values() if town.region_code in region_codes]
    own = {order.case_id for order in orders}
    hits = screen(session, cipher, own, fields).hits
    found: dict[str, set[uuid.UUID]] = {}
    for name, text in fields.items():
        cases = set(own) if name in hits else set()
        for kind, many in _candidates(text[:MOST_CHARACTERS], towns).items():
            cases |= disclose.find(session, cipher, kind, many)
        if cases:
            found[name] = cases
    return found


def _candidates(text: str, towns: Sequence[str]) -> dict[str, set[str]]:
    words = plain(text.replace("/", " ")).split()
    return {
        disclose.PERSON_NAME: set(_names(words)),
        disclose.PERSON_PHONE: {
            form for found in _DIGITS.findall(text) for form in forms(Kind.PHONE, found)
        },
        disclose.HOME_ADDRESS: set(_addresses(words, towns)),
    }  # fmt: skip


def _names(words: Sequence[str]) -> Iterator[str]:
    """Every run of two to four words without digits."""
    for start, end in _runs(words, 2, LONGEST_NAME):
        run = words[start:end]
        if not any(any(sign.isdigit() for sign in word) for word in run):
            yield from forms(Kind.NAME, " ".join(run))


def _addresses(words: Sequence[str], towns: Sequence[str]) -> Iterator[str]:
    """Every run that begins with a number, as it stands and with a town behind it."""
    for start, end in _runs(words, 2, LONGEST_ADDRESS):
        if words[start][0].isdigit():
            run = " ".join(words[start:end])
            for place in ("", *towns):
                yield from forms(Kind.ADDRESS, f"{run} {place}".strip())


def _runs(words: Sequence[str], least: int, most: int) -> Iterator[tuple[int, int]]:
    for start in range(len(words)):
        for length in range(least, most + 1):
            if start + length <= len(words):
                yield start, start + length


def scrub(text: str) -> str:
    """A message without what it quotes, for one whose quotation repeats a protected value."""
    return re.sub(r"“[^”]*”", "“…”", text)
