"""Says why nobody could be asked for an urgent visit, and what to do next, in a sentence for the coordinator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.trade import parse_trade
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import Actor
from worksorders.steps.offers.making.candidates import URGENT_TRAVEL_MINUTES
from worksorders.steps.offers.rates import prices_by_firm
from worksorders.steps.people.eligibility import cleared_on
from worksorders.steps.people.workforce import Person, load_workforce
from worksorders.steps.safety.escalate import call_duty_off
from worksorders.steps.site import notes
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit

DECLINED = "every firm that could go has declined or not answered. Call them by phone, or ask them again."


def tell_nobody(session: Session, visit: Visit, now: datetime, *, declined: bool) -> None:
    """Alert duty, once for each reason: what is missing and the next step; a new reason alerts anew."""
    words = DECLINED if declined else why_nobody(session, visit, now)
    known = session.scalar(
        select(VisitNote.id)
        .where(
            VisitNote.visit_id == visit.id,
            VisitNote.kind == notes.NOBODY_FREE,
            VisitNote.reason == words,
            VisitNote.at > now - timedelta(days=1),
        )
        .limit(1)
    )
    if known is None:
        notes.add_note(session, None, visit, notes.NOBODY_FREE, words, now=now)


def somebody_goes(session: Session, actor: Actor, visits: Iterable[Visit], now: datetime) -> None:
    """A firm has accepted: what was alerted of these visits is taken care of, and nobody else is called."""
    found = session.scalars(
        select(VisitNote).where(
            VisitNote.visit_id.in_([visit.id for visit in visits]),
            VisitNote.kind == notes.NOBODY_FREE,
            VisitNote.alert_acknowledged_at.is_(None),
        )
    )
    for note in found:
        note.alert_acknowledged_at, note.alert_acknowledged_by = now, actor.user_id
        call_duty_off(session, actor, note.id, now)


def why_nobody(session: Session, visit: Visit, now: datetime) -> str:
    """The first rule that leaves nobody, with how many it stopped and the remedy."""
    on, order = local_day(now), visit.order
    trade = visit.trade.replace("|", " or ").replace("+", " and ")
    force = load_workforce(
        session, first_on=on, last_on=on, case_ids={order.case_id}, region_codes=[order.region_code]
    )
    wanted = parse_trade(visit.trade)
    people = [
        one
        for one in force.people
        if wanted.could_join(one.trades)
        and order.region_code in one.regions
        and not force.barred(order.case_id, one)
    ]
    if not people:
        return f"no {trade} serves the region. Call a firm of the next region, and have the administrator add it."
    prices = prices_by_firm(session, visit.id)
    left = [one for one in people if one.firm_id in prices]
    if not left:
        return f"no firm with a {trade} has a rate for this work. Agree one, or choose another measure."
    cleared = [one for one in left if one.agreed_on(on) and cleared_on(one, visit.trade, on)]
    if not cleared:
        return (
            f"of {len(left)} with the trade nobody’s checks and agreement are valid today. "
            "Have a check renewed, or call a firm of the next region."
        )
    at_work = [one for one in cleared if _is_there(one, visit, now)]
    if not at_work:
        return (
            f"of {len(cleared)} cleared nobody is at work or on call now. Call a firm by phone and have it put "
            "somebody on call, then ask again."
        )
    return (
        f"all {len(at_work)} who are at work or on call are booked, or too few of one firm for a crew of {visit.crew}. "
        "Take a visit that can wait back from one of them, then ask again."
    )


def _is_there(person: Person, visit: Visit, now: datetime) -> bool:
    end_at = now + timedelta(minutes=visit.minutes + URGENT_TRAVEL_MINUTES)
    if person.is_away(local_day(now)):
        return False
    return person.on_call or person.works_during(now, end_at)
