"""Takes events to their addresses: one row for each, tried again later and later, and given up in the end.

An address that fails too often in a row is told nothing more, and the administrators get a notice.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.roles import Role
from worksorders.gateways import webhooks as gateway
from worksorders.steps import jobs, outbox
from worksorders.steps.tell.api import notify_user
from worksorders.steps.webhooks import keep
from worksorders.steps.webhooks.kinds import SUBJECTS
from worksorders.store.tables.exchange import Webhook, WebhookDelivery
from worksorders.store.tables.identity.people import AppUser

DELIVER = "webhook.deliver"
WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
MOST_FAILURES = 20
TOO_MANY = "failed too often in a row"
DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try: the status of the answer, or the class of what prevented it."""

    status: int | None = None
    error: str | None = None

    @property
    def arrived(self) -> bool:
        """Whether the other side took it."""
        return self.status is not None and 200 <= self.status < 300


@jobs.handles(keep.EVENT)
def _fan_out(job: jobs.Job) -> jobs.Effect:
    payload = dict(job.payload)
    return lambda session, now: fan_out(session, payload, now)


@jobs.handles(DELIVER)
def _deliver(job: jobs.Job) -> jobs.Effect:
    delivery_id = uuid.UUID(job.payload["delivery_id"])
    with job.sessions() as session:
        row = session.get_one(WebhookDelivery, delivery_id)
        hook = row.webhook
        if row.state != "waiting" or hook.disabled_at is not None:
            return lambda session, now: note(session, delivery_id, Outcome(error=DISABLED), now)
        secrets = keep.secrets_of(job.cipher, hook, job.now())
        url, body = hook.url, body_of(row)
    outcome = _try(url, body, secrets, delivery_id, job.now())
    return lambda session, now: note(session, delivery_id, outcome, now)


def fan_out(session: Session, payload: dict[str, Any], now: datetime) -> None:
    """Write one delivery for each subscription that asked for the event."""
    query = select(Webhook).where(Webhook.disabled_at.is_(None))
    if "only" in payload:
        query = query.where(Webhook.id == uuid.UUID(payload["only"]))
    else:
        query = query.where(Webhook.kinds.contains([payload["kind"]]))
    for hook in session.scalars(query.order_by(Webhook.id)).all():
        key = uuid.uuid4()
        made = session.execute(
            insert(WebhookDelivery)
            .values(
                id=key,
                webhook_id=hook.id,
                event_id=uuid.UUID(payload["event_id"]),
                kind=payload["kind"],
                subject_table=payload["subject_table"],
                subject_id=uuid.UUID(payload["subject_id"]),
                happened_at=datetime.fromisoformat(payload["at"]),
                made_at=now,
                state="waiting",
            )
            .on_conflict_do_nothing()
            .returning(WebhookDelivery.id)
        ).scalar_one_or_none()
        if made is not None:
            _send(session, key, 0, now)


def body_of(row: WebhookDelivery) -> bytes:
    """What is sent: that something happened to a record, by its id, and nothing of what it was."""
    told = {
        "id": str(row.event_id),
        "kind": row.kind,
        "subject": {"type": SUBJECTS.get(row.subject_table, "record"), "id": str(row.subject_id)},
        "at": row.happened_at.isoformat().replace("+00:00", "Z"),
    }
    return json.dumps(told, separators=(",", ":")).encode()


def note(session: Session, delivery_id: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Keep what a try came to, and see to the next one."""
    row = session.scalars(
        select(WebhookDelivery).where(WebhookDelivery.id == delivery_id).with_for_update()
    ).one()
    if row.state != "waiting":
        return
    if outcome.error == DISABLED:
        row.state, row.last_error = "given_up", DISABLED
        return
    row.attempts += 1
    row.last_status, row.last_error, row.last_at = outcome.status, outcome.error, now
    hook = session.scalars(select(Webhook).where(Webhook.id == row.webhook_id).with_for_update()).one()
    if outcome.arrived:
        row.state, hook.failures = "delivered", 0
        return
    hook.failures += 1
    if row.attempts > len(WAITS):
        row.state = "given_up"
    else:
        _send(session, row.id, row.attempts, now + WAITS[row.attempts - 1])
    if hook.failures >= MOST_FAILURES and hook.disabled_at is None:
        keep.disable(session, None, hook, TOO_MANY, now)
        _tell_administrators(session, hook, now)


def _send(session: Session, delivery_id: uuid.UUID, attempt: int, at: datetime) -> None:
    payload = {"delivery_id": str(delivery_id)}
    outbox.send(session, DELIVER, payload, at=at, dedupe_key=f"webhook:{delivery_id}:{attempt}")


def _tell_administrators(session: Session, hook: Webhook, now: datetime) -> None:
    people = session.scalars(
        select(AppUser.id)
        .where(AppUser.role == Role.ADMINISTRATOR.value, AppUser.disabled_at.is_(None))
        .order_by(AppUser.id)
    ).all()
    for user_id in people:
        key = f"webhook:{hook.id}:{now.isoformat()}:{user_id}"
        notify_user(session, user_id, "update", now, dedupe_key=key)


def _try(url: str, body: bytes, secrets: list[bytes], delivery_id: uuid.UUID, now: datetime) -> Outcome:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "works-orders",
        "Webhook-Id": str(delivery_id),
        "Webhook-Signature": gateway.signature(secrets, body, int(now.timestamp())),
    }
    try:
        target = gateway.find_target(url, gateway.allowed_networks())
        return Outcome(status=gateway.post(target, body, headers))
    except gateway.AddressError:
        return Outcome(error="address not allowed")
    except gateway.NotReachedError as error:
        return Outcome(error=str(error))
