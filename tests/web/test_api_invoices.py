"""E-invoices handed in by another system: kept, matched, answered the same when sent again."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.steps.finance.test_incoming import Desk
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.store.tables.finance import Invoice
from worksorders.store.tables.invoice_files import InvoiceFile

LAST = factories.NOW.date().replace(year=factories.NOW.year + 1)


@pytest.fixture
def sender(app, services, clock):
    """Send a body with a token that may hand invoices in; the desk's first invoice is right."""
    with services.sessions.begin() as session:
        maker = factories.actor_of(factories.make_user(session, "administrator"))
        _, secret = tokens.make(
            session,
            maker,
            TokenDetails("Ledger", frozenset({"invoices:write"}), LAST, frozenset(), 600),
            clock.now,
        )
        right = Desk(session, services.cipher).xml()

    def send(body=right, kind="application/xml", **headers):
        given = {"Authorization": f"Bearer {secret}", "Content-Type": kind} | headers
        return app.test_client().post("/api/v1/invoices", data=body, headers=given)

    return send


def test_a_document_is_kept_and_matched_and_the_same_key_makes_it_once(sender, services):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = sender(**key)
    assert first.status_code == 201
    assert (first.json["state"], first.json["exceptions"], first.json["payable_cents"]) == (
        "matched",
        [],
        16_100,
    )
    again = sender(**key)
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    other = sender(body=b"<Invoice/>", **key)
    assert (other.status_code, other.json["faults"][0]["field"]) == (422, "Idempotency-Key")
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 1


def test_a_document_that_is_none_is_kept_with_its_faults_and_makes_no_invoice(sender, services):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(2):
        answer = sender(body=b"<Invoice>", **key)
        assert answer.status_code == 422
        assert all(one["field"] and one["message"] for one in answer.json["faults"])
    assert sender(body=b"{}", kind="application/json").status_code == 422
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(InvoiceFile)) == 1
        assert session.scalar(select(func.count()).select_from(Invoice)) == 0
