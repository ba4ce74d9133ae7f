"""Takes an approved assessment in: known homes are recognised, and those who cannot be served go to an advocate.

Rule: programme.md, "Who may receive it". Everything that identifies home or person goes into the vault alone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.item import FindingRule
from worksorders.domain.errors import Fault, Faults, FaultsError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import ASSESSMENT
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.order.assessment import Answer, Decision, decide
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.gateways.cipher import Cipher
from worksorders.gateways.places import Town
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor
from worksorders.steps.admin import catalogue
from worksorders.steps.free_text import tell
from worksorders.steps.intake import check, keep
from worksorders.steps.intake.give_back import record_hand_over
from worksorders.steps.intake.recognise import Known, lock, look_ups, recognise
from worksorders.steps.intake.referral import Referral
from worksorders.steps.intake.service import region_has_service
from worksorders.store.tables.work.cases import Assessment

REGION_AVAILABLE = "region_available"
OF_EVERYBODY = "Say whether it is the home of a person who is known already: you were asked it so often that you are asked it each time."


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of it: the rows' ids, the decision, the case that was joined (None: a new one), others known."""

    assessment_id: uuid.UUID
    assessment_code: str
    case_id: uuid.UUID
    case_code: str
    decision: Decision
    joined: Known | None
    contact_differs: bool
    others: tuple[Known, ...]


def choices(session: Session) -> tuple[tuple[tuple[str, str], ...], tuple[FindingRule, ...]]:
    """What the form offers: towns as (code, label), and the rules from findings to items of the catalogue in force."""
    return places.town_choices(), catalogue.current(session).rules


def check_referral(session: Session, referral: Referral, now: datetime) -> None:
    """Raise FaultsError with every fault of the referral itself; nothing is looked up or kept."""
    check.check(referral, places.towns(), catalogue.current(session).rules, now)


def notices(made: TakenIn) -> list[str]:
    """What the coordinator should know beside the success: known homes and persons, live orders, a hand-over."""
    told = []
    if made.joined is not None:
        told.append(
            f"This home or person is already known as case {made.case_code}: this assessment has joined it."
        )
        if made.joined.live_orders:
            told.append(f"An order is live for this home: {', '.join(made.joined.live_orders)}.")
    if made.contact_differs:
        told.append(
            "The home was known under another name or phone. The contact held before was kept; ask the agency "
            "which one is safe before anybody calls."
        )
    for other in made.others:
        what = "phone number" if other.same_person else "address" if other.same_home else "name"
        told.append(f"The same {what} is also in case {other.case_code}.")
    if not made.decision.eligible:
        told.append(f"The case went to the advocate, because it {made.decision.reason}.")
    return told


def take_in(session: Session, cipher: Cipher, actor: Actor, referral: Referral, now: datetime) -> TakenIn:
    """Keep the assessment; raises FaultsError with every fault, and then nothing is kept.

    A known home's assessment joins its case. A known person at an address spelt differently raises the fault
    `same_home`, until the referral says whether it is the same home.
    """
    towns = places.towns()
    check.check(referral, towns, catalogue.current(session).rules, now)
    town = towns[referral.home.town]
    decision = _decision(session, referral, town, local_day(now))
    _require_advocate(decision, referral)
    values = look_ups(referral, town.name)
    lock(session, cipher, values)
    known = recognise(session, cipher, values)
    joined = _joined(session, known, referral)
    case = keep.case_of(session, cipher, actor, referral, town=town, joined=joined, now=now)
    assessment = keep.assessment(session, actor, referral, case, now)
    contact_differs = keep.protect(session, cipher, actor, referral, assessment, town=town, joined=joined)
    for kind, many in values.items():
        for value in many:
            disclose.remember(session, cipher, case.id, kind, value)
    if decision.eligible:
        _supersede_earlier(session, actor, assessment)
    else:
        record_hand_over(session, actor, assessment, decision, advocate=referral.advocate, note="", now=now)
    others = tuple(one for one in known if one is not joined)
    return TakenIn(
        assessment.id, assessment.code, case.id, case.code, decision, joined, contact_differs, others
    )


def _decision(session: Session, referral: Referral, town: Town, on: date) -> Decision:
    """The six answers, of which the last holds only where the service has started in the home's region."""
    answers = [
        Answer(answer.criterion, answer.holds, answer.given_by, start_of_day(answer.given_on or on))
        for answer in referral.answers
    ]
    if region_has_service(session, town.region_code, on):
        return decide(answers)
    told = decide([a for a in answers if a.criterion != REGION_AVAILABLE])
    region = places.region(town.region_code).name
    return replace(told, reason=f"{told.reason} (no service in {region} on {on:%d/%m/%Y})")


def _require_advocate(decision: Decision, referral: Referral) -> None:
    if decision.eligible:
        return
    faults = Faults()
    message = f"Name the advocate who takes the case on, because it {decision.reason}."
    faults.require(referral.advocate.strip(), "advocate", message)
    faults.raise_if_any()


def _joined(session: Session, known: tuple[Known, ...], referral: Referral) -> Known | None:
    """The case that this home already has; a person known elsewhere is asked about first.

    The question tells that the person is known. Each is in the trail, and whoever was asked it often within an hour,
    as by a file of phone numbers, is asked it of everybody.
    """
    typist = tell.typist_of(session)
    if typist and referral.same_home is None and tell.has_guessed_too_often(session, typist, tell.KNOWN):
        raise FaultsError([Fault("same_home", OF_EVERYBODY)])
    same_home = next((one for one in known if one.same_home), None)
    if same_home is not None:
        return same_home
    same_person = next((one for one in known if one.same_person), None)
    if same_person is None or referral.same_home is False:
        return None
    if referral.same_home:
        return same_person
    if typist:
        tell.note(session, typist, tell.KNOWN, {same_person.case_id})
    raise FaultsError([Fault("same_home", _question(same_person))])


def _question(known: Known) -> str:
    orders = f", with the live order {', '.join(known.live_orders)}" if known.live_orders else ""
    return (
        f"This person is already known as case {known.case_code}{orders}, at an address that is written "
        "differently. Say whether it is the same home."
    )


def _supersede_earlier(session: Session, actor: Actor, newer: Assessment) -> None:
    """An earlier assessment of the same home that still waits is superseded: one home waits once.

    Only an eligible one does so: else a second agency's “no” would take an approved home off every list unseen.
    """
    earlier = session.scalars(
        select(Assessment).where(
            Assessment.case_id == newer.case_id, Assessment.state == "waiting", Assessment.id != newer.id
        )
    ).all()
    for row in earlier:
        state = move(ASSESSMENT, row.state, "supersede", Role.SYSTEM)
        audit.record(
            session,
            actor,
            "assessment.superseded",
            ("assessment", row.id),
            moved=(row.state, state),
            detail={"by": newer.code},
        )
        row.state = state
