"""Who must agree to which measures, how and by when, and who must never be asked.

Sources: Residential Tenancies Act 1986 s46 (locks: the other party's consent at the time or a reasonable time
before), s42A and s42B (a landlord answers a minor change within 21 days and may not refuse it unreasonably).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalogue.item import ConsentNeeded
from worksorders.domain.errors import Faults, NotPermittedError

ANSWER_DAYS = 21
LETTER_SUBJECT = "Security work"


class Interest(StrEnum):
    """What a person has to do with the home."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    TENANT = "tenant"
    LANDLORD = "landlord"
    HOUSING_AGENCY = "housing_agency"
    MORTGAGEE = "mortgagee"


class Screening(StrEnum):
    """The outcome of the conflict check; only a cleared person is ever contacted."""

    WAITING = "waiting"
    CLEARED = "cleared"
    BARRED = "barred"


class How(StrEnum):
    """How an answer was given."""

    PHONE = "phone"
    WRITTEN = "written"
    IN_PERSON = "in_person"
    NOT_NEEDED = "not_needed"


class Channel(StrEnum):
    """A way in which the product could reach somebody."""

    LETTER = "letter"
    MESSAGE = "message"
    CALL_TASK = "call_task"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an interest in the home; `is_client` for the protected person herself."""

    id: str
    interest: Interest
    screening: Screening
    is_client: bool = False


class Basis(StrEnum):
    """On what the work rests where the owner is barred (Family Violence Act 2018, Residential Tenancies Act 1986)."""

    PROTECTION_ORDER = "protection_order"
    OCCUPATION_ORDER = "occupation_order"
    TENANCY_ORDER = "tenancy_order"
    LEGAL_ADVICE = "legal_advice"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The basis, the day of the order or advice, who proposed it and who else recorded it."""

    basis: Basis
    dated_on: date
    proposed_by: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a group of measures; `granted` None while only asked."""

    person_id: str
    group: ConsentNeeded
    asked_on: date
    granted: bool | None
    answered_on: date | None = None
    how: How | None = None
    conditions: str = ""
    reinstatement: bool = False


class Standing(StrEnum):
    """How the consent to a group of measures stands."""

    NOT_NEEDED = "not_needed"
    GIVEN = "given"
    TO_ASK = "to_ask"
    ASKED = "asked"
    OVERDUE = "overdue"
    REFUSED = "refused"
    NEEDS_SCREENING = "needs_screening"
    NEEDS_LEGAL_BASIS = "needs_legal_basis"

    @property
    def is_settled(self) -> bool:
        return self in {Standing.NOT_NEEDED, Standing.GIVEN}


def require_contactable(person: Person, channel: Channel) -> None:
    """The one gate before any letter, message or call task: only a person cleared by the conflict check passes.

    Raises NotPermittedError in words that fit a barred person and one not screened yet alike.
    """
    if person.screening is not Screening.CLEARED:
        raise NotPermittedError(f"No {channel.replace('_', ' ')} may be made to this person.")


def record_legal_basis(
    basis: Basis, dated_on: date, *, proposed_by: str, recorded_by: str, today: date
) -> LegalBasis:
    """The legal basis, recorded by a second person; FaultsError at `dated_on` or `recorded_by`."""
    faults = Faults()
    faults.require(
        dated_on <= today, "dated_on", f"{dated_on:%d/%m/%Y} is in the future: give the order's own date."
    )
    faults.require(
        recorded_by != proposed_by, "recorded_by", "A second person records the legal basis: ask a colleague."
    )
    faults.raise_if_any()
    return LegalBasis(basis, dated_on, proposed_by, recorded_by)


_OWNERS = frozenset({Interest.OWNER, Interest.CO_OWNER, Interest.LANDLORD, Interest.HOUSING_AGENCY})
_LETTING = frozenset({Interest.LANDLORD, Interest.HOUSING_AGENCY})


def concerned(group: ConsentNeeded, persons: Iterable[Person]) -> tuple[Person, ...]:
    """Who has a say: for locks the other party to the tenancy, for the owner's measures whoever owns the home."""
    if group is ConsentNeeded.NONE:
        return ()
    wanted = _LETTING if group is ConsentNeeded.LOCKS else _OWNERS
    return tuple(person for person in persons if person.interest in wanted)


def who_to_ask(group: ConsentNeeded, persons: Iterable[Person]) -> tuple[Person, ...]:
    """Those who are asked: never the client as such, nobody barred, nobody whose check is still waiting."""
    return tuple(
        person
        for person in concerned(group, persons)
        if person.screening is Screening.CLEARED and not person.is_client
    )


def answer_due(asked_on: date) -> date:
    """The day by which a landlord answers a request (RTA s42A: 21 days)."""
    return asked_on + timedelta(days=ANSWER_DAYS)


def check_answer(answer: Answer, today: date) -> None:
    """Refuse an incomplete record: FaultsError at `how`, `answered_on`, `asked_on` or `conditions`.

    By phone only for locks, which cannot wait 21 days; the owner's measures need writing or a talk in person.
    """
    faults = Faults()
    if answer.asked_on > today:
        faults.add("asked_on", f"{answer.asked_on:%d/%m/%Y} is in the future: give the day of asking.")
    if answer.granted is not None:
        if answer.how is None:
            faults.add("how", "Say how the answer was given.")
        elif answer.how is How.PHONE and answer.group is not ConsentNeeded.LOCKS:
            faults.add("how", "Consent by phone counts for locks only: get this one in writing or in person.")
        if answer.answered_on is None or not answer.asked_on <= answer.answered_on <= today:
            faults.add(
                "answered_on", "Give the day of the answer: not before the asking and not in the future."
            )
    faults.raise_if_any()


def standing(
    group: ConsentNeeded,
    persons: Sequence[Person],
    answers: Iterable[Answer],
    basis: LegalBasis | None,
    today: date,
) -> Standing:
    """How consent stands; where somebody with a say is barred, the legal basis stands in for that person."""
    having_a_say = concerned(group, persons)
    if any(person.screening is Screening.WAITING for person in having_a_say if not person.is_client):
        return Standing.NEEDS_SCREENING
    if basis is None and any(person.screening is Screening.BARRED for person in having_a_say):
        return Standing.NEEDS_LEGAL_BASIS
    asked = who_to_ask(group, persons)
    if not asked:
        return Standing.NOT_NEEDED
    latest = {answer.person_id: answer for answer in answers if answer.group is group}
    states = {_of_one(latest.get(person.id), today) for person in asked}
    worst_first = (Standing.REFUSED, Standing.OVERDUE, Standing.TO_ASK, Standing.ASKED, Standing.GIVEN)
    return next(state for state in worst_first if state in states)


def _of_one(answer: Answer | None, today: date) -> Standing:
    if answer is None:
        return Standing.TO_ASK
    if answer.granted is not None:
        return Standing.GIVEN if answer.granted else Standing.REFUSED
    return Standing.OVERDUE if today > answer_due(answer.asked_on) else Standing.ASKED


def unsettled(
    groups: Iterable[ConsentNeeded],
    persons: Sequence[Person],
    answers: Sequence[Answer],
    basis: LegalBasis | None,
    today: date,
) -> tuple[tuple[ConsentNeeded, Standing], ...]:
    """The groups of an order's measures that cannot go ahead yet, each once, with how they stand."""
    found = [(group, standing(group, persons, answers, basis, today)) for group in dict.fromkeys(groups)]
    return tuple((group, state) for group, state in found if not state.is_settled)


def may_hold_keys(person: Person) -> bool:
    """Keys are never registered to a barred person, nor to one not screened yet."""
    return person.is_client or person.screening is Screening.CLEARED
