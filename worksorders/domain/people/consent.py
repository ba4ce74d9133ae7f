"""Who must agree to which measure, how and by when, and what stands in for somebody who is never asked.

Sources: Residential Tenancies Act 1986 s46 (locks: the other party's consent at the time or a reasonable time
before), s42A and s42B (a landlord answers a request for a minor change within 21 days and may not refuse it
unreasonably); Family Violence Act 2018 (protection, occupation and tenancy orders).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalogue.item import ConsentNeeded
from worksorders.domain.errors import Faults
from worksorders.domain.people.interests import Interest, Person, Screening, may_be_contacted

ANSWER_DAYS = 21
WARN_AFTER_DAYS = 15


class How(StrEnum):
    """How somebody was asked, or how the answer was given."""

    LETTER = "letter"
    PHONE = "phone"
    IN_PERSON = "in_person"
    MAIL = "mail"


class Outcome(StrEnum):
    """What was said; `disputed` where a refusal is taken further because it is unreasonable (s42B)."""

    GRANTED = "granted"
    REFUSED = "refused"
    DISPUTED = "disputed"


class Basis(StrEnum):
    """On what the work rests where somebody with a say is never asked, or a refusal was overruled."""

    PROTECTION_ORDER = "protection_order"
    OCCUPATION_ORDER = "occupation_order"
    TENANCY_ORDER = "tenancy_order"
    LEGAL_ADVICE = "legal_advice"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A basis that a second person confirmed, with its day and, where it ends, its last day."""

    basis: Basis
    dated_on: date
    proposed_by: str
    confirmed_by: str
    ends_on: date | None = None

    def holds_on(self, on: date) -> bool:
        """Whether the basis is in force on a day, both ends inside."""
        return self.dated_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Asked:
    """A person was asked about a measure on a day; an answer is due 21 days later."""

    person_id: str
    line_id: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said about a measure; of several the last in a sequence counts."""

    person_id: str
    line_id: str
    outcome: Outcome
    answered_on: date
    how: How


class Standing(StrEnum):
    """How the consent to one measure stands."""

    NOT_NEEDED = "not_needed"
    GIVEN = "given"
    LEGAL_BASIS = "legal_basis"
    TO_ASK = "to_ask"
    ASKED = "asked"
    OVERDUE = "overdue"
    REFUSED = "refused"
    DISPUTED = "disputed"
    NEEDS_PERSONS = "needs_persons"
    NEEDS_SCREENING = "needs_screening"
    NEEDS_LEGAL_BASIS = "needs_legal_basis"

    @property
    def is_settled(self) -> bool:
        return self in {Standing.NOT_NEEDED, Standing.GIVEN, Standing.LEGAL_BASIS}


_WORST_FIRST = (
    Standing.DISPUTED,
    Standing.REFUSED,
    Standing.OVERDUE,
    Standing.TO_ASK,
    Standing.ASKED,
    Standing.LEGAL_BASIS,
    Standing.GIVEN,
)
_OWNING = frozenset({Interest.OWNER, Interest.CO_OWNER, Interest.LANDLORD, Interest.HOUSING_AGENCY})
_LETTING = frozenset({Interest.LANDLORD, Interest.HOUSING_AGENCY})


def check_basis(dated_on: date | None, ends_on: date | None, today: date) -> None:
    """Refuse a basis without a day, from the future or already over: FaultsError at `dated_on` or `ends_on`."""
    faults = Faults()
    faults.require(dated_on, "dated_on", "Enter the date of the order or advice.")
    if dated_on is not None and dated_on > today:
        faults.add("dated_on", f"{dated_on:%d/%m/%Y} is in the future: give the order's own date.")
    if ends_on is not None and dated_on is not None and ends_on < dated_on:
        faults.add("ends_on", "The last day is before the order's date: swap them.")
    elif ends_on is not None and ends_on < today:
        faults.add("ends_on", f"The order ended on {ends_on:%d/%m/%Y}: it is no basis any more.")
    faults.raise_if_any()


def concerned(group: ConsentNeeded, persons: Iterable[Person]) -> tuple[Person, ...]:
    """Who has a say: for locks the other party to the tenancy, else and for the owner's measures whoever owns the home.

    A barred co-tenant counts for locks too: they lock that person out, which needs a legal basis.
    """
    if group is ConsentNeeded.NONE:
        return ()
    everybody = tuple(persons)
    letting = any(person.interest in _LETTING for person in everybody)
    wanted = _LETTING if group is ConsentNeeded.LOCKS and letting else _OWNING
    return tuple(
        person
        for person in everybody
        if person.interest in wanted
        or (
            group is ConsentNeeded.LOCKS
            and person.interest is Interest.TENANT
            and person.screening is Screening.BARRED
        )
    )


def who_to_ask(group: ConsentNeeded, persons: Iterable[Person]) -> tuple[Person, ...]:
    """Those who are asked: never the client as such, nobody barred, nobody whose check is still waiting."""
    return tuple(person for person in concerned(group, persons) if may_be_contacted(person))


def answer_due(asked_on: date) -> date:
    """The day by which a landlord answers a request (RTA s42A: 21 days)."""
    return asked_on + timedelta(days=ANSWER_DAYS)


def phone_is_enough(group: ConsentNeeded) -> bool:
    """By phone for locks only, which cannot wait 21 days (s46); the owner's measures need words that can be shown."""
    return group is ConsentNeeded.LOCKS


def check_answer(
    groups: Iterable[ConsentNeeded],
    outcome: Outcome,
    how: How,
    *,
    asked_on: date | None,
    answered_on: date | None,
    reason: str,
    today: date,
) -> None:
    """Refuse an incomplete record: FaultsError at `how`, `answered_on`, `lines` or `reason`."""
    faults = Faults()
    chosen = tuple(groups)
    faults.require(chosen, "lines", "Choose the measures that this is about.")
    if outcome is Outcome.GRANTED and how is How.PHONE and not all(phone_is_enough(one) for one in chosen):
        faults.add("how", "Consent by phone counts for locks only: get this one in writing or in person.")
    if answered_on is None or answered_on > today:
        faults.add("answered_on", "Give the day of the answer, not in the future.")
    elif asked_on is not None and answered_on < asked_on:
        faults.add("answered_on", f"They were asked on {asked_on:%d/%m/%Y}: the answer cannot be before it.")
    if outcome is not Outcome.GRANTED and not reason.strip():
        faults.add("reason", "Write the reason: a minor change may not be refused unreasonably (RTA s42B).")
    faults.raise_if_any()


def standing(
    group: ConsentNeeded,
    line_id: str,
    persons: Sequence[Person],
    *,
    asked: Iterable[Asked],
    answers: Iterable[Answer],
    bases: Sequence[LegalBasis],
    today: date,
) -> Standing:
    """How consent to one measure stands; a basis stands in for somebody barred, a later tenancy order for a refusal."""
    if group is ConsentNeeded.NONE:
        return Standing.NOT_NEEDED
    having_a_say = concerned(group, persons)
    if not any(person.interest in _OWNING for person in having_a_say):
        return Standing.NEEDS_PERSONS
    if any(person.screening is Screening.WAITING for person in having_a_say if not person.is_client):
        return Standing.NEEDS_SCREENING
    in_force = [basis for basis in bases if basis.holds_on(today)]
    barred = any(person.screening is Screening.BARRED for person in having_a_say)
    if barred and not in_force:
        return Standing.NEEDS_LEGAL_BASIS
    wanted = who_to_ask(group, persons)
    if not wanted:
        return Standing.LEGAL_BASIS if barred else Standing.NOT_NEEDED
    last_asked = {one.person_id: one for one in asked if one.line_id == line_id}
    last_said = {one.person_id: one for one in answers if one.line_id == line_id}
    states = {
        of_person(last_asked.get(person.id), last_said.get(person.id), in_force, today) for person in wanted
    }
    return next(state for state in _WORST_FIRST if state in states)


def of_person(
    asked: Asked | None, answer: Answer | None, in_force: Sequence[LegalBasis], today: date
) -> Standing:
    """How one person's consent stands; no answer in 21 days is no consent, but a breach that can be taken further."""
    if answer is not None and answer.outcome is Outcome.GRANTED:
        return Standing.GIVEN
    since = answer.answered_on if answer else asked.asked_on if asked else None
    if since is not None and any(
        basis.basis is Basis.TENANCY_ORDER and basis.dated_on >= since for basis in in_force
    ):
        return Standing.LEGAL_BASIS
    if answer is not None:
        return Standing.REFUSED if answer.outcome is Outcome.REFUSED else Standing.DISPUTED
    if asked is None:
        return Standing.TO_ASK
    return Standing.OVERDUE if today > answer_due(asked.asked_on) else Standing.ASKED
