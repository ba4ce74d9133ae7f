"""Keeps keyed hashes of how each protected value may be written, so that free text is compared without reading any.

The hashes are bound to their case: one of them says nothing about any other case, and erasing the case erases them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

from worksorders.domain.privacy.free_text import Shape, needles
from worksorders.gateways.cipher import Cipher
from worksorders.store import vault

TEXT = "text"
_INTEREST = {"name": Shape.FULL_NAME, "phone": Shape.PHONE, "mail": Shape.MAIL, "post": Shape.ADDRESS}
# Kind in the vault, up to a colon: how people would write such a value. A code word is one of some 200 everyday words.
SHAPES: Mapping[str, Shape | None] = MappingProxyType(
    {
        "person.name": Shape.NAME,
        "person.other_names": Shape.NAME,
        "person.phone": Shape.PHONE,
        "person.safe_number": Shape.PHONE,
        "person.safe_mail": Shape.MAIL,
        "person.safe_contact": Shape.WORDS,
        "home.address": Shape.ADDRESS,
        "home.coordinates": Shape.POINT,
        "referred.name": Shape.NAME,
        "referred.phone": Shape.PHONE,
        "referred.safe_contact": Shape.WORDS,
        **{f"interest.{what}": shape for what, shape in _INTEREST.items()},
        "key.holder": Shape.FULL_NAME,
        "alarm.reference": Shape.CODE,
        "alarm.words": Shape.WORDS,
        "visit.code_word": None,
        "line.paper": None,
        "invoice.file": None,
        "letter": None,
    }
)


def shape_of(kind: str) -> Shape | None:
    """How a value of this kind is written in a text; None for what is no single value (files, letters).

    LookupError for a kind that `SHAPES` does not list, so that no value is sealed which no text is compared with.
    """
    known = kind.partition(":")[0]
    if known not in SHAPES:
        raise LookupError(f"Say in SHAPES how people write a value of the vault's kind {known}, or None.")
    return SHAPES[known]


def text_kind(kind: str) -> str:
    """Under which kind the hashes of a value's spellings are kept, so that they are forgotten with it."""
    return f"{TEXT}:{kind.partition(':')[0]}"


def digest(cipher: Cipher, case_id: uuid.UUID, needle: str) -> bytes:
    """The keyed hash of one canonical form in one case."""
    return cipher.look_up(TEXT, f"{case_id}|{needle}")


def learn(session: Session, cipher: Cipher, case_id: uuid.UUID, values: Iterable[tuple[str, str]]) -> None:
    """Keep the hashes of (kind, value) pairs of a case; twice is once."""
    for kind, value in values:
        shape = shape_of(kind)
        if shape is not None and value.strip():
            found = sorted(digest(cipher, case_id, one) for one in needles(shape, value))
            vault.put_look_ups(session, case_id, text_kind(kind), found)
