"""Says which texts about a case repeat something protected of it; nothing is opened and no value comes back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.privacy.free_text import Span, grams, without
from worksorders.gateways.cipher import Cipher
from worksorders.steps.free_text.learn import TEXT, digest
from worksorders.store import vault

MESSAGE = (
    "This repeats something protected about the home or its people: a name, address, phone or code. Take it out, and "
    "write “the client” or “the home”."
)


@dataclass(frozen=True, slots=True)
class Screened:
    """Texts by field, with what is protected taken out, and the names of the fields in which it stood."""

    texts: Mapping[str, str] = field(repr=False)
    hits: tuple[str, ...]


def find(
    session: Session, cipher: Cipher, case_ids: Collection[uuid.UUID], texts: Mapping[str, str]
) -> dict[str, list[Span]]:
    """Where each field's text repeats a protected value of one of the cases, by field; those without are left out."""
    written = {name: text for name, text in texts.items() if text and text.strip()}
    if not written or not case_ids:
        return {}
    known = vault.look_ups_below(session, case_ids, TEXT)
    if not any(known.values()):
        return {}
    found = {name: _places(cipher, known, text) for name, text in written.items()}
    return {name: places for name, places in found.items() if places}


def screen(
    session: Session, cipher: Cipher, case_ids: Collection[uuid.UUID], texts: Mapping[str, str]
) -> Screened:
    """The texts of a document that somebody else wrote, fit to be shown, and which of them had to be changed (I04)."""
    found = find(session, cipher, case_ids, texts)
    clean = {name: without(text, found[name]) if name in found else text for name, text in texts.items()}
    return Screened(clean, tuple(name for name in texts if name in found))


def require_clean(
    session: Session, cipher: Cipher, case_ids: Collection[uuid.UUID], texts: Mapping[str, str]
) -> None:
    """Raise FaultsError at each field that repeats a protected value; the message does not."""
    found = find(session, cipher, case_ids, texts)
    if found:
        raise FaultsError([Fault(name, MESSAGE) for name in texts if name in found])


def _places(cipher: Cipher, known: Mapping[uuid.UUID, Collection[bytes]], text: str) -> list[Span]:
    written = grams(text)
    found: list[Span] = []
    for case_id, digests in known.items():
        if digests:
            found += [
                place
                for gram, places in written.items()
                if digest(cipher, case_id, gram) in digests
                for place in places
            ]
    return found
