"""What keeps homes safe in the demo's past: work allowed to begin, alarm plans, police flags, hazards, a suspension."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.local_time import local_day
from worksorders.domain.safety.hazards import HAZARDS
from worksorders.steps.actor import Actor
from worksorders.steps.demo.clock import Past
from worksorders.steps.safety import alarm_plan, barrier, hazards, police_flag, suspend
from worksorders.steps.site import stop
from worksorders.steps.site.openings import touched_openings
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.orders import Visit, WorksOrder

HAZARDS_SHARE = 0.4
BARRIERS = frozenset({"front_door", "back_door", "window", "ranch_slider", "garage_door", "french_doors"})
LEFT_OPEN = "The frame is split and the ply does not hold. I wait outside until somebody comes"
ALLOWED = "The locksmith is on the way and closes the door this afternoon"
SAFE_AGAIN = "Spoke with the worker and with police: the man was taken in this morning"
RESPONSE = "The centre calls police first, then the neighbour at the back, who has a key to the gate."


def begin(session: Session, coordinator: Actor, worker: Actor, visit: Visit, past: Past) -> None:
    """Where something is against taking a door out, the worker calls and the coordinator lets it begin."""
    standing = barrier.standing(session, visit, past.now)
    if standing.stops and standing.against:
        barrier.allow(session, coordinator, visit.id, ALLOWED, past.now)
        barrier.begin_work(session, worker, visit.id, past.now)


def opens_something(session: Session, visit_id: uuid.UUID) -> bool:
    """Whether the visit is at a door or window that may be left insecure."""
    return any(opening.kind in BARRIERS for opening in touched_openings(session, visit_id))


def leave_unsafe(session: Session, worker: Actor, visit_id: uuid.UUID, past: Past) -> None:
    """One tap, and a few more from the van."""
    stop.leave_unsafe(session, worker, visit_id, past.now)
    later = past.now + timedelta(minutes=10)
    stop.add_unsafe_details(session, worker, ["i_was_threatened", "the_client_is_still_there"], later)


def keep_alarm_plan(session: Session, coordinator: Actor, order: WorksOrder, past: Past) -> None:
    """Every order with an alarm has its plan before its work is accepted."""
    if alarm_plan.refusal_to_close(session, order) is not None:
        alarm_plan.record_plan(
            session,
            past.cipher,
            coordinator,
            order.id,
            reached=["monitoring_centre", "police", "neighbour"],
            reference=f"MC-{order.code[-5:]}",
            words=RESPONSE,
            now=past.now,
        )


def leave_for_today(past: Past, coordinator: Actor) -> None:
    """Hazards, a flag that comes up for review, one just asked for, and the first look at each suspension."""
    today, now = local_day(past.now), past.now
    with past.sessions.begin() as session:
        _note_hazards(session, coordinator, past)
        orders = _insecure_first(session)
        for number, order in enumerate(orders[:2]):
            moves: Sequence[tuple[str, int, int | None]] = (("asked", 20, None), ("set", 16, 5))
            for place, (move, days, review) in enumerate(moves if number == 0 else moves[:1]):
                police_flag.record_move(
                    session,
                    coordinator,
                    order.id,
                    move=move,
                    happened_on=today - timedelta(days=days),
                    review_on=today + timedelta(days=review) if review else None,
                    now=now + timedelta(seconds=place),
                )
        suspended = session.scalars(select(WorksOrder).where(WorksOrder.state == "suspended")).all()
        for order in suspended[:1]:
            suspend.ask_to_lift(session, coordinator, order.id, SAFE_AGAIN, now)


def _note_hazards(session: Session, coordinator: Actor, past: Past) -> None:
    """Some homes in which work goes on have a few; each order's own dice, so that the others fall as before."""
    issued = select(WorksOrder).where(WorksOrder.state == "issued").order_by(WorksOrder.code)
    codes = [code for code, _ in HAZARDS.choices() if code != "asbestos_known"]
    for order in session.scalars(issued).all():
        dice = Random(order.code)
        if dice.random() < HAZARDS_SHARE:
            hazards.note(session, coordinator, order.id, dice.sample(codes, dice.randint(1, 3)), past.now)


def _insecure_first(session: Session) -> list[WorksOrder]:
    rows = session.scalars(
        select(WorksOrder)
        .join(Opening, Opening.assessment_id == WorksOrder.assessment_id)
        .where(WorksOrder.state == "issued", Opening.state == "insecure")
        .distinct()
        .order_by(WorksOrder.code)
    )
    return list(rows)
