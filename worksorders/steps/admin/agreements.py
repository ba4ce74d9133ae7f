"""Contractor agreements and their rate cards.

The days of two cards of one agreement never meet (an exclusion constraint holds it), and a card is never changed
or removed. The one thing that a card may still be given is its last day, once: when the next version is made
while it is open-ended, it ends on the day before. So no day that has passed ever changes its rates, and a line
issued earlier keeps the rate that was frozen into it.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, selectinload

from catalogue import rates
from catalogue.faults import FileFaultsError
from worksorders.domain.errors import Fault, Faults, FaultsError
from worksorders.domain.local_time import local_day
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.files import BrokenFilesError
from worksorders.steps.people.firms import ALPHABET, own_firm
from worksorders.store.tables.firms.contractors import Agreement, RateCard, RateLine

DAY = timedelta(days=1)
RATE_FILE = "rate card"
LONGEST_PAYMENT_DAYS = 60


def add_agreement(
    session: Session,
    actor: Actor | None,
    firm_id: uuid.UUID,
    *,
    valid_from: date,
    valid_to: date | None = None,
    self_billing: bool = False,
    payment_days: int = 10,
    code: str | None = None,
) -> Agreement:
    """Sign a firm up for a term (both days inside); two terms of one firm may not overlap."""
    firm = own_firm(session, actor, firm_id)
    faults = Faults()
    faults.require(
        valid_to is None or valid_from <= valid_to, "valid_to", "The last day is before the first: swap them."
    )
    faults.require(
        0 < payment_days <= LONGEST_PAYMENT_DAYS,
        "payment_days",
        f"{payment_days} days to pay: give 1 to {LONGEST_PAYMENT_DAYS} working days.",
    )
    for other in session.scalars(select(Agreement).where(Agreement.firm_id == firm.id)):
        if _share_a_day((valid_from, valid_to), (other.valid_from, other.valid_to)):
            until = other.valid_to.isoformat() if other.valid_to else "further notice"
            faults.add(
                "valid_from",
                f"{firm.name} has agreement {other.code} from {other.valid_from.isoformat()} to {until}: "
                "start after it, or add a rate card to it.",
            )
    faults.raise_if_any()
    row = Agreement(
        id=uuid.uuid4(),
        firm_id=firm.id,
        code=code or "A" + "".join(secrets.choice(ALPHABET) for _ in range(5)),
        valid_from=valid_from,
        valid_to=valid_to,
        self_billing=self_billing,
        payment_days=payment_days,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "agreement.added", ("agreement", row.id), detail={"firm": str(firm.id)})
    return row


def end_agreement(
    session: Session, actor: Actor, agreement_id: uuid.UUID, last_on: date, today: date
) -> Agreement:
    """Give an agreement its last day, today or later; work accepted before stays to be paid."""
    row = find_agreement(session, agreement_id)
    faults = Faults()
    faults.require(
        last_on >= today, "last_on", f"{last_on.isoformat()} has passed: choose today or a later day."
    )
    faults.require(last_on >= row.valid_from, "last_on", "The last day is before the first.")
    faults.raise_if_any()
    row.valid_to = last_on
    audit.record(
        session, actor, "agreement.ended", ("agreement", row.id), detail={"last_on": last_on.isoformat()}
    )
    return row


def add_rate_card(
    session: Session,
    actor: Actor | None,
    agreement_id: uuid.UUID,
    data: bytes | str,
    *,
    valid_from: date,
    valid_to: date | None = None,
    now: datetime,
) -> RateCard:
    """Make the next version from CSV (code, unit, rate_nzd_ex_gst); an open-ended card before it ends the day before.

    Raises BrokenFilesError with every fault of the file by line and column, or FaultsError, at its date, when the
    days lie outside the agreement, overlap another card, or would change rates of days that have passed.
    """
    agreement = session.scalar(select(Agreement).where(Agreement.id == agreement_id).with_for_update())
    if agreement is None:
        raise NotFoundError("There is no such agreement.")
    earlier = cards_of(session, agreement_id)
    number = max((card.version for card in earlier), default=0) + 1
    try:
        card = rates.load_rate_card(
            data,
            catalogue.current(session).items,
            agreement=agreement.code,
            version=number,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    except FileFaultsError as error:
        raise BrokenFilesError(RATE_FILE, error.faults) from None
    _check_term(agreement, valid_from, valid_to)
    _make_room(session, earlier, card, local_day(now))
    row = RateCard(
        id=uuid.uuid4(),
        agreement_id=agreement_id,
        version=number,
        valid=Range(valid_from, valid_to + DAY if valid_to else None, bounds="[)"),
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        RateLine(rate_card_id=row.id, item_code=line.code, unit=line.unit, rate=line.rate)
        for line in card.lines.values()
    )
    session.flush()
    audit.record(
        session,
        actor,
        "rate_card.added",
        ("rate_card", row.id),
        detail={"agreement": agreement.code, "version": number, "from": valid_from.isoformat()},
    )
    return row


def find_agreement(session: Session, agreement_id: uuid.UUID) -> Agreement:
    """An agreement; raises NotFoundError."""
    row = session.get(Agreement, agreement_id)
    if row is None:
        raise NotFoundError("There is no such agreement.")
    return row


def find_card(session: Session, card_id: uuid.UUID) -> RateCard:
    """A rate card with its lines and agreement; raises NotFoundError."""
    row = session.scalar(
        select(RateCard)
        .where(RateCard.id == card_id)
        .options(selectinload(RateCard.lines), selectinload(RateCard.agreement).selectinload(Agreement.firm))
    )
    if row is None:
        raise NotFoundError("There is no such rate card.")
    return row


def cards_of(session: Session, agreement_id: uuid.UUID) -> Sequence[RateCard]:
    """The cards of an agreement, oldest version first."""
    return session.scalars(
        select(RateCard).where(RateCard.agreement_id == agreement_id).order_by(RateCard.version)
    ).all()


def line_counts(session: Session, card_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many rates each card has."""
    rows = session.execute(
        select(RateLine.rate_card_id, func.count())
        .where(RateLine.rate_card_id.in_(card_ids))
        .group_by(RateLine.rate_card_id)
    )
    return {row[0]: row[1] for row in rows}


def first_and_last(card: RateCard) -> tuple[date, date | None]:
    """The first and the last day of a card, both inside; no last day means until further notice."""
    assert card.valid.lower is not None
    return card.valid.lower, card.valid.upper - DAY if card.valid.upper else None


def _check_term(agreement: Agreement, valid_from: date, valid_to: date | None) -> None:
    faults = Faults()
    faults.require(
        agreement.valid_from <= valid_from,
        "valid_from",
        f"Agreement {agreement.code} begins on {agreement.valid_from.isoformat()}: start on that day or later.",
    )
    if agreement.valid_to is not None:
        last = valid_to or valid_from
        faults.require(
            last <= agreement.valid_to,
            "valid_to" if valid_to else "valid_from",
            f"Agreement {agreement.code} ends on {agreement.valid_to.isoformat()}: choose an earlier day.",
        )
    faults.raise_if_any()


def _make_room(session: Session, earlier: Sequence[RateCard], card: rates.RateCard, today: date) -> None:
    """Refuse days that are taken, in words; end the open-ended card that the new one follows."""
    for other in earlier:
        first, last = first_and_last(other)
        if not _share_a_day((card.valid_from, card.valid_to), (first, last)):
            continue
        if last is not None or card.valid_from <= first:
            until = last.isoformat() if last else "further notice"
            raise _at_start(
                f"Version {other.version} is in force from {first.isoformat()} to {until}: "
                "choose days that it does not cover."
            )
        if card.valid_from < today:
            raise _at_start(
                f"Version {other.version} has been in force since {first.isoformat()}, and the rates of days "
                f"that have passed do not change: start on {today.isoformat()} or later."
            )
        session.execute(
            update(RateCard)
            .where(RateCard.id == other.id)
            .values(valid=Range(first, card.valid_from, bounds="[)"))
        )


def _at_start(message: str) -> FaultsError:
    return FaultsError([Fault("valid_from", message)])


def _share_a_day(one: tuple[date, date | None], two: tuple[date, date | None]) -> bool:
    one_ends_before = one[1] is not None and one[1] < two[0]
    two_ends_before = two[1] is not None and two[1] < one[0]
    return not (one_ends_before or two_ends_before)
