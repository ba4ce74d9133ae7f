"""Approved invoices, and marking them as paid by another person."""

from __future__ import annotations

import uuid

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.filters import money, plural
from web.finance.blueprint import blueprint
from web.finance.forms import PayForm
from worksorders.steps.finance.find import payments as found_payments
from worksorders.steps.finance.pay import pay_all


@blueprint.route("/payments", methods=["GET", "POST"])
def payments() -> ResponseReturnValue:
    """What is approved and not paid; the approver's own are shown and cannot be chosen."""
    rows = found_payments.find_approved(db())
    form = PayForm()
    form.chosen.choices = [
        (str(row.id), f"{row.number}, {row.firm}: {money(row.payable_cents)}")
        for row in rows
        if row.approved_by != actor().user_id and row.has_account
    ]
    if form.validate_on_submit():
        return take_once(form.key, "invoice.pay", lambda: _pay([uuid.UUID(one) for one in form.chosen.data]))
    shown = render_template(
        "finance/payments.html", form=form, rows=rows, me=actor().user_id, paid=found_payments.find_paid(db())
    )
    return shown, form.status


def _pay(invoice_ids: list[uuid.UUID]) -> str:
    count = pay_all(db(), actor(), invoice_ids, request_now())
    flash(f"{plural(count, 'invoice')} marked as paid.", "success")
    return url_for("finance.payments")
