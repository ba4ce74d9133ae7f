"""The firm's invoices: made from accepted work in one click, and what became of them."""

from __future__ import annotations

import uuid

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import download
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.forms.base import Form, apply_faults, render_form
from web.forms.fields import Required, TextField
from web.paging import page_address, page_number
from web.portal.blueprint import blueprint
from worksorders.domain.errors import FaultsError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import own_invoice
from worksorders.steps.finance.billing.credit import credit_in_full, may_credit
from worksorders.steps.finance.claims.schedule import has_schedule, own_schedule
from worksorders.steps.finance.find import own
from worksorders.steps.finance.find.runs import own_payments, own_remittance


class NumberForm(Form):
    """The invoice's number, proposed and free to change."""

    number = TextField("Invoice number", [Required("Enter a number for the invoice.")])


class CreditForm(Form):
    """The number of a credit note, proposed and free to change."""

    number = TextField("Credit note number", [Required("Enter a number for the credit note.")])


@blueprint.get("/invoices")
def invoices() -> str:
    """What may be invoiced now, and the invoices of the firm."""
    return render_template(
        "portal/invoices.html",
        claims=own_invoice.claimable_part(db(), actor(), request_now(), page_number("ready")),
        sent=own.find_sent(db(), actor(), page_number("sent")),
        made_by_us=own_invoice.is_made_by_us(db(), actor(), request_now()),
        page_address=page_address,
    )


@blueprint.route("/invoices/orders/<uuid:order_id>", methods=["GET", "POST"])
def make_invoice(order_id: uuid.UUID) -> ResponseReturnValue:
    """The invoice as it would be made, and the one click that makes it; a second click leads to the same invoice."""
    form = NumberForm()
    if form.validate_on_submit():
        try:
            return take_once(form.key, "invoice.submit", lambda: _submit(order_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    claim = own_invoice.find_claim(db(), actor(), order_id, request_now())
    if not form.is_submitted():
        form.number.data = claim.number
    return render_form("portal/invoice_new.html", form, claim=claim)


def _submit(order_id: uuid.UUID, form: NumberForm) -> str:
    outcome = own_invoice.submit(db(), actor(), order_id, form.number.data, request_now())
    flash(f"Invoice {outcome.invoice.number} is sent.", "success")
    return url_for("portal.invoice", invoice_id=outcome.invoice.id)


@blueprint.get("/invoices/<uuid:invoice_id>")
def invoice(invoice_id: uuid.UUID) -> str:
    """One of the firm's own invoices with what is held or disputed of it, in words."""
    page = own.find_one(db(), actor(), invoice_id)
    return render_template("portal/invoice.html", page=page, scheduled=has_schedule(db(), invoice_id))


@blueprint.route("/invoices/<uuid:invoice_id>/credit", methods=["GET", "POST"])
def credit_invoice(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Take an invoice back that was made here: a credit note of all of it."""
    page, form = own.find_one(db(), actor(), invoice_id), CreditForm()
    if not may_credit(actor(), page.invoice):
        raise NotFoundError("There is no such invoice.")
    if not form.is_submitted():
        form.number.data = f"{page.invoice.number}-C"
    elif form.validate():
        try:
            return take_once(form.key, "invoice.credit", lambda: _credit(invoice_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("portal/invoice_credit.html", form, invoice=page.invoice)


def _credit(invoice_id: uuid.UUID, form: CreditForm) -> str:
    outcome = credit_in_full(db(), actor(), invoice_id, form.number.data, request_now())
    flash(f"Credit note {outcome.invoice.number} is made and sent.", "success")
    return url_for("portal.invoice", invoice_id=outcome.invoice.id)


@blueprint.get("/invoices/<uuid:invoice_id>/schedule.pdf")
def schedule(invoice_id: uuid.UUID) -> Response:
    """The latest payment schedule that answers one of the firm's own claims."""
    row = own_schedule(db(), actor(), invoice_id)
    return download(row.document, f"payment-schedule-{row.number}.pdf", "application/pdf")


@blueprint.get("/payments")
def payments() -> str:
    """What was paid to the firm, with the invoices that each payment is for."""
    return render_template("portal/payments.html", payments=own_payments(db(), actor()))


@blueprint.get("/payments/<uuid:run_id>/remittance.txt")
def remittance(run_id: uuid.UUID) -> Response:
    """What one payment to the firm was for: numbers and amounts only."""
    code, text = own_remittance(db(), actor(), run_id)
    return download(text, f"remittance-{code}.txt", "text/plain")
