"""Compares what an agency writes about a home with the protected values that come in the same referral."""

from __future__ import annotations

from collections.abc import Iterator

from worksorders.domain.errors import Faults
from worksorders.domain.privacy.free_text import Shape, needles, repeats
from worksorders.steps.free_text.check import MESSAGE
from worksorders.steps.intake.referral import Referral


def check_words(referral: Referral, town: str, faults: Faults) -> None:
    """Add a fault at each open text that repeats a name, phone, address or point of the same referral.

    `town` is the town's name. Fields: `agency`, `advocate`, `answers-<criterion>-given_by`, `openings-<i>-label`.
    """
    known = frozenset(needle for shape, value in _values(referral, town) for needle in needles(shape, value))
    for field, text in _texts(referral):
        if text.strip() and repeats(text, known):
            faults.add(field, MESSAGE)


def _values(referral: Referral, town: str) -> Iterator[tuple[Shape, str]]:
    """The protected values, as `intake/keep.py` seals them."""
    home, person = referral.home, referral.person
    for name in (person.name, *person.other_names):
        yield Shape.NAME, name
    yield Shape.PHONE, person.phone or ""
    yield Shape.WORDS, person.safe_contact
    if home.street.strip():
        yield Shape.ADDRESS, f"{home.street.strip()}, {town}"
    if home.latitude is not None and home.longitude is not None:
        yield Shape.POINT, f"{home.latitude},{home.longitude}"


def _texts(referral: Referral) -> Iterator[tuple[str, str]]:
    """The texts that are kept in clear, by field; who gave an answer is often carried on, and told once."""
    yield "agency", referral.agency
    yield "advocate", referral.advocate
    before = ""
    for answer in referral.answers:
        if answer.given_by != before:
            yield f"answers-{answer.criterion}-given_by", answer.given_by
        before = answer.given_by
    for index, opening in enumerate(referral.openings):
        yield f"openings-{index}-label", opening.label
