"""E-invoices handed in by another system: kept, matched, answered the same when sent again."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.test_incoming import Desk
from web.finance.forms import TypedForm
from worksorders.domain.records.invoice import invoice
from worksorders.steps import disclose
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.tokens import TokenDetails
from worksorders.store.tables.money.finance import Invoice
from worksorders.store.tables.money.invoice_files import InvoiceFile

LAST = factories.NOW.date().replace(year=factories.NOW.year + 1)


@pytest.fixture
def sender(app, services, clock):
    """Send a body with a token that may hand invoices in; the desk's first invoice is right."""
    with services.sessions.begin() as session:
        maker = factories.actor_of(factories.make_user(session, "administrator"))
        _, secret = tokens.make(
            session,
            maker,
            TokenDetails("Ledger", frozenset({"invoices:write", "invoices:read"}), LAST, frozenset(), 600),
            clock.now,
        )
        desk = Desk(session, services.cipher)
        right, noted = desk.xml(), desk.xml(note="<cbc:Note>Job for Mere Tuhoe</cbc:Note>")
        disclose.remember(session, services.cipher, desk.order.case_id, disclose.PERSON_NAME, "mere tuhoe")

    def send(body=right, kind="application/xml", **headers):
        given = {"Authorization": f"Bearer {secret}", "Content-Type": kind} | headers
        return app.test_client().post("/api/v1/invoices", data=body, headers=given)

    send.noted, send.secret = noted, secret
    return send


def test_neither_answer_nor_list_tells_that_words_of_an_invoice_were_protected(sender, app, services):
    answer = sender(body=sender.noted)
    assert (answer.json["state"], answer.json["exceptions"]) == ("received", [])
    assert "payable_cents" not in answer.json
    with services.sessions() as session:
        assert session.scalar(select(Invoice.state)) == "exceptions"

    def rows(query=""):
        token = {"Authorization": f"Bearer {sender.secret}"}
        return app.test_client().get(f"/api/v1/invoices{query}", headers=token).json["data"]

    (row,) = rows()
    assert (row["state"], row["payable_cents"], row.get("hold")) == ("received", None, None)
    assert rows("?state=received") == [row]
    assert rows("?state=exceptions") == []


def test_a_document_is_kept_and_matched_and_the_same_key_makes_it_once(sender, services):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = sender(**key)
    assert first.status_code == 201
    assert (first.json["state"], first.json["exceptions"], "payable_cents" in first.json) == (
        "received",
        [],
        False,
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
    assert sender(body=b"{}", kind="text/plain").status_code == 422
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(InvoiceFile)) == 1
        assert session.scalar(select(func.count()).select_from(Invoice)) == 0


@pytest.fixture
def stated(services):
    """An invoice as JSON that is right."""
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        order = paying.worked_order(session, firm, cipher=services.cipher)
        line = order.lines[0]
        return {
            "firm_code": firm.code, "number": "JS-1", "issued_on": paying.TODAY.isoformat(),
            "gst_number": paying.GST_NUMBER, "names_buyer": True,
            "lines": [{"order_code": order.code, "item_code": line.item_code, "quantity": 2, "unit": line.unit,
                       "rate": "70.00", "amount_cents": 14_000}],
            "net_cents": 14_000, "gst_cents": 2_100, "total_cents": 16_100,
        }  # fmt: skip


def test_an_invoice_in_json_is_kept_sealed_and_matched_once(sender, services, stated):
    body, key = json.dumps(stated).encode(), {"Idempotency-Key": str(uuid.uuid4())}
    first, again = (sender(body=body, kind="application/json", **key) for _ in range(2))
    assert (first.status_code, first.json["state"]) == (201, "received")
    assert [one["code"] for one in first.json["exceptions"]] == ["I03"]
    assert (again.status_code, again.json["id"]) == (200, first.json["id"])
    with services.sessions() as session:
        (row,) = session.scalars(select(InvoiceFile)).all()
        assert (row.media_type, row.how, row.sha256) == (
            "application/json",
            "api",
            hashlib.sha256(body).hexdigest(),
        )
        assert row.content is None
        assert session.scalar(select(Invoice.file_sha256)) == row.sha256


def test_every_fault_of_json_is_told_by_its_path_and_nothing_is_half_taken(sender, services, stated):
    def fields(body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = sender(body=data, kind="application/json")
        assert answer.status_code == 422
        assert all(one["message"] for one in answer.json["faults"])
        return [one["field"] for one in answer.json["faults"]]

    (line,) = stated["lines"]
    broken = stated | {"number": "", "net_cents": 1.5, "more": 1, "lines": [line, line | {"rate": "dear"}]}
    assert sorted(fields(broken)) == ["body", "lines.1.rate", "net_cents", "number"]
    assert fields(stated | {"firm_code": "NOBODY"}) == ["firm_code"]
    assert fields(stated | {"lines": [line | {"order_line": 77}]}) == ["lines.0.order_line"]
    assert fields(stated | {"issued_on": "2031-01-01"}) == ["issued_on"]
    assert fields(stated | {"lines": []}) == ["lines"]
    assert fields(b"{\n") == ["line 2"]
    assert fields(b"[" * 100_000) == ["line 1"]
    assert fields(b"\xff") == ["line 1"]
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Invoice)) == 0
        assert session.scalar(select(func.count()).select_from(InvoiceFile)) == 8


def test_the_form_and_the_schema_ask_for_the_same(app):
    with app.test_request_context():
        form = TypedForm()
        own = {"form_uuid", "csrf_token", "pdf", "firm_id", "net", "gst", "total"}
        named = {"firm_code", "net_cents", "gst_cents", "total_cents"}
        schema = invoice()
        assert set(form._fields) - own == {one.name for one in schema.fields} - named
        lines = set(form.lines.entries[0].form._fields)
        assert lines - {"amount"} == {one.name for one in schema["lines"].fields} - {"amount_cents"}
        assert form.lines.max_entries == schema["lines"].most
        asked = {
            one.name for one in form if any(type(check).__name__ == "Required" for check in one.validators)
        }
        assert asked - own == {one.name for one in schema.fields if one.required} - named - {
            "names_buyer",
            "lines",
        }
