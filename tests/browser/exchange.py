"""Rows for the pages of what goes in and out and of drafts: imports, a token, a webhook, a catalogue and rates."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests import factories
from worksorders.steps.exchange import imports, tokens
from worksorders.steps.exchange.taking import Hands
from worksorders.steps.pricing import drafts, rate_drafts
from worksorders.steps.webhooks import deliver, keep
from worksorders.steps.webhooks.kinds import PING
from worksorders.store.tables.firms.contractors import Agreement

NOW = factories.NOW
HEADER = b"firm_code,first_name,last_name,base_town,trades\r\n"


def fill_exchange(session, cipher, administrator, coordinator, firm_code):
    """Everything of it, by the product's own steps."""
    hands = Hands(session, cipher, administrator, NOW)
    good = HEADER + f"{firm_code},Rangi,Example,tauranga,locksmith\r\n".encode()
    for data, dry_run in ((b"nonsense", False), (good, True), (good, False)):
        imports.hand_in(hands, imports.File("workers", "csv", data), dry_run=dry_run)
    imports.hand_in(
        Hands(session, cipher, coordinator, NOW),
        imports.File("assessments", "csv", b"nonsense"),
        dry_run=False,
    )
    details = tokens.TokenDetails(
        "Refuge’s casework system",
        frozenset({"orders:read", "assessments:write"}),
        NOW.date() + timedelta(days=90),
        frozenset({"E7", "E8"}),
    )
    tokens.make(session, administrator, details, NOW)
    hook, _ = keep.register(
        session,
        cipher,
        administrator,
        keep.WebhookDetails("Casework", "https://example.org/works-orders", frozenset({"order.issued"})),
        NOW,
    )
    told = {
        "event_id": str(hook.id), "kind": PING, "subject_table": "webhook", "subject_id": str(hook.id),
        "at": NOW.isoformat(), "only": str(hook.id),
    }  # fmt: skip
    deliver.fan_out(session, told, NOW)
    (row,) = keep.deliveries(session, hook.id)
    deliver.note(session, row.id, deliver.Outcome(status=503), NOW)
    drafts.begin(session, administrator, "Prices of July", 1, NOW)
    agreement = session.scalars(select(Agreement.id).order_by(Agreement.code).limit(1)).one()
    rate_drafts.begin(session, administrator, agreement, NOW)
