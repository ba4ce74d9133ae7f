"""A new referral whose open texts repeat its own protected values is refused at these texts, before anything is kept."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests import referrals
from worksorders.domain.errors import Faults, FaultsError
from worksorders.steps.intake.words import check_words

HOME = replace(referrals.referral().home, latitude=Decimal("-37.687812"), longitude=Decimal("176.165134"))


def refused(**values):
    faults = Faults()
    check_words(referrals.referral(home=HOME, **values), "Tauranga", faults)
    try:
        faults.raise_if_any()
    except FaultsError as error:
        return {fault.field: fault.message for fault in error.faults}
    return {}


def answers(*names):
    return tuple(
        replace(one, given_by=name) for one, name in zip(referrals.answers(), names * 6, strict=False)
    )


def label(text):
    return {"openings": (referrals.FRONT_DOOR, replace(referrals.WINDOWS, label=text))}


def test_words_that_repeat_nothing_pass():
    assert refused() == {}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"agency": "Friends of hinemoa SAMPLE"}, "agency"),
        ({"advocate": "Aroha, ring (021) 555-0199"}, "advocate"),
        ({"advocate": "Aroha of 14 Example Rd"}, "advocate"),
        ({"answers": answers("H. Sample", "Aroha")}, "answers-repeat_violence-given_by"),
        (label("Hine’s window"), "openings-1-label"),
        (label("window at -37.687812"), "openings-1-label"),
    ],
)
def test_a_name_phone_address_or_point_is_refused_at_its_text(values, field):
    found = refused(**values)
    assert field in found
    assert all("ample" not in message and "555" not in message for message in found.values())


def test_who_gave_all_answers_is_told_once():
    assert list(refused(answers=answers("Hinemoa"))) == ["answers-repeat_violence-given_by"]


def test_words_on_how_to_call_safely_give_their_numbers():
    person = replace(referrals.referral().person, phone=None, safe_contact="Only 027 555 0144, after six")
    assert list(refused(person=person, advocate="Aroha, 0275550144")) == ["advocate"]
