"""Judges a referral before anything of it is kept: every fault at its field, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from catalogue.item import FindingRule
from worksorders.domain.errors import Faults, FaultsError
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.order.assessment import (
    CRITERION_BY_KEY,
    Answer,
    AssessedOpening,
    Assessment,
    OpeningFinding,
    check_assessment,
)
from worksorders.domain.order.deadlines import Urgency
from worksorders.domain.records.kinds import MOST_PEOPLE
from worksorders.gateways.places import Town
from worksorders.steps.intake.referral import Referral
from worksorders.steps.intake.words import check_words

LONGEST_TEXT = 300
DAY_MINUTES = 24 * 60
# The box around New Zealand and the Chatham Islands, which lie beyond the 180th meridian.
LATITUDES = (Decimal(-48), Decimal(-34))
LONGITUDES = ((Decimal(166), Decimal(180)), (Decimal(-180), Decimal(-175)))


def check(referral: Referral, towns: Mapping[str, Town], rules: Sequence[FindingRule], now: datetime) -> None:
    """Raise FaultsError with every fault of the referral; the fields are those of `Referral`.

    Inner fields: `answers-<criterion>`, `home-street|town|built_before_2000|latitude|longitude`,
    `person-name|phone`, `safe_windows`, `openings`, `openings-<i>-kind|label|state`,
    `openings-<i>-findings-<j>-finding|measured`.
    Open texts that repeat a protected value of the same referral are refused too, see `check_words`.
    """
    faults = Faults()
    _check_survey(referral, now, faults)
    _check_answer_days(referral, faults)
    _check_home(referral, towns, faults)
    _check_person(referral, faults)
    _check_windows(referral, faults)
    for index, opening in enumerate(referral.openings):
        faults.require(
            opening.label.strip(), f"openings-{index}-label", "Say which opening it is, such as “lounge”."
        )
        faults.require(opening.state, f"openings-{index}-state", "Say whether the opening is secure tonight.")
    try:
        check_assessment(as_domain(referral, now), rules, now)
    except FaultsError as error:
        for fault in error.faults:
            faults.add(fault.field, fault.message)
    town = towns.get(referral.home.town)
    check_words(referral, town.name if town else "", faults)
    faults.raise_if_any()


def as_domain(referral: Referral, now: datetime) -> Assessment:
    """The referral as the rules see it; answers and openings keep their order."""
    answers = tuple(
        Answer(a.criterion, a.holds, a.given_by, start_of_day(a.given_on) if a.given_on else now)
        for a in referral.answers
    )
    openings = tuple(
        AssessedOpening(
            str(index),
            opening.kind,
            opening.label,
            opening.state or OpeningState.INSECURE,
            tuple(OpeningFinding(finding, measured) for finding, measured in opening.findings),
        )
        for index, opening in enumerate(referral.openings)
    )
    return Assessment(answers, openings, referral.home.built_before_2000)


def _check_survey(referral: Referral, now: datetime, faults: Faults) -> None:
    faults.require(referral.agency.strip(), "agency", "Name the agency that made the assessment.")
    if referral.urgency not in list(Urgency):
        faults.add("urgency", "Choose the class: P1, P2, P3 or P4.")
    for field, count in (("adults", referral.adults), ("children", referral.children)):
        if count is None or not 0 <= count <= MOST_PEOPLE:
            faults.add(field, f"Give the number of {field} in the home, from 0 to {MOST_PEOPLE}.")
    if referral.adults == 0 and referral.children == 0:
        faults.add("adults", "Nobody lives in this home: give the number of adults or children.")
    if referral.assessed_on is None:
        faults.add("assessed_on", "Enter the day on which the home was assessed.")
    elif referral.assessed_on > local_day(now):
        faults.add(
            "assessed_on", f"{referral.assessed_on:%d/%m/%Y} is in the future: give the day of the survey."
        )


def _check_answer_days(referral: Referral, faults: Faults) -> None:
    for answer in referral.answers:
        if answer.criterion in CRITERION_BY_KEY and answer.holds is not None and answer.given_on is None:
            faults.add(f"answers-{answer.criterion}", "Say on which day this answer was given.")


def _check_home(referral: Referral, towns: Mapping[str, Town], faults: Faults) -> None:
    home = referral.home
    faults.require(home.street.strip(), "home-street", "Enter the street address, such as 12 Kōwhai Street.")
    faults.require(len(home.street) <= LONGEST_TEXT, "home-street", "The street address is too long.")
    if home.town not in towns:
        faults.add("home-town", "Choose the town from the list, or the nearest one in it.")
    if home.built_before_2000 is None:
        faults.add("home-built_before_2000", "Say whether the home was built before 2000.")
    if (home.latitude is None) != (home.longitude is None):
        faults.add("home-latitude", "Give both latitude and longitude, or neither.")
    elif home.latitude is not None and home.longitude is not None:
        inside = LATITUDES[0] <= home.latitude <= LATITUDES[1]
        inside = inside and any(low <= home.longitude <= high for low, high in LONGITUDES)
        faults.require(inside, "home-latitude", "These coordinates are not in New Zealand.")


def _check_person(referral: Referral, faults: Faults) -> None:
    person = referral.person
    faults.require(person.name.strip(), "person-name", "Enter the person’s name.")
    too_long = any(len(text) > LONGEST_TEXT for text in (person.name, *person.other_names))
    faults.require(not too_long, "person-name", f"A name has at most {LONGEST_TEXT} letters.")


def _check_windows(referral: Referral, faults: Faults) -> None:
    windows = referral.safe_windows
    if not windows:
        faults.add("safe_windows", "Give at least one time of day in which a visit is safe.")
    for first, last in windows:
        if not 0 <= first < last <= DAY_MINUTES:
            faults.add("safe_windows", "A safe time must end after it begins, on the same day.")
    ordered = sorted(windows)
    if any(before[1] > after[0] for before, after in pairwise(ordered)):
        faults.add("safe_windows", "Two of the safe times overlap: join them into one.")
