"""Subscriptions: where to tell what; a secret is shown once, and an old one counts for a day after it was changed."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.gateways import webhooks as gateway
from worksorders.gateways.cipher import Cipher, WrappedKey
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.webhooks.kinds import KINDS, PING
from worksorders.store.tables.exchange import Webhook, WebhookDelivery

SECRET_KIND, OLD_KIND = "webhook.secret", "webhook.old_secret"
EVENT = "webhook.event"
PREFIX = "whsec_"
SECRET_BYTES = 32
OLD_SECRET_COUNTS = timedelta(days=1)
LONGEST_NAME = 80
MOST_WEBHOOKS = 20
DELIVERIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class WebhookDetails:
    """What an administrator decides."""

    name: str
    url: str
    kinds: frozenset[str]


def register(
    session: Session, cipher: Cipher, actor: Actor, details: WebhookDetails, now: datetime
) -> tuple[Webhook, str]:
    """Make a subscription; returns it with its secret, which nobody sees again. Raises FaultsError."""
    _check(details)
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_WEBHOOKS:
        message = f"There are {MOST_WEBHOOKS} already: change one that is not needed any more."
        raise RefusedError(message, state="full", action="register")
    key, secret = uuid.uuid4(), _new_secret()
    wrapped = WrappedKey(key, cipher.new_case_key(key), cipher.newest)
    row = Webhook(
        id=key,
        key_wrapped=wrapped.wrapped,
        key_version=wrapped.version,
        secret_sealed=cipher.seal(wrapped, key, SECRET_KIND, secret),
        created_at=now,
        created_by=actor.user_id,
    )
    _write(row, details)
    session.add(row)
    session.flush()
    audit.record(session, actor, "webhook.registered", ("webhook", row.id), detail={"kinds": row.kinds})
    return row, secret


def change(session: Session, actor: Actor, webhook_id: uuid.UUID, details: WebhookDetails) -> Webhook:
    """Change name, address or events."""
    row = find(session, webhook_id)
    _check(details)
    _write(row, details)
    audit.record(session, actor, "webhook.changed", ("webhook", row.id), detail={"kinds": row.kinds})
    return row


def rotate(
    session: Session, cipher: Cipher, actor: Actor, webhook_id: uuid.UUID, now: datetime
) -> tuple[Webhook, str]:
    """Draw a new secret, under a new key of the newest master key; for a day what is sent is signed with both."""
    row, secret = find(session, webhook_id), _new_secret()
    old = cipher.open(wrapped_key(row), row.id, SECRET_KIND, row.secret_sealed)
    row.key_wrapped, row.key_version = cipher.new_case_key(row.id), cipher.newest
    key = wrapped_key(row)
    row.old_secret_sealed = cipher.seal(key, row.id, OLD_KIND, old)
    row.old_secret_until = now + OLD_SECRET_COUNTS
    row.secret_sealed = cipher.seal(key, row.id, SECRET_KIND, secret)
    audit.record(session, actor, "webhook.secret_changed", ("webhook", row.id))
    return row, secret


def disable(session: Session, actor: Actor | None, row: Webhook, reason: str, now: datetime) -> None:
    """Tell it nothing more, until somebody enables it again."""
    if row.disabled_at is not None:
        raise RefusedError(f"{row.name} is disabled already.", state="disabled", action="disable")
    row.disabled_at, row.disabled_reason = now, reason
    audit.record(session, actor, "webhook.disabled", ("webhook", row.id), reason=reason)


def enable(session: Session, actor: Actor, webhook_id: uuid.UUID) -> Webhook:
    """Tell it again what happens from now on."""
    row = find(session, webhook_id)
    if row.disabled_at is None:
        raise RefusedError(f"{row.name} is enabled already.", state="enabled", action="enable")
    row.disabled_at, row.disabled_reason, row.failures = None, None, 0
    audit.record(session, actor, "webhook.enabled", ("webhook", row.id))
    return row


def ping(session: Session, webhook_id: uuid.UUID, now: datetime) -> None:
    """Tell one subscription that nothing happened, to see whether it arrives."""
    row = find(session, webhook_id)
    payload = {
        "event_id": str(uuid.uuid4()),
        "kind": PING,
        "subject_table": "webhook",
        "subject_id": str(row.id),
        "at": now.isoformat(),
        "only": str(row.id),
    }
    outbox.send(session, EVENT, payload)


def find(session: Session, webhook_id: uuid.UUID) -> Webhook:
    """A subscription; raises NotFoundError."""
    row = session.get(Webhook, webhook_id)
    if row is None:
        raise NotFoundError("There is no such webhook.")
    return row


def find_all(session: Session) -> Sequence[Webhook]:
    """Every subscription by name."""
    return session.scalars(select(Webhook).order_by(func.lower(Webhook.name), Webhook.id)).all()


def deliveries(session: Session, webhook_id: uuid.UUID) -> Sequence[WebhookDelivery]:
    """The latest events for a subscription, newest first."""
    return session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.made_at.desc(), WebhookDelivery.id.desc())
        .limit(DELIVERIES_SHOWN)
    ).all()


def wrapped_key(row: Webhook) -> WrappedKey:
    """The key of a subscription's secrets, as the cipher wants it."""
    return WrappedKey(row.id, row.key_wrapped, row.key_version)


def secrets_of(cipher: Cipher, row: Webhook, now: datetime) -> list[bytes]:
    """The secrets that count now, the newest first."""
    key = wrapped_key(row)
    found = [cipher.open(key, row.id, SECRET_KIND, row.secret_sealed).encode()]
    if row.old_secret_sealed is not None and row.old_secret_until is not None and now < row.old_secret_until:
        found.append(cipher.open(key, row.id, OLD_KIND, row.old_secret_sealed).encode())
    return found


def _write(row: Webhook, details: WebhookDetails) -> None:
    row.name, row.url, row.kinds = details.name.strip(), details.url.strip(), sorted(details.kinds)


def _check(details: WebhookDetails) -> None:
    faults = Faults()
    faults.require(details.name.strip(), "name", "Say which system is told.")
    faults.require(
        len(details.name) <= LONGEST_NAME, "name", f"A name has at most {LONGEST_NAME} characters."
    )
    faults.require(details.kinds, "kinds", "Choose at least one event.")
    for kind in sorted(details.kinds - KINDS.keys()):
        faults.add("kinds", f"“{kind}” is not an event: choose from the list.")
    try:
        gateway.check_address(details.url.strip(), gateway.allowed_networks())
    except gateway.AddressError as error:
        faults.add("url", str(error))
    faults.raise_if_any()


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)
