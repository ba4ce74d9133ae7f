"""When one more visit could be promised: the best starts with their marginal cost and risk, and taking one of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session, sessionmaker

from scheduler.advice.moving.standing import standing
from scheduler.advice.options.slots import Slot, slots, take
from worksorders.domain.errors import RefusedError
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.advice.keep import keep_places
from worksorders.steps.advice.standing import (
    VARIANT,
    Draft,
    Enquiry,
    breaks_a_rule,
    load_draft,
    load_ground,
    routes_of,
    walled_off,
)
from worksorders.steps.advice.why import STEP_CENTS, Spot, spot_of
from worksorders.steps.planning.open_visits import OpenVisit
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.when import wall

PURPOSE = "find times for a visit"
MOST_SLOTS = 10
# Spare time is told in coarse steps only: exact minutes would be those of a journey.
SPARE_STEP, MOST_SPARE = 15, 120
TAKEN = "This time is no longer open: ask again."


@dataclass(frozen=True)
class NewVisit:
    """A visit that is only asked about: what it is, in which area (its home is not known), and when it may be."""

    trade: str
    crew: int
    minutes: int
    urgency: str
    region_code: str
    area_code: str
    ready_on: date
    due_on: date
    safe_windows: tuple[tuple[int, int], ...]

    def as_open(self) -> OpenVisit:
        """The same as the planner sees it: an order and a case of nobody, planned from the middle of its area."""
        nobody = uuid.uuid4()
        return OpenVisit(
            id=nobody,
            code="the new visit",
            order_id=nobody,
            case_id=nobody,
            region_code=self.region_code,
            urgency=self.urgency,
            trade=self.trade,
            crew=self.crew,
            minutes=self.minutes,
            ready_on=self.ready_on,
            due_at=wall(self.due_on, 1439),
            safe_windows=self.safe_windows,
            exposed=False,
            area_code=self.area_code,
        )


@dataclass(frozen=True)
class Offered:
    """A start that can be promised: until when it could begin instead, its cost in coarse steps, and what it risks.

    `spare_minutes`: so much longer may it take before anybody breaks a rule; `later` are visits that would start
    later, by `delay_minutes` in all.
    """

    spot: Spot
    latest_at: datetime
    step: int
    spare_minutes: int
    delay_minutes: int
    late_days: int
    later: tuple[str, ...]
    key: str

    @property
    def dearer_cents(self) -> int:
        """The step's upper end in cents."""
        return self.step * STEP_CENTS


def slots_of(draft: Draft) -> list[Offered]:
    """The best starts for the draft's visit, as if it had no place yet, the cheapest first."""
    book = draft.book.copy()
    if draft.visit in book.start:
        book.take(draft.visit)
    return [_offered(draft, slot) for slot in slots(book, draft.visit, MOST_SLOTS)]


def slots_for_new(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    *,
    plan_id: uuid.UUID,
    visit: NewVisit,
    now: datetime,
) -> list[Offered]:
    """The best starts for a visit that there is not yet; nothing is kept of the question but that points were opened."""
    plan = find_plan(session, plan_id)
    ground = load_ground(session, sessions, cipher, actor, plan, visit.region_code, now=now, purpose=PURPOSE)
    problem, frame = ground.problem(visit.as_open())
    book, _ = standing(problem, routes_of(problem, frame, ground.stops), VARIANT)
    new = len(frame.visits) - 1
    hidden = walled_off(session, frame) - {new}
    book.rigid = hidden
    return slots_of(Draft(plan, frame, book, new, hidden))


def take_slot(enquiry: Enquiry, key: str) -> tuple[str, ...]:
    """Give a visit without a place the start with this key; returns the codes of all visits whose times changed.

    Raises RefusedError where the draft no longer has that start, or where its result would break a rule.
    """
    draft = load_draft(enquiry, PURPOSE, lock=True)
    found = [] if draft.visit in draft.book.start else slots(draft.book, draft.visit, MOST_SLOTS)
    slot = next((one for one in found if _key(draft, one) == key), None)
    if slot is None:
        raise RefusedError(TAKEN, state=draft.plan.state, action="take")
    fork = take(draft.book, draft.visit, slot)
    if breaks_a_rule(draft, fork.routes()):
        raise RefusedError(TAKEN, state=draft.plan.state, action="take")
    changed = {draft.visit, *(stop.visit for stop in slot.later)}
    places = [(i, k, fork.start[i]) for i in sorted(changed) for k, _ in fork.slots[i]]
    return keep_places(enquiry.session, enquiry.actor, draft, places, {"slot": True})


def _offered(draft: Draft, slot: Slot) -> Offered:
    return Offered(
        spot=spot_of(draft, slot.workers, slot.start),
        latest_at=draft.frame.instant(slot.latest),
        step=-(-slot.cost // STEP_CENTS) if slot.cost > 0 else -(slot.cost // -STEP_CENTS),
        spare_minutes=min(MOST_SPARE, slot.risk.spare_minutes // SPARE_STEP * SPARE_STEP),
        delay_minutes=slot.risk.delay_minutes,
        late_days=slot.risk.late_days,
        later=draft.codes(stop.visit for stop in slot.later),
        key=_key(draft, slot),
    )


def _key(draft: Draft, slot: Slot) -> str:
    """A slot by its start and its workers."""
    people: Sequence[str] = sorted(str(draft.frame.people[k].worker_id) for k in slot.workers)
    start_at = draft.frame.instant(slot.start)
    return f"{start_at.isoformat()} {' '.join(people)}"
