"""Looks for patterns in the last year and keeps those that were not kept before, for a person to judge."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.finance import patterns
from worksorders.domain.finance.exceptions import MatchException
from worksorders.domain.local_time import local_day
from worksorders.steps.finance.gather.rework import rework_billed
from worksorders.steps.finance.patterns import facts
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.money.books import PatternFinding
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.work.orders import WorksOrder

BACK = timedelta(days=365)


def look_for_patterns(
    session: Session, now: datetime, settings: patterns.PatternSettings = patterns.DEFAULTS
) -> int:
    """Keep every pattern that was not kept before; gives how many are new.

    What is said of a firm or a person (F06, F08) is said once a calendar year.
    """
    since = now - BACK
    orders = facts.raised_orders(session, since)
    of_people_and_firms = (
        *patterns.find_outliers(facts.supplier_shares(session, since), settings),
        *patterns.find_close_pairs(facts.approvals(session, since), settings),
    )
    found = (
        *patterns.find_splits(orders, settings),
        *patterns.find_near_limit(orders, settings),
        *patterns.find_two_places(facts.attendances(session, since)),
        *rework_billed(session),
        *(replace(one, about=f"{one.about} {local_day(now).year}") for one in of_people_and_firms),
        *patterns.find_reused_photos(facts.photo_uses(session, since)),
        *patterns.find_own_releases(facts.recorded_releases(session, since)),
    )
    return _keep(session, found, now)


def _keep(session: Session, found: Iterable[MatchException], now: datetime) -> int:
    new = 0
    for one in found:
        key = "|".join((one.about, *sorted(one.evidence)))
        added = session.scalar(
            insert(PatternFinding)
            .values(
                id=uuid.uuid4(),
                code=one.code,
                finding_key=key,
                found_at=now,
                expected=one.expected,
                actual=one.actual,
                difference_cents=one.difference_cents,
                evidence=_shown(session, one),
                order_ids=_orders(session, one),
                state="open",
            )
            .on_conflict_do_nothing(index_elements=["code", "finding_key"])
            .returning(PatternFinding.id)
        )
        new += added is not None
    return new


def _shown(session: Session, one: MatchException) -> list[str]:
    """Codes of orders and firms, numbers of invoices, and our own people by name: never an id, a client or a place."""
    codes = session.scalars(select(WorksOrder.code).where(WorksOrder.code.in_(one.evidence))).all()
    ids = [uuid.UUID(part) for part in one.evidence if _is_id(part)]
    numbers = session.scalars(select(Invoice.number).where(Invoice.id.in_(ids))).all()
    firms = session.scalars(select(Firm.code).where(Firm.id.in_(ids))).all()
    people = session.scalars(select(AppUser.display_name).where(AppUser.id.in_(ids))).all()
    return [*sorted(codes), *sorted(numbers), *sorted(firms), *sorted(people)]


def _orders(session: Session, one: MatchException) -> list[uuid.UUID]:
    ids = [uuid.UUID(part) for part in one.evidence if _is_id(part)]
    of_invoices = select(Invoice.order_id).where(Invoice.id.in_(ids), Invoice.order_id.is_not(None))
    rows = session.scalars(
        select(WorksOrder.id)
        .where(WorksOrder.code.in_(one.evidence) | WorksOrder.id.in_(of_invoices))
        .order_by(WorksOrder.id)
    )
    return list(rows)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
