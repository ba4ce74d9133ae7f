"""Invoices that we make for firms under self-billing, credit notes of them, and our answers to suppliers' systems."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.answering import download
from web.edge import actor, db, take_once
from web.extensions import request_now
from web.finance.blueprint import blueprint
from web.forms.base import Form, apply_faults, render_form
from web.forms.fields import Required, TextField
from worksorders.domain.errors import DomainError, FaultsError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance.billing.answer import answer_file
from worksorders.steps.finance.billing.credit import credit_in_full, may_credit
from worksorders.steps.finance.billing.document import document_file
from worksorders.steps.finance.billing.make import self_bill
from worksorders.steps.finance.clear import require_finance
from worksorders.steps.finance.find.files import find_to_bill
from worksorders.steps.finance.match import load_invoice


class CreditForm(Form):
    """The number of the credit note."""

    number = TextField("Number of the credit note", [Required("Enter a number for the credit note.")])


class BillForm(Form):
    """Makes one invoice; it asks nothing."""


def _xml(name: str, content: bytes) -> Response:
    safe = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in name)
    return download(content, f"{safe}.xml", "application/xml")


def _back(invoice_id: uuid.UUID, error: DomainError) -> ResponseReturnValue:
    flash(str(error), "error")
    return redirect(url_for("finance.invoice", invoice_id=invoice_id), 303)


@blueprint.get("/invoices/<uuid:invoice_id>/response.xml")
def response(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """How far the invoice is, as the Peppol invoice response."""
    try:
        return _xml(*answer_file(db(), actor(), invoice_id, request_now()))
    except FaultsError as faults:
        return _back(invoice_id, faults)


@blueprint.get("/invoices/<uuid:invoice_id>/self-billed.xml")
def self_billed_xml(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """The e-invoice of a document that we made."""
    try:
        return _xml(*document_file(db(), actor(), invoice_id, request_now()))
    except (FaultsError, RefusedError) as error:
        return _back(invoice_id, error)


@blueprint.route("/invoices/<uuid:invoice_id>/credit", methods=["GET", "POST"])
def credit(invoice_id: uuid.UUID) -> ResponseReturnValue:
    """Take a document back that we made: a credit note of all of it."""
    require_finance(actor())
    invoice, form = load_invoice(db(), invoice_id), CreditForm()
    if not may_credit(actor(), invoice):
        raise NotFoundError("There is no such invoice.")
    if not form.is_submitted():
        form.number.data = f"{invoice.number}-C"
    elif form.validate():
        try:
            return take_once(form.key, "invoice.credit", lambda: _credit(invoice_id, form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return render_form("finance/credit.html", form, invoice=invoice)


def _credit(invoice_id: uuid.UUID, form: CreditForm) -> str:
    outcome = credit_in_full(db(), actor(), invoice_id, form.number.data, request_now())
    flash(f"Credit note {outcome.invoice.number} is made.", "success")
    return url_for("finance.invoice", invoice_id=outcome.invoice.id)


@blueprint.get("/self-billing")
def self_billing() -> str:
    """Accepted work of firms whose invoices we make, by order."""
    rows = [(row, BillForm(formdata=None)) for row in find_to_bill(db(), actor(), request_now())]
    return render_template("finance/self_billing.html", rows=rows)


@blueprint.post("/self-billing/<uuid:order_id>/<uuid:firm_id>")
def bill(order_id: uuid.UUID, firm_id: uuid.UUID) -> ResponseReturnValue:
    """Make one of them."""
    form = BillForm()
    if not form.validate_on_submit():
        return redirect(url_for("finance.self_billing"), 303)

    def made() -> str:
        outcome = self_bill(db(), actor(), order_id, firm_id, request_now())
        flash(f"Invoice {outcome.invoice.number} is made.", "success")
        return url_for("finance.invoice", invoice_id=outcome.invoice.id)

    return take_once(form.key, "invoice.self_bill", made)
