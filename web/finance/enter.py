"""Typing in a paper or PDF invoice."""

from __future__ import annotations

import uuid

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from web.edge import actor, db, take_once
from web.extensions import request_now
from web.finance.blueprint import blueprint
from web.finance.forms import TypedForm
from web.forms.base import apply_faults, render_form
from web.services import services
from worksorders.domain.errors import FaultsError
from worksorders.domain.records.invoice import MOST_LINES
from worksorders.steps.finance.receive import active_firms, receive_typed


@blueprint.route("/invoices/new", methods=["GET", "POST"])
def enter() -> ResponseReturnValue:
    """The document as it stands; lines come and go by buttons, and nothing is kept before it is sent."""
    form = TypedForm()
    form.firm_id.choices = [
        ("", "Choose a firm"),
        *((str(row.id), f"{row.name} ({row.code})") for row in active_firms(db())),
    ]
    if request.form.get("add_line") and len(form.lines.entries) < MOST_LINES:
        form.lines.append_entry()
        return _page(form)
    if request.form.get("drop_line") and len(form.lines.entries) > 1:
        form.lines.pop_entry()
        return _page(form)
    if form.validate_on_submit():
        try:
            return take_once(form.key, "invoice.type", lambda: _receive(form))
        except FaultsError as faults:
            db().rollback()
            apply_faults(form, faults)
    return _page(form)


def _page(form: TypedForm) -> ResponseReturnValue:
    return render_form("finance/enter.html", form, most=MOST_LINES)


def _receive(form: TypedForm) -> str:
    pdf = form.pdf.data.read() if form.pdf.data else b""
    outcome = receive_typed(
        db(),
        actor(),
        form.document(uuid.UUID(form.firm_id.data)),
        request_now(),
        pdf=pdf,
        cipher=services().cipher,
    )
    what = "Credit note" if outcome.invoice.kind == "credit_note" else "Invoice"
    words = "It matches." if outcome.is_clean else "It differs from the order: see below."
    flash(f"{what} {outcome.invoice.number} is received. {words}", "success")
    return url_for("finance.invoice", invoice_id=outcome.invoice.id)
