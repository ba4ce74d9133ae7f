"""A coordinator tells the client who comes and when: the call prepared, the word read, the outcome recorded."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, Faults, FaultsError, RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.domain.telling.calls import kind_of
from worksorders.domain.telling.code_words import WORDS, word_at
from worksorders.domain.telling.safe_times import ADVOCATE, CALL, LABELS, SafeWay, is_safe_time
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.confirm.holding import CHANGED, KIND, crews_of, live_row, void
from worksorders.steps.duty.alerts import call_off
from worksorders.steps.offers.moves import WORKED_ON, lock_order, lock_visits
from worksorders.steps.tell.calls import complete_call, raise_call_task
from worksorders.steps.tell.messages import notify_user
from worksorders.steps.tell.safe_way import safe_way_of
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.duty import DutyAlert
from worksorders.store.tables.work.orders import Visit
from worksorders.store.tables.work.telling import CallTask, ClientConfirmation

CODE_WORD = "visit.code_word"
TOLD = "told"
CHANNELS = ((ADVOCATE, "Through the advocate"), (CALL, "By phone, on the client’s safe number"))


def prepare(
    session: Session, cipher: Cipher, actor: Actor, visit_id: uuid.UUID, now: datetime
) -> ClientConfirmation:
    """Make the code word for the visit's present crew and time, or find the one there is.

    Raises NotFoundError, or RefusedError for a visit that nobody has accepted or whose order is paused.
    """
    visit = _lock(session, visit_id, "prepare")
    found = live_row(session, visit)
    if found is not None:
        return found
    crew = crews_of(session, [visit.id])[visit.id]
    if visit.start_at is None or visit.firm_id is None or not crew:
        raise RefusedError(
            "Nobody is named for this visit yet: there is nothing to tell.",
            state=visit.state,
            action="prepare",
        )
    session.flush()
    _void_others(session, visit, now, actor)
    row = ClientConfirmation(
        id=uuid.uuid4(),
        visit_id=visit.id,
        firm_id=visit.firm_id,
        start_at=visit.start_at,
        crew=crew,
        prepared_at=now,
        prepared_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    word = word_at(secrets.randbelow(len(WORDS)))
    disclose.protect(session, cipher, visit.order.case_id, row.id, {CODE_WORD: word})
    audit.record(
        session,
        actor,
        "confirmation.prepared",
        ("visit", visit.id),
    )
    return row


def _void_others(session: Session, visit: Visit, now: datetime, actor: Actor) -> None:
    """One that was made for another crew or time ends; the call to the client goes on."""
    stale = session.scalar(
        select(ClientConfirmation.id).where(
            ClientConfirmation.visit_id == visit.id, ClientConfirmation.voided_at.is_(None)
        )
    )
    if stale is not None:
        void(session, [visit], CHANGED, now, actor)


def record(
    session: Session, actor: Actor, visit_id: uuid.UUID, outcome: str, channel: str | None, now: datetime
) -> bool:
    """Record what came of telling the client; gives whether the visit is confirmed now.

    `outcome` is one of the kind of call `client_confirmation`, `channel` one of CHANNELS where they were told.
    Raises NotFoundError, RefusedError, or FaultsError at `outcome` or `channel`.
    """
    visit = _lock(session, visit_id, "confirm")
    row = live_row(session, visit)
    came = kind_of(KIND).outcome(outcome)
    if came is None:
        raise FaultsError([Fault("outcome", "Choose what came of it.")])
    if outcome == TOLD:
        _confirm(session, actor, visit, row, channel, now)
    complete_call(session, actor, _task(session, actor, visit, now), outcome, now)
    return outcome == TOLD


def _confirm(
    session: Session,
    actor: Actor,
    visit: Visit,
    row: ClientConfirmation | None,
    channel: str | None,
    now: datetime,
) -> None:
    faults = Faults()
    faults.require(
        row is not None,
        "outcome",
        "Show the code word first: the client must be told the one that the worker will say.",
    )
    _check_channel(safe_way_of(session, visit.order.case_id), channel, now, faults)
    faults.raise_if_any()
    if row is None or row.confirmed_at is not None:
        return
    row.confirmed_at, row.confirmed_by, row.channel = now, actor.user_id, channel
    session.flush()
    audit.record(session, actor, "confirmation.told", ("visit", visit.id), reason=channel)
    for user_id in session.scalars(
        select(AppUser.id).where(AppUser.worker_id.in_(map(uuid.UUID, row.crew)))
    ).all():
        notify_user(session, user_id, "worker_update", now, case_id=visit.order.case_id)
    for alert_id in session.scalars(
        select(DutyAlert.id).where(
            DutyAlert.visit_id == visit.id,
            DutyAlert.kind == "tell_client_now",
            DutyAlert.called_off_at.is_(None),
        )
    ).all():
        call_off(session, alert_id, now, actor=actor)


def _check_channel(way: SafeWay, channel: str | None, now: datetime, faults: Faults) -> None:
    """The advocate may always be asked to tell them; the client's own number only where and when it is safe."""
    if channel not in {code for code, _ in CHANNELS}:
        faults.add("channel", "Choose how they were told.")
    elif channel == CALL and not way.may_call:
        faults.add(
            "channel",
            f"The safe channel of this case is “{LABELS[way.channel]}”: tell the advocate, who tells the client.",
        )
    elif channel == CALL and not is_safe_time(way.hours, now):
        faults.add("channel", "It is outside the client’s safe hours now: tell the advocate, or call later.")


def _task(session: Session, actor: Actor, visit: Visit, now: datetime) -> uuid.UUID:
    """The call that waits for this visit; one is made where the last one is over already."""
    waiting = session.scalar(
        select(CallTask.id)
        .where(CallTask.visit_id == visit.id, CallTask.kind == KIND, CallTask.state == "waiting")
        .order_by(CallTask.due_at, CallTask.id)
        .limit(1)
    )
    return waiting or raise_call_task(session, visit.order_id, KIND, now, visit_id=visit.id, actor=actor)


def _lock(session: Session, visit_id: uuid.UUID, action: str) -> Visit:
    order_id = session.scalar(select(Visit.order_id).where(Visit.id == visit_id))
    if order_id is None:
        raise NotFoundError("There is no such visit.")
    order = lock_order(session, order_id)
    visit = lock_visits(session, [visit_id])[0]
    if visit.state != "accepted" or order.state not in WORKED_ON:
        state = visit.state if visit.state != "accepted" else order.state
        raise RefusedError(
            f"This visit is {words(state)}: only an accepted visit is told to the client.",
            state=visit.state,
            action=action,
        )
    return visit
